"""What a value of the API should come to, beside the value itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from crm.api.output import plain
from crm.inputs.caller import Caller
from kpis.api.numbers import quotient
from kpis.definitions import Kpi
from kpis.readings import Query, Value
from kpis.readings.targets import Attainment, attainment, member_targets, targets_of

Key = tuple[int | None, date]


class TargetOut(Struct):
    """`attainment` is a fraction, more being better; `expected` is what a running flow should have come to by today.

    `standing` is reached, on_pace, behind, missed or unknown; within or outside while a rate or a stock runs, which has no pace.
    """

    value: str
    attainment: str | None
    expected: str | None
    standing: str


def targets_for(kpi: Kpi, query: Query) -> Mapping[Key, Decimal]:
    """The targets of a query's values by member (none: the total) and first day."""
    if query.window is not None:
        return {}  # they are set for what converts at any time
    found = targets_of([kpi], query.periods, query.filters, query.viewer)
    total: dict[Key, Decimal] = {(None, start): value for (_kpi, start), value in found.items()}
    return total | (member_targets(kpi, query.by, query.periods, query.viewer) if query.by and not query.filters else {})


def target_out(kpi: Kpi, value: Value, target: Decimal | None, caller: Caller) -> TargetOut | None:
    if target is None:
        return None
    return attainment_out(attainment(kpi, value, target, caller.organization.day_of(caller.at), caller.organization))


def attainment_out(found: Attainment) -> TargetOut:
    return TargetOut(plain(found.target) or "0", quotient(found.share), quotient(found.expected), found.standing.value)
