"""Credits of money and what campaigns returned, by hand. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from campaigns.models import Campaign, Channel, Expense
from crm.models import Organization
from customers.models import OrderLine, Refund
from kpis.definitions import Dimension
from kpis.engine import find_drift
from kpis.models import Credit, Snapshot
from kpis.services import change_attribution
from kpis.services.closing import close_periods
from leads.models import Lead, Touch
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.catalogue.conftest import LONG_AFTER
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 25)
WEEK = timedelta(days=7)


def split(amount, *weights):
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_money(%s, %s::numeric[])", [amount, list(weights)])
        return cursor.fetchone()[0]


def weights(model, n, ages=None):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(touch_weight(%s, i, %s, %s * interval '1 day' * (%s - i)) ORDER BY i)"
            " FROM generate_series(1, %s) i",
            [model, n, ages or 0, n, n],
        )
        return cursor.fetchone()[0]


def test_largest_remainder():
    """The sheet's own numbers."""
    assert split(1_000_001, *weights("linear", 3)) == [333_334, 333_334, 333_333]
    # 7 days between touches, the last one at the order: 1, 2 and 4 of 7
    assert split(1_000_001, *weights("decay", 3, 7)) == [142_857, 285_715, 571_429]
    assert split(1_000_000, *weights("position", 4)) == [400_000, 100_000, 100_000, 400_000]
    assert split(1_000_001, *weights("last", 3)) == [0, 0, 1_000_001]


def test_position_of_few_touches():
    assert split(7, *weights("position", 1)) == [7]
    assert split(7, *weights("position", 2)) == [4, 3]
    assert split(10, *weights("position", 3)) == [4, 2, 4]


def test_what_is_no_whole_unit_is_cut_into_hundredths():
    assert split(Decimal("0.10"), 1, 1, 1) == [Decimal("0.04"), Decimal("0.03"), Decimal("0.03")]
    assert split(0, 1, 1) == [0, 0]


@pytest.fixture
def company(db):
    """A customer who came by an ad, was touched again a week later, and ordered for 1,000,001 after another week."""
    ad, mail, visit = (Channel.objects.create(slug=f"own-{slug}", name=slug) for slug in ("ad", "mail", "visit"))
    Channel.objects.filter(pk=visit.pk).update(is_marketing=False)
    customer = make_customer(channel=ad)
    lead = Lead.objects.create(name="L", customer=customer, channel=ad, created_at=MEHR - 2 * WEEK)
    Touch.objects.create(lead=lead, at=MEHR - WEEK, channel=mail)
    order = make_order(lines=(), customer=customer, placed_at=MEHR, channel=visit)
    OrderLine.objects.create(order=order, position=0, quantity=1, unit_price=1_000_001, unit_cost=10)
    Touch.objects.create(lead=lead, at=MEHR + WEEK, channel=visit)  # after the order
    return ad, mail, visit


@pytest.mark.parametrize(
    ("model", "shares", "by_marketing"),
    [
        ("first", (1_000_001, None, None), 1_000_001),
        ("last", (None, None, 1_000_001), 0),
        ("linear", (333_334, 333_334, 333_333), 666_668),
        # 2 : 1 : 2 of five
        ("position", (400_001, 200_000, 400_000), 600_001),
        # 1 : 2 : 4 of seven
        ("decay", (142_857, 285_715, 571_429), 428_572),
    ],
)
def test_revenue_by_touches(company, refresh, model, shares, by_marketing):
    change_attribution(Organization.current(), model=model)
    refresh()

    members = {channel.pk: amount for channel, amount in zip(company, shares, strict=True) if amount is not None}
    assert {member: value for member, value in parts("revenue", Dimension.CHANNEL).items() if value} == members
    assert card("revenue").value == 1_000_001
    assert card("marketing_revenue").value == by_marketing
    assert parts("orders", Dimension.CHANNEL) == {company[0].pk: 1}  # counts go to the first touch
    assert find_drift() == []


def test_marketing_revenue_share(company, refresh):
    change_attribution(Organization.current(), model="linear")
    refresh()

    share = card("marketing_revenue_share")
    assert (share.numerator, share.denominator) == (666_668, 1_000_001)


def test_a_refund_goes_back_to_the_touches_of_its_order(company, refresh):
    change_attribution(Organization.current(), model="linear")
    Refund.objects.create(order=Credit.objects.first().order, amount=100, refunded_at=tehran(2025, 9, 28))
    refresh()

    # 100 in three: 34, 33 and 33
    ad, mail, visit = company
    assert parts("revenue", Dimension.CHANNEL) == {ad.pk: 333_300, mail.pk: 333_301, visit.pk: 333_300}


def test_a_closed_figure_says_that_it_was_restated_for_another_model(company, refresh):
    def close():
        refresh()
        close_periods(at=datetime(2025, 11, 30, 9, tzinfo=UTC))
        kept = Snapshot.objects.filter(calendar="jalali", grain="month", start=date(2025, 9, 23))
        keys = ("marketing_revenue", "revenue", "leads")
        return {key: list(kept.filter(kpi=key).order_by("revision").values_list("value", "reason")) for key in keys}

    reported = close()
    change_attribution(Organization.current(), model="last")
    make_lead(at=tehran(2025, 9, 26))
    credited = close()
    OrderLine.objects.update(unit_price=1_000)
    corrected = close()

    model = "the definition changed: money is credited by the attribution model “Last touch”, no longer by “First touch”"
    records = "records changed after the period was closed"
    # No lead had come, and one was written down late.
    leads = [(0, ""), (1, records)]
    assert reported == {"marketing_revenue": [(1_000_001, "")], "revenue": [(1_000_001, "")], "leads": leads[:1]}
    assert credited == {"marketing_revenue": [(1_000_001, ""), (0, model)], "revenue": [(1_000_001, "")], "leads": leads}
    # All the revenue is credited to the visit, and the sum of all credits has nothing to do with the model.
    assert corrected == {**credited, "revenue": [(1_000_001, ""), (1_000, records)]}


