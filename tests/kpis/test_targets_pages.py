"""The grid that targets are typed into, and the cards that say them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.models import Organization
from kpis.engine import drain
from kpis.models import Snapshot, Target, TargetEdit
from kpis.services import close_periods
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.test_targets import make_target, stored
from tests.spreadsheets import csv_rows

pytestmark = pytest.mark.django_db


class TestGrid:
    URL = "/targets/?calendar=jalali&year=1404"
    FILE = "/targets/csv/?calendar=jalali&year=1404"

    def cells(self, response, kpi="leads"):
        row = next(row for row in response.context["rows"] if row["kpi"].key == kpi)
        return [each["text"] for each in row["cells"]]

    def test_a_stranger_is_asked_to_sign_in(self, browse):
        assert browse().get("/targets/").url.startswith("/account/login/")

    def test_the_running_month_alone_is_marked_as_where_the_grid_begins(self, browse, sara):
        now, past = (
            browse(sara).get(address).context["columns"] for address in ("/targets/", "/targets/?calendar=jalali&year=1390")
        )

        assert [column["grain"] for column in now if column["is_now"]] == ["month"]
        assert [column for column in past if column["is_now"]] == []

    @pytest.mark.parametrize(
        ("currency", "unit", "revenue"), [("IRR", "million Toman", 12_505_000_000), ("EUR", "EUR", "1250.5")]
    )
    def test_digits_of_any_script_and_the_readers_unit(self, browse, sara, currency, unit, revenue):
        sara.money_unit = "million_toman"
        sara.save()
        Organization.objects.update(currency=currency)

        answer = browse(sara).post(
            self.URL,
            {
                "seen": "{}",
                "revenue:1404-07": "۱٬۲۵۰٫۵",  # million tomans: 12,505,000,000 rials
                "lead_conversion_rate:1404-07": "٢٨٪",
                "new_customers:1404": "1,200",
            },
        )

        assert answer.status_code == 302
        assert f"Amounts in {unit}," in browse(sara).get(self.URL).content.decode()
        assert {row.kpi: row.value for row in Target.objects.all()} == {
            "revenue": Decimal(revenue),
            "lead_conversion_rate": Decimal("0.28"),
            "new_customers": Decimal(1200),
        }

    def test_the_grid_as_a_file_has_what_came_of_the_targets_below_them(self, browse, sara, omid):
        """Of Mehr 1404: 3 new customers where 2 were wanted; 300,000 rials, 30,000 tomans, where 12,505 were."""
        for _number in range(3):
            make_order(customer=make_customer(), placed_at=tehran(2025, 9, 25))
        drain(at=tehran(2026, 1, 1))
        make_target("new_customers", figure="2")
        make_target("revenue", figure="12505")
        client = browse(sara)

        rows = csv_rows(client.get(self.FILE))

        found = {(row["Key"], row["Row"]): row["Mehr 1404"] for row in rows}
        assert [found["new_customers", name] for name in ("Target", "So far", "State")] == ["2", "3", "reached"]
        assert [row["Unit"] for row in rows if row["Key"] == "revenue"] == ["Toman"] * 3
        assert [Decimal(found["revenue", name]) for name in ("Target", "So far")] == [Decimal("1250.5"), 30_000]
        assert len(rows[0]) == 4 + 12 + 4 + 1
        assert browse(omid).get(self.FILE).status_code == 200
        assert client.post(self.FILE, {"seen": "{}", "revenue:1404-07": "9"}).status_code == 405

    def test_what_a_target_was_judged_by_at_first_is_told_where_it_says_otherwise(self, browse, sara):
        """Mehr 1404 closed with one new customer of two; an order of Mehr that came later made it two. A target that was lowered
        or set anew since does not change what was said, and one that was set since then was judged by nothing."""
        make_order(customer=make_customer(), placed_at=tehran(2025, 9, 25))
        drain(at=tehran(2025, 11, 30))
        close_periods(at=tehran(2025, 11, 30))
        make_order(customer=make_customer(), placed_at=tehran(2025, 9, 26))
        drain(at=tehran(2025, 12, 1))
        make_target("new_customers", figure="2", recorded_at=tehran(2025, 10, 1))
        client = browse(sara)

        rows = csv_rows(client.get(self.FILE))
        page = client.get(self.URL).content.decode()

        (state,) = [row["Mehr 1404"] for row in rows if (row["Key"], row["Row"]) == ("new_customers", "State")]
        assert state == "reached (1 as first reported: missed)"
        assert "<span>1 as first reported: missed</span>" in page
        Target.objects.update(value=1)
        told = "<span>1 as first reported, the target was 2: missed</span>"
        assert told in client.get(self.URL).content.decode()
        Target.objects.all().delete()
        make_target("new_customers", figure="2")
        assert "<span>1 as first reported: missed</span>" in client.get(self.URL).content.decode()
        Snapshot.objects.update(recorded_at=tehran(2025, 9, 30))
        assert "as first reported" not in client.get(self.URL).content.decode()

    def test_a_row_of_a_spreadsheet_in_one_field_goes_on_to_the_right(self, browse, sara):
        browse(sara).post(self.URL, {"seen": "{}", "new_customers:1404-03": "۱۰\t۲۰\t\t40"})

        assert stored() == {"1404-03": 10, "1404-04": 20, "1404-06": 40}

    def test_one_cell_that_cannot_be_read_loses_nothing_and_writes_nothing(self, browse, sara):
        answer = browse(sara).post(
            self.URL, {"seen": "{}", "new_customers:1404-01": "ده", "new_customers:1404-02": "20", "churn_rate:1404-01": "4"}
        )

        row = next(row for row in answer.context["rows"] if row["kpi"].key == "new_customers")
        assert [each["text"] for each in row["cells"][:3]] == ["ده", "20", ""]
        assert [each["error"] for each in row["cells"][:3]] == ["Enter a number in digits, such as 120.", "", ""]
        shown = answer.content.decode()
        told = f"The first one is “{row['cells'][0]['label']}”: Enter a number in digits, such as 120."
        assert (told in shown, re.findall(r'name="([^"]+)"[^>]* autofocus', shown)) == (True, ["new_customers:1404-01"])
        assert Target.objects.count() == 0

    def test_saving_can_be_undone_from_the_toast(self, browse, sara):
        client = browse(sara)
        client.post(self.URL, {"seen": "{}", "new_customers:1404-01": "10"})

        client.post(f"/targets/edits/{TargetEdit.objects.get().pk}/undo/?year=1404")

        assert Target.objects.count() == 0

    def test_an_untouched_grid_changes_nothing(self, browse, sara):
        make_target("lead_conversion_rate", figure="0.123456789")
        make_target("revenue", figure="1234567")
        client = browse(sara)
        page = client.get(self.URL)
        data = {each["name"]: each["text"] for row in page.context["rows"] for each in row["cells"]}

        client.post(self.URL, data | {"seen": page.context["seen"]})

        assert {row.kpi: row.value for row in Target.objects.all()} == {
            "lead_conversion_rate": Decimal("0.123456789"),
            "revenue": Decimal(1234567),
        }
        assert TargetEdit.objects.count() == 0

    def test_a_cell_that_was_changed_meanwhile_says_so(self, browse, sara):
        make_target("new_customers", figure="95")
        client, data = browse(sara), {"seen": '{"new_customers:1404-07": "90"}', "new_customers:1404-07": "100"}

        first = client.post(self.URL, data)
        row = next(row for row in first.context["rows"] if row["kpi"].key == "new_customers")
        assert row["cells"][6]["error"] == "Meanwhile this was set to 95. Save again to replace it."
        client.post(self.URL, data | {"seen": first.context["seen"]})

        assert stored() == {"1404-07": 100}

    def test_months_quarters_and_years_are_added_up_beside_each_other(self, browse, sara, omid):
        """Spring: 10 + 20 + 30 = 60, not 70; the teams come to 5 of the 10 of Farvardin; a rate has no sum."""
        for month, figure in enumerate((10, 20, 30), start=1):
            make_target("new_customers", key=f"1404-0{month}", figure=figure)
            make_target("churn_rate", key=f"1404-0{month}", figure="0.05")
        make_target("new_customers", key="1404-Q1", figure="70")
        make_target("churn_rate", key="1404-Q1", figure="0.06")
        make_target("new_customers", key="1404-01", figure="5", team=omid.team)

        rows = browse(sara).get(self.URL).context["rows"]

        assert {row["kpi"].key: row["notes"] for row in rows if row["notes"]} == {
            "new_customers": [
                "Spring 1404: its months come to 60, not to 70",
                "Farvardin 1404: the teams come to 5, not to 10",
            ]
        }

    def test_filling_and_copying_write_nothing_yet(self, browse, sara):
        """1403's 80 and 4 %, a tenth more: 88 and 4.4 %."""
        make_target("new_customers", key="1403-02", figure="80")
        make_target("churn_rate", key="1403-02", figure="0.04")
        client = browse(sara)

        copied = client.post(self.URL, {"action": "copy", "growth": "۱۰", "seen": "{}", "new_customers:1404-01": "7"})
        filled = client.post(self.URL, {"action": "fill", "seen": "{}", "new_customers:1404-10": "7"})
        wrong = client.post(self.URL, {"action": "copy", "growth": "ten", "seen": "{}"})

        assert self.cells(copied, "new_customers")[:3] == ["7", "88", ""]
        assert self.cells(copied, "churn_rate")[:3] == ["", "4.4", ""]
        assert self.cells(filled, "new_customers")[8:13] == ["", "7", "7", "7", ""]
        assert wrong.context["growth_error"] == "Enter a percentage, such as 10."
        assert "Nothing was saved yet: one cell needs another look." in wrong.content.decode()
        assert Target.objects.filter(start__gte=date(2025, 3, 21)).count() == 0

    def test_what_came_of_it_stands_beside_it(self, browse, sara):
        make_target("leads", figure="4")
        make_lead(at=tehran(2025, 9, 24))
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        rows = browse(sara).get(f"{self.URL}&group=marketing").context["rows"]

        found = next(row for row in rows if row["kpi"].key == "leads")["cells"][6]
        assert (found["actual"], str(found["word"])) == ("1", "missed")

    def test_what_stands_on_too_few_is_shown_with_their_number_and_no_verdict(self, browse, sara):
        make_target("lead_conversion_rate", figure="0.3")
        make_lead(at=tehran(2025, 9, 24))
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        rows = browse(sara).get(f"{self.URL}&group=marketing").context["rows"]
        card = browse(sara).get("/kpis/lead_conversion_rate/?period=1404-07").context["card"]

        found = next(row for row in rows if row["kpi"].key == "lead_conversion_rate")["cells"][6]
        assert (found["actual"], found["sample"], found.get("word")) == ("0.0%", "Small sample (n = 1)", None)
        assert (card.target.text, card.target.standing_text) == ("Target 30.0%", "")

    def test_a_rep_sees_and_does_not_edit(self, browse, omid, nima):
        make_target("leads", person=omid)
        client = browse(omid)

        own, company = client.get("/targets/?scope=owner&year=1404&calendar=jalali"), client.get(self.URL)

        assert own.context["is_editable"] is False
        assert next(row for row in own.context["rows"] if row["kpi"].key == "leads")["cells"][6]["target_text"] == "100"
        assert not any(each.get("actual") for row in company.context["rows"] for each in row["cells"])
        assert client.post(self.URL, {"seen": "{}", "leads:1404-07": "1"}).status_code == 403
        assert client.get(f"/targets/?scope=owner&member={nima.pk}").status_code == 400

    @pytest.mark.parametrize(
        "query", ["year=14", "year=1404-07", "scope=x", "group=x", "member=x&scope=team", "calendar=x", "year=9999"]
    )
    def test_a_strange_address_is_refused(self, browse, sara, query):
        assert browse(sara).get(f"/targets/?{query}").status_code == 400

    @pytest.mark.parametrize(
        "seen", ["", "[]", "7", '{"leads:1404-07": "NaN"}', '{"a": [1]}', '{"new_customers:1404-07": "1e999999"}']
    )
    def test_a_spoilt_memory_of_the_form_does_no_harm(self, browse, sara, seen):
        browse(sara).post(self.URL, {"seen": seen, "new_customers:1404-07": "5"})

        assert stored() == {"1404-07": 5}


