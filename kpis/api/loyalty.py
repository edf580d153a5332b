"""Reports of what customers say: the matrix of loyalty, and NPS period by period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from crm.inputs.caller import Caller
from crm.periods import Grain, Period
from crm.templatetags.crm_format import fanum
from kpis.api.numbers import quotient
from kpis.api.parameters import members_asked, one_period_of, periods_of
from kpis.api.views import DEFAULT_ROWS, FILTER_HELP, MOST_ROWS, PeriodOut, period_out
from kpis.loyalty import Loyalty
from kpis.readings import Query
from kpis.readings.loyalty import FILTERS, Cell, LoyaltyMatrix, Member
from kpis.readings.promoters import Answers, answers_of, change
from kpis.readings.snapshot import one_snapshot

MOST_PERIODS = 60
NAMES = tuple(name.value for name in FILTERS)


class CellOut(Struct):
    """Likes: the last answer says they would buy again. Returned: a second order day at most a year after the first."""

    loyalty: str
    customers: int
    share: str | None
    lower: str | None
    upper: str | None
    reason: str | None


class MemberOfCellOut(Struct):
    customer: int
    external_id: str | None
    label: str
    loyalty: str
    score: int
    answered_on: str
    first_order_on: str | None
    second_order_on: str | None


class LoyaltyOut(Struct):
    """`anonymous` are answers of nobody known: they stand in no cell."""

    period: PeriodOut
    customers: int
    anonymous: int
    cells: list[CellOut]
    results: list[MemberOfCellOut]
    next: str | None


class NpsOut(Struct):
    period: PeriodOut
    promoters: int
    passives: int
    detractors: int
    answers: int
    value: str | None
    lower: str | None
    upper: str | None
    change: str | None
    is_running: bool
    reason: str | None


class NpsByPeriodOut(Struct):
    calendar: str
    grain: str
    results: list[NpsOut]


class LoyaltyView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(("period", "loyalty", "cursor", "limit", *NAMES))
        if self.caller.token and not self.caller.token.allows("customers:read"):
            raise Problem("insufficient-scope")
        periods = (one_period_of(parameters, self.caller),) if "period" in parameters else periods_of({}, self.caller)[-1:]
        limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
        after = whole_number("cursor", parameters.get("cursor", "0"))
        loyalty = loyalty_of(parameters)
        matrix = LoyaltyMatrix(query_of(periods, parameters, self.caller))
        with one_snapshot():
            people = matrix.people(loyalty, after=after, limit=limit + 1)
            return answer(
                LoyaltyOut(
                    period=period_out(periods[0]),
                    customers=matrix.total,
                    anonymous=matrix.nameless,
                    cells=[cell_out(cell) for cell in matrix.cells.values()],
                    results=[member_out(member) for member in people[:limit]],
                    next=str(people[limit - 1].customer.pk) if len(people) > limit else None,
                )
            )


class NpsView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        parameters = {"grain": Grain.QUARTER.value} | self.parameters(("period", "grain", "from", "to", *NAMES))
        periods = (one_period_of(parameters, self.caller),) if "period" in parameters else periods_of(parameters, self.caller)
        if len(periods) > MOST_PERIODS:
            raise bad_parameter("from", _("That is more than %(most)s periods.") % {"most": fanum(MOST_PERIODS)})
        query = query_of(periods, parameters, self.caller)
        with one_snapshot():
            found = answers_of(query)
        grain = periods[0].grain.value
        return answer(NpsByPeriodOut(self.caller.calendar.value, grain, [nps_out(found, i) for i in range(len(found))]))


def query_of(periods: tuple[Period, ...], parameters: Mapping[str, str], caller: Caller) -> Query:
    filters = members_asked(FILTERS, parameters, caller)
    return Query(periods, caller.organization.day_of(caller.at), filters=filters, viewer=caller.user)


def loyalty_of(parameters: Mapping[str, str]) -> Loyalty | None:
    if "loyalty" not in parameters:
        return None
    if parameters["loyalty"] not in Loyalty.values:
        raise bad_parameter("loyalty", _("One of: %(names)s.") % {"names": ", ".join(Loyalty.values)})
    return Loyalty(parameters["loyalty"])


def cell_out(cell: Cell) -> CellOut:
    lower, upper = cell.interval or (None, None)
    reason = None if cell.total else "no_denominator"
    return CellOut(cell.loyalty.value, cell.count, quotient(cell.share), plain(lower), plain(upper), reason)


def member_out(member: Member) -> MemberOfCellOut:
    customer = member.customer
    first, second = (day.isoformat() if day else None for day in (member.first_day, member.second_day))
    about = (customer.pk, customer.external_id, str(customer), member.loyalty.value, member.score)
    return MemberOfCellOut(*about, member.answered_on.isoformat(), first, second)


def nps_out(found: Sequence[Answers], index: int) -> NpsOut:
    one = found[index]
    lower, upper = one.interval or (None, None)
    return NpsOut(
        period=period_out(one.period),
        promoters=one.promoters,
        passives=one.passives,
        detractors=one.detractors,
        answers=one.count,
        value=quotient(one.score),
        lower=plain(lower),
        upper=plain(upper),
        change=quotient(change(found, index)),
        is_running=one.is_running,
        reason=None if one.count else "no_denominator",
    )


FILTERS_HELP = {name: FILTER_HELP[name] for name in NAMES}
OPERATIONS = [
    Operation(
        "get",
        "/reports/loyalty/",
        "Customers by what they say about buying again and by whether they came back",
        "kpis:read",
        {"period": "a period's key; by default the running month", "loyalty": ", ".join(Loyalty.values)}
        | {"cursor": "from next", "limit": f"1 to {MOST_ROWS}"}
        | FILTERS_HELP,
        None,
        LoyaltyOut,
    ),
    Operation(
        "get",
        "/reports/nps/",
        "NPS by period, with its groups and its interval",
        "kpis:read",
        {"period": "a period's key", "grain": "quarter by default", "from": "first day", "to": "last day"} | FILTERS_HELP,
        None,
        NpsByPeriodOut,
    ),
]
