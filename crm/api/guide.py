"""What whoever calls the API has to know, before its operations one by one. Limits and codes are printed from where they are."""

from __future__ import annotations

from collections import defaultdict

from crm.api.endpoints import MOST_ITEMS
from crm.api.paging import DEFAULT_LIMIT, MOST_LIMIT
from crm.api.problems import PROBLEMS
from crm.api.reading import MOST_BULK_BYTES, MOST_BYTES
from crm.api.writing import KEPT
from crm.inputs.failures import DETAILS

MEGABYTE = 1_000_000


def guide() -> str:
    return GUIDE.format(
        hours=KEPT.days * 24,
        items=f"{MOST_ITEMS:,}",
        megabytes=MOST_BYTES // MEGABYTE,
        bulk_megabytes=MOST_BULK_BYTES // MEGABYTE,
        usual=DEFAULT_LIMIT,
        most=MOST_LIMIT,
        problems=problems(),
        failures=", ".join(f"`{code}`" for code in sorted(DETAILS)),
    )


def problems() -> str:
    """`409` `conflict`, `duplicate`; by status."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code, (status, _title) in PROBLEMS.items():
        by_status[status].append(f"`{code}`")
    return "; ".join(f"{status} {', '.join(codes)}" for status, codes in sorted(by_status.items()))


GUIDE = """The REST API of a CRM with built-in KPI dashboards.

**Who calls.** Send `Authorization: Bearer <token>`; an administrator makes tokens. Their scopes are `<resource>:read` and
`<resource>:write`, and each operation names the one it needs; `*` is all of them. A token sees and does no more than the user
it belongs to. Figures and reports need `kpis:read`; the records behind a figure, and the people of a report, also the read scope
of what they are. An order that would say whose its opportunity is needs `opportunities:write` besides `orders:write`. Requests a
minute are limited for each token (429).

**Records** have an `id`; an `external_id` and a `source`, together unique, where `source` is the token's name unless you say
another; `created_at`, when it happened; `recorded_at` and `updated_at`. `POST` makes a record (201), or updates the one that has
its `external_id` and `source` already (200). `PUT` and `PATCH` do the same: what you leave out stays, null empties it. A field
that does not exist is refused. Tokens may give dates that have passed, such as `created_at`, `won_at` or `placed_at`, so that
history can be loaded. A record that was merged names the one it is part of in `merged_into`: whoever refers to it means that
one, and to write it is refused (409).

**References** are an id, `{{"external_id": …, "source": …}}`, or where there is one the natural key: the `slug` of a channel,
lead source, social network, survey or stage, the `sku` of a product, the `url` of a landing page, the e-mail address of a user.
What has a slug may also be written by its name, in any spelling. What does not exist or is not yours to see is
`invalid-reference`; an unknown lead source or social network, as the unknown `sku` of an order or a quote, is made. Answers name
a record by its slug or e-mail address, else by its id. Filters take ids and natural keys; those of figures and reports also the
name of a team or a category, and `null` for what is unknown.

**Money** is exact: answers hold decimal strings such as `"125000.00"`; a string or a number is taken. Amounts of a record
are in that record's `currency`, by its code in ISO 4217 (`IRR` is the Rial), or `IRT`, the Toman; figures of
KPIs are in the organisation's base currency.

**Days and times** are ISO 8601. A time without an offset is read in the organisation's zone, a day where a time is expected as
its first moment. With `calendar=jalali` the days and times that you send, in the body and in the query, are Jalali; answers are
always Gregorian, but for the keys and labels of periods. Periods are named `2025-10`, `2025-Q4`, `2025`, `2025-10-01` or
`1404-07`, `1404-Q3`, `1404`, `1404-07-01`, weeks by their first day (`2025-10-04/W`), fiscal years `FY1404` and `FY1404-Q3`.

**Lists** are newest first, that is by descending `id`; there is no other order. `limit` is {usual} unless you say otherwise and
{most} at most; follow `next` until it is null: of records it is an address, of figures and reports what to send as `cursor`.
Pages stay whole while records are added. Filters narrow together. `…_from` and `…_since` include
their moment, `…_before` does not; `updated_since` finds what to fetch again. A parameter that does not exist, or is given twice,
is refused.

**Trying again.** Send `Idempotency-Key` with a POST (for `POST /orders/` it is required): for {hours} hours the same
key and body get the first answer again, with `Idempotent-Replayed: true`, and nothing is written twice. The same key with
another body is refused (422), while the first request still runs (409). Only what succeeded is kept: after an error the same key
may be sent with a mended body. After 409, 429 and 503 wait as `Retry-After` says, where it is there. A record sent again with
its `external_id` updates the stored one; `If-Match` with the `ETag` you read refuses (412) to overwrite a change that you have
not seen.

**In bulk:** `POST /<resource>/bulk/` takes `{{"items": […]}}`, at most {items} and {bulk_megabytes} MB (any other body has
{megabytes} MB at most), without a key: `external_id` does the same. The answer is 200 with one result for each item, in order:
`created`, `updated`, `unchanged`, `stale` (an older `source_version` than the stored one) or `error` with its `errors`. Refused
items are left out, the others written; with `"atomic": true` all are written or none. One key twice in a call is an error of
both.

**Errors** are `application/problem+json` (RFC 9457) with everything wrong in `errors`: a JSON pointer (`?name` for a parameter of
the query), a `code` and a text each, in English or Persian as `Accept-Language` says. `request_id` finds it in the logs.
The `code` of a problem, by status: {problems}. The `code` of one of its `errors` is one of these, or says what the record's
state forbids: {failures}.
"""
