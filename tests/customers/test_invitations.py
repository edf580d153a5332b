"""Who is asked and who is not, invitations over HTTP, and the answers to them."""

from datetime import date, timedelta

import pytest

from crm.models import Organization
from customers.models import Answer, Invitation, InvitationSkip, Order, Survey, Ticket
from customers.services.invitations import may_invite, plan_invitations
from tests.api_client import Api
from tests.factories.crm import make_user
from tests.factories.customers import NOON, Customer, make_customer, make_invitation, make_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def nps():
    return Survey.objects.get(slug="nps")


def buyer(first_order_at=NOON, **facts):
    customer = make_customer(**{"phone": "+989120000001", **facts})
    make_order(customer=customer, placed_at=first_order_at)
    return customer


def make(api, path, **data):
    response = api.post(path, data)
    assert response.status_code == 201, response.content
    return response.json()


def statuses(api, path, *items):
    return [result["status"] for result in api.post(f"{path}bulk/", {"items": list(items)}).json()["results"]]


def errors(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def reason(survey, customer, at):
    """The reason that planning logs, or None where it invites; nothing is left of it."""
    plan = plan_invitations(survey, Customer.objects.filter(pk=customer.pk), at=at)
    assert may_invite(survey, customer, at=at) is False or plan.skipped == []
    found = [skip.reason for skip in plan.skipped]
    Invitation.objects.filter(pk__in=[row.pk for row in plan.invited]).delete()
    return found[0] if found else None


# The rules


@pytest.mark.parametrize(("days", "expected"), [(30 * DAY, None), (30 * DAY - timedelta(seconds=1), "too_early")])
def test_nobody_is_asked_before_thirty_days_after_the_first_order(nps, days, expected):
    customer = buyer()
    make_order(customer=customer, placed_at=NOON + 20 * DAY)
    make_order(customer=customer, placed_at=NOON - 90 * DAY, status="pending")

    assert reason(nps, customer, NOON + days) == expected


@pytest.mark.parametrize(
    ("delivered", "asked", "expected"),
    [(10, 30, None), (20, 33, "too_early"), (20, 34, None), (2, 29, "too_early")],
)
def test_nor_before_fourteen_days_after_the_first_delivery(nps, delivered, asked, expected):
    customer = buyer()
    Order.objects.update(status="fulfilled", fulfilled_at=NOON + delivered * DAY)
    make_order(customer=customer, status="fulfilled", placed_at=NOON + 60 * DAY, fulfilled_at=NOON + 60 * DAY)

    assert reason(nps, customer, NOON + asked * DAY) == expected


@pytest.mark.parametrize(("days", "expected"), [(89, "asked_lately"), (90, None)])
@pytest.mark.parametrize("how", ["sent", "planned", "answered"])
def test_nobody_is_asked_twice_in_ninety_days(nps, how, days, expected):
    customer = buyer(NOON - 100 * DAY)
    if how == "answered":
        Answer.objects.create(survey=nps, customer=customer, score=9, answered_at=NOON)
    else:
        made, sent = (NOON - 5 * DAY, NOON) if how == "sent" else (NOON, None)
        make_invitation(customer=customer, created_at=made, sent_at=sent)
    make_invitation("csat", customer=customer, sent_at=NOON + 80 * DAY)

    assert reason(nps, customer, NOON + days * DAY) == expected


def test_the_pauses_are_settings(nps):
    Organization.objects.update(nps_interval_days=180, nps_first_order_days=1, nps_first_delivery_days=0)
    customer = buyer()

    assert reason(nps, customer, NOON + DAY) is None
    make_invitation(customer=customer, sent_at=NOON)
    assert reason(nps, customer, NOON + 179 * DAY) == "asked_lately"


def test_nobody_is_asked_while_they_wait_for_help(nps):
    customer = buyer()
    ticket = Ticket.objects.create(customer=customer, created_at=NOON)
    at = NOON + 40 * DAY

    assert reason(nps, customer, at) == "open_ticket"
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=NOON + DAY)
    assert reason(nps, customer, at) is None
    Ticket.objects.filter(pk=ticket.pk).update(reopened_at=NOON + 2 * DAY)
    assert reason(nps, customer, at) == "open_ticket"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_test": True}, "left_out"),
        ({"is_spam": True}, "left_out"),
        ({"phone": ""}, "unreachable"),
        ({"phone": "", "email": "a@example.com"}, None),
    ],
)
def test_only_real_people_who_can_be_reached_are_asked(nps, facts, expected):
    assert reason(nps, buyer(**facts), NOON + 40 * DAY) == expected


