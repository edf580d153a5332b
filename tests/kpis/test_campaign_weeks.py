"""A campaign week by week, its adstock and the brand: by hand, and as its page shows them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Channel, Expense
from crm.models import Organization
from crm.periods import Calendar
from kpis.engine import drain
from kpis.readings.campaign_weeks import adstock_of, brand_effect, weeks_of
from tests.factories.campaigns import make_channel, make_landing_page, make_post, make_session
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.proof import NOW

pytestmark = pytest.mark.django_db
# Saturday 6 September 2025 to Friday 26 September: three weeks.
FIRST, LAST, TODAY = date(2025, 9, 6), date(2025, 9, 26), date(2025, 9, 30)


@pytest.fixture
def campaign():
    return Campaign.objects.create(name="C", starts_on=FIRST, ends_on=LAST)


@pytest.fixture
def organization():
    return Organization.current()


def test_adstock():
    """100, then nothing: a half of it is left each week. 100, 100: 100 + 0.5 × 100 …"""
    half = Decimal("0.5")

    assert adstock_of([Decimal(100), Decimal(0), Decimal(0)], half) == [100, 50, 25]
    assert adstock_of([Decimal(100), Decimal(100), Decimal(100)], half) == [100, 150, 175]
    assert adstock_of([Decimal(100), Decimal(7)], Decimal(0)) == [100, 7]


def test_weeks_of_a_campaign(campaign, organization, sara, omid):
    """700 a week for two weeks, two leads in the second; the weeks go on, as returns are counted until 26 October."""
    Expense.objects.create(kind="ads", amount=1_400, campaign=campaign, valid_from=FIRST, valid_to=date(2025, 9, 19))
    for _ in range(2):
        make_lead(at=tehran(2025, 9, 13), campaign=campaign)
    make_lead(at=tehran(2025, 9, 13))
    drain(at=NOW)

    found = weeks_of(campaign, sara, TODAY, Calendar.JALALI, organization)
    of_rep = weeks_of(campaign, omid, TODAY, Calendar.JALALI, organization)

    assert [period.start for period in found.periods] == [FIRST + timedelta(weeks=n) for n in range(4)]
    assert (found.leads, found.spend, found.adstock) == ([0, 2, 0, 0], [700, 700, 0, 0], [700, 1050, 525, Decimal("262.5")])
    assert (of_rep.leads, of_rep.spend) == ([0, 0, 0, 0], None)


def test_the_brand(campaign, organization, sara, omid):
    """Of 13 weeks before 26 direct visits, two a week; in 21 days 9, three a week: half as many again."""
    direct, paid = make_channel(kind=Channel.Kind.DIRECT), make_channel(kind=Channel.Kind.SEARCH)
    organization.brand_words = ["سنجه"]
    for _ in range(26):
        make_session(started_at=tehran(2025, 9, 5), channel=direct)
    for _ in range(8):
        make_session(started_at=tehran(2025, 9, 6), channel=direct)
    make_session(started_at=tehran(2025, 9, 26), channel=paid, utm={"term": "قیمت سنجه ایرانی"})
    make_session(started_at=tehran(2025, 9, 26), channel=paid, utm={"term": "crm"})
    make_session(started_at=tehran(2025, 9, 26), channel=direct, is_bot=True)
    make_session(started_at=tehran(2025, 6, 6), channel=direct)  # 92 days before
    make_session(started_at=tehran(2025, 9, 27), channel=direct)

    found = brand_effect(campaign, sara, TODAY, organization)

    assert (found.before, found.during, found.days, found.weekly, found.change) == (26, 9, 21, (2, 3), Decimal("0.5"))
    assert brand_effect(campaign, omid, TODAY, organization) is None


def test_from_nothing_there_is_no_change(campaign, organization, sara):
    assert brand_effect(campaign, sara, TODAY, organization) is None
    make_session(started_at=tehran(2025, 9, 6), channel=make_channel(kind=Channel.Kind.DIRECT))

    assert brand_effect(campaign, sara, TODAY, organization).change is None


def test_less_than_a_week_says_nothing_of_the_brand(campaign, organization, sara):
    make_session(started_at=tehran(2025, 9, 5), channel=make_channel(kind=Channel.Kind.DIRECT))

    sixth, seventh = (brand_effect(campaign, sara, date(2025, 9, day), organization) for day in (11, 12))

    # one in 13 weeks before, none in the seven days
    assert (sixth, seventh.days, seventh.change) == (None, 7, -1)


def test_what_has_not_begun_has_neither(organization, sara):
    for starts_on in (None, date(2025, 10, 1)):
        campaign = Campaign.objects.create(name="C", starts_on=starts_on)
        assert weeks_of(campaign, sara, TODAY, Calendar.JALALI, organization) is None
        assert brand_effect(campaign, sara, TODAY, organization) is None


def test_its_page_shows_weeks_pages_and_posts(browse, sara, omid, campaign):
    page = make_landing_page(title="Sale")
    at = tehran(2025, 9, 13)
    make_session(started_at=at, campaign=campaign, landing_page=page, visitor="v", converted_at=at)
    make_session(started_at=tehran(2025, 9, 13), campaign=campaign, landing_page=page)
    make_session(started_at=tehran(2025, 9, 13), channel=make_channel(kind=Channel.Kind.DIRECT))
    make_post(campaign=campaign, external_id="post-1", source="x", likes=3, comments=2)
    drain(at=NOW)

    shown = browse(sara).get(f"/campaigns/{campaign.pk}/").context
    of_rep = browse(omid).get(f"/campaigns/{campaign.pk}/").context

    assert [chart["id"] for chart in shown["charts"]] == ["weekly-spend", "weekly-leads"]
    (row,) = shown["landings"]
    assert (row["name"], row["visitors"], row["conversions"], row["rate"]) == ("Sale", "2", "1", "50.0%")
    assert ([str(post) for post in shown["posts"]], shown["brand"]["change"]) == (["post-1"], "new")
    assert ([chart["id"] for chart in of_rep["charts"]], of_rep["landings"], of_rep["posts"], of_rep["brand"]) == (
        ["weekly-leads"], [], [], {},
    )  # fmt: skip


@pytest.mark.parametrize("calendar", ["gregorian", "jalali"])
def test_the_page_of_days_of_another_age(browse, sara, calendar):
    """Such days may have been stored before they were refused."""
    sara.calendar = calendar
    sara.save()
    spans = [("2025-01-01", "9999-12-31"), ("0001-01-01", None), ("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")]
    rows = [Campaign.objects.create(name="C", starts_on=starts, ends_on=ends, budget=1) for starts, ends in spans]
    Expense.objects.create(kind="ads", amount=7, campaign=rows[0], valid_from=FIRST, valid_to=LAST)
    drain(at=NOW)

    assert [browse(sara).get(f"/campaigns/{row.pk}/").status_code for row in rows] == [200] * len(spans)
