"""The file of one KPI for spreadsheets: its rows and its trend."""

import csv
import io
from datetime import timedelta

import pytest

from customers.models import Refund
from kpis.readings.sorting import AMOUNT, MOST_SORTED, NAME
from tests.factories.customers import make_customer, make_order
from tests.kpis.test_views import MEHR, leads_on, settle

pytestmark = pytest.mark.django_db


def rows_of(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(browse, sara):
    leads_on(1, name="=1+1")
    settle()

    (row,) = rows_of(browse(sara).get("/kpis/leads/csv/?what=rows&period=1404-07"))

    assert (row["Name"], row["Day (ISO)"], row["Amount"], row["Type"]) == ("'=1+1", "2025-09-23", "1", "Lead")


def test_the_trend_has_exact_figures_and_both_names_of_its_periods(browse, sara):
    leads_on(1, 2)
    settle()

    rows = rows_of(browse(sara).get("/kpis/leads/csv/?what=trend&period=1404-07"))

    last = rows[-1]
    assert (last["Period"], last["Key"], last["From"], last["To"]) == ("Mehr 1404", "1404-07", "2025-09-23", "2025-10-22")
    assert (last["Value"], last["Numerator"], last["Reason"]) == ("2", "2", "")


def test_a_negative_figure_stays_a_number(browse, sara):
    make_order(customer=make_customer(owner=sara), placed_at=MEHR - timedelta(days=180))
    settle()

    rows = rows_of(browse(sara).get("/kpis/net_customer_growth/csv/?what=trend&period=1404-07"))

    assert rows[-1]["Value"] == "-1"


def test_a_rep_gets_no_rows_of_others(browse, omid, nima):
    leads_on(1, owner=nima)
    settle()

    assert rows_of(browse(omid).get("/kpis/leads/csv/?what=rows&period=1404-07")) == []


def test_a_row_says_for_whom_it_is_and_whose(browse, sara, omid):
    order = make_order(customer=make_customer(name="Mina"), placed_at=MEHR, owner=omid)
    settle()

    (row,) = rows_of(browse(sara).get("/kpis/orders/csv/?what=rows&period=1404-07"))
    (shown,) = browse(sara).get("/kpis/orders/?period=1404-07").context["row_list"]

    assert (row["Number"], row["Customer"], row["Owner"]) == (str(order.pk), "Mina", omid.name)
    assert (shown["customer"], shown["owner"]) == ("Mina", omid.name)


def test_rows_are_sorted_by_their_headings_on_the_page_and_in_the_file(browse, sara, monkeypatch):
    """27 orders of 10, 20, … 270 Rial, one a day, and on the first day a refund of 15."""
    made = [make_order(number=f"A{n}", placed_at=MEHR + timedelta(days=n), lines=[(n, 10)]) for n in range(1, 28)]
    Refund.objects.create(order=made[0], amount=15, refunded_at=MEHR)
    settle()
    client, address = browse(sara), "/kpis/revenue/"

    def opened(query):
        return client.get(address + query.partition("#")[0]).context

    first = opened("?period=1404-07")
    assert [row["label"] for row in first["row_list"]][:3] == ["A1", "A1", "A2"]  # the refund is of the day before
    day, amount = first["row_headings"]
    assert (day["aria"], amount["aria"]) == ("ascending", "")
    largest = opened(amount["url"])
    assert [row["amount"] for row in largest["row_list"]][:2] == ["27 Toman", "26 Toman"]
    rest = opened(largest["rows_pager"].next_url)
    assert [(row["label"], row["amount"]) for row in rest["row_list"]] == [
        ("A2", "2 Toman"), ("A1", "1 Toman"), ("A1", "−1.5 Toman"),
    ]  # fmt: skip
    assert (largest["row_total"], largest["card"].sample_text) == ("28", "n = 27")
    assert largest["row_note"].startswith("n counts orders, each once")
    notes = [
        client.get(f"/kpis/average_order_value/?period=1404-07&side={side}").context["row_note"]
        for side in ("numerator", "denominator")
    ]
    assert notes == ["n counts the denominator; these rows are those of the numerator.", ""]
    assert [each["aria"] for each in largest["row_headings"]] == ["", "descending"]
    smallest = opened(largest["row_headings"][1]["url"])
    assert [row["label"] for row in smallest["row_list"]][:3] == ["A1", "A1", "A2"]
    latest = opened(day["url"])
    assert [row["label"] for row in latest["row_list"]][:2] == ["A27", "A26"]
    in_file = rows_of(client.get(largest["files"]["rows"]["csv"]))
    assert [row["Name"] for row in in_file] == [f"A{n}" for n in range(27, 0, -1)] + ["A1"]
    assert [client.get(f"{address}?sort={sort}").status_code for sort in ("names", "-", "day&after=0_10_1")] == [400] * 3
    # of more than can be sorted the days stay the order, and there is no heading to press
    monkeypatch.setitem(MOST_SORTED, AMOUNT, 27)
    refused = opened(amount["url"])
    assert [row["label"] for row in refused["row_list"]] == [row["label"] for row in first["row_list"]]
    assert (refused["row_headings"][0]["aria"], refused["row_headings"][1]["url"]) == ("ascending", "")


# No base64, no UTF-8, no such source, and a character that no stored text holds.
BROKEN = ("0~!~1", "0~_w==~1", "9~~1", "0~AA==~1")


def test_rows_of_people_are_sorted_by_name_on_the_page_and_in_the_file(browse, sara, monkeypatch):
    """28 leads: in either language by its alphabet, in which letters that Arabic lacks are not the last ones."""
    names = ["یاسمن", "گلی", "پری", "Zoe", "بابک", "ژاله", "anna", "كاوه", "چنگیز", "جواد", "تارا", "Ali", "امیر", "آیدا"]
    people = [*names, *(f"سارا {n}" for n in range(10, 23))]
    for name in people:
        leads_on(1, name=name)
    leads_on(1, name="", phone="+989120000009")
    settle()
    client = browse(sara)

    def opened(query):
        return client.get(f"/kpis/leads/{query.partition('#')[0]}").context

    persian = ["آیدا", "امیر", "بابک", "پری", "تارا", "جواد", "چنگیز", "ژاله", *people[14:], "كاوه", "گلی", "یاسمن"]
    alphabet = ["Ali", "anna", "Zoe", *persian]
    name = opened("?period=1404-07")["name_heading"]
    assert (name["label"], name["aria"], name["is_number"]) == ("Name", "", False)
    first = opened(name["url"])
    rest = opened(first["rows_pager"].next_url)
    shown = [row["label"] for row in [*first["row_list"], *rest["row_list"]]]
    assert (shown[1:], shown[0].replace("\u00a0", " ")) == (alphabet, "0912 000 0009")
    assert first["name_heading"]["aria"] == "ascending"
    turned = opened(first["name_heading"]["url"])
    assert [row["label"] for row in turned["row_list"]] == alphabet[:1:-1]
    assert [row["Name"] for row in rows_of(client.get(turned["files"]["rows"]["csv"]))] == [*alphabet[::-1], shown[0]]
    assert [client.get(f"/kpis/leads/?sort=name&after={place}").status_code for place in BROKEN] == [400] * 4
    # answers are called by words that are not theirs, and of more than can be sorted nothing is
    assert client.get("/kpis/nps/?sort=name&period=1404-07").context["name_heading"]["url"] == ""
    monkeypatch.setitem(MOST_SORTED, NAME, 27)
    assert (opened(name["url"])["name_heading"]["url"], opened(name["url"])["row_headings"][0]["aria"]) == ("", "ascending")
