"""What changed between two values, without any of the usual lies.

Rates change in points, never "by per cent"; nothing grows "by 100 %" from zero; up is not always good.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from kpis.definitions import Direction, Kpi, Unit
from kpis.readings.exact import PRECISION
from kpis.readings.values import Value

IN_POINTS = (Unit.PERCENT, Unit.SCORE)
# What is shown with one digit after the point rounds to nothing below these.
LEAST_SHARE, LEAST_SCORE = Decimal("0.0005"), Decimal("0.05")


class ChangeKind(StrEnum):
    POINTS = "points"  # of a rate or a score
    PERCENT = "percent"  # of a count or an amount
    AMOUNT = "amount"  # to or from below zero: a share would mean nothing
    NEW = "new"  # there was nothing before
    ABSENT = "absent"  # there is no figure to compare with
    SLIGHT = "slight"  # shown, it would round to nothing
    NONE = "none"


@dataclass(frozen=True)
class Change:
    """`size` is a fraction where the kind is percent, else a difference in the KPI's own unit."""

    kind: ChangeKind
    size: Decimal
    tone: str = ""

    @property
    def direction(self) -> str:
        if not self.size or self.kind is ChangeKind.SLIGHT:
            return ""
        return "up" if self.size > 0 else "down"


def change_between(kpi: Kpi, now: Value, then: Value | None) -> Change | None:
    """The change of a value; None where there is no value now.

    A small sample and a cost without spend have a direction but no verdict.
    """
    if now.value is None:
        return None
    if then is None or then.value is None:
        return Change(ChangeKind.ABSENT, Decimal(0))
    difference = now.value - then.value
    certain = not any(value.is_small_sample(kpi) or value.is_without_spend(kpi) for value in (now, then))
    tone = tone_of(kpi, difference) if certain else ""
    if not difference:
        return Change(ChangeKind.NONE, difference)
    if kpi.unit in IN_POINTS:
        if abs(difference) < (LEAST_SCORE if kpi.unit is Unit.SCORE else LEAST_SHARE):
            return Change(ChangeKind.SLIGHT, difference)
        return Change(ChangeKind.POINTS, difference, tone)
    if then.value == 0:
        return Change(ChangeKind.NEW, difference, tone)
    if then.value < 0 or now.value < 0:
        return Change(ChangeKind.AMOUNT, difference, tone)
    with localcontext(prec=PRECISION):
        share = difference / then.value
    if abs(share) < LEAST_SHARE:
        return Change(ChangeKind.SLIGHT, difference)
    return Change(ChangeKind.PERCENT, share, tone)


def tone_of(kpi: Kpi, difference: Decimal) -> str:
    """Whether a difference is good is a property of the KPI."""
    if not difference:
        return ""
    return "good" if (difference > 0) == (kpi.direction is Direction.UP) else "bad"
