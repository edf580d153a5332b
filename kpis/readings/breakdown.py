"""A number taken apart by a dimension: what each member is, and what each did to the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from kpis.definitions import Dimension, Kpi
from kpis.readings.freshness import Freshness
from kpis.readings.members import UNKNOWN, member_labels
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice
from kpis.readings.values import PRECISION, Table, Value, read_in_snapshot

ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """One member; `share` of the whole, and how much of the whole's change is its doing (they add up)."""

    member: int
    label: str
    now: Value
    then: Value | None = None
    share: Decimal | None = None
    contribution: Decimal | None = None


def break_down(kpi: Kpi, by: Dimension, choice: Choice) -> list[Part]:
    """The parts of the period's value, the largest first and the unknown one last."""
    query, other = replace(choice.trend_query(1), by=by), choice.other_query
    with one_snapshot():
        shared = {"organization": choice.organization, "freshness": Freshness.of(query)}
        now = read_in_snapshot([kpi], query, **shared)[kpi.key]
        then = read_in_snapshot([kpi], replace(other, by=by), **shared)[kpi.key] if other else None
    members = sorted(set(now.members) | set(then.members if then else ()))
    labels = member_labels(by, members)
    adds_up = by not in kpi.not_additive
    parts = [part_of(kpi, member, labels[member], now, then, adds_up=adds_up) for member in members]
    return sorted((part for part in parts if part is not None), key=order)


def order(part: Part) -> tuple[bool, Decimal, str]:
    return part.member == UNKNOWN, -size_of(part.now), part.label


def size_of(value: Value | None) -> Decimal:
    """What a member weighs in the whole: its denominator, or its amount where there is none."""
    if value is None:
        return ZERO
    return (value.numerator if value.denominator is None else value.denominator) or ZERO


def part_of(kpi: Kpi, member: int, label: str, now: Table, then: Table | None, *, adds_up: bool) -> Part | None:
    """None for a member that has nothing in either period."""
    total, own = now.total[0], values_of(now, member)
    own = own or Value(total.period, ZERO, ZERO if kpi.is_ratio else None, reason="no_denominator" if kpi.is_ratio else "")
    before = values_of(then, member) if then else None
    if not (own.numerator or own.denominator or (before and (before.numerator or before.denominator))):
        return None
    if not kpi.is_ratio and own.value is None and not own.reason:
        own = replace(own, value=ZERO, sample_size=0)
    whole = size_of(total)
    with localcontext(prec=PRECISION):
        share = size_of(own) / whole if adds_up and whole > 0 and not own.reason.startswith("not_") else None
    contribution = contribution_of(kpi, own, before, total, then.total[0]) if adds_up and then else None
    return Part(member, label, own, before, share, contribution)


def values_of(table: Table, member: int) -> Value | None:
    return table.members[member][0] if member in table.members else None


def contribution_of(kpi: Kpi, now: Value, then: Value | None, total: Value, total_then: Value) -> Decimal | None:
    """What one member did to the change of the whole, so that all members add up to it.

    Of a ratio R = N ÷ D: (n₁ − R₀·d₁) ÷ D₁ − (n₀ − R₀·d₀) ÷ D₀, where R₀ is the ratio before.
    """
    if total.value is None or total_then.value is None or now.reason.startswith("not_"):
        return None
    before = then or Value(now.period, ZERO, ZERO)
    with localcontext(prec=PRECISION):
        if not kpi.is_ratio:
            return (now.numerator or ZERO) - (before.numerator or ZERO)
        rate = total_then.numerator / total_then.denominator
        after_part = ((now.numerator or ZERO) - rate * (now.denominator or ZERO)) / total.denominator
        before_part = ((before.numerator or ZERO) - rate * (before.denominator or ZERO)) / total_then.denominator
        return kpi.scale * (after_part - before_part) / kpi.divisor


def moved_most(parts: Sequence[Part], count: int = 2) -> list[Part]:
    """The members that did most to the change, either way."""
    known = [part for part in parts if part.contribution]
    return sorted(known, key=lambda part: -abs(part.contribution))[:count]
