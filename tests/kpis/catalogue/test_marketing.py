"""Marketing, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Channel, Expense, LeadSource, SocialNetwork
from crm.models import User
from customers.models import Refund
from kpis.definitions import Dimension
from leads.models import Lead
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER, near
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR = tehran(2025, 9, 25), tehran(2025, 8, 25)


def leads(count, created_at=MEHR, **facts):
    return Lead.objects.bulk_create(Lead(name=f"Lead {i}", created_at=created_at, **facts) for i in range(count))


def test_leads(refresh):
    first_minute, last_minute = tehran(2025, 9, 23, 0, 0), tehran(2025, 10, 22, 23, 59)
    leads(2, first_minute)  # 1 Mehr begins: in
    leads(3, last_minute)  # 30 Mehr ends: in
    leads(7, first_minute - timedelta(seconds=1))  # still 31 Shahrivar
    leads(4, is_test=True)
    leads(5, is_spam=True)
    leads(1, merged_into=leads(1)[0])  # two records of one person: one
    leads(2, is_archived=True)  # archived ones count
    refresh()

    # 2 + 3 + 1 + 2 = 8; the exact Poisson interval of 8 is 3.4538 to 15.7632
    value = card("leads", today=LONG_AFTER)
    assert (value.value, value.denominator, value.reason, value.state) == (8, None, "", "closed")
    assert [value.lower, value.upper] == pytest.approx([Decimal("3.4538"), Decimal("15.7632")], abs=Decimal("0.0001"))
    assert card("leads", date(2025, 9, 22)).value == 7


def test_leads_of_a_month_that_runs_end_today(refresh):
    leads(2, tehran(2025, 10, 1))
    leads(3, tehran(2025, 10, 2))
    refresh()

    value = card("leads", today=date(2025, 10, 1))

    assert (value.value, value.state) == (2, "open")


def test_mqls(refresh):
    """By the day a lead first became an MQL; one taken straight to SQL never was one."""
    leads(3, SHAHRIVAR, mql_at=MEHR)
    leads(2, MEHR, mql_at=MEHR, sql_at=MEHR)
    leads(4, SHAHRIVAR, mql_at=SHAHRIVAR)
    leads(1, MEHR, sql_at=MEHR)
    refresh()

    assert card("mqls").value == 3 + 2


def test_sqls(refresh):
    leads(2, SHAHRIVAR, mql_at=SHAHRIVAR, sql_at=MEHR)
    leads(1, MEHR, sql_at=MEHR)
    leads(6, MEHR, mql_at=MEHR)
    refresh()

    assert card("sqls").value == 2 + 1


def test_lead_conversion_rate(refresh):
    """Conversions of the month by leads of any age over leads of the month: more than 100 % is possible."""
    leads(7, SHAHRIVAR, converted_at=MEHR)
    leads(5, MEHR, converted_at=MEHR)
    leads(4, MEHR)
    leads(1, MEHR, disqualified_at=MEHR)  # disqualified ones are leads too
    refresh()

    # (7 + 5) ÷ (5 + 4 + 1) = 120 %; a rate that passes 100 % has no interval
    value = card("lead_conversion_rate")
    assert (value.numerator, value.denominator, value.value) == (12, 10, Decimal("1.2"))
    assert (value.lower, value.upper) == (None, None)


def test_a_conversion_rate_without_new_leads_is_no_zero(refresh):
    leads(3, SHAHRIVAR, converted_at=MEHR)
    refresh()

    value = card("lead_conversion_rate")

    assert (value.numerator, value.denominator, value.value, value.reason) == (3, 0, None, "no_denominator")


def test_a_rate_without_any_lead_says_that_data_is_missing(refresh):
    refresh()

    value = card("lead_conversion_rate")

    assert (value.numerator, value.denominator, value.value, value.reason) == (None, None, None, "no_data")


def test_lead_conversion_rate_cohort(refresh):
    """Of the leads of the month, those that have converted up to now: never above 100 %."""
    leads(7, SHAHRIVAR, converted_at=MEHR)
    leads(10, MEHR, converted_at=MEHR + timedelta(days=5))
    leads(2, MEHR, converted_at=MEHR + timedelta(days=40))
    leads(88, MEHR)
    refresh()

    # 12 of 100: Wilson .069994 to .198121
    value = card("lead_conversion_rate_cohort")
    assert (value.numerator, value.denominator, value.value) == (12, 100, Decimal("0.12"))
    assert [value.lower, value.upper] == near(0.069994, 0.198121)
    # within 39 days of the entry day only ten had
    assert card("lead_conversion_rate_cohort", window=39).value == Decimal("0.1")
    assert card("lead_conversion_rate_cohort", window=40).value == Decimal("0.12")


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2025, 10, 25), "open"),  # three days after 30 Mehr
        (date(2025, 10, 26), "maturing"),
        (date(2026, 1, 20), "maturing"),  # ninety days after it
        (date(2026, 1, 21), "closed"),
    ],
)
def test_a_cohort_matures_for_ninety_days(refresh, today, state):
    leads(1)
    refresh()

    assert card("lead_conversion_rate_cohort", today=today).state == state


def test_lead_to_customer_rate(refresh):
    buyer, earlier, canceller, tester = (make_customer(is_test=is_test) for is_test in (False, False, False, True))
    make_order(customer=buyer, placed_at=MEHR + timedelta(days=30))
    make_order(customer=earlier, placed_at=MEHR - timedelta(days=1))  # before the lead: no conversion
    make_order(customer=canceller, placed_at=MEHR + timedelta(days=1), status="cancelled")
    make_order(customer=tester, placed_at=MEHR + timedelta(days=1))
    for customer in (buyer, earlier, canceller, tester):
        leads(1, MEHR, customer=customer)
    leads(1, MEHR + timedelta(days=30), customer=buyer)  # of the order's own day, in Aban
    leads(6, MEHR)
    refresh()

    # 1 of 4 + 6 = 10
    value = card("lead_to_customer_rate")
    assert (value.numerator, value.denominator, value.value) == (1, 10, Decimal("0.1"))
    assert card("lead_to_customer_rate", date(2025, 10, 25), today=LONG_AFTER).value == 1


def test_cost_per_lead(refresh):
    shown, sold = (Campaign.objects.create(name=goal, goal=goal) for goal in ("leads", "sales"))
    idle = Campaign.objects.create(name="Idle", goal="leads")
    mehr = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 10, 22)}
    both = {"valid_from": date(2025, 9, 8), "valid_to": date(2025, 10, 7)}  # 15 of its 30 days are in Mehr
    Expense.objects.create(kind="ads", amount=40_000, campaign=shown, **mehr)
    Expense.objects.create(kind="content", amount=60_000, campaign=shown, **both)
    Expense.objects.create(kind="ads", amount=30_000, campaign=idle, **mehr)  # brought nobody: still spent
    Expense.objects.create(kind="operating", amount=999, campaign=shown, **mehr)  # not marketing
    Expense.objects.create(kind="retention", amount=999, campaign=shown, **mehr)
    Expense.objects.create(kind="ads", amount=999, campaign=sold, **mehr)  # another goal
    Expense.objects.create(kind="ads", amount=999, **mehr)  # no campaign
    leads(50, campaign=shown)
    leads(9, campaign=sold)
    leads(9)
    refresh()

    # (40,000 + 60,000 × 15 ÷ 30 + 30,000) ÷ 50 = 100,000 ÷ 50 = 2,000; never × 100
    value = card("cost_per_lead", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value, value.quality) == (100_000, 50, 2000, "exact")


def test_cost_per_lead_by_campaign(refresh):
    shown, sold, idle = (Campaign.objects.create(name=str(i), goal=goal) for i, goal in enumerate(("leads", "sales", "leads")))
    day = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 9, 23)}
    for campaign, amount in ((shown, 90), (sold, 80), (idle, 70)):
        Expense.objects.create(kind="ads", amount=amount, campaign=campaign, is_estimate=True, **day)
    leads(3, campaign=shown)
    leads(2, campaign=sold)
    refresh()

    # 90 ÷ 3 = 30; a campaign for sales has no such cost, one without leads no denominator
    assert parts("cost_per_lead", Dimension.CAMPAIGN) == {shown.pk: 30, sold.pk: "not_applicable", idle.pk: "no_denominator"}
    assert card("cost_per_lead").quality == "estimated"
    assert card("cost_per_lead", filters={Dimension.CAMPAIGN: sold.pk}).reason == "not_applicable"


def test_leads_without_a_channel_stand_under_the_unknown_member(refresh):
    mail, social = (Channel.objects.create(slug=slug, name=slug) for slug in ("mail", "social"))
    leads(3, channel=mail)
    leads(2, channel=social)
    leads(4)
    refresh()

    assert parts("leads", Dimension.CHANNEL) == {mail.pk: 3, social.pk: 2, 0: 4}
    assert card("leads", filters={Dimension.CHANNEL: 0}).value == 4


def test_a_lead_converted_back_and_forth_is_one_conversion(refresh):
    """An undone conversion does not count; the next one is the only one."""
    (lead,) = leads(1, MEHR, converted_at=MEHR)
    refresh()
    for moment, expected in ((None, 0), (MEHR + timedelta(days=1), 1)):
        Lead.objects.filter(pk=lead.pk).update(converted_at=moment)
        refresh()
        assert card("lead_conversion_rate").value == expected


def test_mql_to_sql_rate(refresh):
    leads(3, SHAHRIVAR, mql_at=MEHR, sql_at=MEHR + timedelta(days=2))
    leads(1, SHAHRIVAR, mql_at=MEHR, sql_at=MEHR + timedelta(days=40))
    leads(6, SHAHRIVAR, mql_at=MEHR)
    leads(5, SHAHRIVAR, mql_at=SHAHRIVAR, sql_at=MEHR)  # an MQL of the month before
    leads(2, MEHR, sql_at=MEHR)  # never was an MQL
    refresh()

    # 4 of 10, Wilson .168180 to .687326; within 39 days 3 of 10
    value = card("mql_to_sql_rate")
    assert (value.numerator, value.denominator, value.value) == (4, 10, Decimal("0.4"))
    assert [value.lower, value.upper] == near(0.168180, 0.687326)
    assert card("mql_to_sql_rate", window=39).value == Decimal("0.3")
    assert card("mql_to_sql_rate", today=date(2026, 1, 20)).state == "maturing"


def test_lead_generation_cost(refresh):
    stand, form = (Channel.objects.create(slug=slug, name=slug) for slug in ("stand", "form"))
    sms = LeadSource.objects.create(slug="sms", name="SMS contest")
    day = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 9, 23)}
    Expense.objects.create(kind="ads", amount=350, channel=stand, **day)
    Expense.objects.create(kind="operating", amount=250, channel=stand, **day)  # of every kind
    Expense.objects.create(kind="ads", amount=400, channel=form, is_estimate=True, **day)
    Expense.objects.create(kind="ads", amount=999, **day)  # of neither
    leads(3, channel=stand)
    leads(1, channel=form)
    leads(7)
    refresh()

    # (600 + 400) ÷ (3 + 1) = 250, not the mean of 200 and 400
    value = card("lead_generation_cost", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value, value.quality) == (1000, 4, 250, "estimated")
    assert parts("lead_generation_cost", Dimension.CHANNEL) == {stand.pk: 200, form.pk: 400, 0: "no_denominator"}

    Expense.objects.create(kind="content", amount=60, lead_source=sms, **day)
    leads(2, lead_source=sms)
    refresh()

    # a source counts like a channel: 1,060 ÷ 6; 60 ÷ 2 of its own
    assert (card("lead_generation_cost", today=LONG_AFTER).numerator, card("lead_generation_cost").denominator) == (1060, 6)
    assert parts("lead_generation_cost", Dimension.LEAD_SOURCE)[sms.pk] == 30


def test_cost_per_purchase(refresh):
    search, shop = (Channel.objects.create(slug=s, name=s, is_marketing=s == "search") for s in ("search", "shop"))
    campaign = Campaign.objects.create(name="Autumn", goal="sales")
    day = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 9, 23)}
    Expense.objects.create(kind="ads", amount=700, channel=search, **day)
    Expense.objects.create(kind="commission", amount=200, campaign=campaign, **day)
    Expense.objects.create(kind="retention", amount=999, campaign=campaign, **day)
    Expense.objects.create(kind="operating", amount=999, channel=search, **day)
    Expense.objects.create(kind="ads", amount=999, channel=shop, **day)  # no marketing channel
    buyers = [make_customer(channel=search), make_customer(campaign=campaign, channel=shop), make_customer(channel=shop)]
    for customer in (*buyers, buyers[0]):
        make_order(customer=customer, placed_at=MEHR)
    make_order(customer=buyers[0], placed_at=MEHR, status="cancelled")
    refresh()

    # (700 + 200) ÷ (2 of the search channel + 1 of the campaign) = 300
    value = card("cost_per_purchase")
    assert (value.numerator, value.denominator, value.value) == (900, 3, 300)
    assert parts("cost_per_purchase", Dimension.CAMPAIGN) == {campaign.pk: 200, 0: 350}
    assert card("cost_per_purchase", viewer=User(role="rep", visibility="all")).reason == "not_visible"

    # what the organisation calls marketing counts, from the first day on: of the shop's 999 + 900 and one order more
    Channel.objects.filter(pk=shop.pk).update(is_marketing=True)
    refresh()
    assert (card("cost_per_purchase").numerator, card("cost_per_purchase").denominator) == (1899, 4)


def test_cost_per_converted_lead(refresh):
    search, shop = (Channel.objects.create(slug=s, name=s, is_marketing=s == "search") for s in ("search", "shop"))
    expo = Campaign.objects.create(name="Expo", goal="leads")
    day = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 9, 23)}
    Expense.objects.create(kind="ads", amount=500, channel=search, **day)
    Expense.objects.create(kind="commission", amount=400, campaign=expo, is_estimate=True, **day)
    Expense.objects.create(kind="retention", amount=999, campaign=expo, **day)  # for those who bought already
    Expense.objects.create(kind="operating", amount=999, channel=search, **day)
    Expense.objects.create(kind="ads", amount=999, channel=shop, **day)  # no marketing channel
    leads(5, channel=search)
    leads(2, channel=search, converted_at=MEHR)
    leads(1, campaign=expo, created_at=MEHR - timedelta(days=40), converted_at=MEHR)  # older: converted in Mehr all the same
    leads(1, channel=search, converted_at=MEHR + timedelta(days=30))  # converted in Aban
    leads(1, channel=shop, converted_at=MEHR)  # came by itself
    leads(1, converted_at=MEHR)
    refresh()

    # (500 + 400) ÷ (2 of the search channel + 1 of the campaign) = 300; by channel 500 ÷ 2, by campaign 400 ÷ 1
    value = card("cost_per_converted_lead", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value, value.quality) == (900, 3, 300, "estimated")
    assert parts("cost_per_converted_lead", Dimension.CHANNEL)[search.pk] == 250
    assert parts("cost_per_converted_lead", Dimension.CAMPAIGN) == {expo.pk: 400, 0: 250}
    assert card("cost_per_converted_lead", viewer=User(role="rep", visibility="all")).reason == "not_visible"

    # what the organisation calls marketing counts, from the first day on: of the shop's 999 + 900 and one lead more
    Channel.objects.filter(pk=shop.pk).update(is_marketing=True)
    refresh()
    assert (card("cost_per_converted_lead").numerator, card("cost_per_converted_lead").denominator) == (1899, 4)


def test_marketing_revenue_and_its_share(refresh):
    search, shop = (Channel.objects.create(slug=s, name=s, is_marketing=s == "search") for s in ("search", "shop"))
    buyer, walk_in = make_customer(channel=search), make_customer(channel=shop)
    make_order([(1, 500)], customer=buyer, placed_at=MEHR)
    returned = make_order([(1, 200)], customer=buyer, placed_at=MEHR)
    other = make_order([(1, 300)], customer=walk_in, placed_at=MEHR)
    Refund.objects.create(order=returned, amount=50, refunded_at=MEHR)
    Refund.objects.create(order=other, amount=100, refunded_at=MEHR)
    refresh()

    # 500 + 200 − 50 = 650 of 1,000 − 150 = 850
    assert card("marketing_revenue").value == 650
    value = card("marketing_revenue_share")
    assert (value.numerator, value.denominator, value.value.quantize(Decimal("0.0001"))) == (650, 850, Decimal("0.7647"))
    assert parts("marketing_revenue", Dimension.CHANNEL) == {search.pk: 650, shop.pk: 0}
    assert parts("marketing_revenue_share", Dimension.CHANNEL) == {search.pk: 1, shop.pk: 0}


def test_social_leads_and_customers(refresh):
    gram = SocialNetwork.objects.create(slug="gram", name="Gram")
    leads(3, social_network=gram)
    leads(4)
    follower = make_customer(social_network=gram)
    for moment in (MEHR, MEHR + timedelta(days=1)):
        make_order(customer=follower, placed_at=moment)
    make_order(customer=make_customer(), placed_at=MEHR)
    refresh()

    assert (card("social_leads").value, parts("social_leads", Dimension.SOCIAL_NETWORK)) == (3, {gram.pk: 3, 0: 0})
    assert (card("social_customers").value, parts("social_customers", Dimension.SOCIAL_NETWORK)) == (1, {gram.pk: 1, 0: 0})
