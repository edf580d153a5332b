"""The predicted value of customers: the models against their papers, what they are fitted on, and what is said of it."""

import csv
import sys
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.translation import override

from campaigns.models import Channel
from crm.models import Organization, User
from crm.periods import Calendar, Grain
from crm.services import create_token
from customers.models import Customer, Order, Refund, RefundLine
from customers.services.merging import merge_customers
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.engine.clv import Histories, NotFittedError, Purchases, Spending, figures
from kpis.engine.locks import PREDICTIONS
from kpis.engine.predictions import ROWS, Evening, Needs, fit, fit_due
from kpis.models import CustomerFact, Prediction, PredictionFit
from kpis.readings import Query, list_rows
from kpis.readings.cards import reason_text
from kpis.readings.rows import Forecast
from tests.api_client import Api
from tests.factories.customers import make_order, make_product
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, TODAY, card, parts, periods_of
from tests.kpis.sessions import session

pytestmark = pytest.mark.django_db
KEY = "clv_predicted"
# The end of Shahrivar 1404, and the evening before NOW.
SHAHRIVAR, EVENING = date(2025, 9, 22), date(2025, 9, 30)
FEW = Needs(customers=10)
# The parameters as published, and a customer of the paper: two more order days, the last in week 30.43, known for 38.86.
PAPER, PAID = Purchases(0.243, 4.414, 0.793, 2.426, 0), Spending(6.25, 3.74, 15.44)


def of(*rows):
    """Histories of (x, t_x, T, z), in weeks."""
    return Histories(*np.array(rows, dtype=float).T)


def series(a, b, c, z):
    """Gauss's function by its definition."""
    total, term = 0.0, 1.0
    for k in range(400):
        total += term
        term *= (a + k) * (b + k) / (c + k) / (k + 1) * z
    return total


def expectation(x, t_x, age, weeks, *, r=0.243, alpha=4.414, a=0.793, b=2.426):
    """Equation (10) of the paper as it stands there."""
    z = weeks / (alpha + age + weeks)
    shrunk = 1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * series(r + x, b + x, a + b + x - 1, z)
    odds = a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x) if x else 0
    return (a + b + x - 1) / (a - 1) * shrunk / (1 + odds)


def near(number, places=6):
    return pytest.approx(number, abs=10**-places)


class TestModels:
    def test_the_example_of_the_papers(self):
        ali = of((2, 30.43, 38.86, 22.35))
        assert PAPER.alive(ali) == near([0.726579])
        assert PAPER.expected(ali, 39) == near([1.226028])
        assert PAID.expected(ali) == near([24.6637], 4)

    def test_expectations_are_those_of_the_paper_s_own_formula(self):
        people = [(0, 0, 38.86), (0, 0, 3), (1, 1.71, 38.86), (2, 30.43, 38.86), (29, 38, 38.86)]
        found = PAPER.expected(of(*((*each, 0) for each in people)), 39)
        assert found == near([expectation(*each, 39) for each in people])

    def test_who_never_came_back_is_still_here_and_spends_as_all_do(self):
        newcomer = of((0, 0, 38.86, 0))
        assert PAPER.alive(newcomer) == [1]
        assert PAID.expected(newcomer) == near([6.25 * 15.44 / 2.74])

    def test_what_comes_later_is_worth_less(self):
        """Three weeks at half: half of the first week's, a quarter of the second's, an eighth of the third's."""
        weeks = [expectation(2, 30.43, 38.86, week) for week in range(4)]
        steps = [after - before for before, after in pairwise(weeks)]
        found = PAPER.discounted(of((2, 30.43, 38.86, 0)), 3, 0.5)
        assert found == near([steps[0] / 2 + steps[1] / 4 + steps[2] / 8])

    def test_a_long_silence_after_many_orders_is_a_number_too(self):
        gone = of((300, 30, 600, 10))
        assert (PAPER.alive(gone)[0], PAPER.expected(gone, 52)[0]) == (0, 0)

    def test_where_nobody_leaves_and_all_spend_alike_the_search_ends(self):
        """Every four weeks, and still four weeks ago: 13 order days a year, 100 each."""
        regulars = of(*((n, 4 * n, 4 * n + 2, 100) for n in range(5, 45)))
        found = np.array(figures(regulars, Purchases.fit(regulars), Spending.fit(regulars), weeks=52, factor=1.0))
        assert found[:, 0] == pytest.approx([13] * 40, rel=0.05)
        assert found[:, 1] == pytest.approx([1] * 40, rel=0.01)
        assert found[:, 2] == pytest.approx([100] * 40, rel=0.01)

    def test_a_mean_without_a_bound_is_no_model(self):
        """A few spend hundreds of times what the others do."""
        spenders = of(*((50, 50, 52, 10.0 ** (n % 9)) for n in range(200)))
        with pytest.raises(NotFittedError):
            Spending.fit(spenders)


