"""Every figure a second time: plain SQL over the base tables, written from the definitions and from nothing of the product.

The texts use the words that PostgreSQL and DuckDB share, so that the tests and the benchmark read the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

RELATIONS = dict(
    re.findall(r"^(\w+) AS \((.*?)^\),?$", Path(__file__).with_name("relations.sql").read_text(), re.DOTALL | re.MULTILINE)
)
IN_PERIOD = "r.day BETWEEN p.first_day AND p.last_day"
# In the half-open window of the threshold before an evening.
ACTIVE_AT_START = "r.day > p.first_day - 1 - r.tau AND r.day <= p.first_day - 1"
ACTIVE_AT_END = "r.day > p.last_day - r.tau AND r.day <= p.last_day"
ACTIVE_STILL = (
    "EXISTS (SELECT 1 FROM buyday n WHERE n.customer = r.customer AND n.day > p.last_day - n.tau AND n.day <= p.last_day)"
)

# (period index, dimension or None for the total, member); (numerator, denominator); (first, last); (dimension, member)
Key = tuple[int, str | None, int]
Pair = tuple[Decimal, Decimal | None]
Days = tuple[date, date]
Only = tuple[str, int] | None


@dataclass(frozen=True)
class Part:
    """One sum over one relation; `at` joins its rows to the periods."""

    amount: str
    relation: str
    at: str = IN_PERIOD
    where: str = "TRUE"
    sign: int = 1

    def knows(self, dimension: str) -> bool:
        """Expenses have no owner: whoever may see them sees them all."""
        return self.relation != "accrual" or dimension not in PERSON


@dataclass(frozen=True)
class Figure:
    """What the sheet says about one KPI; `by` gives the parts to take instead for some dimensions."""

    dimensions: tuple[str, ...]
    numerator: tuple[Part, ...]
    denominator: tuple[Part, ...] = ()
    by: dict[str, tuple[tuple[Part, ...], tuple[Part, ...]]] = field(default_factory=dict)


COUNT = "COUNT(*)"
PEOPLE = "COUNT(DISTINCT r.customer)"
PURCHASES = "COUNT(DISTINCT r.id)"
TOUCH = ("channel", "lead_source", "campaign")
PERSON = ("owner", "team")
SIDES = TOUCH + PERSON

CREATED = Part(COUNT, "lead")
CONVERTED = Part(COUNT, "lead", "r.converted_day BETWEEN p.first_day AND p.last_day")
HAS_ORDERED = (
    "EXISTS (SELECT 1 FROM purchase o JOIN customer c ON c.id = o.customer WHERE o.customer = r.customer AND o.day >= r.day)"
)
FOR_LEADS = "r.goal = 'leads' AND r.kind_name NOT IN ('operating', 'retention')"
ACQUIRING = "r.kind_name IN ('ads', 'salary', 'commission', 'content', 'technical', 'maintenance')"
ACCRUED = "r.i = p.i"

SOLD = Part("SUM(r.net)", "item")
RETURNED = Part("SUM(r.amount)", "refund", sign=-1)
RETURNED_PART = Part("SUM(r.part)", "refund_item", sign=-1)
COST = Part("SUM(r.cost)", "item", sign=-1)
COST_BACK = Part("SUM(r.cost)", "refund_item")
ORDERED = Part(COUNT, "purchase")
ORDERED_ITEMS = Part(PURCHASES, "item")
NET, NET_OF_ITEMS = (SOLD, RETURNED), (SOLD, RETURNED_PART)
MARGIN, MARGIN_OF_ITEMS = (*NET, COST, COST_BACK), (*NET_OF_ITEMS, COST, COST_BACK)

BY_MARKETING = (
    Part("SUM(r.net)", "item", where="r.is_marketing"),
    Part("SUM(r.amount)", "refund", where="r.is_marketing", sign=-1),
)
CREDITED = (*TOUCH, "social_network", "landing_page")
DEMO_SIDES = (*PERSON, "channel")
HELD = "r.done = 1 AND r.outcome <> 'no_show'"

NEW = Part(COUNT, "acquisition")
GONE = Part(COUNT, "loss")
BACK = Part(COUNT, "comeback")

FIGURES: dict[str, Figure] = {
    "leads": Figure((*SIDES, "landing_page", "social_network"), (CREATED,)),
    "mqls": Figure(SIDES, (Part(COUNT, "lead", "r.mql_day BETWEEN p.first_day AND p.last_day"),)),
    "sqls": Figure(SIDES, (Part(COUNT, "lead", "r.sql_day BETWEEN p.first_day AND p.last_day"),)),
    "lead_conversion_rate": Figure((*SIDES, "landing_page"), (CONVERTED,), (CREATED,)),
    "lead_conversion_rate_cohort": Figure(
        (*SIDES, "landing_page"), (Part(COUNT, "lead", where="r.converted_day IS NOT NULL"),), (CREATED,)
    ),
    "lead_to_customer_rate": Figure((*SIDES, "landing_page"), (Part(COUNT, "lead", where=HAS_ORDERED),), (CREATED,)),
    "cost_per_lead": Figure(
        ("channel", "campaign"),
        (Part("SUM(r.amount)", "accrual", ACCRUED, FOR_LEADS),),
        (Part(COUNT, "lead", where="r.goal = 'leads'"),),
    ),
    "mql_to_sql_rate": Figure(
        SIDES,
        (Part(COUNT, "lead", "r.mql_day BETWEEN p.first_day AND p.last_day", "r.sql_day IS NOT NULL"),),
        (Part(COUNT, "lead", "r.mql_day BETWEEN p.first_day AND p.last_day"),),
    ),
    "lead_generation_cost": Figure(
        ("channel", "lead_source"),
        (Part("SUM(r.amount)", "accrual", ACCRUED, "r.channel IS NOT NULL OR r.lead_source IS NOT NULL"),),
        (Part(COUNT, "lead", where="r.channel IS NOT NULL OR r.lead_source IS NOT NULL"),),
    ),
    "cost_per_purchase": Figure(
        ("channel", "campaign"),
        (
            Part(
                "SUM(r.amount)",
                "accrual",
                ACCRUED,
                "(r.campaign IS NOT NULL OR r.is_marketing) AND r.kind_name NOT IN ('operating', 'retention')",
            ),
        ),
        (Part(COUNT, "purchase", where="r.campaign IS NOT NULL OR r.is_marketing"),),
    ),
    "marketing_revenue": Figure(CREDITED, BY_MARKETING),
    "marketing_revenue_share": Figure(CREDITED, BY_MARKETING, NET),
    "social_leads": Figure(("social_network",), (Part(COUNT, "lead", where="r.social_network IS NOT NULL"),)),
    "social_customers": Figure(("social_network",), (Part(COUNT, "acquisition", where="r.social_network IS NOT NULL"),)),
    "demos_scheduled": Figure(DEMO_SIDES, (Part(COUNT, "demonstration", "r.booked_day BETWEEN p.first_day AND p.last_day"),)),
    "demos_held": Figure(DEMO_SIDES, (Part(COUNT, "demonstration", "r.done_day BETWEEN p.first_day AND p.last_day", HELD),)),
    "demo_no_show_rate": Figure(
        DEMO_SIDES,
        (Part(COUNT, "demonstration", "r.due_day BETWEEN p.first_day AND p.last_day", "r.outcome = 'no_show'"),),
        (Part(COUNT, "demonstration", "r.due_day BETWEEN p.first_day AND p.last_day", f"r.outcome = 'no_show' OR ({HELD})"),),
    ),
    "revenue": Figure((*SIDES, "product", "category"), NET, by={"product": (NET_OF_ITEMS, ()), "category": (NET_OF_ITEMS, ())}),
    "orders": Figure(
        (*SIDES, "product", "category"),
        (ORDERED,),
        by={"product": ((ORDERED_ITEMS,), ()), "category": ((ORDERED_ITEMS,), ())},
    ),
    "average_order_value": Figure(
        ("channel", "campaign", *PERSON, "category"), NET, (ORDERED,), by={"category": (NET_OF_ITEMS, (ORDERED_ITEMS,))}
    ),
    "sales_per_customer": Figure(
        ("channel", "campaign", *PERSON), NET, (Part(PEOPLE, "purchase", where="r.customer IN (SELECT id FROM customer)"),)
    ),
    "gross_margin": Figure(
        ("channel", "product", "category", "campaign"),
        MARGIN,
        NET,
        by={"product": (MARGIN_OF_ITEMS, NET_OF_ITEMS), "category": (MARGIN_OF_ITEMS, NET_OF_ITEMS)},
    ),
    "win_rate": Figure(
        (*PERSON, "channel", "campaign", "product"),
        (Part(COUNT, "decision", where="r.won = 1"),),
        (Part(COUNT, "decision"),),
        by={"product": ((Part(PURCHASES, "decision_product", where="r.won = 1"),), (Part(PURCHASES, "decision_product"),))},
    ),
    "new_customers": Figure((*SIDES, "social_network"), (NEW,)),
    "lost_customers": Figure(SIDES, (GONE,)),
    "reactivated_customers": Figure(SIDES, (BACK,)),
    "net_customer_growth": Figure(SIDES, (NEW, BACK, Part(COUNT, "loss", sign=-1))),
    "active_customers": Figure(SIDES, (Part(PEOPLE, "buyday", ACTIVE_AT_END),)),
    "churn_rate": Figure(
        SIDES, (Part(PEOPLE, "buyday", ACTIVE_AT_START, f"NOT {ACTIVE_STILL}"),), (Part(PEOPLE, "buyday", ACTIVE_AT_START),)
    ),
    "repeat_purchase_rate": Figure(SIDES, (Part("SUM(r.repeated)", "acquisition"),), (NEW,)),
    "customer_acquisition_cost": Figure(("channel", "campaign"), (Part("SUM(r.amount)", "accrual", ACCRUED, ACQUIRING),), (NEW,)),
    "nps": Figure(
        (*PERSON, "survey", "product"),
        (
            Part(COUNT, "answer", where="r.kind = 'nps' AND r.score IN (9, 10)"),
            Part(COUNT, "answer", where="r.kind = 'nps' AND r.score BETWEEN 0 AND 6", sign=-1),
        ),
        (Part(COUNT, "answer", where="r.kind = 'nps'"),),
    ),
    "csat": Figure(
        (*PERSON, "survey", "product"),
        (
            Part(
                COUNT, "answer", where="(r.kind = 'csat' AND r.score IN (4, 5)) OR (r.kind = 'csat-words' AND r.score IN (3, 4))"
            ),
        ),
        (Part(COUNT, "answer", where="r.kind IN ('csat', 'csat-words')"),),
    ),
    "mean_time_to_resolution": Figure(
        (*PERSON, "priority", "product"), (Part("SUM(r.seconds)", "resolution"),), (Part(COUNT, "resolution"),)
    ),
}


def relations_of(text: str) -> list[str]:
    """The relations that a text names, and those that they name, in the order of the file."""
    named = set(re.findall(r"\w+", text)) & set(RELATIONS)
    wider = named.union(*(relations_of(RELATIONS[name]) for name in named))
    return [name for name in RELATIONS if name in wider]


def statement(
    part: Part, periods: Sequence[Days], dimensions: Sequence[str] = (), only: Only = None, zone: str = "Asia/Tehran"
) -> str:
    """One SELECT of (period, which grouping, members …, amount) for all periods and dimensions at once."""
    rows = ", ".join(f"({i}, DATE '{first}', DATE '{last}')" for i, (first, last) in enumerate(periods))
    columns = [f"r.{name}" for name in dimensions]
    which = f"GROUPING({', '.join(columns)})" if columns else "0"
    sets = ", ".join(["(p.i)", *(f"(p.i, {column})" for column in columns)])
    narrowing = f" AND COALESCE(r.{only[0]}, 0) = {only[1]}" if only and part.knows(only[0]) else ""
    body = (
        f"SELECT {', '.join(['p.i', which, *columns, part.amount])} FROM period p JOIN {part.relation} r ON {part.at}"
        f" WHERE ({part.where}){narrowing} GROUP BY GROUPING SETS ({sets})"
    )
    named = [f"period (i, first_day, last_day) AS (VALUES {rows})"]
    named += [f"{name} AS ({RELATIONS[name].replace(':zone', repr(zone))})" for name in relations_of(body)]
    return f"WITH {', '.join(named)} {body}"


def sums(part: Part, periods: Sequence[Days], dimensions: Sequence[str], only: Only, cursor: Any) -> dict[Key, Decimal]:
    """{(period index, dimension or None, member): sum}; member 0 is the unknown one, and the total's."""
    cursor.execute(statement(part, periods, dimensions, only))
    found: dict[Key, Decimal] = {}
    for index, which, *members, amount in cursor.fetchall():
        # GROUPING sets a bit for each column that is summed over, the last column's lowest.
        kept = [i for i in range(len(dimensions)) if not which & (1 << (len(dimensions) - 1 - i))]
        name, member = (dimensions[kept[0]], members[kept[0]] or 0) if kept else (None, 0)
        found[index, name, member] = part.sign * Decimal(amount or 0)
    return found


