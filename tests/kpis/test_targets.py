"""Targets: what a figure should come to, how far it is, who may see and set it, and the doors it is set through."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from crm.models import Holiday, Organization
from crm.periods import parse_period
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.models import Scope, Target, TargetEdit
from kpis.readings import Value
from kpis.readings.targets import Standing, attainment, scope_for, working_days
from kpis.services import TargetCell, set_targets, undo_target_edit
from kpis.services.targets import ChangedMeanwhileError
from tests.api_client import Api
from tests.factories.campaigns import make_channel
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db
MEHR = parse_period("1404-07")  # 23 September to 22 October 2025: Tuesday to Wednesday
LEADS, CHURN, RATE, LOST = (CATALOGUE[key] for key in ("leads", "churn_rate", "lead_conversion_rate", "lost_customers"))


def value(number, period=MEHR):
    return Value(period, value=None if number is None else Decimal(number))


def reached(kpi, number, target, today):
    return attainment(kpi, value(number), Decimal(target), today, Organization.current())


def make_target(kpi="leads", key="1404-07", figure="100", **facts):
    period = parse_period(key)
    return Target.objects.create(
        kpi=kpi, calendar=period.calendar, grain=period.grain, start=period.start, value=Decimal(figure), **facts
    )


def cell(figure, seen=None, *, key="1404-07", scope=Scope.COMPANY, member=None):
    figures = [None if each is None else Decimal(each) for each in (figure, seen)]
    return TargetCell("leads", parse_period(key), scope, member, *figures)


@pytest.fixture
def api(browse, now):
    def of(user, scopes=("targets:read", "targets:write", "kpis:read")):
        token, token.secret = create_token(user, scopes=list(scopes), at=now, name="plan")
        return Api(browse(), token)

    return of


class TestArithmetic:
    @pytest.mark.parametrize(
        ("first", "last", "days"),
        [
            # Tuesday 23 September to Wednesday 22 October 2025 are 30 days: 4 weeks of 5 and Tuesday, Wednesday.
            (date(2025, 9, 23), date(2025, 10, 22), 22),
            (date(2025, 9, 23), date(2025, 9, 23), 1),
            (date(2025, 9, 25), date(2025, 9, 26), 0),  # Thursday and Friday
            (date(2025, 9, 24), date(2025, 9, 23), 0),
        ],
    )
    def test_working_days(self, first, last, days):
        assert working_days(first, last, [5, 6, 0, 1, 2]) == days

    def test_a_flow_is_measured_by_the_working_days_that_have_passed(self):
        """By Wednesday 8 October 12 of 22 working days: 110 × 12 ÷ 22 = 60."""
        found = reached(LEADS, 60, 110, date(2025, 10, 8))

        assert (found.passed, found.working, found.expected, found.standing) == (12, 22, 60, Standing.ON_PACE)
        assert reached(LEADS, 59, 110, date(2025, 10, 8)).standing is Standing.BEHIND
        assert reached(LEADS, 110, 110, date(2025, 10, 8)).standing is Standing.REACHED

    def test_holidays_are_not_worked_on(self, django_assert_num_queries):
        """Of Mehr two working days (Sunday 28 September, Sunday 12 October) and a Friday: 20 days, 11 of them by 8 October."""
        Holiday.objects.bulk_create(Holiday(day=day, name="H") for day in (date(2025, 9, 28), date(2025, 10, 12)))
        Holiday.objects.create(day=date(2025, 9, 26), name="On a day off")
        Holiday.objects.create(day=date(2025, 10, 23), name="After the month")
        organization = Organization.current()

        with django_assert_num_queries(1):  # however many targets a page has
            found = [attainment(LEADS, value(66), Decimal(120), date(2025, 10, 8), organization) for _card in range(3)]

        # 120 × 11 ÷ 20
        assert {(each.passed, each.working, each.expected, each.standing) for each in found} == {(11, 20, 66, Standing.ON_PACE)}

    def test_of_a_flow_that_should_be_small_more_than_the_whole_is_missed_at_once(self):
        standings = [reached(LOST, lost, 22, date(2025, 10, 8)).standing for lost in (12, 13, 23)]

        assert standings == [Standing.ON_PACE, Standing.BEHIND, Standing.MISSED]

    @pytest.mark.parametrize(
        ("kpi", "figures", "share", "standing"),
        [
            (RATE, ("0.25", "0.28"), "0.89", Standing.MISSED),  # 25 ÷ 28 = 0.892…
            (RATE, ("0.28", "0.28"), "1.00", Standing.REACHED),
            (CHURN, ("0.05", "0.04"), "0.80", Standing.MISSED),  # less is good: 4 ÷ 5
            (CHURN, ("0.03", "0.04"), "1.33", Standing.REACHED),
            (CHURN, ("0", "0.04"), None, Standing.REACHED),
            (CATALOGUE["nps"], ("-10", "30"), None, Standing.MISSED),
            (CATALOGUE["nps"], ("40", "-5"), None, Standing.REACHED),
        ],
    )
    def test_a_period_that_is_over(self, kpi, figures, share, standing):
        found = reached(kpi, *figures, date(2025, 10, 23))

        assert (found.share and str(round(found.share, 2)), found.standing, found.expected) == (share, standing, None)

    def test_a_rate_has_no_pace(self):
        found = reached(RATE, "0.25", "0.28", date(2025, 10, 8))

        assert (found.standing, found.expected) == (Standing.BEHIND, None)

    def test_what_has_no_figure_or_has_not_begun_is_not_judged(self):
        assert reached(LEADS, None, 110, date(2025, 10, 8)).standing is Standing.UNKNOWN
        assert reached(LEADS, 0, 110, date(2025, 9, 22)).standing is Standing.UNKNOWN


class TestWhose:
    def test_a_figure_is_measured_by_the_target_of_what_it_counts(self, sara, mina, omid, nima):
        assert scope_for({}, sara) == (Scope.COMPANY, None)
        assert scope_for({}, mina) == (Scope.TEAM, mina.team_id)
        assert scope_for({}, omid) == (Scope.OWNER, omid.pk)
        assert scope_for({"owner": omid.pk}, mina) == (Scope.OWNER, omid.pk)
        assert scope_for({"channel": 7}, sara) == (Scope.CHANNEL, 7)
        assert scope_for({"channel": 7}, omid) is None
        assert scope_for({"channel": 0}, sara) is None
        assert scope_for({"channel": 7, "owner": omid.pk}, sara) is None
        assert scope_for({"product": 7}, sara) is None

    def test_one_sees_the_companys_ones_own_and_ones_teams(self, sara, mina, omid, nima, hana):
        make_target()
        make_target("customer_acquisition_cost")
        make_target(person=omid)
        make_target(person=nima)
        make_target(team=omid.team)
        make_target(channel=make_channel())

        def seen(user):
            return sorted(f"{row.scope}:{row.kpi}" for row in Target.objects.all().visible_to(user))

        assert seen(omid) == ["company:leads", "owner:leads"]
        assert seen(mina) == ["company:customer_acquisition_cost", "company:leads", "owner:leads", "team:leads"]
        assert len(seen(sara)) == 6
        assert seen(hana) == []  # support sees neither leads nor costs
        omid.is_active = False
        assert seen(omid) == []


class TestCells:
    def test_cells_are_written_together_and_taken_back_together(self, sara, now):
        make_target(figure="90")

        edit = set_targets([cell("100", "90"), cell("40", key="1404-08")], by=sara, at=now)

        assert stored() == {"1404-07": Decimal(100), "1404-08": Decimal(40)}
        assert set(Target.objects.values_list("set_by", flat=True)) == {sara.pk}
        undo_target_edit(edit, by=sara, at=now)
        assert stored() == {"1404-07": Decimal(90)}

    def test_an_emptied_cell_is_no_target_and_comes_back(self, sara, now):
        make_target()

        edit = set_targets([cell(None, "100")], by=sara, at=now)

        assert stored() == {}
        undo_target_edit(edit, by=sara, at=now)
        assert stored() == {"1404-07": Decimal(100)}

    def test_taking_back_leaves_alone_what_was_changed_since(self, sara, now):
        edit = set_targets([cell("10"), cell("20", key="1404-08")], by=sara, at=now)
        set_targets([cell("11", "10")], by=sara, at=now)

        undo_target_edit(edit, by=sara, at=now)

        assert stored() == {"1404-07": Decimal(11)}

    def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(self, sara, now):
        make_target(figure="95")

        with pytest.raises(ChangedMeanwhileError) as caught:
            set_targets([cell("100", "90"), cell("40", key="1404-08")], by=sara, at=now)

        assert list(caught.value.found.values()) == [Decimal(95)]
        assert stored() == {"1404-07": Decimal(95)}

    def test_nothing_changed_is_no_edit(self, sara, now):
        make_target()

        assert set_targets([cell("100", "90")], by=sara, at=now) is None
        assert TargetEdit.objects.count() == 0

    def test_who_leads_a_team_decides_about_it_and_no_further(self, mina, omid, nima, now):
        set_targets([cell("5", scope=Scope.OWNER, member=omid.pk)], by=mina, at=now)

        for refused in (
            cell("5"),
            cell("5", scope=Scope.OWNER, member=nima.pk),
            cell("5", scope=Scope.TEAM, member=nima.team_id),
        ):
            with pytest.raises(PermissionDenied):
                set_targets([refused], by=mina, at=now)
        with pytest.raises(PermissionDenied):
            set_targets([cell("5", scope=Scope.OWNER, member=omid.pk)], by=omid, at=now)
        assert Target.objects.count() == 1


def stored():
    return {row.period.key: row.value for row in Target.objects.all()}


class TestApi:
    def test_a_target_is_made_known_again_and_read(self, api, sara, omid):
        sent = {"kpi": "lead_conversion_rate", "period": "1404-Q3", "owner": "omid@example.com", "value": "0.28"}

        made, again = api(sara).post("/targets/", sent), api(sara).post("/targets/", sent | {"value": "0.3"})

        assert (made.status_code, again.status_code) == (201, 200)
        row = again.json()
        assert row["id"] == made.json()["id"]
        shown = {name: row[name] for name in ("kpi", "calendar", "grain", "period", "start", "end", "scope", "owner", "value")}
        assert shown == {
            "kpi": "lead_conversion_rate",
            "calendar": "jalali",
            "grain": "quarter",
            "period": "1404-Q3",
            "start": "2025-09-23",
            "end": "2025-12-21",
            "scope": "owner",
            "owner": "omid@example.com",
            "value": "0.3",
        }
        assert (row["team"], row["set_by"]) == (None, "sara@example.com")

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"kpi": "nonsense"}, ("/kpi", "invalid-choice")),
            ({"period": "1404-07-01"}, ("/period", "invalid-period")),
            ({"period": "1404-13"}, ("/period", "invalid-period")),
            ({"period": "1300"}, ("/period", "date-out-of-range")),
            ({"calendar": "gregorian"}, ("/calendar", "inconsistent")),
            ({"grain": "year"}, ("/grain", "inconsistent")),
            ({"scope": "team"}, ("/team", "required")),
            ({"scope": "company", "team": "Sales"}, ("/scope", "inconsistent")),
            ({"team": "Sales", "owner": "omid@example.com"}, ("/owner", "inconsistent")),
            ({"team": "Nobody"}, ("/team", "invalid-reference")),
            ({"kpi": "revenue", "value": "10.5"}, ("/value", "precision")),
            ({"kpi": "cost_per_lead", "owner": "omid@example.com"}, ("/owner", "not-narrowed")),
            ({"value": "ten"}, ("/value", "invalid-amount")),
            ({"value": None}, ("/value", "wrong-type")),
        ],
    )
    def test_what_is_wrong_is_named(self, api, sara, omid, change, fault):
        answer = api(sara).post("/targets/", {"kpi": "leads", "period": "1404-07", "value": "10"} | change)

        assert answer.status_code == 400
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [fault]
        assert Target.objects.count() == 0

    @pytest.mark.parametrize("missing", ["kpi", "period", "value"])
    def test_what_is_missing_is_named(self, api, sara, missing):
        sent = {"kpi": "leads", "period": "1404-07", "value": "10"}
        del sent[missing]

        answer = api(sara).post("/targets/", sent)

        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{missing}"]

    def test_a_year_in_one_call(self, api, sara):
        items = [{"kpi": "leads", "period": f"1404-{month:02}", "value": month} for month in range(1, 13)]

        first = api(sara).post("/targets/bulk/", {"items": items}).json()["results"]
        second = api(sara).post("/targets/bulk/", {"items": [*items[:2], items[2] | {"value": 30}, *items[3:4] * 2]})

        assert {each["status"] for each in first} == {"created"}
        assert [each["status"] for each in second.json()["results"]] == ["unchanged", "unchanged", "updated", "error", "error"]
        assert Target.objects.count() == 12

    def test_a_rep_reads_and_does_not_set(self, api, omid, nima):
        mine, others = make_target(person=omid), make_target(person=nima)

        assert [row["id"] for row in api(omid).get("/targets/").json()["results"]] == [mine.pk]
        assert api(omid).post("/targets/", {"kpi": "leads", "period": "1404", "value": 1}).status_code == 403
        assert api(omid).patch(f"/targets/{mine.pk}/", {"value": 1}).status_code == 403
        assert api(omid).get(f"/targets/{others.pk}/").status_code == 404

    def test_who_leads_a_team_does_not_touch_the_companys(self, api, mina, omid):
        company, person = make_target(), make_target(person=omid)

        changed = [api(mina).patch(f"/targets/{row.pk}/", {"value": 7}).status_code for row in (company, person)]
        deleted = [api(mina).send("delete", f"/targets/{row.pk}/", b"").status_code for row in (company, person)]

        assert (changed, deleted) == ([400, 200], [403, 204])
        assert list(Target.objects.values_list("value", flat=True)) == [Decimal(100)]

    def test_a_hidden_kpi_is_hidden(self, api, hana):
        make_target("leads")

        assert api(hana).get("/targets/").json()["results"] == []

    def test_lists_are_narrowed(self, api, sara, omid):
        make_target(key="1404-07")
        make_target(key="1404", person=omid)
        make_target("revenue", key="2025-10", team=omid.team)

        def kpis(**parameters):
            return [(row["kpi"], row["period"]) for row in api(sara).get("/targets/", **parameters).json()["results"]]

        assert kpis(scope="company") == [("leads", "1404-07")]
        assert kpis(owner="omid@example.com") == [("leads", "1404")]
        assert kpis(period="2025-10") == kpis(team="Sales") == kpis(kpi="revenue") == [("revenue", "2025-10")]
        assert api(sara).get("/targets/", scope="planet").status_code == 400
        assert api(sara).get("/targets/", period="planet").status_code == 400

    def test_values_carry_their_targets(self, api, sara, omid):
        """2 of 4 leads: 50 %; Omid has 1 of his 5: 20 %."""
        make_target(figure="4")
        make_target(person=omid, figure="5")
        make_lead(at=tehran(2025, 9, 24), owner=omid)
        make_lead(at=tehran(2025, 9, 24))
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        asked = {"calendar": "jalali", "from": "1404-06-01", "to": "1404-07-30", "by": "owner"}
        results = api(sara).get("/kpis/leads/values/", **asked).json()["results"]

        assert [row["target"] for row in results[:2]] == [
            None,
            {"value": "4", "attainment": "0.5", "expected": None, "standing": "missed"},
        ]
        assert [row["target"] for row in results if row["dimension"] and row["dimension"]["id"] == omid.pk] == [
            None,
            {"value": "5", "attainment": "0.2", "expected": None, "standing": "missed"},
        ]


class TestGrid:
    URL = "/targets/?calendar=jalali&year=1404"

    def cells(self, response, kpi="leads"):
        row = next(row for row in response.context["rows"] if row["kpi"].key == kpi)
        return [each["text"] for each in row["cells"]]

    def test_a_stranger_is_asked_to_sign_in(self, browse):
        assert browse().get("/targets/").url.startswith("/account/login/")

    def test_digits_of_any_script_and_the_readers_unit(self, browse, sara):
        sara.money_unit = "million_toman"
        sara.save()

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
        assert {row.kpi: row.value for row in Target.objects.all()} == {
            "revenue": Decimal(12_505_000_000),
            "lead_conversion_rate": Decimal("0.28"),
            "new_customers": Decimal(1200),
        }

    def test_a_row_of_a_spreadsheet_in_one_field_goes_on_to_the_right(self, browse, sara):
        browse(sara).post(self.URL, {"seen": "{}", "new_customers:1404-03": "۱۰\t۲۰\t\t40"})

        assert stored() == {"1404-03": 10, "1404-04": 20, "1404-06": 40}

    def test_one_cell_that_cannot_be_read_loses_nothing_and_writes_nothing(self, browse, sara):
        answer = browse(sara).post(
            self.URL, {"seen": "{}", "new_customers:1404-01": "ده", "new_customers:1404-02": "20", "churn_rate:1404-01": "4"}
        )

        row = next(row for row in answer.context["rows"] if row["kpi"].key == "new_customers")
        assert [each["text"] for each in row["cells"][:3]] == ["ده", "20", ""]
        assert [each["error"] for each in row["cells"][:3]] == ["Enter an amount in digits, such as 1250000.", "", ""]
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
        assert Target.objects.filter(start__gte=date(2025, 3, 21)).count() == 0

    def test_what_came_of_it_stands_beside_it(self, browse, sara):
        make_target("leads", figure="4")
        make_lead(at=tehran(2025, 9, 24))
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        rows = browse(sara).get(f"{self.URL}&group=marketing").context["rows"]

        found = next(row for row in rows if row["kpi"].key == "leads")["cells"][6]
        assert (found["actual"], str(found["word"])) == ("1", "missed")

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
        assert (card.target.text, card.target.percent, card.target.standing_text) == ("Target 4 · 25%", 25, "missed")
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

        assert browse(omid).get("/kpis/leads/?period=1404-07").context["card"].target.text == "Target 2 · 50%"