def test_who_never_ordered_is_not_asked_about_the_whole(nps):
    customer = make_customer(phone="+989120000001")

    assert reason(nps, customer, NOON) == "no_order"
    assert reason(Survey.objects.get(slug="csat"), customer, NOON) is None


def test_a_plan_invites_the_ones_and_logs_the_others(nps):
    ready, early, merged = buyer(), buyer(NOON + 20 * DAY), buyer(merged_into=make_customer())
    at = NOON + 31 * DAY

    plan = plan_invitations(nps, Customer.objects.filter(pk__in=[ready.pk, early.pk, merged.pk]), at=at)
    again = plan_invitations(nps, Customer.objects.filter(pk=ready.pk), at=at + DAY)

    assert [(row.customer, row.created_at, row.sent_at) for row in plan.invited] == [(ready, at, None)]
    assert (list(Invitation.objects.unsent()), again.invited) == (plan.invited, [])
    assert set(InvitationSkip.objects.values_list("customer", "reason", "at")) == {
        (early.pk, "too_early", at),
        (merged.pk, "left_out", at),
        (ready.pk, "asked_lately", at + DAY),
    }


@pytest.mark.parametrize("count", [1, 30])
def test_planning_takes_as_many_statements_for_one_as_for_thirty(nps, count, django_assert_num_queries):
    for number in range(count):
        buyer(phone=f"+9891200000{number:02}")

    # savepoint, survey, organisation, customers, invitations, savepoint
    with django_assert_num_queries(6):
        assert len(plan_invitations(nps, Customer.objects.all(), at=NOON + 40 * DAY).invited) == count


def test_the_first_delivery_is_when_an_order_is_first_said_to_be_fulfilled(api):
    order = {"external_id": "1", "placed_at": "2025-10-01T10:00:00Z", "lines": [{"sku": "A", "quantity": 1, "unit_price": 1}]}
    api.post("/orders/", {**order, "status": "paid"})
    api.post("/orders/", {**order, "external_id": "2", "status": "fulfilled"})

    known = dict(Order.objects.values_list("external_id", "fulfilled_at"))
    assert (known["1"], known["2"].isoformat()) == (None, "2025-10-01T10:00:00+00:00")
    first = api.post("/orders/", {**order, "status": "fulfilled"}).json()["fulfilled_at"]
    assert first is not None
    assert api.post("/orders/", {**order, "status": "fulfilled", "number": "7"}).json()["fulfilled_at"] == first
    assert api.post("/orders/", {**order, "status": "cancelled"}).json()["fulfilled_at"] is None


# Over HTTP


def test_invitations_are_planned_over_http(api):
    ready, early = buyer(NOON - 300 * DAY, source="shop", external_id="7"), make_customer()
    survey = Survey.objects.get(slug="nps")

    response = api.post(f"/surveys/{survey.pk}/invite/", {"customers": [{"external_id": "7"}, early.pk]})
    refused = api.post(f"/surveys/{survey.pk}/invite/", {"customers": [early.pk, 999_999]})

    assert (response.status_code, errors(refused)) == (200, [("/customers/1", "invalid-reference")])
    assert [row["customer"] for row in api.get("/survey-invitations/").json()["results"]] == [ready.pk]
    assert [(row["customer"], row["reason"]) for row in api.get("/survey-skips/", survey="nps").json()["results"]] == [
        (early.pk, "unreachable")
    ]


def test_a_rep_plans_nothing(client):
    mine = buyer(owner=(rep := make_user("rep")))
    client.force_login(rep)

    response = Api(client).post(f"/surveys/{Survey.objects.get(slug='nps').pk}/invite/", {"customers": [mine.pk]})

    assert (response.status_code, Invitation.objects.count(), InvitationSkip.objects.count()) == (403, 0, 0)


