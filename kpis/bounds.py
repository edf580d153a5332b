"""Between what the values of a KPI can lie: what is refused as a target."""

from __future__ import annotations

from kpis.definitions import Interval, Kind, Kpi, Unit


def bounds_of(kpi: Kpi) -> tuple[int | None, int | None]:
    """Between what its values lie: below nothing only where more may be taken off than there is, as in a growth."""
    if kpi.interval is Interval.NPS:
        return -100, 100
    is_never_less = kpi.unit is Unit.MONEY or kpi.kind is Kind.STOCK or kpi.interval is Interval.WILSON
    is_less = not is_never_less and (kpi.model is not None or any(term.sign < 0 for term in kpi.numerator))
    return None if is_less else 0, 1 if is_part_of_whole(kpi) else None


def is_part_of_whole(kpi: Kpi) -> bool:
    """Whether it tells what part of a whole something is, by rows or by value: 100 % at most."""
    return kpi.unit is Unit.PERCENT and (kpi.interval is Interval.WILSON or kpi.is_share)
