"""Customer facts: computed again for the customers that changed, and folded as the difference they make."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, F, Max, QuerySet, Value, When
from django.db.models.functions import Coalesce

from customers.models import Contract, Customer, Order
from customers.models.order import of_invoice
from kpis.calendars import LAST_DAY
from kpis.catalogue.measures import ACQUIRED, LEADS_WITH_CUSTOMER, LOST, STARTED
from kpis.definitions import FIRST_TOUCH, Cube, Dimension
from kpis.engine.batches import BATCH, note_computed, take_batch
from kpis.engine.cohorts import carry_cohorts
from kpis.engine.deltas import apply_delta, note_rows, prepare_delta
from kpis.engine.distinct import BUYING, CHURNING, carry_once, note_buyers, note_churned, prepare_notes
from kpis.engine.engaged import CONTACTS, ENGAGING, note_engaged, prepare_engaged, write_contacts
from kpis.engine.funnel import mark_batch, prepare_leads
from kpis.engine.landings import mark_visitors
from kpis.engine.locks import CUSTOMERS, lock, own_transaction
from kpis.engine.newcomers import NEWCOMER_DAYS, carry_newcomers, note_newcomers, prepare_newcomers, write_newcomers
from kpis.engine.rewriting import Relation, analyze_believed_empty, is_known, rewrite
from kpis.engine.tenure import carry_lifetimes, note_lifetimes, prepare_lifetimes
from kpis.models import NEVER, Batch, BatchLead, DirtyCustomer
from leads.models import Lead

CUBES = (ACQUIRED, LOST, STARTED, LEADS_WITH_CUSTOMER)
MEMBERS = tuple(f"{dimension.value}_id" for dimension in (*FIRST_TOUCH, Dimension.OWNER))
DAYS = Relation("kpis_customerday", ("fact_id", "day", "owner_id"), ("team_id",))
SPANS = Relation("kpis_customerspan", ("fact_id", "start_day"), ("lost_day", "is_first", "since", "back_day"))
FACTS = Relation("kpis_customerfact", ("customer_id",), ("first_day", "first_order_day", "second_day", "last_day", *MEMBERS))
LEAD_FACTS = Relation(
    "kpis_leadfact",
    ("lead_id",),
    ("customer_id", "created_on", "has_ordered", "is_invoiced", *MEMBERS),
    batch="kpis_batchlead",
    of="lead_id",
)
RELATIONS = (FACTS, DAYS, SPANS, CONTACTS, NEWCOMER_DAYS, LEAD_FACTS)


def drain_customers(*, at: datetime, limit: int = BATCH, wait: bool = False) -> int | None:
    """Recompute up to `limit` dirty customers; their number, or None when another worker is at it."""
    with own_transaction() as cursor:
        if not lock(cursor, CUSTOMERS, wait=wait):
            return None
        count = take_batch(cursor, DirtyCustomer.Part.FACTS, limit)
        if count:
            recompute(cursor)
            note_computed(cursor, at)
    return count


def note_leads(cursor: Any) -> None:
    """The batch's leads: those that had a fact (also of a lead deleted since), and those that have the customer now."""
    cursor.execute(
        "INSERT INTO kpis_batchlead SELECT f.lead_id FROM kpis_leadfact f JOIN kpis_batch b USING (customer_id)"
        " UNION SELECT l.id FROM leads_lead l JOIN kpis_batch b USING (customer_id); ANALYZE kpis_batchlead"
    )


def recompute(cursor: Any) -> None:
    """Take back what the batch's facts contributed, rewrite the facts, add what they contribute now."""
    prepare_leads(cursor)
    note_leads(cursor)
    mark_batch(cursor)
    mark_visitors(cursor)
    prepare_delta(cursor)
    prepare_notes(cursor)
    prepare_engaged(cursor)
    prepare_newcomers(cursor)
    prepare_lifetimes(cursor)
    known = is_known(cursor, RELATIONS)
    if known:
        note_contributions(cursor, -1)
    rewrite_facts(cursor, known=known)
    note_contributions(cursor, 1)
    for cube in CUBES:
        apply_delta(cursor, cube)
    for once in (BUYING, CHURNING, ENGAGING):
        carry_once(cursor, once)
    carry_cohorts(cursor)
    carry_newcomers(cursor)
    carry_lifetimes(cursor)


def in_batch(cube: Cube) -> QuerySet:
    """The cube's rows that belong to the customers of the batch."""
    batch = Batch.objects.values("customer_id")
    if cube is LEADS_WITH_CUSTOMER:
        return cube.rows().filter(lead_id__in=BatchLead.objects.values("lead_id"))
    return cube.rows().filter(**{"customer_id__in" if cube is ACQUIRED else "fact_id__in": batch})


def note_contributions(cursor: Any, sign: int) -> None:
    for cube in CUBES:
        note_rows(cursor, cube, in_batch(cube), sign)
    note_buyers(cursor, sign)
    note_churned(cursor, sign)
    note_engaged(cursor, sign)
    note_newcomers(cursor, sign)
    note_lifetimes(cursor, sign)


def rewrite_facts(cursor: Any, *, known: bool) -> None:
    write_days(cursor, known=known)
    write_spans(cursor, known=known)
    analyze_believed_empty(cursor, DAYS, SPANS)
    write_customers(cursor, known=known)
    write_contacts(cursor, known=known)
    write_newcomers(cursor, known=known)
    analyze_believed_empty(cursor, FACTS, CONTACTS, NEWCOMER_DAYS)
    write_leads(cursor, known=known)
    analyze_believed_empty(cursor, LEAD_FACTS)


