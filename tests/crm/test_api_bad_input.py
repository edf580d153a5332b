"""Bad input over HTTP, row by row: the answer is a declared 4xx, and nothing is stored."""

import json

import pytest

from campaigns.models import Campaign
from customers.models import Customer, Order
from leads.models import Lead
from tests.api_client import Api
from tests.factories.crm import make_token

pytestmark = pytest.mark.django_db

LINE = {"sku": "A", "quantity": 1, "unit_price": "100"}


def an_order(**facts):
    return {"external_id": "o-1", "placed_at": "2025-10-01T10:00:00Z", "lines": [LINE], **facts}


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


@pytest.fixture
def nothing_stored():
    yield
    assert [model.objects.count() for model in (Lead, Customer, Order, Campaign)] == [0, 0, 0, 0]


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "instance", "code", "request_id"} <= body.keys()
    assert body["status"] == response.status_code
    return body


DEEP = b"[" * 5_000 + b"]" * 5_000
BODIES = [
    ("B001 empty", b"", 400, "malformed-json"),
    ("B002 closing comma", b'{"name":"a",}', 400, "malformed-json"),
    ("B003 null", b"null", 400, "validation-error"),
    ("B003 list", b"[]", 400, "validation-error"),
    ("B003 text", b'"x"', 400, "validation-error"),
    ("B003 number", b"5", 400, "validation-error"),
    ("B004 byte order mark", b'\xef\xbb\xbf{"name":"a"}', 400, "malformed-json"),
    ("B005 UTF-16", '{"name":"a"}'.encode("utf-16"), 400, "malformed-json"),
    ("B006 not UTF-8", b'{"name":"\xff\xfe"}', 400, "malformed-json"),
    ("B010 deep", DEEP, 400, "malformed-json"),
    ("B010 deep in a field", b'{"name":' + DEEP + b"}", 400, "malformed-json"),
    ("B010 21 levels", b'{"name":' + b"[" * 20 + b"]" * 20 + b"}", 400, "malformed-json"),
    ("B010 20 levels", b'{"name":' + b"[" * 19 + b"]" * 19 + b"}", 400, "validation-error"),
    ("brackets do not match", b'{"name": "a"', 400, "malformed-json"),
    ("B012 too long", b'{"name":"' + b"a" * 1_000_000 + b'"}', 413, "payload-too-large"),
    ("B014 repeated key", b'{"name":"a","name":"b"}', 400, "malformed-json"),
    ("B015 unknown key", b'{"nmae":"a"}', 400, "validation-error"),
    ("B016 many keys", json.dumps({f"k{n}": 1 for n in range(10_001)}).encode(), 400, "validation-error"),
    ("B017 NUL", b'{"name":"a\\u0000b"}', 400, "validation-error"),
    ("B018 NUL in a key", b'{"a\\u0000b":1}', 400, "validation-error"),
    ("raw NUL", b'{"name":"a\x00b"}', 400, "malformed-json"),
    ("B019 half character", b'{"name":"\\ud800"}', 400, "malformed-json"),
    ("B019 half character as key", b'{"\\ud800":1}', 400, "malformed-json"),
    ("B027 NaN", b'{"name":NaN}', 400, "malformed-json"),
    ("B033 5,000 digits", b'{"name":' + b"1" * 5_000 + b"}", 400, "malformed-json"),
]


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("path", ["/leads/", "/customers/", "/campaigns/", "/orders/", "/customers/bulk/"])
@pytest.mark.parametrize(("body", "status", "code"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES])
def test_a_body_that_is_no_record_is_refused(api, path, body, status, code):
    if path.endswith("/bulk/") and status == 413:
        body *= 11

    response = api.send("post", path, body, {"Idempotency-Key": "k"})

    assert (response.status_code, problem(response)["code"]) == (status, code)


