"""Dashboards that users make: who sees and changes which, what their tiles say, and how many questions they ask."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from crm.models import Organization, User
from crm.periods import parse_period
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.models import Annotation, Dashboard
from kpis.readings.boards import read_board
from kpis.readings.breakdown import break_down
from kpis.readings.summary import Choice, Compare, summarise
from kpis.services import copy_dashboard, remove_dashboard, set_dashboard
from kpis.tiles import Shape, Tile, rows_of, tile_of, tiles_of
from leads.models import Lead
from tests.conftest import make_user
from tests.factories.campaigns import make_channel
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead
from tests.kpis.test_company_pages import questions

pytestmark = pytest.mark.django_db
MEHR = datetime(2025, 9, 23, 6, tzinfo=UTC)  # 1 Mehr 1404, 9:30 in Tehran
DRAINED = datetime(2026, 1, 1, tzinfo=UTC)
PERIOD = "?period=1404-07&compare=previous"


def row(kpi, shape="card", by=""):
    return {"kpi": kpi, "shape": shape, "by": by}


def make_dashboard(user, *tiles, name="Mornings", visibility="private", **view):
    facts = {"name": name, "visibility": visibility, "tiles": list(tiles) or [row("leads")]}
    return Dashboard.objects.create(user=user, view={"grain": "month", "compare": "previous"} | view, **facts)


def make_leads():
    """Of Mehr: three leads of the shop, one of them converted, and one of the fair; the month before one of the shop."""
    shop, fair = make_channel(slug="shop", name="Shop"), make_channel(slug="fair", name="Fair")
    for day, channel in ((0, shop), (1, shop), (2, shop), (3, fair), (-10, shop)):
        lead = make_lead(at=MEHR + timedelta(days=day), channel=channel)
    Lead.objects.filter(pk=lead.pk - 4).update(converted_at=MEHR)
    drain(at=DRAINED)
    return shop, fair


def names(user):
    return {dashboard.name for dashboard in Dashboard.objects.visible_to(user)}


def tiles(response):
    return response.context["tiles"]


def sent(*rows, **facts):
    """A form as a browser sends it."""
    columns = {name: [each[name] for each in rows] for name in ("kpi", "shape", "by")}
    return {"name": "Mornings", "visibility": "private", "grain": "month", "compare": "previous"} | columns | facts


class TestVisibility:
    @pytest.fixture
    def three(self, sara):
        return {kind: make_dashboard(sara, name=kind, visibility=kind) for kind in ("private", "team", "everyone")}

    def test_a_dashboard_is_for_its_maker_a_team_or_everyone(self, three, sara, omid, nima, hana):
        """Omid is of Sara's team, Nima of another, Hana of none."""
        seen = {who.name: names(who) for who in (sara, omid, nima, hana)}

        assert seen == {
            "Sara": {"private", "team", "everyone"},
            "Omid": {"team", "everyone"},
            "Nima": {"everyone"},
            "Hana": {"everyone"},
        }
        read = {who.name: {kind for kind, board in three.items() if board.is_visible_to(who)} for who in (sara, omid, nima, hana)}
        assert read == seen

    def test_those_without_a_team_share_none(self, hana):
        other = make_user("Zoya", User.Role.SUPPORT, "all", None)
        board = make_dashboard(other, visibility="team")

        assert (names(hana), board.is_visible_to(hana)) == (set(), False)

    def test_what_was_put_away_is_seen_by_nobody_and_those_who_left_see_nothing(self, three, sara, omid):
        remove_dashboard(three["everyone"])
        omid.is_active = False

        assert (names(sara), names(omid)) == ({"private", "team"}, set())

    def test_each_page_keeps_to_it(self, browse, three, omid, nima):
        seen = {
            who.name: {
                kind: browse(who).get(f"/kpis/dashboards/{board.pk}/{PERIOD}").status_code for kind, board in three.items()
            }
            for who in (omid, nima)
        }

        assert seen == {
            "Omid": {"private": 404, "team": 200, "everyone": 200},
            "Nima": {"private": 404, "team": 404, "everyone": 200},
        }
        assert browse().get(f"/kpis/dashboards/{three['everyone'].pk}/").url.startswith("/account/login/")

    def test_others_change_nothing(self, browse, three, omid):
        client, board = browse(omid), three["everyone"]

        answers = [
            client.get(f"/kpis/dashboards/{board.pk}/edit/"),
            client.post(f"/kpis/dashboards/{board.pk}/edit/", sent(row("orders"), name="Mine now")),
            client.post(f"/kpis/dashboards/{board.pk}/remove/"),
            client.post(f"/kpis/dashboards/{board.pk}/restore/"),
            client.post(f"/kpis/dashboards/{three['private'].pk}/copy/"),
        ]

        board.refresh_from_db()
        assert [answer.status_code for answer in answers] == [404] * 5
        assert (board.name, board.is_removed, Dashboard.objects.count()) == ("everyone", False, 3)

    def test_an_administrator_tends_what_is_for_everyone_only(self, three):
        root = User.objects.create_superuser("root@example.com", name="Root")

        found = Dashboard.objects.changeable_by(root)

        assert {board.name for board in found} == {"everyone"}
        assert {board.name for board in three.values() if board.is_changeable_by(root)} == {"everyone"}


