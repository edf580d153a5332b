"""Models a second time: their sums over a year from plain SQL, lifetimes by logarithms of shares, floats at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from tests.kpis.oracle.parts import Days, Figure, Key, Only, Pair, rounded, statement_with, sums

# As far as was known that evening: whoever had come by then, until when, and whether that day had come.
# Of each length of stay the share that left, of those who stayed at least so long; their product is who is left.
LIVES = """,
last_word AS (
    SELECT p.i, {member} AS member, r.customer, p.last_day AS evening,
           MIN(r.day) AS first_day, MAX(r.until) AS loss
      FROM period p JOIN stay r ON r.day <= p.last_day{only} GROUP BY p.i, {member}, r.customer, p.last_day),
life AS (
    SELECT i, member, LEAST(loss, evening) - first_day AS days, CASE WHEN loss <= evening THEN 1 ELSE 0 END AS has_left
      FROM last_word),
step AS (SELECT i, member, days, SUM(has_left) AS gone, COUNT(*) AS people FROM life GROUP BY i, member, days),
risk AS (SELECT s.*, SUM(people) OVER (PARTITION BY i, member ORDER BY days DESC) AS at_risk FROM step s),
naive AS (SELECT i, member, AVG(days) AS mean FROM life GROUP BY i, member),
curve AS (
    SELECT i, member, days,
           EXP(SUM(CASE WHEN gone = at_risk THEN -500.0 ELSE LN(1.0 - CAST(gone AS DOUBLE PRECISION) / at_risk) END)
               OVER (PARTITION BY i, member ORDER BY days)) AS still
      FROM risk)
SELECT c.i, c.member, SUM(c.still_before * (c.days - c.days_before)), MIN(n.mean)
  FROM (SELECT i, member, days, LAG(days, 1, 0) OVER w AS days_before,
               LAG(still, 1, CAST(1.0 AS DOUBLE PRECISION)) OVER w AS still_before
          FROM curve WINDOW w AS (PARTITION BY i, member ORDER BY days)) c
  JOIN naive n ON n.i = c.i AND n.member = c.member GROUP BY c.i, c.member
"""


def tenures(periods: Sequence[Days], dimensions: Sequence[str], only: Only, cursor: Any) -> dict[Key, tuple[float, float]]:
    found: dict[Key, tuple[float, float]] = {}
    for name in (None, *dimensions):
        narrowing = f" AND COALESCE(r.{only[0]}, 0) = {only[1]}" if only else ""
        cursor.execute(
            statement_with(
                periods, LIVES.format(member=f"COALESCE(r.{name}, 0)" if name else "CAST(0 AS BIGINT)", only=narrowing)
            )
        )
        found |= {(index, name, member): (float(days), float(mean)) for index, member, days, mean in cursor.fetchall()}
    return found


def lifetime_value(v: dict[str, float]) -> float:
    """In the words of the sheet, factor by factor."""
    base, years = (v["start"] + v["end"]) / 2, v["tenure"] / 365
    order_value, orders_a_year, gross_margin = v["net"] / v["orders"], v["orders"] / base, v["margin"] / v["net"]
    return order_value * orders_a_year * gross_margin * years - v["retention"] / base * years - v["spent"] / v["new"]


MODELS: dict[str, Callable[[dict[str, float]], float]] = {
    "average_customer_tenure": lambda v: v["tenure"],
    "naive_customer_tenure": lambda v: v["naive"],
    "customer_lifetime_value": lifetime_value,
    "customer_lifetime_value_revenue": lambda v: (
        v["net"] / v["orders"] * v["orders"] / ((v["start"] + v["end"]) / 2) * v["tenure"] / 365
    ),
    "clv_to_cac": lambda v: lifetime_value(v) / (v["spent"] / v["new"]),
    "cac_payback_months": lambda v: (
        v["spent"] / v["new"] / (v["net"] / 12 / ((v["start"] + v["end"]) / 2) * v["margin"] / v["net"])
    ),
}


def modelled(key: str, figure: Figure, periods: Sequence[Days], cursor: Any, only: Only) -> dict[Key, Pair]:
    """(value, customers acquired by then) of a model, to nine digits; None where something divides by nothing."""
    years = [(last - timedelta(days=364), last) for _, last in periods]
    parts = {name: [sums(part, years, figure.dimensions, only, cursor) for part in side] for name, side in figure.inputs.items()}
    lives = tenures(periods, figure.dimensions, only, cursor)
    (people,) = (sums(part, periods, figure.dimensions, only, cursor) for part in figure.denominator)
    table: dict[Key, Pair] = {}
    for cell in people.keys() | {cell for side in parts.values() for part in side for cell in part}:
        values = {name: float(sum(part.get(cell, 0) for part in side)) for name, side in parts.items()}
        tenure, naive = lives.get(cell, (None, None))
        table[cell] = (value_of(key, values | {"tenure": tenure, "naive": naive}), people.get(cell, 0))
    return table


def value_of(key: str, values: dict[str, Any]) -> Any:
    if values["tenure"] is None or (key == "cac_payback_months" and values["margin"] <= 0):
        return None
    try:
        return rounded(MODELS[key](values))
    except ZeroDivisionError:
        return None
