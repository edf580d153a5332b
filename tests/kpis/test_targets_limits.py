"""Targets: what an odd or hostile request must not cost, tell or write."""

import json
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from campaigns.models import Campaign
from crm.models import Team, User
from crm.preferences import Preferences
from crm.services import create_token
from kpis import grids, options
from kpis.catalogue import CATALOGUE
from kpis.models import AlertRule, Scope, Target, TargetEdit
from kpis.services import set_targets, undo_target_edit
from tests.api_client import Api
from tests.kpis.test_targets import cell, make_target

pytestmark = pytest.mark.django_db
URL = "/targets/?calendar=jalali&year=1404"


@pytest.fixture
def api(browse, now):
    def of(user, *scopes):
        token, token.secret = create_token(user, scopes=list(scopes), at=now, name="plan")
        return Api(browse(), token)

    return of


class TestSeen:
    @pytest.mark.parametrize("figure", ["1e-6000000", "1E5", "NaN", "٣", " 1", "1" * 20, "1." + "1" * 13, 5, None, [1], "1\n"])
    def test_only_a_short_plain_number_was_seen(self, figure):
        assert grids.read_seen(json.dumps({"a": figure, "b": "-5.25"})) == {"b": Decimal("-5.25")}

    @pytest.mark.parametrize("text", ["[" * 50_000, '{"a":' * 40_000, '{"a": "5"}' + " " * 200_000])
    def test_what_is_deep_or_long_was_nothing(self, text):
        assert grids.read_seen(text) == {}

    @pytest.mark.parametrize("seen", ['{"revenue:1404-01": "1e-6000000"}', "[" * 50_000])
    def test_the_page_answers(self, browse, sara, seen):
        answer = browse(sara).post(URL, {"action": "fill", "seen": seen})

        assert (answer.status_code, answer.context["seen"]) == (200, "{}")

    def test_all_that_is_written_into_a_form_is_read_again(self):
        figures = {
            ("a", "1404"): Decimal("0.123456789012"),
            ("b", "1404"): -(Decimal(10) ** 18) + 1,
            ("c", "1404"): Decimal("1E+3"),
        }

        assert grids.read_seen(grids.seen_text(figures)) == {f"{kpi}:{key}": value for (kpi, key), value in figures.items()}


class TestSums:
    def notes(self, client, query=""):
        return [note for row in client.get(f"{URL}&group=sales{query}").context["rows"] for note in row["notes"]]

    def test_a_sum_is_told_only_to_whoever_sees_all_of_it(self, browse, sara, mina, omid, nima):
        make_target("orders", key="1404-07", figure="600")
        make_target("orders", key="1404-07", figure="500", team=nima.team)
        make_target("orders", key="1404-07", figure="79", team=omid.team)

        assert self.notes(browse(sara)) == ["Mehr 1404: the teams come to 579, not to 600"]
        for other in (mina, omid, nima):
            assert self.notes(browse(other)) == []

    def test_who_leads_a_team_is_told_about_its_people(self, browse, mina, omid):
        make_target("orders", key="1404-07", figure="79", team=omid.team)
        make_target("orders", key="1404-07", figure="70", person=omid)

        assert self.notes(browse(mina), "&scope=team") == ["Mehr 1404: its people come to 70, not to 79"]