class TestServices:
    def test_a_form_sent_twice_makes_one(self, sara):
        facts = {"name": "A", "visibility": "private", "tiles": [row("leads")], "view": {"grain": "month"}}

        first, again = (set_dashboard(Dashboard(), facts, by=sara) for _ in range(2))
        other = set_dashboard(Dashboard(), facts | {"tiles": [row("orders")]}, by=sara)

        assert (first.pk == again.pk, other.pk == first.pk, Dashboard.objects.count()) == (True, False, 2)

    def test_a_copy_is_ones_own_and_private(self, sara, omid):
        board = make_dashboard(sara, row("leads", "line"), name="x" * 100, visibility="everyone", channel="3")

        copy, is_new = copy_dashboard(board, by=omid)

        assert (copy_dashboard(board, by=omid), is_new) == ((copy, False), True)
        assert (copy.user, copy.visibility, copy.tiles, copy.view) == (omid, "private", board.tiles, board.view)
        assert (copy.pk == board.pk, len(copy.name)) == (False, 100)

    def test_what_was_deleted_meanwhile_stays_so(self, sara):
        board = make_dashboard(sara)
        stale = Dashboard.objects.get(pk=board.pk)
        remove_dashboard(board)

        with pytest.raises(ValidationError, match="This dashboard was deleted meanwhile"):
            set_dashboard(stale, {"name": "Again"}, by=sara)

        board.refresh_from_db()
        assert (board.name, board.is_removed) == ("Mornings", True)

    def test_one_that_is_put_back_needs_room(self, sara):
        away, *_rest = Dashboard.objects.bulk_create(Dashboard(user=sara, name=str(n)) for n in range(101))
        remove_dashboard(away)

        with pytest.raises(ValidationError, match="There is room for 100 dashboards"):
            remove_dashboard(Dashboard.objects.get(pk=away.pk), removed=False)

        assert names(sara) == {str(number) for number in range(1, 101)}
        there = Dashboard.objects.get(name="1")
        assert remove_dashboard(there, removed=False) == there


class TestTiles:
    def test_a_row_is_a_tile_or_nothing(self):
        revenue, leads = CATALOGUE["revenue"], CATALOGUE["leads"]
        rows = [
            row("revenue", "line", "channel"),  # a line shows the whole
            row("revenue", "bar", "channel"),
            row("leads", "bar", "product"),  # leads know no products
            row("sqls", "funnel"),
            row("leads", "funnel"),  # a funnel of one step
            row("luck"),
            row("leads", "pie"),
        ]

        assert [tile_of(each) for each in rows] == [
            Tile(revenue, Shape.LINE),
            Tile(revenue, Shape.BAR, Dimension.CHANNEL),
            None,
            Tile(CATALOGUE["sqls"], Shape.FUNNEL),
            None,
            None,
            None,
        ]
        assert tiles_of(rows)[2].steps == ("leads", "mqls", "sqls")
        assert tile_of(Tile(leads, Shape.TABLE, Dimension.OWNER).stored) == Tile(leads, Shape.TABLE, Dimension.OWNER)

    def test_what_is_read_together_is_what_is_read_alone(self, sara):
        make_leads()
        choice = Choice(parse_period("1404-07"), Compare.PREVIOUS, {}, date(2025, 11, 1), sara, Organization.current())
        leads, rate, newcomers = (CATALOGUE[key] for key in ("leads", "lead_conversion_rate", "new_customer_revenue"))
        shown = [
            Tile(leads, Shape.BAR, Dimension.CHANNEL),
            Tile(rate, Shape.TABLE, Dimension.CHANNEL),
            Tile(newcomers, Shape.LINE),
        ]

        board = read_board(shown, choice)

        alone = summarise([leads, rate, newcomers], choice)
        assert board.readings["leads"] == alone["leads"]
        assert board.readings["new_customer_revenue"].trend == alone["new_customer_revenue"].trend
        for kpi in (leads, rate):
            assert board.parts[kpi.key, Dimension.CHANNEL] == break_down(kpi, Dimension.CHANNEL, choice, alone[kpi.key])


