"""Files of the KPI pages: what they say is what the cards and the API say, in cells of the right kind."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from campaigns.models import Campaign, Expense
from crm.exports import Percent, safe_cell
from crm.models import ApiToken, Organization, User
from crm.paper import Paper
from crm.preferences import Preferences
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.readings.words import value_parts, value_text, with_sign
from tests.api_client import Api
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead
from tests.kpis.sessions import pointed_at
from tests.spreadsheets import csv_rows, sheet_of

MEHR = datetime(2025, 9, 23, 9, tzinfo=UTC)  # 1 Mehr 1404
MONTH = "2024-05"


def settle():
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))


@contextmanager
def somebody(role):
    """Who sees all, who sees a team's, and who sees their own; the three years are left as they were."""
    rep, shown = User.objects.get(email="rep1@example.com"), {"language": "en", "money_unit": "rial"}
    if role == "rep":
        usual = {name: getattr(rep, name) for name in shown}
        User.objects.filter(pk=rep.pk).update(**shown)
        yield User.objects.get(pk=rep.pk)
        ApiToken.objects.filter(user=rep).delete()
        User.objects.filter(pk=rep.pk).update(**usual)
        return
    sees = {"team": rep.team} if role == "manager" else {}
    made = User.objects.create_user("exporter@example.com", role=role, visibility="team" if sees else "all", **sees, **shown)
    yield made
    made.delete()


def paper_of(client, asked):
    """What is put on paper: the rows of tables by their first cells, and all lines one after another."""
    rows, lines = {}, []
    kept_row, kept_put = Paper.row, Paper.put

    def row(self, columns, cells, look):
        rows.setdefault(cells[0], cells)
        return kept_row(self, columns, cells, look)

    def put(self, line, *args, **kwargs):
        lines.append(line)
        return kept_put(self, line, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Paper, "row", row)
        patched.setattr(Paper, "put", put)
        assert client.get(f"/kpis/overview/pdf/{asked}").status_code == 200
    return rows, " ".join(lines)


@pytest.fixture(scope="module", params=["admin", "manager", "rep"])
def exported(request, history_database, django_db_blocker):
    """Of each KPI of one month of the three years: what the files and the paper, its card and the API say."""
    with django_db_blocker.unblock(), pointed_at(history_database), somebody(request.param) as user:
        token, token.secret = create_token(user, scopes=["kpis:read"], at=MEHR, name="exporter")
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        asked = f"?period={MONTH}&compare=none"
        plain = {row["Key"]: row for row in csv_rows(client.get(f"/kpis/overview/csv/{asked}"))}
        sheet = {row["Key"]: row for row in sheet_of(client.get(f"/kpis/overview/xlsx/{asked}")).dicts}
        pages = [client.get(f"/kpis/{path}{asked}").content.decode() for path in ("", "more/")]
        cards = {key: value for page in pages for key, value in card_values(page)}
        paper, prefs = paper_of(client, asked), Preferences(user, "en")
        api, days = Api(Client(headers={"host": "localhost"}), token), {"from": "2024-05-01", "to": "2024-05-31"}
        answers = {
            key: api.get(f"/kpis/{key}/values/", grain="month", calendar="gregorian", **days).json()["results"][0]
            for key in CATALOGUE
        }
        assert prefs.organization.currency == "IRR"
    return plain, sheet, cards, answers, paper, prefs


def card_values(page):
    """The machine's value of each card and each row of the overview."""
    for piece in page.split('data-kpi="')[1:]:
        found = re.search(r'<data value="([^"]*)">', piece)
        yield piece.split('"', 1)[0], found[1] if found else ""


