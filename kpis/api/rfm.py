"""Reports of RFM: a day's customers by scores and segments, and the movement between two days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from msgspec import Struct
from rest_framework.request import Request

from crm.api.openapi import Operation
from crm.api.output import plain
from crm.api.parameters import whole_number
from crm.api.problems import Problem, bad_parameter
from crm.api.view import ApiView, answer
from kpis.api.parameters import day_of
from kpis.api.views import DEFAULT_ROWS, MOST_ROWS
from kpis.definitions import LONGEST_WINDOW
from kpis.models import RfmSnapshot
from kpis.readings.rfm import Part, Rfm, Scored, movement
from kpis.readings.snapshot import one_snapshot
from kpis.rfm import WINDOW_DAYS, Segment

ALL = "all"


class ScoredOut(Struct):
    customer: int
    external_id: str | None
    label: str
    r: int
    f: int
    m: int
    segment: str
    days: int
    orders: int
    revenue: str


class RfmOut(Struct):
    """Scores are relative to all customers; counted and listed are those the caller may see."""

    as_of: str
    window: int | str
    stale: bool
    customers: int
    revenue: str
    scores: dict[str, dict[str, int]]
    segments: dict[str, int]
    results: list[ScoredOut]
    next: str | None


class MoveOut(Struct):
    """`null` is who had not bought in that window."""

    before: str | None
    after: str | None
    customers: int


class MovementOut(Struct):
    """`rows` are the segments of the first day, `columns` those of the last; `none` is who had not bought."""

    first: str
    last: str
    window: int | str
    customers: int
    rows: dict[str, int]
    columns: dict[str, int]
    results: list[MoveOut]


class RfmView(ApiView):
    resource: ClassVar = "kpis"
    allowed: ClassVar = ("as_of", "window", "segment", "cursor", "limit")

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(self.allowed)
        if self.caller.token and not self.caller.token.allows("customers:read"):
            raise Problem("insufficient-scope")
        as_of = self.day("as_of", parameters) or last_snapshot(self.caller.organization.day_of(self.caller.at))
        segment = segment_asked(parameters)
        limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
        after = whole_number("cursor", parameters.get("cursor", "0"))
        rfm = Rfm(as_of, self.caller.user, window_asked(parameters))
        with one_snapshot():
            people = rfm.people(Part(segment), after=after, limit=limit + 1)
            return answer(report(rfm, people[:limit], has_more=len(people) > limit))

    def day(self, name: str, parameters: Mapping[str, str]) -> date | None:
        return day_of(name, parameters[name], self.caller.calendar) if name in parameters else None


class MovementView(RfmView):
    allowed: ClassVar = ("from", "to", "window")

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(self.allowed)
        first, last = self.day("from", parameters), self.day("to", parameters)
        if first is None:
            raise bad_parameter("from", _("Name two days, such as from=2025-09-30 and to=2025-12-31."))
        last = last or last_snapshot(self.caller.organization.day_of(self.caller.at))
        if first > last:
            raise bad_parameter("from", _("The first day comes after the last."))
        window, viewer = window_asked(parameters), self.caller.user
        with one_snapshot():
            moves = movement(Rfm(first, viewer, window), Rfm(last, viewer, window))
        return answer(
            MovementOut(
                first=first.isoformat(),
                last=last.isoformat(),
                window=window or ALL,
                customers=sum(moves.values()),
                rows=margin(moves, 0),
                columns=margin(moves, 1),
                results=[MoveOut(before, after, count) for (before, after), count in sorted(moves.items(), key=str)],
            )
        )


def report(rfm: Rfm, people: list[Scored], *, has_more: bool) -> RfmOut:
    total, scores = rfm.total(), rfm.scores()
    return RfmOut(
        as_of=rfm.as_of.isoformat(),
        window=rfm.window or ALL,
        stale=rfm.is_stale,
        customers=total.customers,
        revenue=plain(total.revenue),
        scores={name: {str(score): n for score, n in found.items()} for name, found in zip("rfm", scores, strict=True)},
        segments={segment.value: group.customers for segment, group in rfm.segments().items()},
        results=[scored_out(one) for one in people],
        next=str(people[-1].customer.pk) if has_more else None,
    )


def scored_out(one: Scored) -> ScoredOut:
    return ScoredOut(
        customer=one.customer.pk,
        external_id=one.customer.external_id,
        label=str(one.customer),
        r=one.recency,
        f=one.frequency,
        m=one.monetary,
        segment=one.segment.value,
        days=one.days,
        orders=one.orders,
        revenue=plain(one.revenue),
    )


def margin(moves: Mapping[tuple[Segment | None, Segment | None], int], side: int) -> dict[str, int]:
    """How many customers of each segment on one side of the movement."""
    found = dict.fromkeys([*Segment.values, "none"], 0)
    for pair, count in moves.items():
        segment = pair[side]
        found[segment.value if segment else "none"] += count
    return found


def last_snapshot(today: date) -> date:
    """The end of the last month that was scored; today where none was."""
    return RfmSnapshot.objects.filter(computed_at__isnull=False).order_by("-day").values_list("day", flat=True).first() or today


def window_asked(parameters: Mapping[str, str]) -> int | None:
    given = parameters.get("window", str(WINDOW_DAYS))
    return None if given == ALL else whole_number("window", given, least=1, most=LONGEST_WINDOW)


def segment_asked(parameters: Mapping[str, str]) -> Segment | None:
    if "segment" not in parameters:
        return None
    if parameters["segment"] not in Segment.values:
        raise bad_parameter("segment", _("One of: %(names)s.") % {"names": ", ".join(Segment.values)})
    return Segment(parameters["segment"])


WINDOW_HELP = {"window": f"days, or all; {WINDOW_DAYS} by default"}
OPERATIONS = [
    Operation(
        "get",
        "/reports/rfm/",
        "Customers by recency, frequency and amount",
        "kpis:read",
        {"as_of": "a day, included; by default the end of the last month", "segment": ", ".join(Segment.values)}
        | WINDOW_HELP
        | {"cursor": "from next", "limit": f"1 to {MOST_ROWS}"},
        None,
        RfmOut,
    ),
    Operation(
        "get",
        "/reports/rfm-movement/",
        "Who moved between segments from one day to another",
        "kpis:read",
        {"from": "the first day", "to": "the last day; by default the end of the last month"} | WINDOW_HELP,
        None,
        MovementOut,
        required=("from",),
    ),
]
