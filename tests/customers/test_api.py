"""Customers, products, tickets and answers over HTTP."""

import pytest

from customers.models import Answer, Customer, Product, Survey, Ticket, TicketEvent
from tests.factories.customers import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def make(api, path, **data):
    response = api.post(path, data)
    assert response.status_code == 201, response.content
    return response.json()


def statuses(api, path, *items):
    return [result["status"] for result in api.post(f"{path}bulk/", {"items": list(items)}).json()["results"]]


def test_a_customer_is_created_updated_and_left_alone(api):
    data = {"external_id": "7", "name": "مریم", "phone": "0912 345 6789", "email": "M@Example.com"}
    make(api, "/customers/", **data)

    assert statuses(api, "/customers/", data) == ["unchanged"]
    assert statuses(api, "/customers/", {"external_id": "7", "kind": "company"}) == ["updated"]
    row = Customer.objects.get()
    assert (row.name, row.phone, row.email, row.kind) == ("مریم", "+989123456789", "m@example.com", "company")


def test_a_decomposed_name_is_the_same_name(api):
    make(api, "/customers/", external_id="7", name="José")

    assert statuses(api, "/customers/", {"external_id": "7", "name": "Jose\u0301"}) == ["unchanged"]


def test_a_customer_must_be_recognisable(api):
    key = make(api, "/customers/", name="a")["id"]

    response = api.patch(f"/customers/{key}/", {"name": ""})

    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [("/name", "required")]
    assert Customer.objects.get().name == "a"


def test_a_merged_customer_is_not_written(api):
    survivor = make_customer()
    merged = make_customer(merged_into=survivor)

    answer = api.patch(f"/customers/{merged.pk}/", {"name": "x"}, headers={"Accept-Language": "en"})

    assert (answer.status_code, answer.json()["detail"]) == (409, f"This record was merged into {survivor.pk}: write that one.")


def test_a_product_is_known_by_its_sku(api):
    make(api, "/products/", sku="A", category="چای", unit_cost=40, tier=2)

    assert statuses(api, "/products/", {"sku": "A", "list_price": "70", "unit_cost": "50"}, {"sku": "B"}) == [
        "updated",
        "created",
    ]
    assert Product.objects.values_list("category__name", "list_price", "unit_cost", "tier").get(sku="A") == ("چای", 70, 50, 2)


@pytest.mark.parametrize("tier", [-1, 32_768, 2**63])
def test_a_tier_is_a_small_number(api, tier):
    response = api.post("/products/", {"sku": "A", "tier": tier})

    assert [error["pointer"] for error in response.json()["errors"]] == ["/tier"]


# Tickets


def test_a_ticket_and_its_events(api):
    data = {"external_id": "1", "customer": {"phone": "09120000001"}, "priority": "high", "created_at": "2025-10-01T10:00:00Z"}
    body = make(api, "/tickets/", **data)
    later = {**data, "first_response_at": "2025-10-01T11:00:00Z", "resolved_at": "2025-10-01T13:00:00Z"}

    assert statuses(api, "/tickets/", data) == ["unchanged"]
    assert statuses(api, "/tickets/", later) == ["updated"]
    assert body["customer"] == Customer.objects.get().pk
    assert list(TicketEvent.objects.order_by("at").values_list("kind", "at__hour")) == [
        ("opened", 10),
        ("responded", 11),
        ("resolved", 13),
    ]


# Answers


def answer(**facts):
    return {"survey": "nps", "score": 9, "customer": {"phone": "09120000001"}, "answered_at": "2025-10-01T10:00:00Z", **facts}


def test_there_is_a_survey_of_each_kind(api):
    assert set(Survey.objects.values_list("slug", "kind")) == {(kind, kind) for kind in ("nps", "csat", "csat-words", "loyalty")}


@pytest.mark.parametrize(
    ("survey", "score", "is_taken"),
    [
        ("nps", 0, True),
        ("nps", 10, True),
        ("nps", 11, False),
        ("csat", 0, False),
        ("csat-words", 4, True),
        ("csat-words", 5, False),
    ],
)
def test_a_score_lies_on_its_scale(api, survey, score, is_taken):
    response = api.post("/survey-answers/", answer(survey=survey, score=score))

    assert response.status_code == (201 if is_taken else 400)
    assert Answer.objects.count() == is_taken


def test_the_latest_answer_of_a_day_wins(api):
    make(api, "/survey-answers/", **answer(score=3))

    assert statuses(api, "/survey-answers/", answer(score=10, answered_at="2025-10-01T12:00:00Z")) == ["updated"]
    assert statuses(api, "/survey-answers/", answer(score=1, answered_at="2025-10-01T09:00:00Z")) == ["stale"]
    assert statuses(api, "/survey-answers/", answer(score=5, answered_at="2025-10-02T09:00:00Z")) == ["created"]
    assert list(Answer.objects.order_by("pk").values_list("score", flat=True)) == [10, 5]


def test_the_day_of_an_answer_is_the_organisations(api):
    # 20:29Z is 23:59 in Tehran, 20:30Z the next day
    for minute in (29, 30):
        make(api, "/survey-answers/", **answer(answered_at=f"2025-10-01T20:{minute}:00Z"))

    assert Answer.objects.count() == 2


def test_answers_about_different_things_stand_side_by_side(api):
    product, order = make_product(), make_order(source="shop", external_id="o-1")
    about = [
        {"type": "product", "id": product.pk},
        {"type": "order", "external_id": "o-1"},
        {"type": "ticket", "id": Ticket.objects.create().pk},
        None,
    ]

    bodies = [make(api, "/survey-answers/", **answer(subject=subject)) for subject in about]

    assert [body["subject"] and body["subject"]["type"] for body in bodies] == ["product", "order", "ticket", None]
    assert bodies[1]["subject"]["id"] == order.pk


def test_an_unknown_subject_is_refused(api):
    response = api.post("/survey-answers/", answer(subject={"type": "order", "id": 999_999}))

    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [("/subject", "invalid-reference")]
    assert (Answer.objects.count(), Customer.objects.count()) == (0, 0)