class TestPages:
    def test_it_opens_in_the_state_it_was_made_with_and_the_address_then_rules(self, browse, sara):
        shop, _fair = make_leads()
        client = browse(sara)
        board = make_dashboard(sara, row("leads"), channel=str(shop.pk))

        opened = client.get(f"/kpis/dashboards/{board.pk}/")
        narrowed = client.get(f"/kpis/dashboards/{board.pk}/{PERIOD}&channel={shop.pk}")
        cleared = client.get(f"/kpis/dashboards/{board.pk}/{PERIOD}")

        assert opened.url == f"/kpis/dashboards/{board.pk}/?grain=month&channel={shop.pk}&compare=previous"
        assert client.get(opened.url).status_code == 200
        assert [tiles(page)[0]["card"].value_html for page in (narrowed, cleared)] == [
            '<data value="3">3</data>',
            '<data value="4">4</data>',
        ]
        assert tiles(narrowed)[0]["card"].url == f"/kpis/leads/{PERIOD}&channel={shop.pk}"

    def test_each_form_says_its_figures_and_in_one_sentence(self, browse, sara):
        """Four leads of Mehr, one before: three of the shop, one of the fair; one of four converted."""
        make_leads()
        Annotation.objects.create(user=sara, day=date(2025, 9, 24), text="New prices", kpi="leads")
        board = make_dashboard(
            sara,
            row("leads", "line"),
            row("leads", "bar"),
            row("leads", "table"),
            row("leads", "bar", "channel"),
            row("lead_conversion_rate", "table", "channel"),
            row("lead_conversion_rate", "funnel"),
        )

        page = browse(sara).get(f"/kpis/dashboards/{board.pk}/{PERIOD}")
        line, bars, table, channels, rates, funnel = (tile["chart"] for tile in tiles(page))

        assert [chart["data"]["kind"] for chart in (line, bars, channels)] == ["line", "bar", "hbar"]
        assert line["data"]["series"][0]["values"] == bars["data"]["series"][0]["values"] == [None] * 11 + [1.0, 4.0]
        assert line["data"]["summary"].endswith(", 4 in Mehr 1404; highest 4 in Mehr 1404.")
        assert table["rows"][0] == ["Mehr 1404", "4", "New prices"]
        assert (channels["data"]["labels"], channels["data"]["series"][0]["values"]) == (["Shop", "Fair"], [3.0, 1.0])
        assert channels["rows"] == [["Shop", "3", "75.0%", "1"], ["Fair", "1", "25.0%", "—"]]
        few = [f"{name} · Small sample (n = {count})" for name, count in (("Shop", 3), ("Fair", 1))]
        assert rates["rows"] == [[few[0], "33.3%", "75.0%", "0.0%"], [few[1], "0.0%", "25.0%", "—"]]
        assert rates["data"]["summary"] == "Highest: Shop with 33.3%."
        assert [(step["name"], step["count_text"]) for step in funnel["steps"]] == [
            ("Leads", "4"),
            ("MQL", "0"),
            ("SQL", "0"),
            ("Opportunities", "1"),
        ]
        assert funnel["data"]["summary"] == "Leads: 4; Opportunities: 1."
        assert len({tile["id"] for tile in tiles(page)}) == 6

    def test_the_year_before_lies_beside_a_line(self, browse, sara):
        """One lead of Mehr 1403, two of Mehr 1404; the orders of both years are read with them."""
        for days in (0, 1, -366):
            make_lead(at=MEHR + timedelta(days=days))
        drain(at=DRAINED)
        board = make_dashboard(sara, row("leads", "line"), row("orders", "bar"))

        page = browse(sara).get(f"/kpis/dashboards/{board.pk}/?period=1404-07&compare=last-year")

        now, before = tiles(page)[0]["chart"]["data"]["series"]
        assert (before["style"], now["values"][-1], before["values"][-1]) == ("previous", 2.0, 1.0)

    def test_everyone_sees_the_figures_of_their_own_records(self, browse, sara, omid, nima):
        board = make_dashboard(sara, row("leads"), row("leads", "bar", "owner"), visibility="everyone")
        for owner, count in ((omid, 1), (nima, 2)):
            for day in range(count):
                make_lead(at=MEHR + timedelta(days=day), owner=owner)
        drain(at=DRAINED)

        def seen(user):
            card, bars = tiles(browse(user).get(f"/kpis/dashboards/{board.pk}/{PERIOD}"))
            return card["card"].value_html, [cells[0] for cells in bars["chart"]["rows"]]

        assert seen(sara) == ('<data value="3">3</data>', ["Nima", "Omid"])
        assert seen(omid) == ('<data value="1">1</data>', ["Omid"])
        assert seen(nima) == ('<data value="2">2</data>', ["Nima"])

    def test_what_a_role_does_not_see_says_so_in_any_form(self, browse, sara, hana):
        board = make_dashboard(
            sara, row("leads", "line"), row("sqls", "funnel"), row("leads", "bar", "channel"), visibility="everyone"
        )
        make_leads()

        found = tiles(browse(hana).get(f"/kpis/dashboards/{board.pk}/{PERIOD}"))

        assert {(tile["shape"], tile["card"].reason_text) for tile in found} == {
            ("card", "Your role does not see what this needs")
        }

    @pytest.mark.parametrize("query", ["?period=x", "?channel=x", "?compare=x", "?grain=x"])
    def test_an_address_that_says_nothing_sensible_is_refused(self, browse, sara, query):
        assert browse(sara).get(f"/kpis/dashboards/{make_dashboard(sara).pk}/{query}").status_code == 400

    def test_many_tiles_ask_as_many_questions_as_a_few(self, browse, sara):
        """One card; one tile of each form; and 22: cards, lines, bars and tables by two dimensions, funnels."""
        make_leads()
        make_order(customer=make_customer(owner=sara), placed_at=MEHR)
        drain(at=DRAINED)
        client = browse(sara)
        kinds = [("line", ""), ("bar", "channel"), ("table", "owner"), ("card", "")]
        stored = ["leads", "revenue", "orders", "new_customers", "sqls"]
        one = make_dashboard(sara, row("leads"))
        few = make_dashboard(sara, *(row("leads", *kind) for kind in kinds), row("sqls", "funnel"))
        many = make_dashboard(
            sara, *(row(key, *kind) for key in stored for kind in kinds), *(row(key, "funnel") for key in ("mqls", "sqls"))
        )

        asked = {len(board.tiles): len(questions(client, f"/kpis/dashboards/{board.pk}/{PERIOD}")) for board in (one, few, many)}

        assert {count for count in asked.values() if count > 16} == set()

    def test_a_list_of_many_asks_as_few_questions_as_one_of_one(self, browse, sara, omid):
        client, asked = browse(omid), []
        for _more in range(2):
            make_dashboard(sara, visibility="everyone")
            make_dashboard(omid)
            asked.append(len(questions(client, "/kpis/dashboards/")))

        assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("shapes", "rows"),
    [
        (["card"], [[["card"]]]),
        (["card", "line"], [[["card"], ["line"]]]),
        (["bar", "card", "card"], [[["bar"], ["card", "card"]]]),
        (["line", "bar", "table"], [[["line"]], [["bar"], ["table"]]]),
        (["card"] * 5 + ["line"], [[["card"]] * 3, [["card", "card"], ["line"]]]),
        (["card"] * 4 + ["line", "bar"], [[["card"]] * 4, [["line"], ["bar"]]]),
        ([], []),
    ],
)
def test_tiles_fill_their_rows_in_their_order(shapes, rows):
    found = rows_of([{"shape": shape} for shape in shapes])

    assert [[[tile["shape"] for tile in column] for column in row] for row in found] == rows