@pytest.mark.django_db
def test_a_number_without_end_is_refused_in_the_readers_words(api):
    response = api.send("post", "/leads/", b'{"name":' + b"1" * 5_000 + b"}", {"Accept-Language": "fa"})

    assert response.json()["detail"] == "عددی بیش از اندازه رقم دارد."


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("application/json; charset=bogus", {}),
        ("application/json; charset=utf-16", {}),
        ("text/plain", {}),
        ("application/xml", {}),
        ("", {}),
        ("application/x-www-form-urlencoded; charset=bogus", {}),
        ("multipart/form-data; charset=bogus; boundary=x", {}),
        ("application/json", {"Content-Encoding": "gzip"}),
    ],
)
def test_other_kinds_of_body_are_refused(api, content_type, headers):
    response = api.send("post", "/leads/", b'{"name":"a"}', headers, content_type=content_type)

    assert (response.status_code, problem(response)["code"]) == (415, "unsupported-media-type")


FIELDS = [
    ("B017", "leads", {"name": "a\u0000b"}, "/name", "null-character"),
    ("B020", "leads", {"name": "\u200b\u2060\ufeff"}, "/name", "blank"),
    ("B021 RLO", "leads", {"name": "a\u202eb"}, "/name", "forbidden-character"),
    ("B021 isolate", "customers", {"name": "a\u2066b"}, "/name", "forbidden-character"),
    ("B025", "leads", {"name": "a" * 101}, "/name", "too-long"),
    ("B026 number", "leads", {"name": 5}, "/name", "wrong-type"),
    ("B026 true", "leads", {"name": True}, "/name", "wrong-type"),
    ("B026 object", "leads", {"name": {}}, "/name", "wrong-type"),
    ("B026 list", "leads", {"name": []}, "/name", "wrong-type"),
    ("B043 no dot", "leads", {"email": "a@b"}, "/email", "invalid-email"),
    ("B043 long", "leads", {"email": "a" * 320 + "@x.ir"}, "/email", "too-long"),
    ("B043 quoted", "leads", {"email": '"a b"@x.y'}, "/email", "invalid-email"),
    ("B043 address", "leads", {"email": "a@127.0.0.1"}, "/email", "invalid-email"),
    ("B043 CRLF", "leads", {"email": "a@x.ir\r\nBcc: b@x.ir"}, "/email", "invalid-email"),
    ("B044 letters", "leads", {"phone": "call me"}, "/phone", "invalid-phone"),
    ("B044 40 digits", "leads", {"phone": "9" * 40}, "/phone", "invalid-phone"),
    ("B045 script", "landing-pages", {"url": "javascript:alert(1)"}, "/url", "invalid-url"),
    ("B045 data", "landing-pages", {"url": "data:text/html,x"}, "/url", "invalid-url"),
    ("B045 tab", "landing-pages", {"url": "\tjavascript:alert(1)"}, "/url", "invalid-url"),
    ("B046", "orders", an_order(customer=999_999), "/customer", "invalid-reference"),
    ("B046 id as text", "orders", an_order(customer="7"), "/customer", "wrong-type"),
    ("B046 user", "leads", {"name": "a", "owner": "nobody@example.com"}, "/owner", "invalid-reference"),
    ("B046 channel", "leads", {"name": "a", "channel": "no-such"}, "/channel", "invalid-reference"),
    ("B047 team", "leads", {"name": "a", "team": 1}, "/team", "unknown-field"),
    ("B047 id", "leads", {"name": "a", "id": 1}, "/id", "unknown-field"),
    ("B047 score", "leads", {"name": "a", "score": 1}, "/score", "unknown-field"),
    ("nothing known", "leads", {"notes": "x"}, "/name", "required"),
    ("B028", "orders", an_order(lines=[{**LINE, "unit_price": -1}]), "/lines/0/unit_price", "negative"),
    ("B027 text NaN", "orders", an_order(discount="NaN"), "/discount", "invalid-amount"),
    ("B027 Infinity", "orders", an_order(discount="Infinity"), "/discount", "invalid-amount"),
    ("B027 exponent", "orders", an_order(discount="1e999999"), "/discount", "invalid-amount"),
    ("B028 10^18", "orders", an_order(lines=[{**LINE, "unit_price": 10**18}]), "/lines/0/unit_price", "amount-too-large"),
    ("B029", "orders", an_order(lines=[{**LINE, "unit_price": 1.5}]), "/lines/0/unit_price", "precision"),
    ("B029 three decimals", "orders", an_order(lines=[{**LINE, "unit_price": "1.005"}]), "/lines/0/unit_price", "precision"),
    ("B031 decimals", "orders", an_order(lines=[{**LINE, "unit_price": "۱۲۳٫۵"}]), "/lines/0/unit_price", "precision"),
    ("B032", "orders", an_order(shipping="1,250"), "/shipping", "invalid-amount"),
    ("B032 dot", "orders", an_order(shipping="1.250"), "/shipping", "ambiguous-amount"),
    ("B034 zero", "orders", an_order(lines=[{**LINE, "quantity": 0}]), "/lines/0/quantity", "out-of-range"),
    ("B034 2^31", "orders", an_order(lines=[{**LINE, "quantity": 2**31}]), "/lines/0/quantity", "out-of-range"),
    ("B034 2^63", "orders", an_order(lines=[{**LINE, "quantity": 2**63}]), "/lines/0/quantity", "out-of-range"),
    ("B034 true", "orders", an_order(lines=[{**LINE, "quantity": True}]), "/lines/0/quantity", "wrong-type"),
    ("B034 1.5", "orders", an_order(lines=[{**LINE, "quantity": 1.5}]), "/lines/0/quantity", "wrong-type"),
    ("B035", "orders", an_order(total=101), "/total", "inconsistent-total"),
    ("B036 none", "orders", an_order(lines=[]), "/lines", "too-few"),
    ("no lines", "orders", {"external_id": "1"}, "/lines", "required"),
    ("B038 day", "orders", an_order(placed_at="2025-02-29T10:00:00Z"), "/placed_at", "invalid-date"),
    ("B038 24:00", "orders", an_order(placed_at="2025-02-28T24:00:00Z"), "/placed_at", "invalid-date"),
    ("B038 leap second", "orders", an_order(placed_at="2016-12-31T23:59:60Z"), "/placed_at", "invalid-date"),
    ("a day that does not exist", "orders", an_order(placed_at="2025-02-29"), "/placed_at", "no-such-day"),
    ("a day with offset", "orders", an_order(placed_at="2025-10-01+03:30"), "/placed_at", "time-missing"),
    ("an hour alone", "orders", an_order(placed_at="2025-10-01T10"), "/placed_at", "invalid-date"),
    ("B042", "orders", an_order(placed_at="2027-12-01T00:00:00Z"), "/placed_at", "future-date"),
    ("no such status", "orders", an_order(status="lost"), "/status", "invalid-choice"),
    ("no rate", "orders", an_order(currency="EUR"), "/rate", "rate-missing"),
    ("discount too large", "orders", an_order(discount=101), "/discount", "out-of-range"),
    ("line discount too large", "orders", an_order(lines=[{**LINE, "discount": 101}]), "/lines/0/discount", "out-of-range"),
    ("refund too large", "orders", an_order(refunds=[{"amount": 101}]), "/refunds", "out-of-range"),
    ("refund of nothing", "orders", an_order(refunds=[{"lines": [{"sku": "B"}]}]), "/refunds/0/lines/0/sku", "invalid-reference"),
]


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(("path", "data", "pointer", "code"), [case[1:] for case in FIELDS], ids=[case[0] for case in FIELDS])
def test_a_field_that_cannot_be_stored_is_named(api, path, data, pointer, code):
    response = api.post(f"/{path}/", data)

    body = problem(response)
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [(pointer, code)]
    assert (response.status_code, body["code"]) == (400, "validation-error")


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("value", ["1404-07-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1989-12-31T00:00:00+14:00"])
def test_a_date_out_of_range_says_so_with_a_hint(api, value):
    body = problem(api.post("/orders/", an_order(placed_at=value)))

    assert body["code"] == "date-out-of-range"
    assert "calendar=jalali" in body["detail"]