def oracle_table(key: str, periods: Sequence[Days], cursor: Any, only: Only = None) -> dict[Key, Pair]:
    """{(period index, dimension or None, member): (numerator, denominator)} of one KPI, by all it may be split by.

    `only` is (dimension, member): just the rows of that member.
    """
    figure = FIGURES[key]
    special = {only[0]} & set(figure.by) if only else set()
    groups: list[tuple[str, ...]] = [tuple(name for name in figure.dimensions if name not in figure.by)]
    groups += [(name,) for name in figure.dimensions if name in figure.by]
    table: dict[Key, Pair] = {}
    for names in groups:
        special_name = next(iter(special | (set(names) & set(figure.by))), None)
        sides = figure.by.get(special_name, (figure.numerator, figure.denominator))
        counted = [[sums(part, periods, names, only, cursor) for part in side] for side in sides]
        for cell in {cell for side in counted for part in side for cell in part}:
            if cell[1] is None and names is not groups[0]:
                continue
            top, bottom = (sum((part.get(cell, Decimal(0)) for part in side), Decimal(0)) for side in counted)
            table[cell] = (top, bottom if figure.denominator else None)
    return table


def oracle(key: str, first: date, last: date, today: date, dimension: str | None = None, *, cursor: Any) -> dict[int, Pair]:
    """{member: (numerator, denominator)} of one KPI in one period, cut at today; without a dimension {0: the total}."""
    table = oracle_table(key, [(first, min(last, today))], cursor)
    return {member: pair for (_, name, member), pair in table.items() if name == dimension}