@pytest.mark.parametrize("key", CATALOGUE)
def test_what_is_exported_is_what_the_card_and_the_api_say(exported, key):
    plain, sheet, cards, answers, paper, prefs = exported
    answer = answers[key]

    value = answer["value"]
    number = None if value is None else Decimal(value)
    assert (Decimal(plain[key]["Value"]) if plain[key]["Value"] else None) == number
    assert (Decimal(cards[key]) if cards[key] else None) == number
    # A workbook's numbers have sixteen digits.
    assert sheet[key]["Value"] == (None if number is None else float(f"{number:.16G}"))
    sides = [plain[key][side] for side in ("Numerator", "Denominator")]
    assert [Decimal(side) if side else None for side in sides] == [
        None if answer[side] is None else Decimal(answer[side]) for side in ("numerator", "denominator")
    ]
    assert is_on(paper, CATALOGUE[key], number, prefs)


def is_on(paper, kpi, number, prefs):
    """As a card, whose number follows its name, or as a row of the table."""
    rows, text = paper
    with override("en"):
        name = f"{kpi.name} ({kpi.abbreviation})" if kpi.abbreviation else str(kpi.name)
        if name in rows:
            return rows[name][1] == value_text(kpi, number, prefs, short=True)
        return f"{kpi.name} {with_sign(value_parts(kpi, number, prefs, short=True)[0], prefs)} " in f"{text} "


@pytest.fixture
def cost(db):
    """1,000 rials for four leads: 250 for each."""
    campaign = Campaign.objects.create(name="Autumn")
    day = MEHR.date()
    Expense.objects.create(kind="ads", campaign=campaign, amount=1_000, valid_from=day, valid_to=day + timedelta(days=1))
    for _number in range(4):
        make_lead(at=MEHR, campaign=campaign)
    settle()


class TestUnits:
    @pytest.mark.parametrize(
        ("units", "name", "value"),
        [
            (("IRR", "rial"), "Rial", 250),
            (("IRR", "toman"), "Toman", 25),
            (("IRT", "rial"), "Rial", 2_500),
            (("IRT", "toman"), "Toman", 250),
            (("EUR", "million_toman"), "EUR", 250),
        ],
    )
    @pytest.mark.usefixtures("cost")
    def test_money_is_in_the_unit_of_the_pages_and_its_heading_says_so(self, browse, sara, units, name, value):
        currency, sara.money_unit = units
        heading = f"Value ({name})"
        sara.save()
        Organization.objects.update(currency=currency)
        address = "/kpis/cost_per_lead/{}/?what=breakdown&by=campaign&period=1404-07"

        (plain,) = csv_rows(browse(sara).get(address.format("csv")))
        (sheet,) = sheet_of(browse(sara).get(address.format("xlsx"))).dicts

        assert (Decimal(plain[heading]), sheet[heading]) == (value, value)


class TestWorkbooks:
    def test_numbers_and_days_are_what_they_are_and_names_stay_texts(self, browse, sara):
        make_lead(at=MEHR, name="=1+1", owner=sara)
        settle()

        sheet = sheet_of(browse(sara).get("/kpis/leads/xlsx/?what=rows&period=1404-07"))

        (row,) = sheet.dicts
        assert (row["Name"], row["Day (ISO)"], row["Amount"]) == ("=1+1", datetime(2025, 9, 23), 1)  # noqa: DTZ001
        assert (sheet.quoted, sheet.formulas, sheet.is_right_to_left) == ({"=1+1"}, 0, False)

    def test_a_persian_sheet_runs_from_right_to_left(self, browse, sara):
        sara.language = "fa"
        sara.save()

        response = browse(sara).get("/kpis/leads/xlsx/?what=trend&period=1404-07")

        sheet = sheet_of(response)
        assert (sheet.is_right_to_left, sheet.header[0], sheet.dicts[-1]["دوره"]) == (True, "دوره", "مهر ۱۴۰۴")
        assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert response["Content-Disposition"].startswith("attachment; filename=\"export.xlsx\"; filename*=UTF-8''%")

    @pytest.mark.parametrize(
        ("address", "plain"),
        [
            ("/kpis/leads/xlsx/?what=rows&period=1404-07", "/kpis/leads/csv/?what=rows&period=1404-07"),
            ("/leads/?export=xlsx", "/leads/?export=csv"),
        ],
    )
    def test_what_is_too_long_for_one_is_offered_as_csv(self, browse, sara, monkeypatch, address, plain):
        """Of three rows a workbook of three is written, and none of two."""
        for _number in range(3):
            make_lead(at=MEHR, owner=sara)
        settle()
        client = browse(sara)
        monkeypatch.setattr("crm.exports.MOST_ROWS", 3)
        whole = sheet_of(client.get(address)).rows

        monkeypatch.setattr("crm.exports.MOST_ROWS", 2)
        page = client.get(address)

        assert (len(whole), page.status_code, page.context["most"], page.context["csv_url"]) == (3, 422, "2", plain)
        assert len(csv_rows(client.get(plain))) == 3

    def test_a_list_is_a_workbook_too(self, browse, sara):
        make_lead(at=MEHR, name="+989", owner=sara)

        (row,) = sheet_of(browse(sara).get("/leads/?export=xlsx")).dicts

        assert (row["Name"], row["Owner"], row["Created (ISO)"]) == ("+989", "Sara", datetime(2025, 9, 23, 12, 30))  # noqa: DTZ001