def test_an_invitation_that_another_tool_sent(api):
    customer = make_customer(source="shop", external_id="7")
    data = {"external_id": "i1", "survey": "nps", "customer": {"external_id": "7"}, "delivered_at": "2025-10-01T20:30:00Z"}

    body = make(api, "/survey-invitations/", **data)

    assert (body["customer"], body["survey"], body["answered_at"]) == (customer.pk, "nps", None)
    assert body["sent_at"] == body["delivered_at"] == "2025-10-02T00:00:00+03:30"
    assert Invitation.objects.get().delivered_on == date(2025, 10, 2)
    assert statuses(api, "/survey-invitations/", data) == ["unchanged"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"survey": "none"}, [("/survey", "invalid-reference")]),
        ({"customer": 999_999}, [("/customer", "invalid-reference")]),
        ({"sent_at": "2101-01-01T00:00:00Z"}, [("/sent_at", "date-out-of-range")]),
        ({"answered_at": "2025-10-01T20:30:00Z"}, [("/answered_at", "unknown-field")]),
    ],
)
def test_what_is_wrong_with_an_invitation_is_named(api, facts, expected):
    response = api.post("/survey-invitations/", {"survey": "nps", "customer": make_customer().pk, **facts})

    assert (errors(response), Invitation.objects.count()) == (expected, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_invitations_takes_the_same_queries(api, count, django_assert_num_queries):
    for _ in range(count):
        make_invitation()
    api.get("/survey-invitations/")

    # token with the organisation, rows
    with django_assert_num_queries(2):
        assert len(api.get("/survey-invitations/").json()["results"]) == count


def test_invitations_and_skips_follow_the_customers_owner():
    rep = make_user("rep")
    mine = make_invitation(customer=make_customer(owner=rep))
    other = make_invitation()
    for row in (mine, other):
        InvitationSkip.objects.create(survey=row.survey, customer=row.customer, reason="no_order", at=NOON)

    assert list(Invitation.objects.visible_to(rep)) == [mine]
    assert [skip.customer for skip in InvitationSkip.objects.visible_to(rep)] == [mine.customer]


def test_invitations_of_test_customers_do_not_count():
    real = make_invitation()
    make_invitation(customer=make_customer(is_test=True))

    assert list(Invitation.objects.counted()) == [real]


# Answers to them


def test_an_answer_takes_its_customer_and_survey_from_its_invitation(api):
    order = make_order()
    asked = make_invitation("csat", source="shop", external_id="i1", order=order, delivered_at=None)

    body = make(api, "/survey-answers/", invitation={"external_id": "i1"}, score=4, answered_at="2025-10-03T10:00:00Z")

    assert (body["survey"], body["customer"], body["invitation"]) == ("csat", asked.customer_id, asked.pk)
    assert body["subject"] == {"type": "order", "id": order.pk}
    asked.refresh_from_db()
    assert (asked.answered_at.isoformat(), asked.delivered_at) == ("2025-10-03T10:00:00+00:00", NOON)


def test_there_is_one_answer_to_an_invitation_and_the_latest_wins(api):
    asked = make_invitation()
    data = {"invitation": asked.pk, "score": 3, "answered_at": "2025-10-03T10:00:00Z"}
    make(api, "/survey-answers/", **data)

    assert statuses(api, "/survey-answers/", data) == ["unchanged"]
    assert statuses(api, "/survey-answers/", {**data, "score": 9, "answered_at": "2025-10-09T10:00:00Z"}) == ["updated"]
    assert statuses(api, "/survey-answers/", {**data, "score": 1}) == ["stale"]
    assert errors(api.post("/survey-answers/", {**data, "external_id": "x"})) == [("/invitation", "duplicate")]
    assert statuses(api, "/survey-answers/", data, data) == ["error", "error"]
    asked.refresh_from_db()
    assert (Answer.objects.get().score, asked.answered_at) == (9, NOON + 8 * DAY - timedelta(hours=2))


def test_a_later_wave_never_replaces_an_earlier_one(api):
    customer = make_customer(source="shop", external_id="7")
    waves = [make_invitation(customer=customer), make_invitation(customer=customer)]
    answers = [
        {"invitation": wave.pk, "score": score, "answered_at": "2025-10-03T10:00:00Z"}
        for wave, score in zip(waves, (2, 9), strict=True)
    ]
    plain = {"survey": "nps", "customer": {"external_id": "7"}, "score": 5, "answered_at": "2025-10-03T11:00:00Z"}

    assert statuses(api, "/survey-answers/", *answers, plain) == ["created"] * 3
    assert statuses(api, "/survey-answers/", {**plain, "score": 6, "answered_at": "2025-10-03T12:00:00Z"}) == ["updated"]
    assert sorted(Answer.objects.values_list("score", flat=True)) == [2, 6, 9]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"survey": "csat", "score": 4}, [("/survey", "conflict")]),
        ({"customer": {"phone": "09120000009"}}, [("/customer", "conflict")]),
        ({"score": 11}, [("/score", "out-of-range")]),
        ({"invitation": 999_999}, [("/invitation", "invalid-reference")]),
    ],
)
def test_an_answer_agrees_with_its_invitation(api, facts, expected):
    asked = make_invitation()

    response = api.post("/survey-answers/", {"invitation": asked.pk, "score": 9, **facts})

    assert (errors(response), Answer.objects.count()) == (expected, 0)
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_an_answer_without_invitation_names_its_survey(api):
    assert errors(api.post("/survey-answers/", {"score": 9})) == [("/survey", "required")]
    assert errors(api.post("/survey-answers/", {"survey": "nps"})) == [("/score", "required")]