def write_days(cursor: Any, *, known: bool) -> None:
    """The distinct (customer, day, owner) of counted orders."""
    team = Case(When(owner__isnull=False, then=F("owner__team_id")), default=F("customer__owner__team_id"))
    rows = (
        Order.objects.counted()
        .filter(customer__in=Customer.objects.counted(), customer_id__in=Batch.objects.values("customer_id"))
        .order_by()
        .values(
            fact=F("customer_id"),
            on=F("placed_on"),
            of=Coalesce("owner_id", "customer__owner_id", Value(0)),
            team=Coalesce(team, Value(0)),
        )
        .distinct()
    )
    sql, params = rows.query.sql_with_params()
    rewrite(cursor, DAYS, f"SELECT q.fact, q.on, q.of, q.team FROM ({sql}) q", params, known=known)


def write_spans(cursor: Any, *, known: bool) -> None:
    """An order day keeps a customer for the threshold, a contract from its first day to its last; what meets is one span."""
    sql, params = contracts().query.sql_with_params()
    rewrite(
        cursor,
        SPANS,
        f"""
        SELECT s.fact_id, min(s.start_day), max(s.lost_day), s.span = 0, min(min(s.start_day)) OVER (PARTITION BY s.fact_id),
               lead(min(s.start_day)) OVER (PARTITION BY s.fact_id ORDER BY s.span)
          FROM (SELECT g.*, sum(g.opens) OVER (PARTITION BY g.fact_id ORDER BY g.start_day) AS span
                  FROM (SELECT k.*, (k.start_day > max(k.lost_day) OVER earlier IS TRUE)::int AS opens
                          FROM (SELECT DISTINCT d.fact_id, d.day AS start_day, d.day + t.days AS lost_day
                                  FROM kpis_customerday d JOIN kpis_batch b ON b.customer_id = d.fact_id
                                 CROSS JOIN (SELECT inactivity_days AS days FROM crm_organization) t
                                 UNION ALL
                                SELECT c.fact, c.first, CASE WHEN c.last < %s THEN c.last + 1 ELSE %s END FROM ({sql}) c) k
                        WINDOW earlier AS (PARTITION BY k.fact_id ORDER BY k.start_day
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) g) s
         GROUP BY s.fact_id, s.span
        """,
        [LAST_DAY, NEVER, *params],
        known=known,
    )


def contracts() -> QuerySet:
    """(customer, first day, last day) of the batch's contracts that begin within the calendar."""
    rows = Contract.objects.counted().filter(customer__in=Customer.objects.counted(), starts_on__lte=LAST_DAY)
    batch = rows.filter(customer_id__in=Batch.objects.values("customer_id")).order_by()
    return batch.values(fact=F("customer_id"), first=F("starts_on"), last=F("ends_on"))


def write_customers(cursor: Any, *, known: bool) -> None:
    members = ", ".join(f"coalesce(c.{dimension.value}_id, 0)" for dimension in (*FIRST_TOUCH, Dimension.OWNER))
    # Each customer's days are looked up: joined as a whole they would be read once per customer where statistics are old.
    rewrite(
        cursor,
        FACTS,
        f"""
        SELECT c.id, s.start_day, d.first_day, d.second_day, d.last_day, {members}
          FROM kpis_batch b JOIN customers_customer c ON c.id = b.customer_id
          JOIN kpis_customerspan s ON s.fact_id = b.customer_id AND s.is_first
         CROSS JOIN LATERAL (
                SELECT min(k.day) AS first_day, (array_agg(DISTINCT k.day))[2] AS second_day, max(k.day) AS last_day
                  FROM kpis_customerday k WHERE k.fact_id = b.customer_id) d
        """,
        known=known,
    )


def write_leads(cursor: Any, *, known: bool) -> None:
    columns = ("id", "customer_id", "created_on", *(f"{dimension.value}_id" for dimension in (*FIRST_TOUCH, Dimension.OWNER)))
    # Only the leads that were noted: one that appears meanwhile brings its own mark, and was not taken back above.
    noted = Lead.objects.filter(pk__in=BatchLead.objects.values("lead_id"), customer_id__in=Batch.objects.values("customer_id"))
    rows = noted.counted().order_by().values(*columns)
    sql, params = rows.query.sql_with_params()
    members = ", ".join(f"coalesce(q.{column}, 0)" for column in columns[3:])
    invoices = Order.objects.filter(of_invoice(), customer_id__in=Batch.objects.values("customer_id")).order_by()
    last_invoices, invoice_params = invoices.values("customer_id").annotate(last_day=Max("placed_on")).query.sql_with_params()
    deals = ("leads_opportunity", "leads_quote")
    without = [f"NOT EXISTS (SELECT FROM {table} d WHERE d.lead_id = q.id)" for table in deals]
    rewrite(
        cursor,
        LEAD_FACTS,
        f"""
        WITH invoice AS MATERIALIZED ({last_invoices})
        SELECT q.id, q.customer_id, q.created_on, coalesce(f.last_day >= q.created_on, FALSE),
               coalesce(i.last_day >= q.created_on AND {" AND ".join(without)}, FALSE), {members}
          FROM ({sql}) q LEFT JOIN kpis_customerfact f ON f.customer_id = q.customer_id
          LEFT JOIN invoice i ON i.customer_id = q.customer_id
        """,
        [*invoice_params, *params],
        known=known,
    )
