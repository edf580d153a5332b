"""Thin views: read the query, ask the readings, print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from django.db.models import Max
from django.http import HttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from msgspec import Struct
from rest_framework.request import Request

from crm.api.openapi import Operation
from crm.api.output import plain
from crm.api.parameters import whole_number
from crm.api.problems import Problem, bad_parameter
from crm.api.view import ApiView, answer
from crm.inputs.caller import Caller
from crm.periods import Grain, Period, period_of
from kpis.api.attainment import TargetOut, target_out, targets_for
from kpis.api.parameters import FILTERS, help_of, kpi_of, query_of, query_of_one
from kpis.catalogue import CATALOGUE
from kpis.dashboards import TWINS
from kpis.definitions import Dimension, Kpi
from kpis.engine.drain import dirty_cells, seconds_behind
from kpis.models import Refresh, Snapshot
from kpis.readings import Query, Row, RowPage, Value, list_rows, read
from kpis.readings.history import revisions_of
from kpis.readings.left_out import EXCLUDED, count_left_out, list_left_out
from kpis.readings.members import member_labels, public_id
from kpis.readings.rules import restated_text

MOST_ROWS, DEFAULT_ROWS = 200, 50
SIDES = ("numerator", "denominator", EXCLUDED)
VALUE_PARAMETERS = ("grain", "from", "to", "by", "window", *FILTERS)
ROW_PARAMETERS = ("period", "side", "window", "cursor", "limit", *FILTERS)


class PeriodOut(Struct):
    key: str
    start: str
    end: str
    label: str


class MemberOut(Struct):
    name: str
    id: int | str | None
    label: str


class RevisionOut(Struct):
    """What a closed period reported (revision 1), or was restated to: why, and by whom where one known person changed a rule."""

    revision: int
    value: str | None
    reason: str
    by: str | None
    recorded_at: str


class ValueOut(Struct):
    """One number; `value` is null exactly where `reason` is given. A closed total carries what it reported.

    `is_without_spend`: a cost of nothing, because nothing was spent. It says nothing, and no target is met by it.
    """

    period: PeriodOut
    dimension: MemberOut | None
    numerator: str | None
    denominator: str | None
    value: str | None
    lower: str | None
    upper: str | None
    sample_size: int | None
    is_small_sample: bool
    is_without_spend: bool
    state: str
    stale: bool
    computed_at: str | None
    quality: str
    reason: str | None
    revisions: list[RevisionOut] = msgspec.field(default_factory=list)
    target: TargetOut | None = None


class ValuesOut(Struct):
    kpi: str
    unit: str
    calendar: str
    grain: str
    results: list[ValueOut]


class KpiOut(Struct):
    """A card of the catalogue. Its `twin` asks the same of a cohort, or of what happened in the period."""

    key: str
    version: int
    names: dict[str, str]
    abbreviation: str
    group: str
    kind: str
    formula: dict[str, str]
    why: dict[str, str]
    unit: str
    direction: str
    timing: str
    cadence: str
    dimensions: list[str]
    additive: dict[str, bool]
    minimum_sample: int
    drivers: list[str]
    beside: list[str]
    twin: str | None
    takes_window: bool


class KpiWithValue(KpiOut):
    current: ValueOut


class KpiList(Struct):
    results: list[KpiOut]


class RowOut(Struct):
    type: str
    id: int
    label: str
    url: str
    day: str
    amount: str
    reason: str | None
    customer: str | None
    owner: str | None


class RowsOut(Struct):
    total: int
    amount: str
    results: list[RowOut]
    next: str | None


class FreshnessOut(Struct):
    dirty_cells: int
    oldest_dirty_seconds: float
    last_refresh_at: str | None


class KpiView(ApiView):
    """One definition, with the numbers of the running month filled in."""

    resource: ClassVar = "kpis"

    def get(self, request: Request, key: str) -> HttpResponse:
        kpi = kpi_of(key)
        self.parameters()
        today = self.caller.organization.day_of(self.caller.at)
        period = period_of(today, self.caller.calendar, Grain.MONTH, self.caller.organization.calendar_rules)
        query = Query((period,), today, viewer=self.caller.user)
        current = value_out(kpi, (value := read([kpi], query)[kpi.key].total[0]), None)
        current.target = target_out(kpi, value, targets_for(kpi, query).get((None, period.start)), self.caller)
        return answer(KpiWithValue(**card(kpi), current=current))


class CatalogueView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        self.parameters()
        return answer(KpiList([KpiOut(**card(kpi)) for kpi in CATALOGUE.values()]))


class ValuesView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request, key: str) -> HttpResponse:
        kpi = kpi_of(key)
        query = query_of(kpi, self.parameters(VALUE_PARAMETERS), self.caller)
        table = read([kpi], query)[kpi.key]
        kept = revisions_of(kpi, query)
        targets = targets_for(kpi, query)

        def out(value: Value, member: int | None, shown: MemberOut | None) -> ValueOut:
            found = value_out(kpi, value, shown, kept.get(value.period.start, ()) if shown is None else ())
            found.target = target_out(kpi, value, targets.get((member, value.period.start)), self.caller)
            return found

        results = [out(value, None, None) for value in table.total]
        if query.by:
            labels = member_labels(query.by, table.members)
            for member, values in table.members.items():
                shown = MemberOut(query.by.value, public_id(query.by, member), labels[member])
                results += [out(value, member, shown) for value in values]
        period = query.periods[0]
        return answer(ValuesOut(kpi.key, kpi.unit.value, self.caller.calendar.value, period.grain.value, results))


class RowsView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request, key: str) -> HttpResponse:
        kpi = kpi_of(key)
        parameters = self.parameters(ROW_PARAMETERS)
        side = parameters.get("side", SIDES[0])
        if side not in SIDES:
            raise bad_parameter("side", _("One of: %(names)s.") % {"names": ", ".join(SIDES)})
        self.check_scopes(kpi)
        limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
        query = query_of_one(kpi, parameters, self.caller)
        try:
            page = page_of(kpi, side, query, after=parameters.get("cursor", ""), limit=limit)
        except ValueError as error:
            raise bad_parameter("cursor") from error
        return answer(RowsOut(page.total, plain(page.amount), [row_out(row, self.caller) for row in page.results], page.next))

    def check_scopes(self, kpi: Kpi) -> None:
        """A token needs the read scope of what it lists, besides kpis:read."""
        token = self.caller.token
        resources = {term.measure.cube.resource for term in kpi.needed}
        if token and not all(token.allows(f"{resource}:read") for resource in resources):
            raise Problem("insufficient-scope")


class FreshnessView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        self.parameters()
        last = Refresh.objects.aggregate(at=Max("computed_at"))["at"]
        return answer(FreshnessOut(dirty_cells(), seconds_behind(self.caller.at), last.isoformat() if last else None))


def page_of(kpi: Kpi, side: str, query: Query, *, after: str, limit: int) -> RowPage:
    """What is left out adds nothing to the number."""
    if side != EXCLUDED:
        return list_rows(kpi, side, query, after=after, limit=limit)
    rows, following = list_left_out(kpi, query, after=after, limit=limit)
    return RowPage(count_left_out(kpi, query), Decimal(0), rows, following)


def row_out(row: Row, caller: Caller) -> RowOut:
    """A token that may not read customers is told no name of one."""
    token = caller.token
    return RowOut(
        type=row.type,
        id=row.id,
        label=row.name,
        url=row.url,
        day=row.day.isoformat(),
        amount=plain(row.amount),
        reason=row.reason and row.reason.value,
        customer=(row.customer or None) if not token or token.allows("customers:read") else None,
        owner=row.owner or None,
    )


def period_out(period: Period) -> PeriodOut:
    return PeriodOut(period.key, period.start.isoformat(), period.end.isoformat(), period.label(get_language() or "en"))


def value_out(kpi: Kpi, value: Value, dimension: MemberOut | None, kept: Sequence[Snapshot] = ()) -> ValueOut:
    return ValueOut(
        period=period_out(value.period),
        dimension=dimension,
        numerator=plain(value.numerator),
        denominator=plain(value.denominator),
        value=plain(value.value),
        lower=plain(value.lower),
        upper=plain(value.upper),
        sample_size=value.sample_size,
        is_small_sample=value.is_small_sample(kpi),
        is_without_spend=value.is_without_spend(kpi),
        state=value.state,
        stale=value.is_stale,
        computed_at=value.computed_at.isoformat() if value.computed_at else None,
        quality=value.quality,
        reason=value.reason or None,
        revisions=[revision_out(one) for one in kept],
    )


def revision_out(kept: Snapshot) -> RevisionOut:
    by = kept.by.email if kept.by else None
    return RevisionOut(kept.revision, plain(kept.value), restated_text(kept), by, kept.recorded_at.isoformat())


def in_both(text: Any) -> dict[str, str]:
    """A lazy text in both languages."""
    both: dict[str, str] = {}
    for language in ("en", "fa"):
        with override(language):
            both[language] = str(text)
    return both


def card(kpi: Kpi) -> Mapping[str, Any]:
    return {
        "key": kpi.key,
        "version": kpi.version,
        "names": in_both(kpi.name),
        "abbreviation": kpi.abbreviation,
        "group": kpi.group.value,
        "kind": kpi.kind.value,
        "formula": in_both(kpi.formula),
        "why": in_both(kpi.why),
        "unit": kpi.unit.value,
        "direction": kpi.direction.value,
        "timing": kpi.timing.value,
        "cadence": kpi.cadence.value,
        "dimensions": [dimension.value for dimension in kpi.dimensions],
        "additive": {dimension.value: adds_up(kpi, dimension) for dimension in kpi.dimensions},
        "minimum_sample": kpi.minimum_sample,
        "drivers": list(kpi.drivers),
        "beside": list(kpi.beside),
        "twin": next((key for key in TWINS.get(kpi.key, ()) if key != kpi.key), None),
        "takes_window": kpi.takes_window,
    }


def adds_up(kpi: Kpi, dimension: Dimension) -> bool:
    return dimension not in kpi.not_additive


WINDOW_HELP = "for cohorts that take one: count what converts at most so many days after the day of entry"
FILTER_HELP = {name.value: help_of(name) for name in Dimension}
OPERATIONS = [
    Operation("get", "/kpis/", "The catalogue", "kpis:read", {}, None, KpiList),
    Operation("get", "/kpis/freshness/", "How fresh the figures are", "kpis:read", {}, None, FreshnessOut),
    Operation("get", "/kpis/{key}/", "One KPI with the running month's value", "kpis:read", {}, None, KpiWithValue),
    Operation(
        "get",
        "/kpis/{key}/values/",
        "Values of a KPI by period, in total and by member of a dimension",
        "kpis:read",
        {"grain": "day, week, month (by default), quarter, year, fiscal_quarter, fiscal_year, or range: from and to themselves"}
        | {"from": "first day", "to": "last day; whole periods that touch them, by default the last thirteen up to today"}
        | {"by": "a dimension", "window": WINDOW_HELP}
        | FILTER_HELP,
        None,
        ValuesOut,
    ),
    Operation(
        "get",
        "/kpis/{key}/rows/",
        "The records behind one number",
        "kpis:read",
        {
            "period": "a period's key",
            "side": "numerator (by default), denominator, or excluded: what figures leave out, each with its reason",
            "cursor": "from next",
            "limit": "1 to 200",
        }
        | {"window": WINDOW_HELP}
        | FILTER_HELP,
        None,
        RowsOut,
        required=("period",),
    ),
]
