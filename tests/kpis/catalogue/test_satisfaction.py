"""Satisfaction and support, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.models import Organization, Team, User
from customers.models import Answer, Customer, Survey, Ticket
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from tests.factories.customers import make_invitation
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER, near
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


@pytest.mark.parametrize(
    ("hours", "mean", "quality"),
    [
        ((2, 12), 7, "exact"),
        # resolved two days before it was opened: (2 − 48) ÷ 2, and (100 − 48) ÷ 2
        ((2, -48), -23, "incomplete"),
        ((100, -48), 26, "incomplete"),
        # an hour before, on the same day
        ((-1,), -1, "incomplete"),
    ],
)
def test_a_time_to_resolution_that_cannot_be_is_said_to_be_so(refresh, hours, mean, quality):
    """Dates out of order are stored as given and marked."""
    tickets(*hours)
    refresh()

    value, median = card("mean_time_to_resolution"), card("median_time_to_resolution")
    assert (value.value, value.quality, value.denominator) == (mean, quality, len(hours))
    # of two values the middle is their mean
    assert (median.value, median.quality) == (mean, quality)


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


def test_median_and_p90_time_to_resolution(refresh):
    tickets(2, 3, 5, 8, 12)
    tickets(100, resolved_at=SHAHRIVAR)
    tickets(100, reopened_at=MEHR + timedelta(hours=1))  # open again
    refresh()

    # of 2, 3, 5, 8, 12 the third; 90 % lie at place 1 + 0.9 × 4 = 4.6: 8 + 0.6 × 4 = 10.4
    median, p90 = card("median_time_to_resolution"), card("p90_time_to_resolution")
    assert (median.value, median.numerator, median.denominator, median.sample_size) == (5, None, 5, 5)
    assert p90.value == Decimal("10.4")
    tickets(4)
    refresh()
    # of 2, 3, 4, 5, 8, 12 the middle of 4 and 5
    assert card("median_time_to_resolution").value == Decimal("4.5")
    assert card("median_time_to_resolution", date(2025, 7, 25)).reason == "no_denominator"


def test_a_teams_median_is_that_of_its_tickets(refresh):
    team = Team.objects.create(name="East")
    one, two = (User.objects.create_user(f"{i}@example.com", team=team) for i in range(2))
    tickets(1, 2, owner=one)
    tickets(9, owner=two)
    tickets(50)
    refresh()

    assert parts("median_time_to_resolution", Dimension.OWNER) == {one.pk: Decimal("1.5"), two.pk: 9, 0: 50}
    assert parts("median_time_to_resolution", Dimension.TEAM) == {team.pk: 2, 0: 50}


def test_mean_time_to_resolution_in_business_hours(refresh):
    """Saturday to Wednesday from 9 to 17, as it is set at first. 24 September 2025 is a Wednesday."""
    at = {"created_at": tehran(2025, 9, 24, 15), "resolved_at": tehran(2025, 9, 27, 10)}
    Ticket.objects.create(**at)  # 2 hours of Wednesday, none of Thursday and Friday, 1 of Saturday
    Ticket.objects.create(created_at=tehran(2025, 9, 27, 7), resolved_at=tehran(2025, 9, 27, 20))  # 8 of a whole day
    Ticket.objects.create(created_at=tehran(2025, 9, 25, 10), resolved_at=tehran(2025, 9, 25, 12))  # none: Thursday
    Ticket.objects.create(created_at=tehran(2025, 9, 28, 10), resolved_at=tehran(2025, 9, 28, 11))  # 1
    refresh()

    # (3 + 8 + 0 + 1) ÷ 4 = 3; elapsed (67 + 13 + 2 + 1) ÷ 4
    value = card("mean_time_to_resolution_business")
    assert (value.numerator, value.denominator, value.value) == (12 * 3600, 4, 3)
    assert card("mean_time_to_resolution").value == Decimal("20.75")

    # with Thursdays from 9 to 13: Wednesday 0 of 15 to 17, Thursday 4, Saturday 1; 4; 2; 1
    Organization.objects.update(business_days=[5, 6, 0, 1, 2, 3], closes_at="13:00")
    refresh()
    assert card("mean_time_to_resolution_business").numerator == (5 + 4 + 2 + 1) * 3600


def test_tickets_opened_and_open(refresh):
    asked = tehran(2025, 9, 1)
    Ticket.objects.create(created_at=asked)
    Ticket.objects.create(created_at=asked, resolved_at=MEHR)
    Ticket.objects.create(created_at=asked, resolved_at=asked, reopened_at=MEHR)
    Ticket.objects.create(created_at=asked, customer=Customer.objects.create(is_spam=True))
    Ticket.objects.create(created_at=MEHR, priority="urgent")
    Ticket.objects.create(created_at=MEHR, resolved_at=MEHR)
    Ticket.objects.create(created_at=MEHR, resolved_at=SHAHRIVAR)  # resolved before it was asked: never open
    refresh()

    # opened: 3 and 3; open on 31 Shahrivar: 3; on 30 Mehr: the first, the reopened one and the urgent one
    assert (card("tickets_opened", date(2025, 9, 1)).value, card("tickets_opened").value) == (3, 3)
    assert card("open_tickets", date(2025, 9, 1)).value == 3
    assert card("open_tickets", today=LONG_AFTER).value == 3
    assert parts("open_tickets", Dimension.PRIORITY) == {1: 1, 3: 2}


def test_csat_mean(refresh):
    stars = survey("csat")
    answers(stars, {5: 2, 4: 1, 1: 1})
    answers(survey("csat-words"), {4: 7})  # another scale
    refresh()

    # (5 + 5 + 4 + 1) ÷ 4 = 3.75; deviations 1.5625 × 2 + 0.0625 + 7.5625 = 10.75, s = √(10.75 ÷ 3) = 1.892969,
    # half width 3.182446 × 1.892969 ÷ √4 = 3.012137
    value = card("csat_mean")
    assert (value.numerator, value.denominator, value.value) == (15, 4, Decimal("3.75"))
    assert [value.lower, value.upper] == near(0.737863, 6.762137)
    # the share of the satisfied: 3 of 4 and 7 of 7
    assert (card("csat").numerator, card("csat").denominator) == (10, 11)


def test_what_people_said_of_one_survey_leads_to_their_words(browse, sara, refresh):
    """Both surveys of satisfaction that are there at the start: 5 and 2 of five, and 4 of four."""
    numbers, words = (Survey.objects.get(slug=slug) for slug in ("csat", "csat-words"))
    answers(numbers, {5: 1, 2: 1})
    answers(words, {4: 1})
    refresh()
    client = browse(sara)

    parts = client.get("/kpis/csat/?period=1404-07&by=survey").context["parts"]
    urls = {part["label"]: part["url"] for part in parts}
    alone = client.get(f"/kpis/csat/{urls['CSAT']}").context

    assert sorted(urls) == ["CSAT", "CSAT in four words"]
    assert (alone["exact_text"], alone["narrowed"]) == ("50%", "Survey: \u2068CSAT\u2069")
    assert [part["label"] for part in client.get(f"/kpis/csat/{alone['clear_url']}&by=survey").context["parts"]] == list(urls)
    (row,) = alone["row_list"]
    assert [answer.score for answer in client.get(row["url"]).context["rows"]] == [5]


def test_invitations_and_tickets_lead_to_where_they_are_seen(browse, sara, refresh):
    asked = make_invitation(delivered_at=MEHR)
    tickets(2)
    refresh()
    client = browse(sara)

    urls = {}
    for key in ("survey_response_rate", "mean_time_to_resolution"):
        (row,) = client.get(f"/kpis/{key}/?period=1404-07&side=denominator").context["row_list"]
        urls[key] = row["url"]

    assert urls["survey_response_rate"] == f"/customers/{asked.customer_id}/"
    assert list(client.get(urls["mean_time_to_resolution"]).context["rows"]) == [Ticket.objects.get()]
