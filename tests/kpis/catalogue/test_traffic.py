"""Traffic, posts, carts and invitations, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Channel, SocialNetwork
from crm.models import Team, User
from crm.periods import Calendar, Grain
from customers.models import Cart, Survey
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.readings import Query, list_rows
from leads.models import Lead
from tests.factories.campaigns import make_channel, make_landing_page, make_post, make_session
from tests.factories.crm import make_user
from tests.factories.customers import make_cart, make_customer, make_invitation, make_order, make_product
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER, near
from tests.kpis.proof import card, parts, periods_of

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR = tehran(2025, 9, 25), tehran(2025, 8, 25)
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)


def sessions(count, started_at=MEHR, **facts):
    return [make_session(started_at=started_at, **facts) for _ in range(count)]


def test_sessions(refresh):
    first_minute, last_minute = tehran(2025, 9, 23, 0, 0), tehran(2025, 10, 22, 23, 59)
    sessions(2, first_minute)  # 1 Mehr begins: in
    sessions(3, last_minute, ended_at=tehran(2025, 10, 23, 1))  # begins on 30 Mehr and ends on 1 Aban: in
    sessions(7, first_minute - INSTANT)  # still 31 Shahrivar
    sessions(4, is_bot=True)
    sessions(1, visitor="v")
    sessions(1, visitor="v")  # the same visitor again: two visits
    refresh()

    # 2 + 3 + 2 = 7; the exact Poisson interval of 7 is 2.8144 to 14.4227
    value = card("sessions", today=LONG_AFTER)
    assert (value.value, value.denominator, value.state) == (7, None, "closed")
    assert [value.lower, value.upper] == pytest.approx([Decimal("2.8144"), Decimal("14.4227")], abs=Decimal("0.0001"))
    assert card("sessions", date(2025, 9, 22)).value == 7


def test_sessions_by_channel(refresh):
    """Of 10 visits 4 organic and 3 by networks, one of which was paid for; a search that is paid for is not organic."""
    instagram = SocialNetwork.objects.create(slug="instagram", name="Instagram")
    organic, paid = make_channel(slug="organic-search", kind="search"), make_channel(slug="paid-search", kind="search")
    social, ads = make_channel(slug="social", kind="social"), make_channel(slug="paid-social", kind="social")
    page = make_landing_page()
    sessions(3, channel=organic)
    sessions(1, channel=organic, landing_page=page)
    sessions(2, channel=paid)
    sessions(2, channel=social, social_network=instagram)
    sessions(1, channel=ads, social_network=instagram, landing_page=page)
    sessions(1)
    refresh()

    assert (card("sessions").value, card("organic_sessions").value, card("social_sessions").value) == (10, 4, 3)
    # 3 of 10: Wilson .107791 to .603222
    share = card("social_session_share")
    assert (share.numerator, share.denominator, share.value) == (3, 10, Decimal("0.3"))
    assert [share.lower, share.upper] == near(0.107791, 0.603222)
    assert parts("sessions", Dimension.CHANNEL) == {organic.pk: 4, paid.pk: 2, social.pk: 2, ads.pk: 1, 0: 1}
    assert parts("sessions", Dimension.SOCIAL_NETWORK) == {instagram.pk: 3, 0: 7}
    assert parts("social_session_share", Dimension.LANDING_PAGE) == {page.pk: Decimal("0.5"), 0: Decimal("0.25")}


def test_a_channel_that_becomes_another_moves_its_visits(refresh):
    channel = make_channel(kind="referral")
    sessions(2, channel=channel)
    refresh()
    assert card("social_sessions").value == 0

    Channel.objects.filter(pk=channel.pk).update(kind="social")
    refresh()

    assert card("social_sessions").value == 2


def test_pages_per_session(refresh):
    make_session(paths=("/a", "/b", "/c"), started_at=MEHR)
    make_session(paths=("/a",), started_at=MEHR)
    make_session(started_at=MEHR)
    make_session(paths=("/a",) * 9, started_at=MEHR, is_bot=True)
    make_session(paths=("/a",) * 9, started_at=SHAHRIVAR)
    refresh()

    # (3 + 1 + 0) ÷ 3
    value = card("pages_per_session")
    assert (value.numerator, value.denominator, value.value) == (4, 3, Decimal("1.333333333333"))
    assert (value.lower, value.upper, value.sample_size) == (None, None, 3)


def test_site_engagement_rate(refresh):
    """More than ten seconds, two pages, or a conversion."""
    sessions(1, ended_at=MEHR + timedelta(seconds=10))  # ten and no more: no
    sessions(1, ended_at=MEHR + timedelta(seconds=10) + INSTANT)  # yes
    make_session(paths=("/a",), started_at=MEHR, ended_at=MEHR)  # no
    make_session(paths=("/a", "/a"), started_at=MEHR, ended_at=MEHR)  # yes
    sessions(1, converted_at=MEHR)  # yes
    sessions(1)  # never heard of again: no
    refresh()

    # 3 of 6: Wilson .187616 to .812384
    value = card("site_engagement_rate")
    assert (value.numerator, value.denominator, value.value) == (3, 6, Decimal("0.5"))
    assert [value.lower, value.upper] == near(0.187616, 0.812384)


def test_social_engagement_rate(refresh):
    """(30 + 10 + 10) + (1 + 0 + 0) over 1,000 + 20: Σ over Σ, not the mean of 5 % and 5 %."""
    network, other = (SocialNetwork.objects.create(slug=slug, name=slug) for slug in ("one", "two"))
    channel = make_channel()
    campaign = Campaign.objects.create(name="Spring", channel=channel)
    make_post(social_network=network, posted_at=MEHR, reach=1000, likes=30, comments=10, shares=10, campaign=campaign)
    make_post(social_network=other, posted_at=MEHR, reach=20, likes=1)
    make_post(social_network=other, posted_at=SHAHRIVAR, reach=10, likes=9)
    refresh()

    value = card("social_engagement_rate")
    assert (value.numerator, value.denominator, value.value) == (51, 1020, Decimal("0.05"))
    assert (value.lower, value.sample_size) == (None, 1020)
    assert parts("social_engagement_rate", Dimension.SOCIAL_NETWORK) == {network.pk: Decimal("0.05"), other.pk: Decimal("0.05")}
    assert parts("social_engagement_rate", Dimension.CAMPAIGN) == {campaign.pk: Decimal("0.05"), 0: Decimal("0.05")}
    assert parts("social_engagement_rate", Dimension.CHANNEL) == {channel.pk: Decimal("0.05"), 0: Decimal("0.05")}


def test_the_mean_per_post_counts_every_post_alike(refresh):
    make_post(posted_at=MEHR, reach=1000, likes=20)  # 0.02
    make_post(posted_at=MEHR, reach=10, likes=1)  # 0.1
    make_post(posted_at=MEHR, reach=3, shares=1)  # 0.333333
    make_post(posted_at=MEHR, reach=0, likes=1)  # reached nobody: no rate
    refresh()

    # (0.02 + 0.1 + 0.333333) ÷ 3 = 0.151111; over all 23 ÷ 1,013
    value = card("social_engagement_rate_per_post")
    assert (value.numerator, value.denominator, value.value) == (Decimal("0.453333"), 3, Decimal("0.151111"))
    assert card("social_engagement_rate").value == Decimal("0.022704837117")
    # squares .0004 + .01 + .111110888889 = .121510888889, less .453333² ÷ 3 = .068503602963, ÷ 2: s = .162799,
    # t(2) = 4.302653, so ± 4.302653 × .162799 ÷ √3 = .404416
    assert [value.lower, value.upper] == near(0.151111 - 0.404416, 0.151111 + 0.404416)


def land(page, started_at=MEHR, **facts):
    return make_session(landing_page=page, started_at=started_at, **facts)


def test_landing_page_conversion_rate(refresh):
    """Whoever does something that counts within a day of landing, however often they land."""
    page, other = make_landing_page(variants="ab"), make_landing_page()
    one, two = page.variants.order_by("key")
    land(page, visitor="form")
    Lead.objects.create(name="Lead", visitor="form", created_at=MEHR + DAY)  # the last moment: yes
    land(page, visitor="late", variant=one)
    Lead.objects.create(name="Lead", visitor="late", created_at=MEHR + DAY + INSTANT)  # no
    land(page, visitor="before")
    Lead.objects.create(name="Lead", visitor="before", created_at=MEHR - INSTANT)  # no
    land(page, visitor="spam")
    Lead.objects.create(name="Lead", visitor="spam", created_at=MEHR, is_spam=True)  # no
    land(page, visitor="cart", variant=two)
    make_cart(visitor="cart", created_at=MEHR, completed_at=MEHR + DAY)  # yes
    land(other, visitor="buyer")
    buyer = make_customer()
    make_cart(visitor="buyer", created_at=SHAHRIVAR, customer=buyer)
    make_order(customer=buyer, placed_at=MEHR + DAY)  # by telephone, but the same person: yes
    land(page, visitor="again", started_at=MEHR - DAY - INSTANT)
    land(other, visitor="again")
    make_session(visitor="again", started_at=MEHR, converted_at=MEHR)  # later than a day after page, at once after other
    land(page)
    land(page, converted_at=MEHR + timedelta(minutes=1))  # two without a name: two visitors, of whom one converted
    land(page, is_bot=True, converted_at=MEHR)
    land(page, SHAHRIVAR, visitor="form")
    make_session(started_at=MEHR, visitor="elsewhere", converted_at=MEHR)  # landed on no page
    refresh()

    # form, cart, buyer, again and one without a name, of form, late, before, spam, cart, buyer, again and two: 5 of 9.
    # Wilson .266651 to .811221
    value = card("landing_page_conversion_rate", today=date(2025, 10, 25))
    assert (value.numerator, value.denominator, value.state) == (5, 9, "open")
    assert [value.lower, value.upper] == near(0.266651, 0.811221)
    # "again" landed on both pages: 8 there of whom form, cart and one without a name, 2 here who both converted
    assert parts("landing_page_conversion_rate", Dimension.LANDING_PAGE) == {page.pk: Decimal("0.375"), other.pk: 1}
    assert parts("landing_page_conversion_rate", Dimension.VARIANT) == {one.pk: 0, two.pk: 1, 0: Decimal("0.571428571429")}
    # in Shahrivar "form" landed and did nothing within a day
    assert card("landing_page_conversion_rate", date(2025, 8, 25)).value == 0


def test_each_visitor_is_listed_once(refresh):
    page = make_landing_page()
    first = land(page, MEHR - DAY, visitor="v")
    land(page, MEHR, visitor="v", converted_at=MEHR)
    nameless = land(page, MEHR)
    refresh()

    query = Query(periods_of(Calendar.JALALI, Grain.MONTH, MEHR.date(), MEHR.date()), date(2025, 10, 1))
    found = list_rows(CATALOGUE["landing_page_conversion_rate"], "denominator", query)
    assert (found.total, found.amount) == (2, 2)
    assert [(row.type, row.id, row.day) for row in found.results] == [
        ("session", first.pk, date(2025, 9, 24)),
        ("session", nameless.pk, date(2025, 9, 25)),
    ]
    after_first = list_rows(CATALOGUE["landing_page_conversion_rate"], "denominator", query, limit=1)
    rest = list_rows(CATALOGUE["landing_page_conversion_rate"], "denominator", query, after=after_first.next, limit=1)
    assert ([row.id for row in rest.results], rest.next) == ([nameless.pk], None)


def test_cart_abandonment_rate(refresh):
    """The sheet's own: 2,500 of 3,150 are 79.3651 %; here a day to the last moment is in time."""
    channel = make_channel()
    make_cart(created_at=MEHR, channel=channel)  # never
    make_cart(created_at=MEHR, completed_at=MEHR + DAY)  # in time
    make_cart(created_at=MEHR, completed_at=MEHR + DAY + INSTANT, channel=channel)  # too late
    make_cart(created_at=MEHR, completed_at=MEHR + timedelta(minutes=5), channel=channel)
    make_cart(created_at=SHAHRIVAR)
    make_cart(created_at=MEHR, customer=make_customer(is_test=True))
    refresh()

    # 2 of 4: Wilson .150039 to .849961
    value = card("cart_abandonment_rate", today=date(2025, 10, 25))
    assert (value.numerator, value.denominator, value.value, value.state) == (2, 4, Decimal("0.5"), "open")
    assert [value.lower, value.upper] == near(0.150039, 0.849961)
    assert parts("cart_abandonment_rate", Dimension.CHANNEL) == {channel.pk: Decimal("0.666666666667"), 0: 0}
    assert card("cart_abandonment_rate", today=date(2025, 10, 26)).state == "closed"