@pytest.mark.usefixtures("nothing_stored")
def test_every_fault_of_a_record_is_listed(api):
    body = problem(api.post("/leads/", {"name": 5, "phone": "x" * 41, "nmae": 1}))

    assert {(error["pointer"], error["code"]) for error in body["errors"]} == {
        ("/nmae", "unknown-field"),
        ("/name", "wrong-type"),
        ("/phone", "too-long"),
    }


@pytest.mark.usefixtures("nothing_stored")
def test_every_fault_of_an_order_and_its_parts_is_listed(api):
    order = {
        "external_id": "1",
        "colour": "red",
        "customer": {"phone": "12", "age": 7},
        "placed_at": "yesterday",
        "status": "lost",
        "lines": [{"sku": "tea", "quantity": -2, "unit_price": "abc"}, {"sku": "salt", "quantity": 1, "unit_price": "5"}, 7],
    }

    response = api.post("/orders/", order)

    assert [(each["pointer"], each["code"]) for each in problem(response)["errors"]] == [
        ("/colour", "unknown-field"),
        ("/customer/age", "unknown-field"),
        ("/customer/phone", "invalid-phone"),
        ("/placed_at", "invalid-date"),
        ("/status", "invalid-choice"),
        ("/lines/0/quantity", "out-of-range"),
        ("/lines/0/unit_price", "invalid-amount"),
        ("/lines/2", "wrong-type"),
    ]