class TestTakingBack:
    def test_not_for_a_team_that_one_leads_no_longer(self, browse, mina, omid, nima, now):
        edit = set_targets([cell("5", scope=Scope.TEAM, member=mina.team_id)], by=mina, at=now)
        mina.team = nima.team
        mina.save()
        mina = User.objects.get(pk=mina.pk)

        with pytest.raises(PermissionDenied):
            undo_target_edit(edit, by=mina, at=now)

        assert browse(mina).post(f"/targets/edits/{edit.pk}/undo/").status_code == 403
        assert Target.objects.get().value == 5
        assert TargetEdit.objects.get().undone_at is None

    def test_what_is_gone_is_left_out(self, sara, omid, now):
        north = Team.objects.create(name="Gone")
        make_target(team=north)
        make_target(team=omid.team)
        cells = [cell(None, "100", scope=Scope.TEAM, member=team.pk) for team in (north, omid.team)]
        edit = set_targets(cells, by=sara, at=now)
        north.delete()

        undo_target_edit(edit, by=sara, at=now)

        assert [row.team for row in Target.objects.all()] == [omid.team]

    def test_where_all_is_gone_it_is_said(self, browse, sara, now):
        north = Team.objects.create(name="Gone")
        make_target(team=north)
        edit = set_targets([cell(None, "100", scope=Scope.TEAM, member=north.pk)], by=sara, at=now)
        north.delete()

        with pytest.raises(ValidationError, match="no longer exists"):
            undo_target_edit(edit, by=sara, at=now)
        assert browse(sara).post(f"/targets/edits/{edit.pk}/undo/").status_code == 302


class TestFigures:
    FIGURES = (
        ("leads", "1.5", "precision"),
        ("leads", "-1", "negative"),
        ("revenue", "-1", "negative"),
        ("net_customer_growth", "-1", None),
        ("nps", "-10.5", None),
        ("nps", "101", "out-of-range"),
        ("nps", "-101", "out-of-range"),
        ("active_customers", "-1", "negative"),
        ("churn_rate", "-3", "negative"),
        ("lead_conversion_rate", "-2", "negative"),
        # leads of earlier periods convert too
        ("lead_conversion_rate", "1500", None),
        ("win_rate", "1500", "out-of-range"),
        ("gross_margin", "1500", "out-of-range"),
        ("romi_short", "1500", None),
    )

    @pytest.mark.parametrize(("kpi", "figure", "code"), FIGURES)
    def test_the_api_refuses(self, api, sara, kpi, figure, code):
        answer = api(sara, "targets:write").post("/targets/", {"kpi": kpi, "period": "1404-07", "value": figure})

        assert [each["code"] for each in answer.json().get("errors", [])] == ([code] if code else [])

    @pytest.mark.parametrize(("kpi", "figure", "code"), FIGURES)
    def test_what_the_grid_refuses(self, browse, sara, kpi, figure, code):
        group = CATALOGUE[kpi].group.value

        browse(sara).post(f"{URL}&group={group}", {"seen": "{}", f"{kpi}:1404-07": figure})

        assert Target.objects.count() == (code is None)

    @pytest.mark.parametrize(("kpi", "example"), [("churn_rate", "12.5"), ("leads", "120"), ("revenue", "1250000")])
    def test_words_are_answered_with_an_example_in_the_unit(self, sara, kpi, example):
        with pytest.raises(ValidationError, match=f"such as {example}\\."):
            grids.read_figure(CATALOGUE[kpi], "ten", Preferences(sara, "en"))


class TestOthers:
    def test_another_team_is_as_unknown_as_none(self, api, omid, nima):
        sent = {"kpi": "leads", "condition": "below", "bound": "3", "grain": "month"}

        answers = [
            api(omid, "alerts:write").post("/alerts/", sent | {"team": team}) for team in ("North", nima.team_id, "Nobody")
        ]

        for answer in answers:
            assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [("/team", "invalid-reference")]
        assert AlertRule.objects.count() == 0

    def test_a_campaign_beyond_the_choice_has_its_targets(self, browse, sara, monkeypatch):
        monkeypatch.setattr(options, "MOST_OPTIONS", 1)
        old, new = (Campaign.objects.create(name=name) for name in ("Old", "New"))
        client = browse(sara)

        page = client.get(f"{URL}&scope=campaign&member={old.pk}")

        assert page.context["members"] == [(new.pk, "New", False), (old.pk, "Old", True)]
        assert client.get(f"{URL}&scope=campaign&member={new.pk + 1}").status_code == 400
