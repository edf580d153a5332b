"""The report of retention: of the customers first seen in a month, how many ordered in each month after it."""

from __future__ import annotations

from collections.abc import Mapping
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
from kpis.readings import Query
from kpis.readings.cohorts import FILTERS, Cell, Cohort, Cohorts, Member
from kpis.readings.snapshot import one_snapshot

MOST_COHORTS = 120
SIDES = ("ordered", "absent")


class CellOut(Struct):
    """A running month counts up to now."""

    months_since: int
    month: str
    customers: int
    share: str | None
    lower: str | None
    upper: str | None
    is_running: bool
    reason: str | None


class CohortOut(Struct):
    period: PeriodOut
    customers: int
    cells: list[CellOut]


class CohortsOut(Struct):
    calendar: str
    grain: str
    stale: bool
    results: list[CohortOut]


class MemberOfCohortOut(Struct):
    type: str
    id: int
    external_id: str | None
    label: str
    first_order_on: str
    last_order_on: str


class PeopleOut(Struct):
    side: str
    total: int
    results: list[MemberOfCohortOut]
    next: str | None


class CohortsView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(("from", "to", "months", *(name.value for name in FILTERS)))
        most = whole_number("months", parameters.get("months", str(MOST_COHORTS)), least=0, most=MOST_COHORTS)
        cohorts = Cohorts(query_of(periods_of(parameters, self.caller), parameters, self.caller))
        with one_snapshot():
            results = [cohort_out(cohort) for cohort in cohorts.table(most)]
            return answer(CohortsOut(self.caller.calendar.value, Grain.MONTH.value, cohorts.is_stale, results))


class CohortPeopleView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        allowed = ("cohort", "months_since", "side", "cursor", "limit", *(name.value for name in FILTERS))
        parameters = self.parameters(allowed)
        if self.caller.token and not self.caller.token.allows("customers:read"):
            raise Problem("insufficient-scope")
        cohort, side = cohort_of(parameters, self.caller), side_of(parameters)
        since = whole_number("months_since", parameters.get("months_since", "0"), most=MOST_COHORTS)
        limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
        after = whole_number("cursor", parameters.get("cursor", "0"))
        cohorts = Cohorts(query_of((cohort,), parameters, self.caller))
        with one_snapshot():
            cells = [cell for row in cohorts.table(since) for cell in row.cells]
            if len(cells) <= since:
                raise bad_parameter("months_since", _("That month is still to come."))
            is_absent = side == "absent"
            people = cohorts.people(cohort, cells[since].month, absent=is_absent, after=after, limit=limit + 1)
        total = cells[since].size - cells[since].count if is_absent else cells[since].count
        following = str(people[limit - 1].customer.pk) if len(people) > limit else None
        return answer(PeopleOut(side, total, [member_out(member) for member in people[:limit]], following))


def query_of(periods: tuple[Period, ...], parameters: Mapping[str, str], caller: Caller) -> Query:
    if len(periods) > MOST_COHORTS:
        raise bad_parameter("from", _("That is more than %(most)s cohorts.") % {"most": fanum(MOST_COHORTS)})
    filters = members_asked(FILTERS, parameters, caller)
    return Query(periods, caller.organization.day_of(caller.at), filters=filters, viewer=caller.user)


def cohort_of(parameters: Mapping[str, str], caller: Caller) -> Period:
    if "cohort" not in parameters:
        raise bad_parameter("cohort", _("Name one month, such as 2025-10 or 1404-07."))
    try:
        period = one_period_of({"period": parameters["cohort"]}, caller)
    except Problem as problem:
        raise bad_parameter("cohort") from problem
    if period.grain is not Grain.MONTH:
        raise bad_parameter("cohort", _("Name one month, such as 2025-10 or 1404-07."))
    return period


def side_of(parameters: Mapping[str, str]) -> str:
    side = parameters.get("side", SIDES[0])
    if side not in SIDES:
        raise bad_parameter("side", _("One of: %(names)s.") % {"names": ", ".join(SIDES)})
    return side


def cohort_out(cohort: Cohort) -> CohortOut:
    return CohortOut(period_out(cohort.period), cohort.size, [cell_out(cell) for cell in cohort.cells])


def cell_out(cell: Cell) -> CellOut:
    lower, upper = cell.interval or (None, None)
    return CellOut(
        months_since=cell.since,
        month=cell.month.key,
        customers=cell.count,
        share=quotient(cell.share),
        lower=plain(lower),
        upper=plain(upper),
        is_running=cell.is_running,
        reason=None if cell.size else "no_denominator",
    )


def member_out(member: Member) -> MemberOfCohortOut:
    customer, days = member.customer, (member.first_day.isoformat(), member.last_day.isoformat())
    return MemberOfCohortOut("customer", customer.pk, customer.external_id, str(customer), *days)


FILTERS_HELP = {name.value: FILTER_HELP[name.value] for name in FILTERS}
OPERATIONS = [
    Operation(
        "get",
        "/reports/cohorts/",
        "Customers by the month of their first order, and how many of them ordered in each month since",
        "kpis:read",
        {"from": "first day", "to": "last day; whole months that touch them, by default the last thirteen"}
        | {"months": "at most so many months since"}
        | FILTERS_HELP,
        None,
        CohortsOut,
    ),
    Operation(
        "get",
        "/reports/cohorts/people/",
        "The customers of a cohort who ordered in a month, or did not",
        "kpis:read",
        {"cohort": "a month's key", "months_since": "0 by default", "side": ", ".join(SIDES)}
        | {"cursor": "from next", "limit": f"1 to {MOST_ROWS}"}
        | FILTERS_HELP,
        None,
        PeopleOut,
        required=("cohort",),
    ),
]