def test_a_list_sent_in_bulk_is_told_where_it_belongs(api):
    response = api.post("/orders/bulk/", [])

    assert problem(response)["errors"] == [
        {"pointer": "", "code": "wrong-type", "detail": 'Send an object whose "items" is the list of the records.'}
    ]


def test_an_unknown_parameter_is_told_the_known_ones(api):
    response = api.get("/kpis/?period=2025-10")

    assert problem(response)["detail"].startswith("period “2025-10”: There is no such parameter. There are: calendar")


def test_too_many_lines_are_too_large(api):
    body = problem(api.post("/orders/", an_order(lines=[{"sku": "A", "quantity": 1, "unit_price": 1}] * 10_001)))

    assert body["code"] == "payload-too-large"


@pytest.mark.usefixtures("nothing_stored")
def test_too_many_items_are_too_large(api):
    response = api.post("/customers/bulk/", {"items": [{"name": "a"}] * 1_001})

    assert (response.status_code, problem(response)["code"]) == (413, "payload-too-large")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("می‌خواهم", "می‌خواهم"), ("علي", "علي"), ("e\u0301", "é"), (" a\tb ", "a b"), ("👩‍👩‍👧", "👩‍👩‍👧")],
)
def test_good_text_is_kept(api, sent, kept):
    response = api.post("/leads/", {"name": sent})

    assert (response.status_code, response.json()["name"]) == (201, kept)


@pytest.mark.parametrize(
    ("sent", "kept"), [("۱۲۳", "123"), ("١٢٣", "123"), ("۱٬۲۵۰٬۰۰۰", "1250000"), (10**15, "1000000000000000")]
)
def test_amounts_in_any_digits_are_read(api, sent, kept):
    response = api.post("/orders/", an_order(lines=[{**LINE, "unit_price": sent}]))

    assert (response.status_code, response.json()["net_amount"]) == (201, kept)