class TestTables:
    """Tables that had no file: the same figures as on their pages."""

    def test_segments_and_the_grid_of_rfm(self, browse, sara):
        make_order(customer=make_customer(owner=sara), placed_at=MEHR - timedelta(days=10))
        settle()
        get = browse(sara).get

        segments = csv_rows(get("/kpis/rfm/csv/?what=segments&as_of=2025-09-30"))
        grid = csv_rows(get("/kpis/rfm/csv/?what=grid&as_of=2025-09-30"))

        # One customer, who gets the same score as everybody: their segment has all.
        assert [(row["Customers"], row["Share"]) for row in segments if row["Customers"] != "0"] == [("1", "1")]
        assert (len(grid), sum(int(row["Customers"]) for row in grid)) == (25, 1)

    def test_the_matrix_of_loyalty_has_four_cells(self, browse, sara):
        rows = csv_rows(browse(sara).get("/kpis/loyalty/csv/?what=matrix"))

        assert [(row["Customers"], row["Share"]) for row in rows] == [("0", "")] * 4

    def test_the_catalogue_says_of_each_kpi_what_its_page_says(self, browse, sara):
        client = browse(sara)
        shown = [row for group in client.get("/kpis/catalog/").context["groups"] for row in group["rows"]]

        rows = csv_rows(client.get("/kpis/catalog/csv/"))

        assert [row["Key"] for row in rows] == [row["kpi"].key for row in shown]
        assert [row["Formula"] for row in rows] == [row["formula"] for row in shown]
        (nps,) = [row for row in rows if row["Key"] == "nps"]
        drivers = "Mean time to resolution · Customer satisfaction"
        assert (nps["Group"], nps["Abbreviation"], nps["What moves it"]) == ("Satisfaction and support", "NPS", drivers)
        about = {
            name: nps[name]
            for name in ("Unit", "Good direction", "Review", "Smallest sample", "Data needed", "Target of the month")
        }
        assert list(about.values()) == ["score", "higher", "Monthly", "30", "NPS answers", "—"]

    @pytest.mark.parametrize(
        "address",
        ["/kpis/rfm/csv/?what=x", "/kpis/loyalty/csv/?what=x", "/kpis/top-pages/csv/?what=x", "/kpis/landing-pages/xlsx/?what=x",
         "/kpis/top-pages/csv/?what=sessions", "/kpis/landing-pages/csv/?what=visitors"],
    )  # fmt: skip
    def test_what_is_no_table_is_refused(self, browse, sara, address):
        assert browse(sara).get(address).status_code == 400

    def test_traffic_is_for_those_who_look_at_it(self, browse, hana):
        answers = [browse(hana).get(f"/kpis/{page}/csv/").status_code for page in ("top-pages", "landing-pages")]

        assert answers == [403, 403]


def test_a_tiny_number_has_no_exponent():
    assert [safe_cell(value) for value in (Decimal("0E-12"), Percent("1E+2"), 1e-7, -3)] == [
        "0.000000000000",
        "100",
        "0.0000001",
        "-3",
    ]
