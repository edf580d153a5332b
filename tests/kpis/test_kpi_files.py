"""The file of one KPI for spreadsheets: its rows and its trend."""

import csv
import io
from datetime import timedelta

import pytest

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