def buy(customer, *days, net=100, cost=40):
    facts = {"status": "paid", "currency": "IRR", "net_amount": net, "cost_amount": cost}
    return [Order(customer=customer, placed_at=tehran(2025, 9, 30) - timedelta(days=each), **facts) for each in days]


@pytest.fixture
def shop():
    """Thirty customers of a year, half of them of one channel, on few days; the first two are no customers at all."""
    dice, mail = Random(5), Channel.objects.create(slug="mail", name="Mail")
    people = Customer.objects.bulk_create(
        Customer(name=f"Customer {n}", channel=mail if n % 2 else None, is_test=n == 0, is_spam=n == 1) for n in range(32)
    )
    orders = []
    for customer in people:
        age, stays = 30 * dice.randint(2, 13), dice.random()
        days = {age, *(day for day in range(age, -1, -30 * dice.randint(1, 3)) if day > age * stays)}
        orders += [order for day in sorted(days) for order in buy(customer, day, net=dice.randint(90, 300))]
    Order.objects.bulk_create(orders)
    drain(at=NOW)
    return mail


def histories_on(day):
    with connection.cursor() as cursor:
        return {row[0]: row[1:] for row in Evening(day, cursor, Organization.current()).run(ROWS)}


class TestWhatTheyAreFittedOn:
    def test_order_days_and_the_margin_of_those_after_the_first(self):
        ali, ben = Customer.objects.create(name="Ali"), Customer.objects.create(name="Ben")
        tea = make_product(unit_cost=30)
        make_order([(1, 100, tea)], customer=ali, placed_at=tehran(2025, 9, 1))
        twice = [make_order([(n, 100, tea)], customer=ali, placed_at=tehran(2025, 9, 15, n)) for n in (1, 2)]
        make_order([(9, 100, tea)], customer=ali, placed_at=tehran(2025, 9, 16), status="cancelled")
        make_order([(1, 50)], customer=ali, placed_at=tehran(2025, 9, 29))
        make_order([(1, 80)], customer=ben, placed_at=tehran(2025, 9, 20))
        refund = Refund.objects.create(order=twice[1], amount=100, refunded_at=tehran(2025, 9, 18))
        RefundLine.objects.create(refund=refund, line=twice[1].lines.get(), quantity=1, amount=100, cost_amount=30)
        first, second, last = date(2025, 9, 1), date(2025, 9, 15), date(2025, 9, 29)

        # on the 15th 70 and 140, of which 70 went back; of the last order nobody knows the cost
        assert histories_on(EVENING) == {
            ali.pk: (first, last, 2, 1, Decimal(190)),
            ben.pk: (date(2025, 9, 20), date(2025, 9, 20), 0, 1, Decimal(0)),
        }
        # as it was before the refund
        assert histories_on(date(2025, 9, 17)) == {ali.pk: (first, second, 1, 0, Decimal(210))}

    def test_each_customer_s_figures_follow_from_the_stored_parameters(self, shop):
        assert fit(SHAHRIVAR, at=NOW, needs=FEW)

        found = PredictionFit.objects.get()
        # of 30 customers; the discount is a fifth, so 52 weeks later 120 are worth 100
        assert (found.day, found.customers, found.yearly_rate, found.reason) == (SHAHRIVAR, 30, Decimal("0.2"), "")
        names = ("r", "alpha", "a", "b")
        stored, model = {name: float(getattr(found, name)) for name in names}, (float(found.p), float(found.q), float(found.v))
        rows = histories_on(SHAHRIVAR)
        assert Prediction.objects.count() == len(rows) == 30
        for one in Prediction.objects.all():
            first, last, x, _, margin = rows[one.fact_id]
            t_x, age = (last - first).days / 7, (SHAHRIVAR - first).days / 7
            weeks = [expectation(x, t_x, age, week, **stored) for week in range(53)]
            p, q, v = model
            a_day = p * (v + float(margin)) / (p * x + q - 1)
            worth = sum((weeks[n] - weeks[n - 1]) / 1.2 ** (n / 52) for n in range(1, 53))
            assert float(one.orders) == near(weeks[52], 4)
            assert float(one.order_margin) == near(a_day, 3)
            assert float(one.value) == near(worth * a_day, 2)

    def test_a_night_later_only_what_changed_is_fitted_again(self, shop):
        """All of them are refused, which is quick; what is due is the same."""
        # ten months of either calendar have ended since the first order in December, the last of them that evening
        assert fit_due(at=NOW) == 20
        days = set(PredictionFit.objects.values_list("day", flat=True))
        assert {EVENING, SHAHRIVAR, date(2025, 8, 31)} < days
        assert fit_due(at=NOW) == 0

        # the evening of the next day is new; the one before was no end of a month of the Jalali calendar, but of the other
        Order.objects.bulk_create(buy(Customer.objects.last(), 30))
        assert fit_due(at=NOW + timedelta(days=1)) == 4
        changed = PredictionFit.objects.filter(fitted_at__gt=NOW).values_list("day", flat=True)
        assert set(changed) == {date(2025, 8, 31), SHAHRIVAR, EVENING, date(2025, 10, 1)}
        assert fit_due(at=NOW + timedelta(days=2)) == 1
        assert not PredictionFit.objects.filter(day=date(2025, 10, 1)).exists()

    def test_of_orders_that_are_gone_nothing_is_left(self, shop):
        fit(SHAHRIVAR, at=NOW)
        Order.objects.all().delete()

        assert (fit_due(at=NOW), PredictionFit.objects.count()) == (0, 0)

    def test_another_discount_is_another_value(self, shop):
        fit(SHAHRIVAR, at=NOW, needs=FEW)
        before = card(KEY).value
        Organization.objects.update(discount_rate=0)

        assert fit(SHAHRIVAR, at=NOW, needs=FEW)
        assert card(KEY).value > before