def test_another_model_computes_everything_again(company, refresh):
    refresh()
    change_attribution(Organization.current(), model="last")
    assert find_drift() == []
    refresh()
    Touch.objects.filter(at__gt=MEHR).update(at=MEHR - timedelta(days=1))
    change_attribution(Organization.current(), model="linear")
    refresh()
    Touch.objects.filter(channel=company[1]).delete()
    assert find_drift() == []
    refresh()

    # ad, visit, and the order's own visit: 333,334 and 2 of them
    ad, _mail, visit = company
    assert parts("revenue", Dimension.CHANNEL) == {ad.pk: 333_334, visit.pk: 666_667}
    assert find_drift() == []


def campaign(spend=10_000, days=(date(2025, 9, 23), date(2025, 9, 30)), **facts):
    made = Campaign.objects.create(name="C", starts_on=days[0], ends_on=days[1], **facts)
    Expense.objects.create(kind="ads", amount=spend, campaign=made, valid_from=days[0], valid_to=days[1])
    return made


def sale(customer, at, price, cost):
    order = make_order(lines=(), customer=customer, placed_at=at)
    OrderLine.objects.create(order=order, position=0, quantity=1, unit_price=price, unit_cost=cost)
    return order


def test_romi_short(refresh):
    """The sheet's own numbers: spend 10,000, revenue 50,000 with a margin of 60 %."""
    made = campaign()
    customer = make_customer(campaign=made)
    sale(customer, MEHR, 30_000, 12_000)
    sale(customer, tehran(2025, 10, 30), 20_000, 8_000)  # the 30th day after the end
    sale(customer, tehran(2025, 10, 31), 7_000, 0)  # a day later
    sale(make_customer(), MEHR, 9_000, 0)
    Expense.objects.create(kind="operating", amount=99, campaign=made, valid_from=date(2025, 9, 23), valid_to=date(2025, 9, 23))
    refresh()

    # Mehr: (18,000 − 10,000) ÷ 10,000; both months: (30,000 − 10,000) ÷ 10,000 = 200 %
    value = card("romi_short", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (8_000, 10_000, Decimal("0.8"))
    assert card("romi_short", date(2025, 10, 25), today=LONG_AFTER).reason == "no_denominator"
    assert card("romi_short", date(2025, 10, 25), today=LONG_AFTER).numerator == 12_000
    assert parts("romi_short", Dimension.CAMPAIGN) == {made.pk: Decimal("0.8")}
    assert card("romi_short", today=date(2025, 11, 21)).state == "maturing"  # 30 days after 22 October
    assert card("romi_short", today=date(2025, 11, 22)).state == "closed"


def test_romi_follows_the_model_and_long_term_does_not(refresh):
    made = campaign()
    customer = make_customer(campaign=made)
    lead = Lead.objects.create(name="L", customer=customer, campaign=made, created_at=MEHR - WEEK)
    Touch.objects.create(lead=lead, at=MEHR - timedelta(days=1), channel=Channel.objects.create(slug="own-x", name="X"))
    sale(customer, MEHR, 30_000, 0)
    change_attribution(Organization.current(), model="linear")
    refresh()

    # half of it: (15,000 − 10,000) ÷ 10,000; all of it: (30,000 − 10,000) ÷ 10,000
    assert card("romi_short").value == Decimal("0.5")
    assert card("romi_long").value == 2


def test_romi_long(refresh):
    """Margins of 8,000 within the short window, 4,000, 2,500 and 1,500 later within a year: +60 %."""
    made = campaign(days=(date(2025, 3, 25), date(2025, 4, 3)))
    customer = make_customer(campaign=made)
    for at, margin in (
        (tehran(2025, 4, 1), 8_000),
        (tehran(2025, 6, 1), 4_000),
        (tehran(2025, 9, 25), 2_500),
        (tehran(2026, 3, 25), 1_500),  # the 365th day after the start
        (tehran(2026, 3, 26), 9_999),
    ):
        order = sale(customer, at, margin + 100, 100)
    Refund.objects.create(order=order, amount=50, refunded_at=tehran(2025, 9, 25))
    refresh()

    # by the year 1404: 8,000 + 4,000 + 2,500 − 50 on 10,000, and 1,500 in 1405
    value = card("romi_long", date(2025, 4, 1), today=LONG_AFTER)
    assert (value.numerator, value.denominator) == (8_000 - 10_000, 10_000)
    assert card("romi_long", today=LONG_AFTER).numerator == 2_450
    assert card("romi_long", date(2026, 3, 25), today=LONG_AFTER).numerator == 1_500
    assert card("romi_short", date(2025, 4, 1), today=LONG_AFTER).value == Decimal("-0.2")