def test_2500_abandoned_carts_of_3150(refresh):
    Cart.objects.bulk_create(Cart(created_at=MEHR) for _ in range(2500))
    Cart.objects.bulk_create(Cart(created_at=MEHR, completed_at=MEHR) for _ in range(650))
    refresh()

    assert round(card("cart_abandonment_rate").value, 6) == Decimal("0.793651")


def test_recovered_carts(refresh):
    """Those completed too late, on the day they were."""
    make_cart(created_at=SHAHRIVAR, completed_at=MEHR)
    make_cart(created_at=MEHR, completed_at=MEHR + DAY + INSTANT)
    make_cart(created_at=MEHR, completed_at=MEHR + DAY)  # in time: nothing to recover
    make_cart(created_at=MEHR, completed_at=tehran(2025, 10, 23))  # in Aban
    make_cart(created_at=MEHR)
    refresh()

    assert card("recovered_carts").value == 2
    assert card("recovered_carts", date(2025, 10, 23), today=LONG_AFTER).value == 1
    # of the four of Mehr three were left: two came back later
    assert card("cart_abandonment_rate").numerator == 3


def test_survey_response_rate(refresh):
    """By the day the invitation arrived; an answer counts whenever it comes."""
    east = Team.objects.create(name="East")
    mina = User.objects.create_user("mina@example.com", team=east)
    product = make_product()
    nps, csat = Survey.objects.get(slug="nps"), Survey.objects.get(slug="csat")
    theirs = make_customer(owner=mina)
    ticket = theirs.tickets.create(product=product)
    make_invitation(customer=theirs, delivered_at=MEHR, answered_at=MEHR + 40 * DAY)
    make_invitation(customer=theirs, delivered_at=MEHR, ticket=ticket)
    make_invitation("csat", delivered_at=MEHR)
    make_invitation("csat", delivered_at=MEHR, answered_at=MEHR + 2 * DAY)
    make_invitation(delivered_at=None)  # never arrived
    make_invitation(delivered_at=SHAHRIVAR, answered_at=MEHR)
    make_invitation(customer=make_customer(is_spam=True), delivered_at=MEHR)
    refresh()

    # 2 of 4: Wilson .150039 to .849961; grows for thirty days
    value = card("survey_response_rate", today=date(2025, 11, 21))
    assert (value.numerator, value.denominator, value.value, value.state) == (2, 4, Decimal("0.5"), "maturing")
    assert [value.lower, value.upper] == near(0.150039, 0.849961)
    assert card("survey_response_rate", today=date(2025, 11, 22)).state == "closed"
    assert card("survey_response_rate", window=2).value == Decimal("0.25")
    assert parts("survey_response_rate", Dimension.SURVEY) == {nps.pk: Decimal("0.5"), csat.pk: Decimal("0.5")}
    assert parts("survey_response_rate", Dimension.TEAM) == {east.pk: Decimal("0.5"), 0: Decimal("0.5")}
    assert parts("survey_response_rate", Dimension.PRODUCT) == {product.pk: 0, 0: Decimal("0.666666666667")}