class TestWhatIsSaid:
    def test_the_mean_of_all_of_a_channel_s_and_of_an_owner_s(self, shop, sara):
        theirs = list(CustomerFact.objects.order_by("pk").values_list("customer_id", flat=True)[:3])
        Customer.objects.filter(pk__in=theirs).update(owner=sara)
        drain(at=NOW)
        fit(SHAHRIVAR, at=NOW, needs=FEW)
        values = {one.fact_id: one.value for one in Prediction.objects.all()}
        of_mail = [value for pk, value in values.items() if Customer.objects.get(pk=pk).channel_id]

        found = card(KEY)
        assert (found.numerator, found.denominator, found.quality) == (sum(values.values()), 30, "estimated")
        assert found.computed_at == NOW
        assert parts(KEY, Dimension.CHANNEL)[shop.pk] == pytest.approx(sum(of_mail) / len(of_mail))
        alone = User(email="x@example.com", role="manager", visibility="own", pk=sara.pk)
        mine = card(KEY, viewer=alone)
        assert (mine.numerator, mine.denominator) == (sum(values[one] for one in theirs), 3)
        assert card(KEY, viewer=User(role="rep", visibility="all")).reason == "not_visible"
        (period,) = periods_of(Calendar.JALALI, Grain.MONTH, SHAHRIVAR, SHAHRIVAR)
        page = list_rows(CATALOGUE[KEY], "numerator", Query((period,), TODAY, viewer=alone))
        assert {row.id: (row.amount, row.forecast) for row in page.results} == {
            one.fact_id: (one.value, Forecast(one.orders, one.alive, one.value))
            for one in Prediction.objects.filter(fact__in=theirs)
        }

    def test_below_the_needs_it_is_refused_and_says_what_is_missing(self, shop):
        assert card(KEY).reason == "not_fitted"
        # 30 customers are not 500; of the three years three cycles have passed, forty have not
        for needs in (None, Needs(customers=10, cycles=40)):
            PredictionFit.objects.all().delete()
            fit(SHAHRIVAR, at=NOW, needs=needs)
            found = card(KEY)
            assert (found.value, found.reason) == (None, "too_little_data")
        with override("en"):
            assert reason_text(CATALOGUE[KEY], found) == (
                "Too little data yet: needs 500 customers, and a history three times as long as usually passes"
                " between two of their order days"
            )

    def test_where_nobody_leaves_anything_it_says_so(self):
        """Thirty come back every 90 days and cost more than they bring: enough customers and days, and nothing to predict."""
        people = Customer.objects.bulk_create(Customer(name=f"Customer {n}") for n in range(30))
        Order.objects.bulk_create(order for each in people for order in buy(each, 380, 290, 200, 110, net=10))
        drain(at=NOW)

        fit(SHAHRIVAR, at=NOW, needs=FEW)

        assert PredictionFit.objects.get().reason == "too_few_profitable"
        for language, words in (("en", "left more than they cost"), ("fa", "بیش از هزینه‌شان")):
            with override(language):
                assert words in reason_text(CATALOGUE[KEY], card(KEY))

    def test_without_the_extra_all_else_works_and_it_says_how_to_install_it(self, shop, monkeypatch):
        monkeypatch.setitem(sys.modules, "scipy", None)

        assert fit_due(at=NOW, needs=FEW) == 0
        found = card(KEY)
        assert (found.value, found.reason) == (None, "not_installed")
        assert card("customers_total").value == 30
        for language, words in (("en", "is not installed"), ("fa", "نصب نیست")):
            with override(language):
                assert words in reason_text(CATALOGUE[KEY], found)
                assert "requirements-predict.lock" in reason_text(CATALOGUE[KEY], found)
        with pytest.raises(CommandError, match=r"requirements-predict\.lock"):
            call_command("fit_predictions")

    def test_by_hand(self, shop, capsys):
        call_command("fit_predictions", "--as-of", "2025-09-22")
        assert capsys.readouterr().out == "2025-09-22: too_little_data, of 30 customers\n"
        with pytest.raises(CommandError, match="not over yet"):
            call_command("fit_predictions", "--as-of", "2999-01-01")
        # the first order is of the year before
        with pytest.raises(CommandError, match="nobody had ordered by 0001-01-01"):
            call_command("fit_predictions", "--as-of", "0001-01-01")

    def test_by_hand_while_another_is_at_it(self, shop):
        with session() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREDICTIONS])
            for asked in ((), ("--as-of", "2025-09-21")):
                with pytest.raises(CommandError, match="another process"):
                    call_command("fit_predictions", *asked)


