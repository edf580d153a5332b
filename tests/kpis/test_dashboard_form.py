"""The form of a dashboard: what it offers, what it refuses at which field, and how what it did is taken back."""

import pytest

from crm.models import User
from kpis.catalogue import CATALOGUE
from kpis.dashboards import LEADERS
from kpis.models import Dashboard
from tests.factories.campaigns import make_channel
from tests.kpis.test_dashboards import make_dashboard, names, row, sent
from tests.toasts import toasts

pytestmark = pytest.mark.django_db


class TestForm:
    def test_a_new_one_begins_with_the_cards_of_ones_overview(self, browse, sara):
        client = browse(sara)
        usual, empty = (client.get(f"/kpis/dashboards/new/{query}") for query in ("", "?empty=1"))

        assert [each["kpi"].key for each in usual.context["form"].rows] == list(LEADERS)
        assert "It begins with the cards of your overview" in usual.content.decode()
        assert (empty.context["form"].rows, "Nothing stands on it yet" in empty.content.decode()) == ([], True)

    def test_it_is_made_listed_and_changed(self, browse, sara):
        client, channel = browse(sara), make_channel(slug="shop", name="Shop")
        client.post("/kpis/dashboards/new/", sent(row("leads"), row("revenue", "bar", "channel"), channel=str(channel.pk)))
        board = Dashboard.objects.get()
        view = {"grain": "month", "compare": "previous", "channel": str(channel.pk)}
        made = (board.user, board.name, board.visibility, board.tiles, board.view)

        client.post(f"/kpis/dashboards/{board.pk}/edit/", sent(row("orders"), name="Evenings", visibility="everyone"))
        board.refresh_from_db()

        assert made == (sara, "Mornings", "private", [row("leads"), row("revenue", "bar", "channel")], view)
        assert (board.name, board.visibility, board.tiles) == ("Evenings", "everyone", [row("orders")])
        assert board.view == {"grain": "month", "compare": "previous"}
        ((title, rows),) = client.get("/kpis/dashboards/").context["lists"]
        assert (title, [(each["dashboard"].name, each["is_changeable"]) for each in rows]) == (
            "My dashboards",
            [("Evenings", True)],
        )

    def test_what_somebody_else_changed_is_not_written_over(self, browse, sara):
        """The same form sent twice is one change; one that was opened before it is told, and keeps what it holds."""
        client, board = browse(sara), make_dashboard(sara)
        url = f"/kpis/dashboards/{board.pk}/edit/"
        seen = client.get(url).context["form"]["seen"].value()
        assert f'value="{seen}"' in client.get(url).content.decode()
        first = [client.post(url, sent(row("orders"), name="One", seen=seen)).status_code for _ in range(2)]

        second = client.post(url, sent(row("revenue"), name="Two", seen=seen)).context["form"]

        board.refresh_from_db()
        assert (first, board.name, board.tiles) == ([302, 302], "One", [row("orders")])
        assert [error.code for error in second.non_field_errors().as_data()] == ["conflict"]
        assert (second["name"].value(), second.sent) == ("Two", [row("revenue")])

    def test_its_buttons_keep_form_and_breakdown_with_their_row(self, browse, sara):
        client, shown = browse(sara), [row("leads", "line"), row("revenue", "bar", "channel")]

        def press(rows, **button):
            return client.post("/kpis/dashboards/new/", sent(*rows, **button)).context["form"].sent

        moved = press(shown, arrange="up-1")
        grown = press(moved, arrange="add", new_kpi="orders", new_shape="table")

        assert moved == shown[::-1]
        assert grown == [*shown[::-1], row("orders", "table")]
        assert Dashboard.objects.count() == 0

    @pytest.mark.parametrize(
        ("facts", "wrong"),
        [
            ({"name": ""}, {"name": "required"}),
            ({"visibility": "world"}, {"visibility": "invalid_choice"}),
            ({"grain": "decade"}, {"grain": "invalid_choice"}),
            ({"channel": "99"}, {"channel": "invalid_choice"}),
            ({"kpi": [], "shape": [], "by": []}, {"__all__": "empty"}),
            ({"kpi": ["leads"] * 2, "shape": ["card"] * 2, "by": [""] * 2}, {"__all__": "twice"}),
            ({"kpi": ["luck"]}, {"__all__": "invalid-choice"}),
            ({"shape": ["pie"]}, {"__all__": "invalid-choice"}),
            ({"shape": ["bar"], "by": ["weather"]}, {"__all__": "invalid-choice"}),
            ({"shape": []}, {"__all__": "empty"}),
            ({"kpi": list(CATALOGUE)[:25], "shape": ["card"] * 25, "by": [""] * 25}, {"__all__": "too-many"}),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, browse, sara, facts, wrong):
        page = browse(sara).post("/kpis/dashboards/new/", sent(row("leads")) | facts)

        errors = page.context["form"].errors.as_data()
        assert {name: found[0].code for name, found in errors.items()} == wrong
        assert Dashboard.objects.count() == 0

    def test_a_hidden_figure_is_not_offered_and_not_taken(self, browse, omid):
        client = browse(omid)
        offered = {key for _group, kpis in client.get("/kpis/dashboards/new/").context["form"].others for key, _name in kpis}

        page = client.post("/kpis/dashboards/new/", sent(row("cost_per_lead")))

        assert "cost_per_lead" not in offered
        assert page.context["form"].non_field_errors() == ["Your role does not see “Cost per lead”: take it off."]

    def test_a_team_is_offered_to_those_who_have_one(self, browse, sara, hana):
        def offered(user):
            return [
                value for value, _label in browse(user).get("/kpis/dashboards/new/").context["form"].fields["visibility"].choices
            ]

        assert (offered(sara), offered(hana)) == (["private", "team", "everyone"], ["private", "everyone"])

    def test_a_copy_is_made_and_taken_back_and_what_is_deleted_comes_back(self, browse, sara, omid):
        board, client = make_dashboard(sara, visibility="everyone"), browse(omid)

        copied = client.post(f"/kpis/dashboards/{board.pk}/copy/")
        copy = Dashboard.objects.get(user=omid)
        client.post(f"/kpis/dashboards/{copy.pk}/remove/")
        away = names(omid)
        client.post(f"/kpis/dashboards/{copy.pk}/restore/")

        assert copied.url == f"/kpis/dashboards/{copy.pk}/edit/"
        assert (away, names(omid)) == ({"Mornings"}, {"Mornings", "Mornings (copy)"})

    def test_a_copy_that_is_there_already_is_not_taken_back_by_the_second_answer(self, browse, sara, omid):
        board, client = make_dashboard(sara, visibility="everyone"), browse(omid)

        undone = [toasts(client.post(f"/kpis/dashboards/{board.pk}/copy/"))[-1][1] for _ in range(2)]

        assert undone == [f"/kpis/dashboards/{Dashboard.objects.get(user=omid).pk}/remove/", ""]

    def test_somebody_elses_stays_for_everyone(self, browse, sara):
        root = User.objects.create_superuser("root@example.com", name="Root", language="en")
        board, client = make_dashboard(sara, visibility="everyone"), browse(root)
        url = f"/kpis/dashboards/{board.pk}/edit/"

        offered = [value for value, _label in client.get(url).context["form"].fields["visibility"].choices]
        hidden = client.post(url, sent(row("orders"), visibility="private")).context["form"].errors.as_data()
        client.post(url, sent(row("orders"), visibility="everyone"))

        board.refresh_from_db()
        assert (offered, hidden["visibility"][0].code) == (["everyone"], "invalid_choice")
        assert (board.user, board.visibility, board.tiles) == (sara, "everyone", [row("orders")])


def test_the_palette_finds_them_by_name(browse, sara, nima):
    make_dashboard(sara, name="Fair mornings", visibility="team")

    def found(user):
        return [item.url for item in browse(user).get("/palette/", {"q": "fair mor"}).context["places"]]

    assert found(sara) == [f"/kpis/dashboards/{Dashboard.objects.get().pk}/"]
    assert found(nima) == []
