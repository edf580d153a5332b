"""What the sheet says about each KPI."""

from __future__ import annotations

from tests.kpis.oracle.parts import PERSON, SEGMENT, Figure, Part

# Kept by something that began by an evening and had not ended on it.
ACTIVE_AT_START = "r.day <= p.first_day - 1 AND r.until > p.first_day - 1"
ACTIVE_AT_END = "r.day <= p.last_day AND r.until > p.last_day"
ACTIVE_STILL = "EXISTS (SELECT 1 FROM stay n WHERE n.customer = r.customer AND n.day <= p.last_day AND n.until > p.last_day)"
LAST_FITTED = "r.day = (SELECT MAX(n.day) FROM kpis_predictionfit n WHERE n.day <= p.last_day)"

COUNT = "COUNT(*)"
PEOPLE = "COUNT(DISTINCT r.customer)"
PURCHASES = "COUNT(DISTINCT r.id)"
TOUCH = ("channel", "lead_source", "campaign")
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

VISITED = ("channel", "social_network", "landing_page")
POSTED = ("social_network", "campaign", "channel")
LANDED = ("landing_page", "campaign", "channel", "variant")
VISITORS = "COUNT(DISTINCT (r.nameless, r.visitor))"
BY_NETWORKS = Part(COUNT, "session", where="r.channel_kind = 'social'")

NEW = Part(COUNT, "acquisition")
GONE = Part(COUNT, "loss")
BACK = Part(COUNT, "comeback")

TICKET_SIDES = (*PERSON, "priority", "product")
PERCENTILE = "PERCENTILE_CONT({}) WITHIN GROUP (ORDER BY r.seconds)"
RESOLVED = Part(COUNT, "resolution")
ENGAGED = """(
    EXISTS (SELECT 1 FROM buyday n WHERE n.customer = r.customer AND n.day BETWEEN p.first_day AND p.last_day)
    OR EXISTS (SELECT 1 FROM ticket t WHERE t.customer = r.customer AND t.created_day BETWEEN p.first_day AND p.last_day)
    OR EXISTS (SELECT 1 FROM answer a WHERE a.customer = r.customer AND a.day BETWEEN p.first_day AND p.last_day)
    OR EXISTS (SELECT 1 FROM reply a WHERE a.customer = r.customer AND a.day BETWEEN p.first_day AND p.last_day)
    OR EXISTS (SELECT 1 FROM visit v WHERE v.customer = r.customer AND v.day BETWEEN p.first_day AND p.last_day))
"""
UP_TO_END = "r.day <= p.last_day"
# The last word on an opportunity up to the period's end.
OPEN_AT_END = "r.day <= p.last_day AND (r.next_day IS NULL OR r.next_day > p.last_day)"
OF_NEW = "r.customer IN (SELECT a.customer FROM acquisition a WHERE a.day BETWEEN p.first_day AND p.last_day)"
NET_OF_NEW = (Part("SUM(r.net)", "item", where=OF_NEW), Part("SUM(r.amount)", "refund", where=OF_NEW, sign=-1))
INVOICED = """
    EXISTS (SELECT 1 FROM invoice i JOIN leads_opportunity_orders x ON x.order_id = i.id
              JOIN leads_opportunity o ON o.id = x.opportunity_id WHERE o.lead_id = r.id)
    OR EXISTS (SELECT 1 FROM invoice i JOIN leads_quote q ON q.order_id = i.id
                 LEFT JOIN leads_opportunity o ON o.id = q.opportunity_id WHERE q.lead_id = r.id OR o.lead_id = r.id)
    OR (NOT EXISTS (SELECT 1 FROM leads_opportunity o WHERE o.lead_id = r.id)
        AND NOT EXISTS (SELECT 1 FROM leads_quote q WHERE q.lead_id = r.id)
        AND EXISTS (SELECT 1 FROM invoice i WHERE i.customer = r.customer AND i.day >= r.day))
"""

MARKETING_SPEND = Part(
    "SUM(r.amount)",
    "accrual",
    ACCRUED,
    "(r.campaign IS NOT NULL OR r.is_marketing) AND r.kind_name NOT IN ('operating', 'retention')",
)
QUOTED = Part(COUNT, "first_sheet")


def of_campaigns(end: str) -> Figure:
    """Margin and spend of each campaign within its own days."""
    within = f"EXISTS (SELECT 1 FROM campaign_span s WHERE s.id = r.campaign AND r.day BETWEEN s.first_day AND s.{end})"
    margin = tuple(Part(part.amount, part.relation, where=within, sign=part.sign) for part in MARGIN)
    spent = Part("SUM(r.amount)", "campaign_cost", where=within)
    return Figure(("channel", "campaign"), (*margin, Part(spent.amount, spent.relation, where=within, sign=-1)), (spent,))


