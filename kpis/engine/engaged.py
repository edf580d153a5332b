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
from leads.models import Activity

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
# What customers did without ordering, by whichever way it names them, and its day.
CONTACTED = (
    (Ticket.objects.all(), "customer_id", "created_on"),
    (Answer.objects.all(), "customer_id", "answered_on"),
    *(
        (Activity.objects.replies().counted(), customer, "done_on")
        for customer in ("customer_id", "opportunity__customer_id", "lead__customer_id")
    ),
)
# Sessions of the visitors that they are known to be, by a lead (merged ones too) or a cart.
VISITED = """
    SELECT k.customer_id, s.started_on
      FROM (SELECT l.customer_id, l.visitor FROM kpis_batch b JOIN leads_lead l USING (customer_id)
             WHERE l.merged_into_id IS NULL AND NOT l.is_test AND NOT l.is_spam
             UNION
            SELECT l.customer_id, m.visitor FROM kpis_batch b JOIN leads_lead l USING (customer_id)
              JOIN leads_lead m ON m.merged_into_id = l.id
             WHERE l.merged_into_id IS NULL AND NOT l.is_test AND NOT l.is_spam
             UNION
            SELECT c.customer_id, c.visitor FROM kpis_batch b JOIN customers_cart c USING (customer_id)) k
      JOIN campaigns_session s ON s.visitor = k.visitor AND s.visitor <> '' AND NOT s.is_bot
"""


def prepare_engaged(cursor: Any) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {NOTES} (sign int, day date, since date, until date, channel_id bigint,"
        f" lead_source_id bigint, campaign_id bigint, owner_id bigint) ON COMMIT DELETE ROWS; DELETE FROM {NOTES}"
    )


def write_contacts(cursor: Any, *, known: bool) -> None:
    """The days on which the batch's customers wrote, answered or came to the site, of those who have a fact."""
    first, *others = (
        rows.filter(**{f"{customer}__in": Batch.objects.values("customer_id")}).order_by().values(fact=F(customer), on=F(day))
        for rows, customer, day in CONTACTED
    )
    sql, params = first.union(*others).query.sql_with_params()
    rewrite(
        cursor,
        CONTACTS,
        f"SELECT q.fact, q.on FROM ({sql} UNION {VISITED}) q"
        " WHERE EXISTS (SELECT FROM kpis_customerfact f WHERE f.customer_id = q.fact)",
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


# -- drift -----------------------------------------------------------------------------------------------------------

# Who wrote, answered or came on which days, straight from the rows, in other words than above.
CHECK = """
    WITH visitor AS (SELECT CASE WHEN l.id IS NULL THEN m.customer_id ELSE l.customer_id END AS customer_id, m.visitor
                       FROM leads_lead m LEFT JOIN leads_lead l ON l.id = m.merged_into_id
                      WHERE NOT coalesce(l.is_test OR l.is_spam, m.is_test OR m.is_spam)
                      UNION SELECT customer_id, visitor FROM customers_cart),
         reply AS (SELECT v.customer_id, local_day(a.done_at) AS day
                     FROM leads_activity a
                     LEFT JOIN leads_opportunity o ON o.id = a.opportunity_id
                     LEFT JOIN leads_lead l ON l.id = a.lead_id
                    CROSS JOIN LATERAL (VALUES (a.customer_id), (o.customer_id), (l.customer_id)) v (customer_id)
                    WHERE a.kind IN ('e-mail', 'message') AND a.outcome IN ('replied', 'clicked', 'talked')
                      AND a.done_at IS NOT NULL
                      AND NOT EXISTS (SELECT FROM leads_lead t WHERE t.id IN (a.lead_id, o.lead_id) AND (t.is_test OR t.is_spam))
                      AND NOT EXISTS (SELECT FROM customers_customer t
                                       WHERE t.id IN (a.customer_id, o.customer_id) AND (t.is_test OR t.is_spam))),
         contact AS (SELECT customer_id, created_on AS day FROM customers_ticket
                      UNION SELECT customer_id, answered_on FROM customers_answer
                      UNION SELECT customer_id, day FROM reply
                      UNION SELECT v.customer_id, s.started_on FROM visitor v JOIN campaigns_session s USING (visitor)
                             WHERE v.visitor <> '' AND NOT s.is_bot)
    SELECT coalesce(e.customer_id, k.fact_id) AS customer_id
      FROM (SELECT c.customer_id, c.day FROM contact c JOIN kpis_customerfact f USING (customer_id)) e
      FULL JOIN kpis_customercontact k ON (k.fact_id, k.day) = (e.customer_id, e.day)
     WHERE e.customer_id IS NULL OR k.fact_id IS NULL
"""