@pytest.mark.parametrize(
    "path",
    [
        "/leads/%00/",
        "/leads/../",
        "/leads/١/",
        f"/leads/{2**70}/",
        "/leads/1%0a",
        "/leads/99/",
        "/nothing/",
        "/",
        "/leads/1/fly/",
    ],
)
def test_what_does_not_exist_is_not_found(api, path):
    response = api.get(path)

    assert (response.status_code, problem(response)["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("fields=password", "fields"),
        ("expand=owner.tokens", "expand"),
        ("ordering=owner__password", "ordering"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=1e9", "limit"),
        ("limit=999999999999999999999", "limit"),
        ("limit=۵", "limit"),
        ("owner=1&owner=2", "owner"),
        ("search=%00", "search"),
        ("search=%ff%fe", "search"),
        ("calendar=mayan", "calendar"),
        ("cursor=abc", "cursor"),
        ("cursor=%F0%9F%92%A9", "cursor"),
        ("created_from=abc", "created_from"),
        ("created_from=%00", "created_from"),
        ("created_from=99999-01-01", "created_from"),
        ("customer=9223372036854775808", "customer"),
    ],
)
def test_a_bad_parameter_is_named(api, query, name):
    response = api.client.get(f"/api/v1/leads/?{query}", headers=api.headers(None))

    body = problem(response)
    assert (response.status_code, body["code"]) == (400, "bad-parameter")
    assert body["errors"][0]["pointer"] == f"?{name}"


@pytest.mark.parametrize(
    ("address", "english", "persian"),
    [
        (
            "leads/?customer=5f0c-11",
            "customer “5f0c-11”: Give the id of a record, a whole number.",
            "customer «5f0c-11»: شناسهٔ یک رکورد را بدهید، یک عدد صحیح.",
        ),
        ("leads/?limit=201", "limit “201”: Give a whole number from 1 to 200.", "limit «201»: عددی صحیح از ۱ تا ۲۰۰ بدهید."),
        ("leads/?search=%00", "search “\ufffd”: This value is not allowed.", "search «\ufffd»: این مقدار مجاز نیست."),
        (
            "leads/5f0c-11/",
            "There is no such record, or you may not see it: /leads/5f0c-11/.",
            "چنین رکوردی نیست، یا شما آن را نمی‌بینید: /leads/5f0c-11/.",
        ),
        (
            "leads/99/",
            "There is no such record, or you may not see it: 99.",
            "چنین رکوردی نیست، یا شما آن را نمی‌بینید: 99.",
        ),
        (
            "kpis/5f0c-11/",
            "There is no such record, or you may not see it: 5f0c-11.",
            "چنین رکوردی نیست، یا شما آن را نمی‌بینید: 5f0c-11.",
        ),
    ],
)
def test_what_was_found_is_told_in_the_callers_language(api, address, english, persian):
    told = [api.client.get(f"/api/v1/{address}", headers=api.headers({"Accept-Language": each})) for each in ("en", "fa")]

    assert [answer.json()["detail"] for answer in told] == [english, persian]


@pytest.mark.parametrize(
    "query", ["lang=<script>", "callback=alert", "search=%25%25%25", "search=(a%2B)%2B%24", "search='%20OR%201=1"]
)
def test_harmless_parameters_are_harmless(api, query):
    response = api.client.get(f"/api/v1/leads/?{query}", headers=api.headers(None))

    assert (response.status_code, response.json()["results"]) == (200, [])


def test_an_address_of_100_kilobytes_is_too_long(api):
    response = api.client.get(f"/api/v1/leads/?search={'a' * 100_000}", headers=api.headers(None))

    assert (response.status_code, problem(response)["code"]) == (414, "uri-too-long")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/leads/"),
        ("delete", "/leads/"),
        ("delete", "/users/1/"),
        ("trace", "/leads/"),
        ("options", "/leads/"),
        ("get", "/leads/bulk/"),
    ],
)
def test_other_methods_are_refused(api, method, path):
    response = getattr(api.client, method)(f"/api/v1{path}", headers=api.headers(None))

    assert (response.status_code, problem(response)["code"]) == (405, "method-not-allowed")
    assert response["Allow"]


def test_a_method_is_not_overridden(api):
    response = api.post("/leads/", {"name": "a"}, headers={"X-HTTP-Method-Override": "DELETE"})

    assert (response.status_code, Lead.objects.count()) == (405, 0)


def test_only_json_is_offered(api):
    response = api.get("/leads/", headers={"Accept": "image/png"})

    assert (response.status_code, problem(response)["code"]) == (406, "not-acceptable")