# Over the 365 days to the period's end.
EVER = Part(COUNT, "acquisition", UP_TO_END)
YEAR = {
    "net": NET,
    "margin": MARGIN,
    "orders": (ORDERED,),
    "start": (Part(PEOPLE, "stay", ACTIVE_AT_START),),
    "end": (Part(PEOPLE, "stay", ACTIVE_AT_END),),
    "new": (NEW,),
    "spent": (Part("SUM(r.amount)", "accrual", ACCRUED, ACQUIRING),),
    "retention": (Part("SUM(r.amount)", "accrual", ACCRUED, "r.kind_name = 'retention'"),),
}


def offers(line_class: str) -> Figure:
    """Quotes counted once: where something of the class was first offered; by category, where something of both was."""

    def sides(relation: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        where = f"r.line_class = '{line_class}'"
        return (Part(PURCHASES, relation, where=f"{where} AND r.is_taken = 1"),), (Part(PURCHASES, relation, where=where),)

    return Figure((*PERSON, "category"), *sides("first_line"), by={"category": sides("first_shelf")})


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
        (MARKETING_SPEND,),
        (Part(COUNT, "purchase", where="r.campaign IS NOT NULL OR r.is_marketing"),),
    ),
    "cost_per_converted_lead": Figure(
        ("channel", "campaign"),
        (MARKETING_SPEND,),
        (Part(COUNT, "lead", CONVERTED.at, where="r.campaign IS NOT NULL OR r.is_marketing"),),
    ),
    "marketing_revenue": Figure(CREDITED, BY_MARKETING),
    "marketing_revenue_share": Figure(CREDITED, BY_MARKETING, NET),
    "romi_short": of_campaigns("short_end"),
    "romi_long": of_campaigns("long_end"),
    "social_leads": Figure(("social_network",), (Part(COUNT, "lead", where="r.social_network IS NOT NULL"),)),
    "social_customers": Figure(("social_network",), (Part(COUNT, "acquisition", where="r.social_network IS NOT NULL"),)),
    "sessions": Figure(VISITED, (Part(COUNT, "session"),)),
    "organic_sessions": Figure(VISITED, (Part(COUNT, "session", where="r.slug = 'organic-search'"),)),
    "social_sessions": Figure(VISITED, (BY_NETWORKS,)),
    "social_session_share": Figure(VISITED, (BY_NETWORKS,), (Part(COUNT, "session"),)),
    "pages_per_session": Figure(VISITED[:2], (Part("SUM(r.views)", "session"),), (Part(COUNT, "session"),)),
    "site_engagement_rate": Figure(VISITED, (Part("SUM(r.is_engaged)", "session"),), (Part(COUNT, "session"),)),
    "social_engagement_rate": Figure(POSTED, (Part("SUM(r.interactions)", "post"),), (Part("SUM(r.reach)", "post"),)),
    "social_engagement_rate_per_post": Figure(
        POSTED, (Part("SUM(r.rate)", "post"),), (Part(COUNT, "post", where="r.rate IS NOT NULL"),)
    ),
    "landing_page_conversion_rate": Figure(
        LANDED, (Part(VISITORS, "landing", where="r.has_converted = 1"),), (Part(VISITORS, "landing"),)
    ),
    "cart_abandonment_rate": Figure(
        ("channel",), (Part(COUNT, "cart", where="r.waited IS NULL OR r.waited > 86400"),), (Part(COUNT, "cart"),)
    ),
    "recovered_carts": Figure(
        ("channel",), (Part(COUNT, "cart", "r.completed_day BETWEEN p.first_day AND p.last_day", "r.waited > 86400"),)
    ),
    "survey_response_rate": Figure(
        (*PERSON, "survey", "product", SEGMENT), (Part("SUM(r.is_answered)", "invitation"),), (Part(COUNT, "invitation"),)
    ),
    "demos_scheduled": Figure(DEMO_SIDES, (Part(COUNT, "demonstration", "r.booked_day BETWEEN p.first_day AND p.last_day"),)),
    "demos_held": Figure(DEMO_SIDES, (Part(COUNT, "demonstration", "r.done_day BETWEEN p.first_day AND p.last_day", HELD),)),
    "demo_no_show_rate": Figure(
        DEMO_SIDES,
        (Part(COUNT, "demonstration", "r.due_day BETWEEN p.first_day AND p.last_day", "r.outcome = 'no_show'"),),
        (Part(COUNT, "demonstration", "r.due_day BETWEEN p.first_day AND p.last_day", f"r.outcome = 'no_show' OR ({HELD})"),),
    ),
    "revenue": Figure(
        (*SIDES, "product", "category", SEGMENT),
        NET,
        by={"product": (NET_OF_ITEMS, ()), "category": (NET_OF_ITEMS, ())},
    ),
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
    "upsell_rate": Figure(
        (*PERSON, "category"),
        (Part(PURCHASES, "offered", where="r.offer = 'up'"),),
        (Part(PURCHASES, "offered", where="r.has_past = 1"),),
        by={
            "category": (
                (Part(PURCHASES, "offered", where="r.offer = 'up'"),),
                (Part(PURCHASES, "offered", where="r.has_past = 1 AND r.line IS NOT NULL"),),
            )
        },
    ),
    "cross_sell_rate": Figure(
        (*PERSON, "category"),
        (Part(PURCHASES, "offered", where="r.offer = 'beside'"),),
        (ORDERED,),
        by={"category": ((Part(PURCHASES, "offered", where="r.offer = 'beside'"),), (ORDERED_ITEMS,))},
    ),
    "win_rate_cohort": Figure(
        (*PERSON, "channel", "campaign", "product"),
        (Part(COUNT, "opportunity", "r.created_day BETWEEN p.first_day AND p.last_day", "r.won = 1"),),
        (Part(COUNT, "opportunity", "r.created_day BETWEEN p.first_day AND p.last_day"),),
        by={
            "product": (
                (Part(PURCHASES, "opportunity_product", "r.created_day BETWEEN p.first_day AND p.last_day", "r.won = 1"),),
                (Part(PURCHASES, "opportunity_product", "r.created_day BETWEEN p.first_day AND p.last_day"),),
            )
        },
    ),
    "sales_cycle_days": Figure(
        (*PERSON, "channel"),
        (Part("SUM(r.day - r.created_day)", "decision", where="r.won = 1"),),
        (Part(COUNT, "decision", where="r.won = 1"),),
    ),
    "median_sales_cycle_days": Figure(
        (*PERSON, "channel"),
        (Part("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY r.day - r.created_day)", "decision", where="r.won = 1"),),
        (Part(COUNT, "decision", where="r.won = 1"),),
    ),
    "pipeline_value": Figure(PERSON, (Part("SUM(r.amount)", "standing", OPEN_AT_END, "r.is_open = 1"),)),
    "weighted_pipeline_value": Figure(PERSON, (Part("SUM(r.amount * r.probability)", "standing", OPEN_AT_END, "r.is_open = 1"),)),
    "leads_invoiced": Figure((*TOUCH, "owner"), (Part(COUNT, "lead", where=INVOICED),)),
    "lead_to_invoice_rate": Figure((*TOUCH, "owner"), (Part(COUNT, "lead", where=INVOICED),), (CREATED,)),
    "quotes_issued": Figure((*PERSON, "channel"), (QUOTED,)),
    "quote_to_invoice_rate": Figure((*PERSON, "channel"), (Part(COUNT, "first_sheet", where="r.billed = 1"),), (QUOTED,)),
    "quote_to_invoice_value_rate": Figure(
        (*PERSON, "channel"),
        (Part("SUM(r.amount)", "first_sheet", where="r.billed = 1"),),
        (Part("SUM(r.amount)", "first_sheet"),),
    ),
    "upsell_offer_rate": offers("upsell"),
    "cross_sell_offer_rate": offers("cross_sell"),
    "new_customer_revenue": Figure(("channel", "campaign"), NET_OF_NEW),
    "new_customer_revenue_share": Figure(("channel", "campaign"), NET_OF_NEW, NET),
    "operating_expenses": Figure(("kind", "channel"), (Part("SUM(r.amount)", "accrual", ACCRUED),)),
    "profit_margin": Figure((), (*MARGIN, Part("SUM(r.amount)", "accrual", ACCRUED, sign=-1)), NET),
    "lifetime_sales_per_customer": Figure(
        ("channel", "campaign"),
        (Part("SUM(r.net)", "item", UP_TO_END), Part("SUM(r.amount)", "refund", UP_TO_END, sign=-1)),
        (Part(COUNT, "acquisition", UP_TO_END),),
    ),
    "customers_total": Figure(SIDES, (Part(COUNT, "acquisition", UP_TO_END),)),
    "customer_growth_rate": Figure(SIDES, (NEW,), (Part(COUNT, "acquisition", "r.day < p.first_day"),)),
    "active_customer_growth_rate": Figure(
        SIDES, (NEW, BACK, Part(COUNT, "loss", sign=-1)), (Part(PEOPLE, "stay", ACTIVE_AT_START),)
    ),
    "retention_rate": Figure(
        SIDES, (Part(PEOPLE, "stay", ACTIVE_AT_START, ACTIVE_STILL),), (Part(PEOPLE, "stay", ACTIVE_AT_START),)
    ),
    "customer_engagement_rate": Figure(
        SIDES, (Part(PEOPLE, "stay", ACTIVE_AT_END, ENGAGED),), (Part(PEOPLE, "stay", ACTIVE_AT_END),)
    ),
    "attitudinal_loyalty": Figure(
        (*PERSON, "survey", "product", SEGMENT),
        (Part(COUNT, "answer", where="r.kind = 'loyalty' AND r.score IN (4, 5)"),),
        (Part(COUNT, "answer", where="r.kind = 'loyalty'"),),
    ),
    "csat_mean": Figure(
        (*PERSON, "survey", "product", SEGMENT),
        (Part("SUM(r.score)", "answer", where="r.kind = 'csat'"),),
        (Part(COUNT, "answer", where="r.kind = 'csat'"),),
    ),
    "median_time_to_resolution": Figure(TICKET_SIDES, (Part(PERCENTILE.format(0.5), "resolution"),), (RESOLVED,)),
    "p90_time_to_resolution": Figure(TICKET_SIDES, (Part(PERCENTILE.format(0.9), "resolution"),), (RESOLVED,)),
    "mean_time_to_resolution_business": Figure(TICKET_SIDES, (Part("SUM(r.business)", "resolution"),), (RESOLVED,)),
    "tickets_opened": Figure(TICKET_SIDES, (Part(COUNT, "ticket", "r.created_day BETWEEN p.first_day AND p.last_day"),)),
    "open_tickets": Figure(
        TICKET_SIDES, (Part(COUNT, "ticket", "r.created_day <= p.last_day AND (r.day IS NULL OR r.day > p.last_day)"),)
    ),
    "new_customers": Figure((*SIDES, "social_network"), (NEW,)),
    "lost_customers": Figure(SIDES, (GONE,)),
    "reactivated_customers": Figure(SIDES, (BACK,)),
    "net_customer_growth": Figure(SIDES, (NEW, BACK, Part(COUNT, "loss", sign=-1))),
    "active_customers": Figure(SIDES, (Part(PEOPLE, "stay", ACTIVE_AT_END),)),
    "churn_rate": Figure(
        SIDES, (Part(PEOPLE, "stay", ACTIVE_AT_START, f"NOT {ACTIVE_STILL}"),), (Part(PEOPLE, "stay", ACTIVE_AT_START),)
    ),
    "repeat_purchase_rate": Figure(SIDES, (Part("SUM(r.repeated)", "acquisition"),), (NEW,)),
    "customer_acquisition_cost": Figure(("channel", "campaign"), (Part("SUM(r.amount)", "accrual", ACCRUED, ACQUIRING),), (NEW,)),
    "nps": Figure(
        (*PERSON, "survey", "product", SEGMENT),
        (
            Part(COUNT, "answer", where="r.kind = 'nps' AND r.score IN (9, 10)"),
            Part(COUNT, "answer", where="r.kind = 'nps' AND r.score BETWEEN 0 AND 6", sign=-1),
        ),
        (Part(COUNT, "answer", where="r.kind = 'nps'"),),
    ),
    "csat": Figure(
        (*PERSON, "survey", "product", SEGMENT),
        (
            Part(
                COUNT, "answer", where="(r.kind = 'csat' AND r.score IN (4, 5)) OR (r.kind = 'csat-words' AND r.score IN (3, 4))"
            ),
        ),
        (Part(COUNT, "answer", where="r.kind IN ('csat', 'csat-words')"),),
    ),
    "mean_time_to_resolution": Figure(TICKET_SIDES, (Part("SUM(r.seconds)", "resolution"),), (RESOLVED,)),
    "average_customer_tenure": Figure(("channel", "campaign"), (), (EVER,)),
    "naive_customer_tenure": Figure(("channel", "campaign"), (), (EVER,)),
    "customer_lifetime_value": Figure(("channel", "campaign"), (), (EVER,), inputs=YEAR),
    "customer_lifetime_value_revenue": Figure(("channel", "campaign"), (), (EVER,), inputs=YEAR),
    "clv_predicted": Figure(
        ("channel", "campaign"),
        (Part("SUM(r.value)", "prediction", LAST_FITTED),),
        (Part(COUNT, "prediction", LAST_FITTED),),
    ),
    "clv_to_cac": Figure(("channel", "campaign"), (), (EVER,), inputs=YEAR),
    "cac_payback_months": Figure(("channel", "campaign"), (), (EVER,), inputs=YEAR),
}
