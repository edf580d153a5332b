"""What a card says about a change, worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from crm.models import Organization
from crm.money import base_unit
from crm.periods import parse_period
from kpis.addresses import compare_asked
from kpis.catalogue import CATALOGUE
from kpis.charts import path_of, sparkline, trend_chart, waterfall_steps
from kpis.definitions import Unit
from kpis.readings import Value
from kpis.readings.breakdown import contribution_of
from kpis.readings.cards import change_text, compared_words, filled_formula, is_money_side, reason_text, sample_text
from kpis.readings.change import ChangeKind, change_between
from kpis.readings.exact import rounded
from kpis.readings.goals import goal_text
from kpis.readings.summary import Choice, Compare
from kpis.readings.targets import attainment
from kpis.readings.words import column_parts, exact_text, short_money, value_text
from kpis.views.detail import amount_text, sum_text

MEHR = parse_period("1404-07")


class Reader:
    """Preferences without a database."""

    def __init__(self, language="en", money_unit="toman", currency="IRR"):
        self.language, self.calendar, self.latin_digits = language, "jalali", False
        self.unit = base_unit(currency, money_unit)


def value(number, *, size=100, **facts):
    number = None if number is None else Decimal(number)
    return Value(MEHR, numerator=number, value=number, sample_size=size, **facts)


def rate(part, whole):
    return Value(MEHR, Decimal(part), Decimal(whole), Decimal(part) / Decimal(whole), sample_size=whole)


def choice(period, today, compare=Compare.PREVIOUS):
    return Choice(parse_period(period), compare, {}, today, None, Organization())


def text_of(key, now, then, language="en"):
    return change_text(CATALOGUE[key], change_between(CATALOGUE[key], now, then), Reader(language))


def test_a_rate_changes_in_points_and_never_by_a_percentage_of_itself():
    change = change_between(CATALOGUE["lead_conversion_rate"], rate(25, 100), rate(218, 1000))
    assert (change.kind, change.size, change.tone, change.direction) == (ChangeKind.POINTS, Decimal("0.032"), "good", "up")
    assert text_of("lead_conversion_rate", rate(25, 100), rate(218, 1000)) == "+3.2 points"


def test_a_sign_stays_at_its_number_in_persian():
    assert "\u2066+۳٫۲\u2069" in text_of("lead_conversion_rate", rate(25, 100), rate(218, 1000), "fa")


def test_a_count_changes_in_percent():
    assert text_of("leads", value(118), value(100)) == "+18.0%"
    assert text_of("leads", value(75), value(100)) == "−25.0%"


def test_nothing_before_is_new_and_not_a_hundred_percent():
    assert text_of("leads", value(7), value(0)) == "new"


def test_nothing_before_and_nothing_now_is_no_change():
    assert text_of("leads", value(0), value(0)) == "no change"


@pytest.mark.parametrize("then", [None, Value(MEHR, reason="no_data"), Value(MEHR, reason="no_denominator")])
def test_without_a_figure_before_there_is_no_percentage(then):
    assert text_of("leads", value(7), then) == "no earlier figure"


@pytest.mark.parametrize(
    ("key", "now", "then"),
    # 0.04 % of a count, 0.04 points of a rate, 0.04 of a score
    [
        ("leads", value(10_004), value(10_000)),
        ("lead_conversion_rate", rate(2504, 10_000), rate(25, 100)),
        ("nps", value("30.04"), value(30)),
    ],
)
def test_what_would_round_to_nothing_has_no_direction(key, now, then):
    change = change_between(CATALOGUE[key], now, then)
    assert (text_of(key, now, then), change.direction, change.tone) == ("hardly any change", "", "")


def test_without_a_figure_now_there_is_no_change_at_all():
    assert change_between(CATALOGUE["leads"], Value(MEHR, reason="no_data"), value(7)) is None


def test_from_below_zero_the_difference_is_told_and_not_a_share_of_it():
    change = change_between(CATALOGUE["net_customer_growth"], value(20), value(-3))
    assert (change.kind, change.size) == (ChangeKind.AMOUNT, Decimal(23))
    assert text_of("net_customer_growth", value(20), value(-3)) == "+23"
    assert text_of("net_customer_growth", value(-2), value(1)) == "−3"


def test_a_loss_is_no_small_sample():
    assert not value(-2, size=-2).is_small_sample(CATALOGUE["net_customer_growth"])


@pytest.mark.parametrize(
    "key", ["churn_rate", "cost_per_lead", "customer_acquisition_cost", "mean_time_to_resolution", "lost_customers"]
)
def test_where_less_is_better_down_is_good(key):
    assert change_between(CATALOGUE[key], value(4), value(5)).tone == "good"
    assert change_between(CATALOGUE[key], value(5), value(4)).tone == "bad"


def test_a_small_sample_has_a_direction_but_no_verdict():
    change = change_between(CATALOGUE["lead_conversion_rate"], rate(6, 12), rate(25, 100))
    assert (change.direction, change.tone) == ("up", "")


def test_a_small_sample_is_named_with_its_size():
    assert sample_text(CATALOGUE["lead_conversion_rate"], rate(6, 12), Reader()) == "Small sample (n = 12)"
    assert sample_text(CATALOGUE["lead_conversion_rate"], rate(25, 100), Reader()) == "25 of 100"


def test_the_previous_period_of_a_month_is_the_month_before():
    assert choice("1404-07", date(2026, 1, 1)).other == parse_period("1404-06")
    assert choice("1404-01", date(2026, 1, 1)).other == parse_period("1403-12")
    assert choice("1404-07", date(2026, 1, 1), Compare.LAST_YEAR).other == parse_period("1403-07")
    assert choice("1404-07", date(2026, 1, 1), Compare.NONE).other is None


@pytest.mark.parametrize(
    ("asked", "other"),
    [("1404-02", "1404-02"), ("1403-07", "1403-07"), ("1404-07", "1404-06"), ("1404-08", "1404-06"), ("1404-Q1", "1404-06"),
     ("2025-04", "1404-06"), ("last-year", "1403-07"), ("", "1404-06")],
)  # fmt: skip
def test_any_earlier_period_of_the_same_length_can_be_compared_with(asked, other):
    """What is none of them gives way to the period before."""
    compare, against = compare_asked(asked, MEHR)
    found = Choice(MEHR, compare, {}, date(2026, 1, 1), None, Organization(), against)
    assert found.other == parse_period(other)


def test_a_running_period_is_compared_with_as_many_days_of_the_one_that_was_chosen():
    running = Choice(MEHR, Compare.CUSTOM, {}, date(2025, 10, 4), None, Organization(), parse_period("1404-02"))
    assert running.other_last == date(2025, 5, 2)  # 12 Ordibehesht, which began on 21 April
    assert compared_words(running, Reader()) == "vs the first 12 days of Ordibehesht 1404"


def test_a_running_period_is_compared_with_as_many_days_and_says_so():
    running = choice("1404-07", date(2025, 10, 4))  # 12 Mehr
    assert running.cut_days == 12
    assert running.other_last == date(2025, 9, 3)  # 12 Shahrivar
    assert compared_words(running, Reader()) == "vs the first 12 days of Shahrivar 1404"


def test_on_its_first_day_it_is_compared_with_one_day():
    assert compared_words(choice("1404-07", date(2025, 9, 23)), Reader()) == "vs the first day of Shahrivar 1404"


def test_a_period_that_is_over_is_compared_with_a_whole_one():
    over = choice("1404-07", date(2025, 10, 23))
    assert over.cut_days is None
    assert compared_words(over, Reader()) == "vs Shahrivar 1404"


def test_on_its_last_day_a_month_is_compared_with_all_of_a_longer_one():
    assert choice("1404-07", date(2025, 10, 22)).cut_days is None


def test_a_formula_is_filled_with_the_numbers_of_the_period():
    assert filled_formula(CATALOGUE["lead_conversion_rate"], rate(25, 100), Reader()) == "25 ÷ 100 = 25.0%"
    score = Value(MEHR, Decimal(60), Decimal(120), Decimal(50), sample_size=120)
    assert filled_formula(CATALOGUE["nps"], score, Reader()) == "100 × 60 ÷ 120 = +50"
    cost = Value(MEHR, Decimal(1_000_000), Decimal(50), Decimal(20_000), sample_size=50)
    assert filled_formula(CATALOGUE["cost_per_lead"], cost, Reader()) == "100,000\u00a0Toman ÷ 50 = 2,000\u00a0Toman"
    wait = Value(MEHR, Decimal(108_000), Decimal(5), Decimal(6), sample_size=5)
    assert filled_formula(CATALOGUE["mean_time_to_resolution"], wait, Reader()) == "108,000 ÷ 3,600 ÷ 5 = 6.0\u00a0hours"
    middle = Value(MEHR, None, Decimal(5), Decimal(5), sample_size=5)
    assert filled_formula(CATALOGUE["median_time_to_resolution"], middle, Reader()) == "50% of 5 rows lie at or below it"
    assert filled_formula(CATALOGUE["p90_time_to_resolution"], middle, Reader()) == "90% of 5 rows lie at or below it"


def test_the_formula_of_a_flow_or_a_model_is_filled_with_what_it_is_made_of():
    growth = Value(MEHR, Decimal(20), value=Decimal(20), operands=(Decimal(30), Decimal(5), Decimal(15)))
    assert filled_formula(CATALOGUE["net_customer_growth"], growth, Reader()) == "30 + 5 − 15 = 20"
    amounts = tuple(map(Decimal, ("250000", "4", "0.4", "3", "50000", "3", "300000")))
    worth = Value(MEHR, value=Decimal(750_000), operands=amounts)
    filled = "25,000\u00a0Toman × 4 × 40.0% × 3 − 5,000\u00a0Toman × 3 − 30,000\u00a0Toman = 75,000\u00a0Toman"
    assert filled_formula(CATALOGUE["customer_lifetime_value"], worth, Reader()) == filled
    months = Value(MEHR, value=Decimal(500) / Decimal(75), operands=(Decimal(500), Decimal(75)))
    assert filled_formula(CATALOGUE["cac_payback_months"], months, Reader()) == "50\u00a0Toman ÷ 7.5\u00a0Toman = 6.7\u00a0months"


def test_a_missing_figure_names_the_data_it_needs():
    missing = Value(MEHR, reason="no_data")
    said = reason_text(CATALOGUE["customer_acquisition_cost"], missing)
    assert said == "No data yet: needs acquisition expenses and orders"


def test_an_unknown_reason_is_an_error_and_not_a_blank():
    assert reason_text(CATALOGUE["leads"], Value(MEHR, reason="failed")) == "This could not be computed"


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (16_285_513_050, "toman", ("1.63", "billion Toman")),
        (16_285_513_050, "rial", ("16.29", "billion Rial")),
        (9_142_857, "toman", ("914,286", "Toman")),
        (12_500_000_000_000, "rial", ("12.5", "trillion Rial")),
        (16_285_513_050, "million_toman", ("1,628.55", "million Toman")),
        (-16_285_513_050, "toman", ("−1.63", "billion Toman")),
        (15, "toman", ("1.5", "Toman")),
    ],
)
def test_large_amounts_are_short_and_carry_their_unit(amount, unit, text):
    assert short_money(Decimal(amount), Reader(money_unit=unit)) == text


@pytest.mark.parametrize(
    ("currency", "amount", "short", "column"),
    [
        ("EUR", "1234.5", ("1,234.50", "EUR"), (["1,234.50", "0.00"], "EUR")),
        ("EUR", "16285513.05", ("16.29", "million EUR"), (["16.29", "0.00"], "million EUR")),
        ("JPY", "1234", ("1,234", "JPY"), (["1,234", "0"], "JPY")),
        ("KWD", "1234.5", ("1,234.500", "KWD"), (["1,234.500", "0.000"], "KWD")),
        ("IRT", "1234", ("1,234", "Toman"), (["1,234", "0"], "Toman")),
    ],
)
def test_amounts_of_another_base_currency_are_never_rials(currency, amount, short, column):
    reader = Reader(currency=currency)
    assert short_money(Decimal(amount), reader) == short
    assert column_parts(CATALOGUE["revenue"], [Decimal(amount), Decimal(0)], reader) == column


def test_each_unit_is_shown_in_its_own_way():
    reader = Reader()
    shown = {
        "lead_conversion_rate": ("0.287", "28.7%"),
        "leads": ("1234", "1,234"),
        "nps": ("-20", "−20"),
        "mean_time_to_resolution": ("6.25", "6.3 hours"),
        "revenue": ("125000", "12,500 Toman"),
    }
    assert {key: value_text(CATALOGUE[key], Decimal(number), reader) for key, (number, _) in shown.items()} == {
        key: text for key, (_, text) in shown.items()
    }
    exact = {
        "lead_conversion_rate": ("0.333333333333", "33.3333%"),
        "leads": ("1234", "1,234"),
        "nps": ("11.764705882353", "+11.7647"),
        "mean_time_to_resolution": ("6.25", "6.25 hours"),
        "revenue": ("125000", "12,500 Toman"),
    }
    assert {key: exact_text(CATALOGUE[key], Decimal(number), reader) for key, (number, _) in exact.items()} == {
        key: text for key, (_, text) in exact.items()
    }


@pytest.mark.parametrize(
    ("key", "values", "texts", "unit"),
    [
        ("revenue", [2_042_800_000, None, -3_000_000, 0], ["204.28", "—", "−0.30", "0.00"], "million Toman"),
        ("revenue", [90_000_000, 5_000], ["9,000,000", "500"], "Toman"),
        ("mean_time_to_resolution", ["6.25", None], ["6.3", "—"], "hours"),
        ("lead_conversion_rate", ["0.287"], ["28.7%"], ""),
    ],
)
def test_a_column_says_its_unit_once(key, values, texts, unit):
    numbers = [None if value is None else Decimal(value) for value in values]
    assert column_parts(CATALOGUE[key], numbers, Reader()) == (texts, unit)


def test_contributions_add_up_to_the_change_of_a_rate():
    """Search 10/50 → 20/60, exhibition 5/50 → 10/40: the whole goes from 15 % to 30 %."""
    lcr = CATALOGUE["lead_conversion_rate"]
    total, before = rate(30, 100), rate(15, 100)
    search = contribution_of(lcr, rate(20, 60), rate(10, 50), total, before)
    exhibition = contribution_of(lcr, rate(10, 40), rate(5, 50), total, before)
    assert (search, exhibition) == (Decimal("0.085"), Decimal("0.065"))
    assert search + exhibition == total.value - before.value


def test_a_member_that_is_gone_took_its_amount_with_it():
    assert contribution_of(CATALOGUE["leads"], value(0), value(7), value(20), value(25)) == -7


def test_a_running_period_is_a_dot_apart_from_the_line():
    drawn = sparkline([value(1), value(2), value(0)], is_open=True)
    assert drawn["path"].count("L") == 1
    assert (drawn["last_x"], drawn["last_y"]) == ("156.0", "36.0")


def test_a_line_has_a_gap_where_there_is_no_value():
    assert path_of([(0, 1), (1, 1), None, (3, 1), None]) == "M0 1L1 1M3 1h0"


def test_one_known_value_is_no_trend():
    assert sparkline([value(None, reason="no_data"), value(3)], is_open=False) is None


def test_a_waterfall_ends_where_its_steps_lead():
    """30 new, 5 returned, 15 lost: +20."""
    parts = [("new", Decimal(30), "good"), ("returned", Decimal(5), "good"), ("lost", Decimal(-15), "bad")]
    steps = waterfall_steps(parts, "net", Reader())
    assert [step["value_text"] for step in steps] == ["+30", "+5", "−15", "+20"]
    lost, net = steps[2], steps[3]
    assert lost["start"] == net["length"] == pytest.approx(20 / 35 * 100, abs=0.01)
    assert lost["length"] == pytest.approx(15 / 35 * 100, abs=0.01)


def test_the_sign_of_a_step_stands_before_its_number_in_persian_too():
    steps = waterfall_steps([("new", Decimal(8), "good"), ("lost", Decimal(-12), "bad")], "net", Reader("fa"))
    assert [step["value_text"] for step in steps] == ["\u2066+۸\u2069", "\u2066−۱۲\u2069", "\u2066−۴\u2069"]


def goal(key, number, target, today=date(2025, 11, 1)):
    kpi, found = CATALOGUE[key], value(number)
    return goal_text(kpi, attainment(kpi, found, Decimal(target), today, Organization()), found.value, Reader())


def test_what_must_stay_low_is_said_against_its_limit():
    """1.1 of 5 is 22 %; 5.2 of 5 is more than there is; a target of none is used up by the first."""
    good, bad, gone = goal("churn_rate", "0.011", "0.05"), goal("churn_rate", "0.052", "0.05"), goal("lost_customers", 1, 0)
    assert (good.text, good.percent, good.standing_text) == ("1.1% of at most 5.0%", 22, "reached")
    assert (bad.text, bad.percent, bad.standing_text) == ("5.2% of at most 5.0%", 100, "missed")
    assert (gone.text, gone.percent, gone.standing_text) == ("1 of at most 0", 100, "missed")
    assert goal("churn_rate", None, "0.05").text == "Target: at most 5.0%"
    assert goal("leads", 25, 28).text == "Target 28 · 89% of it"


def test_a_rate_that_still_runs_is_said_to_keep_to_its_target_so_far():
    """Half a per cent is lost by the seventh day of Mehr: that is within 5 %, and no pace."""
    seventh = date(2025, 9, 29)
    words = [goal(*asked, seventh).standing_text for asked in (
        ("churn_rate", "0.005", "0.05"), ("churn_rate", "0.06", "0.05"), ("win_rate", "0.3", "0.25"), ("win_rate", "0.2", "0.25"),
        ("active_customers", 200, 220),
    )]  # fmt: skip
    assert words == ["within it so far", "above it so far", "reached so far", "not yet reached", "not yet reached"]


def test_what_lies_between_a_score_and_its_target_says_on_which_side():
    assert [goal("nps", score, 50).text for score in ("28.3", "53.2", 50)] == [
        "Target +50 · 21.7 below it", "Target +50 · 3.2 above it", "Target +50"
    ]  # fmt: skip


def test_a_chart_and_its_table_say_the_same():
    values = [Value(parse_period(key), value=Decimal(amount)) for key, amount in (("1403-12", 400), ("1404-01", 100))]
    chart = trend_chart(CATALOGUE["leads"], values, Reader(), today=date(2025, 5, 1), is_open=False)
    assert chart["data"]["labels"] == ["Esfand 1403", "Farvardin 1404"]
    assert chart["span"] == "Esfand 1403 to Farvardin 1404"
    assert chart["data"]["series"][0]["values"] == [400.0, 100.0]
    assert chart["rows"] == [["Farvardin 1404", "100", "Nowruz"], ["Esfand 1403", "400", "Ramadan begins"]]
    assert chart["data"]["annotations"] == [{"at": 0, "text": "Ramadan begins"}, {"at": 1, "text": "Nowruz"}]
    assert chart["data"]["summary"] == "400 in Esfand 1403, 100 in Farvardin 1404; highest 400 in Esfand 1403."
    alone = trend_chart(CATALOGUE["leads"], values[:1], Reader(), today=date(2025, 5, 1), is_open=False)
    assert alone["data"]["summary"] == "400 in Esfand 1403, and no other figure to compare with."


def test_a_figure_of_any_size_keeps_twelve_places():
    assert rounded(Decimal("123456789012345678901234.5")) == Decimal("123456789012345678901234.500000000000")


def test_only_money_is_told_as_money():
    """Of shares, those of amounts of money: interactions, people reached, hours, days and scores are numbers of their own."""
    money = {kpi.key for kpi in CATALOGUE.values() if is_money_side(kpi.numerator)}

    assert money >= {"revenue", "gross_margin", "romi_short", "cost_per_lead", "quote_to_invoice_value_rate", "clv_predicted"}
    assert not money & {"social_engagement_rate", "social_engagement_rate_per_post", "mean_time_to_resolution", "csat_mean"}
    assert {CATALOGUE[key].unit for key in money} == {Unit.MONEY, Unit.PERCENT}


def test_rows_of_hours_add_up_to_hours():
    kpi, prefs = CATALOGUE["mean_time_to_resolution"], Reader()

    assert sum_text(kpi, "numerator", Decimal(9000), prefs) == amount_text(kpi, "numerator", Decimal(9000), prefs) == "2.5 hours"
    assert sum_text(kpi, "denominator", Decimal(2), prefs) == "2"
    assert sum_text(CATALOGUE["median_time_to_resolution"], "numerator", Decimal(9000), prefs) == ""
