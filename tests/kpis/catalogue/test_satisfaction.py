"""Satisfaction and support, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Answer, Customer, Survey, Ticket
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import near
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR = tehran(2025, 9, 25), tehran(2025, 8, 25)


def survey(kind):
    return Survey.objects.create(slug=f"own-{kind}", name=kind, kind=kind)


def answers(of, scores, answered_at=MEHR, **facts):
    """`scores` is {score: how many}."""
    each = [score for score, count in scores.items() for _ in range(count)]
    source = f"poll of {answered_at} by {facts}"
    Answer.objects.bulk_create(
        Answer(survey=of, score=score, answered_at=answered_at, source=source[:100], external_id=f"{of.pk}-{i}", **facts)
        for i, score in enumerate(each)
    )


def tickets(*hours, resolved_at=MEHR, **facts):
    """Tickets that took so many hours."""
    Ticket.objects.bulk_create(
        Ticket(created_at=resolved_at - timedelta(hours=each), resolved_at=resolved_at, **facts) for each in hours
    )


def test_nps(refresh):
    nps = survey("nps")
    answers(nps, {10: 40, 9: 30, 8: 5, 7: 5, 6: 12, 0: 8})  # 70 promoters, 10 passives, 20 detractors
    answers(nps, {0: 9}, SHAHRIVAR)
    answers(nps, {0: 9}, customer=Customer.objects.create(is_test=True))
    answers(survey("csat"), {5: 30})
    refresh()

    # 100 × (70 − 20) ÷ 100 = +50, ± 15.80
    value = card("nps")
    assert (value.numerator, value.denominator, value.value, value.sample_size) == (50, 100, 50, 100)
    assert [value.lower, value.upper] == pytest.approx([Decimal("34.20"), Decimal("65.80")], abs=Decimal("0.005"))
    assert not value.is_small_sample(CATALOGUE["nps"])


def test_nps_of_few_answers_says_so(refresh):
    answers(survey("nps"), {10: 5, 8: 3, 3: 2})
    refresh()

    # 100 × (5 − 2) ÷ 10 = +30, of ten answers only
    value = card("nps")
    assert (value.value, value.is_small_sample(CATALOGUE["nps"])) == (30, True)


def test_nps_without_answers(refresh):
    assert (card("nps").value, card("nps").reason) == (None, "no_data")

    answers(survey("nps"), {0: 2}, SHAHRIVAR)
    refresh()

    assert (card("nps").value, card("nps").reason) == (None, "no_denominator")
    assert card("nps", date(2025, 8, 25)).value == -100


def test_csat(refresh):
    stars, words = survey("csat"), survey("csat-words")
    answers(stars, {5: 40, 4: 14, 3: 10, 2: 8, 1: 5})  # 54 of 77
    answers(words, {4: 11, 3: 9, 2: 6, 1: 4})  # excellent and good: 20 of 30
    answers(survey("loyalty"), {5: 9})
    answers(survey("nps"), {4: 9})
    refresh()

    # 74 of 107 = 69.16 %, Wilson 0.598715 to 0.771183
    value = card("csat")
    assert (value.numerator, value.denominator) == (74, 107)
    assert value.value == pytest.approx(Decimal("0.691589"), abs=Decimal("0.000001"))
    assert [value.lower, value.upper] == near(0.598715, 0.771183)
    by_survey = {survey: value for survey, value in parts("csat", Dimension.SURVEY).items() if value != "no_denominator"}
    assert by_survey.keys() == {stars.pk, words.pk}
    assert [by_survey[stars.pk], by_survey[words.pk]] == near(54 / 77, 20 / 30)


def test_mean_time_to_resolution(refresh):
    tickets(2, 3, 5, 8, 12)
    tickets(100, resolved_at=SHAHRIVAR)
    tickets(100, customer=Customer.objects.create(is_spam=True))
    tickets(100, reopened_at=MEHR + timedelta(hours=1))  # open again
    tickets(6, reopened_at=MEHR - timedelta(hours=1))  # reopened before its last resolution
    Ticket.objects.create(created_at=MEHR)
    refresh()

    # (2 + 3 + 5 + 8 + 12 + 6) ÷ 6 = 6 hours; deviations 16 + 9 + 1 + 4 + 36 + 0 = 66, s = √(66 ÷ 5) = 3.6332,
    # half width 2.570582 × 3.6332 ÷ √6 = 3.812789
    value = card("mean_time_to_resolution")
    assert (value.numerator, value.denominator, value.value) == (36 * 3600, 6, 6)
    assert [value.lower, value.upper] == near(2.187211, 9.812789)


def test_mean_time_to_resolution_by_priority(refresh):
    tickets(1, 3, priority="urgent")
    tickets(10, priority="low")
    refresh()

    # codes 1 urgent, 4 low; one value alone has no interval
    assert parts("mean_time_to_resolution", Dimension.PRIORITY) == {1: 2, 4: 10}
    assert card("mean_time_to_resolution", filters={Dimension.PRIORITY: 4}).lower is None


def test_a_ticket_over_a_changed_clock_takes_the_hours_that_passed(refresh):
    """On 22 March 2022 Tehran skipped the hour after midnight: from 23:00 to 02:00 two hours passed."""
    Ticket.objects.create(created_at=tehran(2022, 3, 21, 23), resolved_at=tehran(2022, 3, 22, 2))
    refresh()

    assert card("mean_time_to_resolution", date(2022, 3, 22)).value == 2