class TestCard:
    def test_a_card_says_its_target(self, browse, sara):
        """1 of 4: a quarter."""
        make_target("leads", figure="4")
        make_lead(at=tehran(2025, 9, 24))
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        response = browse(sara).get("/kpis/leads/?period=1404-07")

        card = response.context["card"]
        assert (card.target.text, card.target.percent, card.target.standing_text) == ("Target 4 · 25% of it", 25, "missed")
        assert response.context["trend"]["data"]["series"][-1]["values"][-1] == 4.0
        assert response.context["trend"]["headings"] == ["Period", "Leads generated", "Target", "What happened"]

    def test_without_a_target_those_who_may_are_shown_where(self, browse, sara, omid):
        url = browse(sara).get("/kpis/leads/?period=1404-07").context["card"].target_url

        assert url == "/targets/?year=1404&calendar=jalali&group=marketing#leads"
        assert browse(omid).get("/kpis/leads/?period=1404-07").context["card"].target_url == ""
        assert browse(sara).get("/kpis/leads/?period=1404-07-01").context["card"].target_url == ""

    def test_a_rep_is_measured_by_their_own(self, browse, omid):
        make_target("leads", figure="40")
        make_target("leads", figure="2", person=omid)
        make_lead(at=tehran(2025, 9, 24), owner=omid)
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        assert browse(omid).get("/kpis/leads/?period=1404-07").context["card"].target.text == "Target 2 · 50% of it"
