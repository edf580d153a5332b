"""Customers who did something in a period and are still active at its end: counted once, as engine/distinct.py counts buyers.

Each day on which a customer did something is noted with the days on whose evenings it counts: from that day until the next
one of that kind, as long as the customer is active. It counts in those of its periods that end on one of them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F

from customers.models import Answer, Ticket
from kpis.catalogue.cubes.base import ENGAGED
from kpis.engine.distinct import Once
from kpis.engine.folding import LONGEST_PERIOD
from kpis.engine.rewriting import Relation, rewrite
from kpis.models import Batch

CONTACTS = Relation("kpis_customercontact", ("fact_id", "day"))
NOTES = "kpis_engagednote"
SIDES = ", ".join(f"{dimension.value}_id" for dimension in ENGAGED.dimensions)
ENGAGING = Once(
    cube=ENGAGED,
    notes=NOTES,
    facts="since, until",
    # How many periods of a day end before the days that count begin, and how many before those are over.
    places="width_bucket(d.since - 1, c.lasts) AS past, width_bucket(d.until - 1, c.lasts) AS upto",
    by="last",
    also="upto",
    upto="m.upto",
    placed="d.upto > d.past",
)


def prepare_engaged(cursor: Any) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {NOTES} (sign int, day date, since date, until date, channel_id bigint,"
        f" lead_source_id bigint, campaign_id bigint, owner_id bigint) ON COMMIT DELETE ROWS; DELETE FROM {NOTES}"
    )


def write_contacts(cursor: Any, *, known: bool) -> None:
    """The days on which the batch's customers wrote or answered, of those who have a fact."""
    batch = Batch.objects.values("customer_id")
    asked, answered = (
        model.objects.filter(customer_id__in=batch).order_by().values(fact=F("customer_id"), on=F(day))
        for model, day in ((Ticket, "created_on"), (Answer, "answered_on"))
    )
    sql, params = asked.union(answered).query.sql_with_params()
    rewrite(
        cursor,
        CONTACTS,
        f"SELECT q.fact, q.on FROM ({sql}) q WHERE EXISTS (SELECT FROM kpis_customerfact f WHERE f.customer_id = q.fact)",
        params,
        known=known,
    )


def note_engaged(cursor: Any, sign: int) -> None:
    """Of each day the evenings of the year after it on which it is the last such day of an active customer."""
    cursor.execute(
        f"""
        INSERT INTO {NOTES}
        SELECT {sign}, e.day, greatest(e.day, s.start_day), least(e.until, s.lost_day), {SIDES}
          FROM (SELECT fact_id, day, least(lead(day) OVER (PARTITION BY fact_id ORDER BY day), day + {LONGEST_PERIOD}) AS until
                  FROM (SELECT k.fact_id, k.day FROM kpis_customerday k JOIN kpis_batch b ON b.customer_id = k.fact_id
                         UNION
                        SELECT k.fact_id, k.day FROM kpis_customercontact k JOIN kpis_batch b ON b.customer_id = k.fact_id) d) e
          JOIN kpis_customerspan s ON s.fact_id = e.fact_id AND s.start_day < e.until AND s.lost_day > e.day
          JOIN kpis_customerfact f ON f.customer_id = e.fact_id
        """
    )
