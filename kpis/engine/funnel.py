"""The steps of leads: computed again for the leads that changed, by looking up what each of them has.

What their steps add to the sums is taken back before and added after, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db.models import Case, DateField, Exists, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from customers.models import Order
from customers.models.order import of_counted_order, of_invoice
from kpis.catalogue.cubes.funnel import REACHED
from kpis.engine.batches import BATCH
from kpis.engine.deltas import apply_delta, note_rows, prepare_delta
from kpis.engine.locks import LEADS, lock, own_transaction
from kpis.engine.rewriting import Relation, is_known, rewrite
from kpis.funnel import LAST
from kpis.models import BatchLead
from leads.models import Activity, Lead, Opportunity, Quote

MOMENTS = tuple(f"at_{number}" for number in range(LAST + 1))
SIDES = tuple(str(column) for column in REACHED.dimensions.values())
STEPS = Relation("kpis_funnelfact", ("lead_id",), (*MOMENTS, "created_on", *SIDES), batch="kpis_batchlead", of="lead_id")


def drain_leads(*, limit: int = BATCH, wait: bool = False) -> int | None:
    """Recompute up to `limit` dirty leads; their number, or None when another worker is at it."""
    with own_transaction() as cursor:
        if not lock(cursor, LEADS, wait=wait):
            return None
        prepare_leads(cursor)
        cursor.execute(
            # By range, as the customers are taken.
            "WITH gone AS (DELETE FROM kpis_dirtylead WHERE lead_id <= (SELECT max(lead_id) FROM"
            " (SELECT DISTINCT lead_id FROM kpis_dirtylead ORDER BY lead_id LIMIT %s) q) RETURNING lead_id)"
            " INSERT INTO kpis_batchlead SELECT DISTINCT lead_id FROM gone",
            [limit],
        )
        count = cursor.rowcount
        if count:
            rewrite_steps(cursor)
    return count


def prepare_leads(cursor: Any) -> None:
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS kpis_batchlead (lead_id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;"
        "DELETE FROM kpis_batchlead"
    )


def rewrite_steps(cursor: Any) -> None:
    batch, facts = BatchLead.objects.values("lead_id"), REACHED.rows()
    cursor.execute("ANALYZE kpis_batchlead")
    prepare_delta(cursor)
    known = is_known(cursor, [STEPS])
    if known:
        note_rows(cursor, REACHED, facts.filter(lead_id__in=batch), -1)
    # What a lead has is few rows, found by key: whole tables are not read for them, however old the planner's statistics are.
    cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    sql, params = steps_of(Lead.objects.filter(pk__in=batch)).query.sql_with_params()
    rewrite(cursor, STEPS, sql, params, known=known)
    # For that statement only; where it fails, the rollback takes the settings with it.
    cursor.execute("SET LOCAL enable_hashjoin = DEFAULT; SET LOCAL enable_mergejoin = DEFAULT")
    note_rows(cursor, REACHED, facts.filter(lead_id__in=batch), 1)
    apply_delta(cursor, REACHED)


def mark_batch(cursor: Any) -> None:
    """After the customers whose leads are noted: their orders may have been the leads' own steps."""
    cursor.execute("INSERT INTO kpis_dirtylead (lead_id) SELECT lead_id FROM kpis_batchlead")


def mark_all_leads(cursor: Any) -> None:
    cursor.execute("INSERT INTO kpis_dirtylead (lead_id) SELECT id FROM leads_lead UNION SELECT lead_id FROM kpis_funnelfact")


def steps_of(leads: QuerySet) -> QuerySet:
    """(lead, first moment of each step, or none, day, members) of the counted ones among some leads.

    A step may have several sources.
    """
    sheets = Quote.objects.counted().filter(issued_at__isnull=False)
    billed = Quote.objects.filter(of_invoice("order__"))
    sold = Opportunity.orders.through.objects.filter(of_invoice("order__"))
    # As “leads that reached an invoice” counts them: by the customer where there is neither a quote nor an opportunity.
    own = (Exists(model.objects.filter(lead=OuterRef("pk"))) for model in (Opportunity, Quote))
    bare = Case(When(~next(own) & ~next(own), then=first_order(of_invoice())))
    moments = (
        F("created_at"),
        Least("mql_at", first_of(Activity.objects.contacts(), "lead", "done_at")),
        Least("converted_at", first_of(Opportunity.objects.counted(), "lead", "created_at")),
        Least(first_of(sheets, "lead", "issued_at"), first_of(sheets, "opportunity__lead", "issued_at")),
        Least(
            first_of(sold, "opportunity__lead", "order__placed_at"),
            first_of(billed, "lead", "order__placed_at"),
            first_of(billed, "opportunity__lead", "order__placed_at"),
            bare,
        ),
        first_order(of_counted_order()),
    )
    sides = (Coalesce(side, Value(0)) for side in SIDES)
    return leads.counted().order_by().values_list("pk", *moments, "created_on", *sides)


def first_of(rows: QuerySet, lead: str, moment: str) -> Subquery:
    """The first moment among the rows of a lead."""
    return Subquery(first(rows.filter(**{lead: OuterRef("pk")}), lead, moment))


def first_order(which: Q) -> Subquery:
    """Of a lead's customer, from the lead's day on.

    The first day that has one is looked up, so that all later orders are left alone: some customers have very many. On the day
    after it an order may be earlier by the minutes that a clock was put back at midnight.
    """
    lead = {"customer": OuterRef("customer"), "placed_on__gte": OuterRef("created_on")}
    within = {path: OuterRef(reference) for path, reference in lead.items()}
    days = Order.objects.filter(which, **within).order_by("placed_on").values("placed_on")
    next_day = ExpressionWrapper(Subquery(days[:1]) + Value(1), output_field=DateField())
    return Subquery(first(Order.objects.filter(which, placed_on__lte=next_day, **lead), "customer", "placed_at"))


def first(rows: QuerySet, by: str, moment: str) -> QuerySet:
    return rows.order_by().values(by).annotate(first_moment=Min(moment)).values("first_moment")


@cache
def all_steps() -> tuple[str, tuple[Any, ...]]:
    """What is asked of all leads never changes."""
    return steps_of(Lead.objects.all()).query.sql_with_params()


def drift_of_steps(cursor: Any, dirty: str, few: int) -> Iterator[str]:
    """What is stored of all leads against what their rows say, apart from the leads that a statement names as dirty."""
    sql, params = all_steps()
    told, stored = (", ".join(f"{table}.{name}" for name in STEPS.rest) for table in ("e", "f"))
    cursor.execute(
        f"SELECT coalesce(e.id, f.lead_id) FROM ({sql}) e (id, {', '.join(STEPS.rest)})"
        " FULL JOIN kpis_funnelfact f ON f.lead_id = e.id"
        f" WHERE (e.id, {told}) IS DISTINCT FROM (f.lead_id, {stored})"
        f" AND coalesce(e.id, f.lead_id) NOT IN ({dirty}) ORDER BY 1 LIMIT {few}",
        params,
    )
    yield from (f"steps of leads: wrong for lead {lead}" for (lead,) in cursor.fetchall())