class TestDoors:
    @pytest.fixture(autouse=True)
    def fitted(self, shop):
        fit(SHAHRIVAR, at=NOW, needs=FEW)

    def test_the_report_of_the_api(self, browse, sara, now):
        token, token.secret = create_token(sara, scopes=["kpis:read", "customers:read"], at=now, name="report")
        api, stored = Api(browse(), token), PredictionFit.objects.get()

        found = api.get("/reports/predictions/", as_of="2025-10-20", limit=20).json()
        rest = api.get("/reports/predictions/", cursor=found["next"], limit=20).json()

        assert (found["as_of"], found["converged"], found["customers"]) == ("2025-09-22", True, 30)
        assert Decimal(found["purchases"]["r"]) == stored.r
        assert Decimal(found["spending"]["v"]) == stored.v
        people = {one["customer"]: Decimal(one["value"]) for one in found["results"] + rest["results"]}
        assert people == dict(Prediction.objects.values_list("fact_id", "value"))
        missing = api.get("/reports/predictions/", as_of="2020-01-01")
        assert (missing.status_code, "once a night" in missing.json()["detail"]) == (404, True)

    def test_who_counts_no_more_is_at_once_in_none_of_them(self, browse, sara, now):
        """Of 30 one has left no order, one is spam and one merged into another: 27."""
        unsold, spam, merged, survivor, *_ = people = list(Customer.objects.counted().order_by("pk"))
        Order.objects.filter(customer=unsold).update(status="cancelled")
        Customer.objects.filter(pk=spam.pk).update(is_spam=True)
        merge_customers(merged, into=survivor, by=sara, at=NOW)
        drain(at=NOW)
        token, token.secret = create_token(sara, scopes=["kpis:read", "customers:read"], at=now, name="report")

        rest = Api(browse(), token).get("/reports/predictions/", limit=200).json()["results"]
        page = browse(sara).get(f"/kpis/{KEY}/?period=1404-06")

        assert [one["customer"] for one in rest] == [one.pk for one in people if one not in (unsold, spam, merged)]
        found = card(KEY)
        assert (found.numerator, found.denominator) == (sum(Decimal(one["value"]) for one in rest), 27)
        assert page.context["row_total"] == "27"

    def test_who_may_not_see_costs_gets_no_report(self, browse, omid, now):
        token, token.secret = create_token(omid, scopes=["kpis:read", "customers:read"], at=now, name="report")
        assert Api(browse(), token).get("/reports/predictions/").status_code == 403

    @pytest.mark.parametrize(
        ("asked", "column", "falling"),
        [("", "value", True), ("-value", "value", False), ("day", "last_day", True), ("-alive", "alive", False)],
    )
    def test_its_customers_are_sorted_by_any_column_page_by_page(self, browse, sara, asked, column, falling):
        client, address, pages = browse(sara), f"?period=1404-06&sort={asked}", []
        while address:
            pages.append(client.get(f"/kpis/{KEY}/{address}").context)
            address = pages[-1]["rows_pager"].next_url.removesuffix("#rows")

        found = [[row["url"] for row in page["row_list"]] for page in pages]
        up = sorted(Prediction.objects.order_by("-pk" if falling else "pk"), key=lambda one: getattr(one, column))
        keys = [f"/customers/{one.fact_id}/" for one in (reversed(up) if falling else up)]
        assert found == [keys[:25], keys[25:]]
        headings = {each["label"]: each["aria"] for each in pages[0]["row_headings"] if each["aria"]}
        assert list(headings.values()) == ["descending" if falling else "ascending"]

    @pytest.mark.parametrize("query", ["sort=name", "after=x", "after=1-2_3", "sort=day&after=12_3", "after=2025-01-01_3"])
    def test_an_order_that_there_is_not_is_refused(self, browse, sara, query):
        assert browse(sara).get(f"/kpis/{KEY}/?period=1404-06&{query}").status_code == 400

    def test_the_page_shows_the_models_and_each_customer_and_the_file_has_them(self, browse, sara):
        shown = browse(sara).get(f"/kpis/{KEY}/?period=1404-06")
        page = shown.content.decode()
        assert "Gamma-Gamma" in page
        assert "The worker fits the models every night" in page
        # the eighteen months of the trend end with Shahrivar, of whose last evening the only models are
        unknown, gap = shown.context["gaps"]
        assert unknown == "No figure for Farvardin 1403 to Aban 1403: No data yet: needs orders and unit costs"
        assert gap.startswith("No figure for Azar 1403 to Mordad 1404: Is computed once a night")
        # of the month that runs there is nothing to compare with, and nothing of its parts
        assert {part["then"] for part in browse(sara).get(f"/kpis/{KEY}/").context["parts"]} == {"—"}

        file = browse(sara).get(f"/kpis/{KEY}/csv/?period=1404-06&what=rows").getvalue().decode("utf-8-sig")
        header, *rows = csv.reader(StringIO(file))
        assert header[-2:] == ["Order days expected", "Chance to be a customer still"]
        # the file is in the order of the page: the most valuable first
        on_page = shown.context["row_list"]
        assert [f"/customers/{row[1]}/" for row in rows[:25]] == [row["url"] for row in on_page]
        assert [row[7] for row in rows[:25]] == [row["owner"] for row in on_page]
        found = {int(row[1]): Decimal(row[-2]) for row in rows}
        assert found == dict(Prediction.objects.values_list("fact_id", "orders"))
