"""The view that spreads each expense over its days, so that the days add up to the amount to the last unit."""

from __future__ import annotations

# Equal shares by largest remainder: every day the whole units that fit, the first days one unit more.
# An amount that is no multiple of the smallest unit (a converted one) is cut into hundredths instead.
CREATE_EXPENSE_DAY = """
CREATE VIEW campaigns_expenseday AS
SELECT e.id AS expense_id,
       e.valid_from + i AS day,
       ((div(e.amount / u.unit, d.days) + (i < mod(e.amount / u.unit, d.days))::int) * u.unit)::numeric(20, 2) AS amount
  FROM campaigns_expense e
 CROSS JOIN LATERAL (SELECT CASE WHEN mod(e.amount, money_unit()) = 0 THEN money_unit() ELSE 0.01 END AS unit) u
 CROSS JOIN LATERAL (SELECT e.valid_to - e.valid_from + 1 AS days) d
 CROSS JOIN LATERAL generate_series(0, d.days - 1) AS i;
"""
DROP_EXPENSE_DAY = "DROP VIEW IF EXISTS campaigns_expenseday;"
