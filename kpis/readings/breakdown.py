"""A number taken apart by a dimension: what each member is, and what each did to the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import partial

from kpis.definitions import Dimension, Kpi
from kpis.readings.exact import PRECISION
from kpis.readings.members import UNKNOWN, member_labels
from kpis.readings.summary import Choice, Reading
from kpis.readings.values import Value, read_members

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


@dataclass(frozen=True)
class Column:
    """One period of a table."""

    total: Value
    members: Mapping[int, Value]


@dataclass(frozen=True)
class Split:
    """What was read of each member, its name, and which of its values is that of the period compared with."""

    members: Mapping[int, Sequence[Value]]
    labels: Mapping[int, str]
    other: int | None


def break_down(kpi: Kpi, by: Dimension, choice: Choice, whole: Reading) -> list[Part]:
    """The parts of what was read as the whole in this snapshot: the largest first, what nothing was spent on after what
    something was, and the unknown one last.
    """
    return break_down_all([kpi], by, choice, {kpi.key: whole})[kpi.key]


def break_down_all(kpis: Sequence[Kpi], by: Dimension, choice: Choice, wholes: Mapping[str, Reading]) -> dict[str, list[Part]]:
    """As `break_down`, of several KPIs that have the dimension, with as many questions as of one."""
    query, other = choice.compared_query(1)
    found = read_members(kpis, replace(query, by=by), choice.organization)
    labels = member_labels(by, {member for members in found.values() for member in members})
    return {kpi.key: parts_of(kpi, by, Split(found[kpi.key], labels, other), wholes[kpi.key]) for kpi in kpis}


def parts_of(kpi: Kpi, by: Dimension, split: Split, whole: Reading) -> list[Part]:
    members, other, adds_up = split.members, split.other, by not in kpi.not_additive
    now = Column(whole.now, {member: values[0] for member, values in members.items()})
    # Of a running period some figures have no equal part of the one before to be compared with.
    is_compared = other is not None and whole.then is not None
    then = Column(whole.then, {member: values[other] for member, values in members.items()}) if is_compared else None
    parts = [part_of(kpi, member, split.labels[member], now, then, adds_up=adds_up) for member in members]
    return sorted((part for part in parts if part is not None), key=partial(order, kpi))


def order(kpi: Kpi, part: Part) -> tuple[bool, bool, Decimal, str]:
    says_nothing = kpi.is_cost and not part.now.value
    return part.member == UNKNOWN, says_nothing, -size_of(part.now), part.label


def size_of(value: Value | None) -> Decimal:
    """What a member weighs in the whole: its denominator, or its amount where there is none."""
    if value is None:
        return ZERO
    return (value.numerator if value.denominator is None else value.denominator) or ZERO


def has_any(value: Value) -> bool:
    return bool(value.numerator or value.denominator)


def part_of(kpi: Kpi, member: int, label: str, now: Column, then: Column | None, *, adds_up: bool) -> Part | None:
    """None for a member that has nothing in either period."""
    total, own = now.total, now.members[member]
    before = then.members[member] if then and has_any(then.members[member]) else None
    if not has_any(own) and before is None:
        return None
    whole = size_of(total)
    with localcontext(prec=PRECISION):
        share = size_of(own) / whole if adds_up and whole > 0 and not own.reason.startswith("not_") else None
    contribution = contribution_of(kpi, own, before, total, then.total) if adds_up and then else None
    return Part(member, label, own, before, share, contribution)


def contribution_of(kpi: Kpi, now: Value, then: Value | None, total: Value, total_then: Value) -> Decimal | None:
    """What one member did to the change of the whole, so that all members add up to it.

    Of a ratio R = N ÷ D: (n₁ − R₀·d₁) ÷ D₁ − (n₀ − R₀·d₀) ÷ D₀, where R₀ is the ratio before.
    """
    if total.numerator is None or total.value is None or total_then.value is None or now.reason.startswith("not_"):
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
