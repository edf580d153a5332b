"""What each new customer cost: parts worked out by hand, which add up to the number."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Channel, Expense
from crm.money import spread
from crm.periods import Calendar, Grain, period_of
from kpis.engine import drain
from kpis.readings.acquisition import Shares, equal_part
from kpis.readings.query import Query
from tests.factories.customers import make_customer, make_order
from tests.spreadsheets import csv_rows

MEHR = datetime(2025, 9, 23, 9, tzinfo=UTC)  # 1 Mehr 1404
PAGE = "/kpis/customer_acquisition_cost/"


@pytest.mark.parametrize(("amount", "count"), [("1000", 3), ("0", 2), ("7", 9), ("100.25", 3)])
def test_equal_parts_are_those_of_the_largest_remainder(amount, count):
    parts = [equal_part(Decimal(amount), count, rank, Decimal(1)) for rank in range(1, count + 1)]

    assert parts == spread(Decimal(amount), [1] * count, Decimal(1))


@pytest.fixture
def four(db, sara):
    """Four new customers of Mehr: two by Autumn, in the channel Ads; one by Ads alone; one from nowhere.

    1,001 ads of Autumn, 300 content of Ads, 100 salary of nobody; 50 ads of Expo, a campaign of Ads without customers;
    40 of Film, which has neither a channel nor customers.
    """
    ads, autumn = Channel.objects.get_or_create(slug="ads", defaults={"name": "Ads"})[0], Campaign.objects.create(name="Autumn")
    expo, film = Campaign.objects.create(name="Expo", channel=ads), Campaign.objects.create(name="Film")
    touches = [{"campaign": autumn, "channel": ads}, {"campaign": autumn, "channel": ads}, {"channel": ads}, {}]
    for number, touch in enumerate(touches, start=1):
        make_order(customer=make_customer(name=f"C{number}", owner=sara, **touch), placed_at=MEHR.replace(hour=number))
    days = {"valid_from": MEHR.date(), "valid_to": MEHR.date()}
    for kind, amount, place in [
        ("ads", 1_001, {"campaign": autumn}),
        ("content", 300, {"channel": ads}),
        ("salary", 100, {}),
        ("ads", 50, {"campaign": expo}),
        ("ads", 40, {"campaign": film}),
        ("operating", 9_999, {}),
    ]:
        Expense.objects.create(kind=kind, amount=amount, **place, **days)
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.usefixtures("four")
def test_each_part_falls_on_somebody_and_all_add_up(browse, sara):
    """1,001 + 300 + 100 + 50 + 40 = 1,491.

    Ads: 501 and 500 of Autumn; 50 of Expo to the three of its channel (17, 17, 16); 40 of Film, 10 to each of four.
    Content: 100 to each of three. Salary: 25 to each of four.
    """
    sara.money_unit = "rial"
    sara.save()
    client = browse(sara)

    rows = csv_rows(client.get(f"{PAGE}csv/?what=shares&period=1404-07"))
    page = client.get(f"{PAGE}?side=shares&period=1404-07")

    names = ["Ads (Rial)", "Content (Rial)", "Salary (Rial)", "Together (Rial)"]
    assert [[row["Name"], *(Decimal(row[name]) for name in names)] for row in rows] == [
        ["C1", 528, 100, 25, 653],
        ["C2", 527, 100, 25, 652],
        ["C3", 26, 100, 25, 151],
        ["C4", 10, 0, 25, 35],
    ]
    assert page.context["now"].numerator == 653 + 652 + 151 + 35 == 1_491
    assert (page.context["row_total"], page.context["row_sum"]) == ("4", "1,491 Rial")
    assert [row["amounts"][-1] for row in page.context["share_rows"]] == [
        ("Together", f"{amount} Rial") for amount in (653, 652, 151, 35)
    ]
    assert page.context["share_totals"] == [
        ("Ads", "1,091 Rial"), ("Salary", "100 Rial"), ("Commission", "0 Rial"), ("Content", "300 Rial"),
        ("Technical", "0 Rial"), ("Maintenance", "0 Rial"), ("Together", "1,491 Rial"),
    ]  # fmt: skip
    following = client.get(f"{PAGE}?side=shares&period=1404-07&after=2").context["share_rows"]
    assert [row["label"] for row in following] == ["C3", "C4"]


@pytest.mark.usefixtures("four")
def test_of_one_channel_all_of_its_costs_fall_on_its_customers(browse, sara):
    """300 + 50 of the channel Ads; the costs of Autumn, which has no channel, are not among them."""
    page = browse(sara).get(f"{PAGE}?side=shares&period=1404-07&channel={Channel.objects.get(slug='ads').pk}")

    assert page.context["now"].numerator == 350
    assert page.context["share_totals"][-1] == ("Together", "35 Toman")
    assert page.context["row_total"] == "3"


@pytest.mark.usefixtures("four")
def test_costs_are_not_for_reps_and_other_kpis_have_no_such_table(browse, sara, omid):
    hidden = browse(omid).get(f"{PAGE}csv/?what=shares&period=1404-07")

    assert csv_rows(hidden) == []
    assert [
        browse(sara).get(address).status_code for address in ("/kpis/leads/?side=shares", "/kpis/leads/csv/?what=shares")
    ] == [
        400,
        400,
    ]
    assert browse(sara).get(f"{PAGE}?side=shares&after=x").status_code == 400


@pytest.mark.usefixtures("four")
def test_the_share_of_one_is_the_share_that_is_listed():
    period = period_of(MEHR.date(), Calendar.JALALI, Grain.MONTH)
    shares = Shares(Query((period,), period.end))
    listed = {share.customer: share for share in shares.listed()}

    assert {key: shares.share_of(key) for key in listed} == listed
    assert [share.total for share in listed.values()] == [653, 652, 151, 35]
    assert Shares(Query((period.previous(),), period.end)).share_of(min(listed)) is None