def test_without_any_visit_traffic_says_what_is_missing(refresh):
    refresh()

    keys = ("sessions", "site_engagement_rate", "social_engagement_rate", "cart_abandonment_rate", "survey_response_rate")
    assert {card(key).reason for key in keys} == {"no_data"}


def test_a_month_without_visits_is_no_zero_rate(refresh):
    sessions(1, SHAHRIVAR)
    refresh()

    assert (card("sessions").value, card("site_engagement_rate").reason) == (0, "no_denominator")


@pytest.mark.parametrize(
    ("role", "reason"), [("rep", "not_visible"), ("support", "not_visible"), ("manager", ""), ("marketer", ""), ("admin", "")]
)
def test_visits_and_posts_are_not_for_everybody(refresh, role, reason):
    sessions(2)
    make_post(posted_at=MEHR, reach=10)
    refresh()
    viewer = make_user(role, team=Team.objects.create(name="East"))

    assert card("sessions", viewer=viewer).reason == reason
    assert card("social_engagement_rate", viewer=viewer).reason == reason


def test_a_rep_sees_the_carts_of_their_customers(refresh):
    rep = make_user("rep")
    make_cart(created_at=MEHR, customer=make_customer(owner=rep))
    make_cart(created_at=MEHR, completed_at=MEHR, customer=make_customer())
    make_cart(created_at=MEHR)
    refresh()

    value = card("cart_abandonment_rate", viewer=rep)
    assert (value.numerator, value.denominator) == (1, 1)
