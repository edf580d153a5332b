"""The report of the funnel: how far the leads of a period have come, and who came how far."""

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
from crm.templatetags.crm_format import fanum
from kpis.api.numbers import quotient
from kpis.api.parameters import members_asked, one_period_of, periods_of
from kpis.api.views import DEFAULT_ROWS, FILTER_HELP, MOST_ROWS, MemberOut, PeriodOut, period_out
from kpis.definitions import Dimension
from kpis.funnel import STEPS, Step
from kpis.readings import Query
from kpis.readings.funnel import FILTERS, Funnel, Person, StepFigures, days_of, is_stale
from kpis.readings.members import member_labels, public_id
from kpis.readings.snapshot import one_snapshot

MOST_COHORTS = 36
SIDES = ("reached", "dropped")


class StepOut(Struct):
    """`dropped` reached the step before and not this one; days are medians; null with the reason why."""

    step: str
    count: int | None
    share_of_first: str | None
    share_of_previous: str | None
    lower: str | None
    upper: str | None
    dropped: int | None
    days_since_previous: str | None
    days_since_first: str | None
    reason: str | None


class CohortOut(Struct):
    period: PeriodOut
    dimension: MemberOut | None
    state: str
    steps: list[StepOut]


class FunnelOut(Struct):
    """Leads created in each period, and how many of them came to each step until now."""

    calendar: str
    steps: list[str]
    stale: bool
    results: list[CohortOut]


class PersonOut(Struct):
    type: str
    id: int
    external_id: str | None
    label: str
    reached: str
    moments: dict[str, str | None]


class PeopleOut(Struct):
    step: str
    side: str
    total: int
    results: list[PersonOut]
    next: str | None


class FunnelView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(("period", "grain", "from", "to", "by", *(name.value for name in FILTERS)))
        by = breakdown_of(parameters)
        results: list[CohortOut] = []
        with one_snapshot():
            for query in queries_of(parameters, self.caller, by):
                results += cohorts_of(Funnel(query))
            stale = is_stale()
        return answer(FunnelOut(self.caller.calendar.value, [step.value for step in STEPS], stale, results))


class FunnelPeopleView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        allowed = ("period", "step", "side", "cursor", "limit", *(name.value for name in FILTERS))
        parameters = self.parameters(allowed)
        if self.caller.token and not self.caller.token.allows("leads:read"):
            raise Problem("insufficient-scope")
        step, is_dropped = step_of(parameters), side_of(parameters) == "dropped"
        (query,) = queries_of(parameters, self.caller, None)
        limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
        after = whole_number("cursor", parameters.get("cursor", "0"))
        funnel = Funnel(query)
        with one_snapshot():
            figures = funnel.counted()[STEPS.index(step)]
            people = funnel.people(step, dropped=is_dropped, after=after, limit=limit + 1)
        following = str(people[limit - 1].lead.pk) if len(people) > limit else None
        total = figures.dropped if is_dropped else figures.count
        results = [person_out(person) for person in people[:limit]]
        return answer(PeopleOut(step.value, SIDES[is_dropped], total, results, following))


def queries_of(parameters: Mapping[str, str], caller: Caller, by: Dimension | None) -> list[Query]:
    """One query a cohort: of the period named, of those that touch some days, or of the running month."""
    today = caller.organization.day_of(caller.at)
    if "period" in parameters:
        periods = (one_period_of(parameters, caller),)
    else:
        periods = periods_of(parameters, caller)
        periods = periods if "from" in parameters else periods[-1:]
    if len(periods) > MOST_COHORTS:
        raise bad_parameter("from", _("That is more than %(most)s cohorts.") % {"most": fanum(MOST_COHORTS)})
    filters = members_asked(FILTERS, parameters, caller)
    return [Query((period,), today, by=by, filters=filters, viewer=caller.user) for period in periods]


def breakdown_of(parameters: Mapping[str, str]) -> Dimension | None:
    if "by" not in parameters:
        return None
    if parameters["by"] not in FILTERS:
        raise bad_parameter("by", _("One of: %(names)s.") % {"names": ", ".join(FILTERS)})
    return Dimension(parameters["by"])


def step_of(parameters: Mapping[str, str]) -> Step:
    if parameters.get("step") not in Step.values:
        raise bad_parameter("step", _("One of: %(names)s.") % {"names": ", ".join(Step.values)})
    return Step(parameters["step"])


def side_of(parameters: Mapping[str, str]) -> str:
    side = parameters.get("side", SIDES[0])
    if side not in SIDES or (side == "dropped" and step_of(parameters) is Step.LEAD):
        raise bad_parameter("side", _("One of: %(names)s.") % {"names": ", ".join(SIDES)})
    return side


def cohorts_of(funnel: Funnel) -> list[CohortOut]:
    """In total, then by the members of the dimension."""
    period, by = period_out(funnel.query.periods[0]), funnel.query.by
    found = [CohortOut(period, None, funnel.state, steps_out(funnel.steps(), is_hidden=funnel.is_hidden))]
    if by is None:
        return found
    members = funnel.members()
    labels = member_labels(by, members)
    for member, steps in members.items():
        shown = MemberOut(by.value, public_id(by, member), labels[member])
        found.append(CohortOut(period, shown, funnel.state, steps_out(steps, is_hidden=False)))
    return found


def steps_out(steps: Sequence[StepFigures], *, is_hidden: bool) -> list[StepOut]:
    return [step_out(figures, is_hidden=is_hidden) for figures in steps]


def step_out(figures: StepFigures, *, is_hidden: bool) -> StepOut:
    if is_hidden:
        return StepOut(figures.step.value, *[None] * 8, "not_visible")
    lower, upper = figures.interval or (None, None)
    return StepOut(
        step=figures.step.value,
        count=figures.count,
        share_of_first=quotient(figures.share_of_first),
        share_of_previous=quotient(figures.share_of_previous),
        lower=plain(lower),
        upper=plain(upper),
        dropped=figures.dropped,
        days_since_previous=plain(days_of(figures.since_previous)),
        days_since_first=plain(days_of(figures.since_first)),
        reason=None if figures.previous else "no_denominator",
    )


def person_out(person: Person) -> PersonOut:
    lead = person.lead
    moments = {step.value: moment.isoformat() if moment else None for step, moment in zip(STEPS, person.moments, strict=True)}
    return PersonOut("lead", lead.pk, lead.external_id, str(lead), person.reached.value, moments)


PERIOD_HELP = {"period": "a period's key; by default the running month"}
OPERATIONS = [
    Operation(
        "get",
        "/reports/funnel/",
        "How far the leads of a period have come, in total and by member of a dimension",
        "kpis:read",
        PERIOD_HELP
        | {
            "grain": "with from and to: whole periods of this grain, or range: these days themselves",
            "from": "first day",
            "to": "last day; alone: its period",
        }
        | {"by": ", ".join(FILTERS)}
        | {name.value: FILTER_HELP[name.value] for name in FILTERS},
        None,
        FunnelOut,
    ),
    Operation(
        "get",
        "/reports/funnel/people/",
        "The leads that reached a step, or were lost before it",
        "kpis:read",
        PERIOD_HELP
        | {"step": ", ".join(Step.values), "side": ", ".join(SIDES), "cursor": "from next", "limit": f"1 to {MOST_ROWS}"}
        | {name.value: FILTER_HELP[name.value] for name in FILTERS},
        None,
        PeopleOut,
        required=("step",),
    ),
]
