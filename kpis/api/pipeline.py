"""The report of the pipeline: what was open on an evening, by stage, in total and by member, and the opportunities themselves."""

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
from crm.api.parameters import one_of, whole_number
from crm.api.problems import Problem, bad_parameter
from crm.api.view import ApiView, answer
from crm.inputs.caller import Caller
from crm.inputs.failures import DETAILS
from crm.periods import Calendar, Grain, Period
from kpis.api.parameters import day_of, members_asked, one_period_of
from kpis.api.views import DEFAULT_ROWS, FILTER_HELP, MOST_ROWS, MemberOut
from kpis.definitions import Dimension
from kpis.readings import Query
from kpis.readings.members import member_labels, public_id
from kpis.readings.pipeline import FILTERS, ByStage, Deal, Pipeline, Sums, together
from kpis.readings.rows import url_of
from kpis.readings.snapshot import one_snapshot
from kpis.readings.sources import SHOWN
from leads.models import Opportunity, Stage

NAMES = tuple(name.value for name in FILTERS)


class StageOut(Struct):
    """`stage` is its slug."""

    stage: str
    label: str
    deals: int
    value: str
    weighted: str


class PartOut(Struct):
    """All of them where `dimension` is null, else those of one member; `stages` are all open ones, in their order."""

    dimension: MemberOut | None
    deals: int
    value: str
    weighted: str
    stages: list[StageOut]


class PipelineOut(Struct):
    """Money in the base currency, amounts and probabilities as they were that evening: `value` and `weighted` of the total are
    the KPIs pipeline_value and weighted_pipeline_value."""

    as_of: str
    results: list[PartOut]


class DealOut(Struct):
    """`since` is the day of the last change of its stage or amount up to then; `owner` is whose it, else its customer, is now."""

    type: str
    id: int
    external_id: str | None
    label: str
    url: str
    owner: str | None
    stage: str
    since: str
    amount: str
    probability: str
    weighted: str


class DealsOut(Struct):
    """`total`, `value` and `weighted` are of all that were asked for, not of the page alone."""

    as_of: str
    total: int
    value: str
    weighted: str
    results: list[DealOut]
    next: str | None


class PipelineView(ApiView):
    resource: ClassVar = "kpis"
    allowed: ClassVar = ("as_of", "period", "by", *NAMES)

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(self.allowed)
        pipeline = self.pipeline(parameters)
        with one_snapshot():
            results = parts_of(pipeline)
        return answer(PipelineOut(evening_of(pipeline).isoformat(), results))

    def pipeline(self, parameters: Mapping[str, str]) -> Pipeline:
        """What is asked, by one whose role sees opportunities."""
        if not self.caller.user.may_sell:
            raise Problem("permission-denied")
        return Pipeline(query_of(parameters, self.caller))


class DealsView(PipelineView):
    allowed: ClassVar = ("as_of", "period", "stage", "cursor", "limit", *NAMES)

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(self.allowed)
        if self.caller.token and not self.caller.token.allows("opportunities:read"):
            raise Problem("insufficient-scope")
        pipeline = self.pipeline(parameters)
        stage = stage_of(parameters, pipeline)
        limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
        after = whole_number("cursor", parameters.get("cursor", "0"))
        with one_snapshot():
            total, deals = pipeline.total(stage), pipeline.deals(stage, after=after, limit=limit + 1)
        following = str(deals[limit - 1].opportunity.pk) if len(deals) > limit else None
        sums = (total.deals, plain(total.value), plain(total.weighted))
        return answer(DealsOut(evening_of(pipeline).isoformat(), *sums, [deal_out(deal) for deal in deals[:limit]], following))


def query_of(parameters: Mapping[str, str], caller: Caller) -> Query:
    """The evening of a day, or of a period's last one; this day's unless said."""
    today = caller.organization.day_of(caller.at)
    evening = evening_asked(parameters, caller, today)
    filters = members_asked(FILTERS, parameters, caller)
    by = parameters.get("by")
    if by is not None and by not in NAMES:
        raise bad_parameter("by", one_of(NAMES))
    period = Period(Calendar.GREGORIAN, Grain.DAY, evening, evening)
    return Query((period,), today, by=Dimension(by) if by else None, filters=filters, viewer=caller.user)


def evening_asked(parameters: Mapping[str, str], caller: Caller, today: date) -> date:
    if "as_of" in parameters and "period" in parameters:
        raise bad_parameter("as_of", _("Give a day or a period, not both."))
    if "period" in parameters:
        period = one_period_of(parameters, caller)
        if period.start > today:
            raise bad_parameter("period", DETAILS["future-date"])
        return min(period.end, today)
    evening = day_of("as_of", parameters["as_of"], caller.calendar) if "as_of" in parameters else today
    if evening > today:
        raise bad_parameter("as_of", DETAILS["future-date"])
    return evening


def evening_of(pipeline: Pipeline) -> date:
    return pipeline.query.periods[0].end


def stage_of(parameters: Mapping[str, str], pipeline: Pipeline) -> Stage | None:
    if "stage" not in parameters:
        return None
    known = {stage.slug: stage for stage in pipeline.stages}
    if parameters["stage"] not in known:
        raise bad_parameter("stage", one_of(known))
    return known[parameters["stage"]]


def parts_of(pipeline: Pipeline) -> list[PartOut]:
    """In total, then by the members of the dimension, the largest first."""
    by, found = pipeline.query.by, [part_out(pipeline, None, pipeline.by_stage)]
    if by is None:
        return found
    sums = {member: together(stages.values()) for member, stages in pipeline.members.items()}
    labels = member_labels(by, sums)
    for member in sorted(sums, key=lambda member: (-sums[member].value, member)):
        shown = MemberOut(by.value, public_id(by, member), labels[member])
        found.append(part_out(pipeline, shown, pipeline.members[member]))
    return found


def part_out(pipeline: Pipeline, dimension: MemberOut | None, stages: ByStage) -> PartOut:
    shown = [StageOut(stage.slug, str(stage), *sums_out(stages.get(stage.pk, Sums()))) for stage in pipeline.stages]
    return PartOut(dimension, *sums_out(together(stages.values())), shown)


def sums_out(sums: Sums) -> tuple[int, str, str]:
    return sums.deals, plain(sums.value) or "0", plain(sums.weighted) or "0"


def deal_out(deal: Deal) -> DealOut:
    opportunity = deal.opportunity
    return DealOut(
        type="opportunity",
        id=opportunity.pk,
        external_id=opportunity.external_id,
        label=str(opportunity),
        url=url_of(SHOWN[Opportunity], opportunity.pk),
        owner=deal.owner.email if deal.owner else None,
        stage=deal.stage.slug,
        since=deal.since.isoformat(),
        amount=plain(deal.amount) or "0",
        probability=plain(deal.probability) or "0",
        weighted=plain(deal.weighted) or "0",
    )


EVENING_HELP = {
    "as_of": "a day, included; today by default",
    "period": "a period's key: the evening of its last day, of a running one today's",
}
FILTERS_HELP = {name: FILTER_HELP[name] for name in NAMES}
OPERATIONS = [
    Operation(
        "get",
        "/reports/pipeline/",
        "What was open on an evening by stage, in total and by member of a dimension",
        "kpis:read",
        EVENING_HELP | {"by": ", ".join(NAMES)} | FILTERS_HELP,
        None,
        PipelineOut,
    ),
    Operation(
        "get",
        "/reports/pipeline/rows/",
        "The opportunities that were open on an evening, as they stood then",
        "kpis:read",
        EVENING_HELP | {"stage": "a stage's slug", "cursor": "from next", "limit": f"1 to {MOST_ROWS}"} | FILTERS_HELP,
        None,
        DealsOut,
    ),
]
