"""The ingredients: cubes of rows that figures count, and the folds that turn them into numbers.

Codes are stored: never renumber. A cube whose `stores_days` is false is folded from customer facts
(engine/customers.py); the others are folded day by day from their own rows (engine/cells.py).
"""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from campaigns.models import Campaign
from crm.database import DaysBetween
from crm.fields import ExactField
from crm.reasons import left_out
from customers.models import Answer, Order, OrderLine, Refund, RefundLine, Survey
from customers.models.order import of_invoice
from kpis.catalogue.cubes.asking import ASKING_CUBES
from kpis.catalogue.cubes.base import ENGAGED, active_spans
from kpis.catalogue.cubes.credits import CREDIT_CUBES
from kpis.catalogue.cubes.deals import DEAL_CUBES, SALES_CYCLES, sides_of_opportunity
from kpis.catalogue.cubes.demos import DEMO_CUBES
from kpis.catalogue.cubes.funnel import REACHED
from kpis.catalogue.cubes.landing import LANDINGS
from kpis.catalogue.cubes.newcomers import NEWCOMERS_ORDERS, NEWCOMERS_REFUNDS
from kpis.catalogue.cubes.predictions import PREDICTIONS
from kpis.catalogue.cubes.quotes import QUOTE_CUBES
from kpis.catalogue.cubes.selling import NOBODYS_CUBES, SELLING
from kpis.catalogue.cubes.sides import FACT_SIDES, LEAD_SIDES, first_touch, segment_of
from kpis.catalogue.cubes.spending import EXPENSES, SPENDING
from kpis.catalogue.cubes.support import RESOLUTION_TIMES, SUPPORT_CUBES
from kpis.catalogue.cubes.traffic import TRAFFIC_CUBES
from kpis.definitions import A_YEAR, Cube, Day, Dimension, Fold, PeriodCube
from kpis.models import CustomerDay, CustomerFact, CustomerSpan, LeadFact
from leads.models import Lead, Opportunity
from leads.models.opportunity import of_counted_opportunity, of_left_out_opportunity

D = Dimension
IN_LEADS_CAMPAIGN = Q(campaign__goal=Campaign.Goal.LEADS)
# Counts are of the customer's first touch, whatever money is credited to.
BY_MARKETING = "customer__channel__is_marketing"

LEADS_CREATED = Cube(
    key="leads_created",
    code=1,
    rows=Lead.objects.counted,
    left_out=Lead.objects.left_out,
    day="created_on",
    dimensions=LEAD_SIDES,
    folds={
        "count": Fold(),
        "converted": Fold(Q(converted_on__isnull=False), converted_on="converted_on"),
        "of_campaigns": Fold(IN_LEADS_CAMPAIGN),
        "placed": Fold(Q(channel__isnull=False) | Q(lead_source__isnull=False)),
        "social": Fold(Q(social_network__isnull=False)),
    },
    resource="leads",
)
MQLS = Cube(
    key="mqls",
    code=2,
    rows=Lead.objects.counted,
    left_out=Lead.objects.left_out,
    day="mql_on",
    dimensions=LEAD_SIDES,
    folds={"count": Fold(), "became_sql": Fold(Q(sql_on__isnull=False), converted_on="sql_on")},
    resource="leads",
)
SQLS = Cube(
    key="sqls",
    code=3,
    rows=Lead.objects.counted,
    left_out=Lead.objects.left_out,
    day="sql_on",
    dimensions=LEAD_SIDES,
    folds={"count": Fold()},
    resource="leads",
)
CONVERSIONS = Cube(
    key="conversions",
    code=4,
    rows=Lead.objects.counted,
    left_out=Lead.objects.left_out,
    day="converted_on",
    dimensions=LEAD_SIDES,
    folds={"count": Fold(), "marketed": Fold(Q(channel__is_marketing=True) | Q(campaign__isnull=False))},
    resource="leads",
)

ORDERS = Cube(
    key="orders",
    code=5,
    rows=Order.objects.counted,
    left_out=Order.objects.left_out,
    day="placed_on",
    dimensions=first_touch("customer__") | {D.OWNER: Coalesce("owner_id", "customer__owner_id")},
    folds={
        "count": Fold(),
        "net": Fold(amount=F("net_amount")),
        "cost": Fold(amount=F("cost_amount"), is_cost=True),
        "unknown_costs": Fold(amount=F("unknown_costs"), is_cost=True),
        "marketed": Fold(Q(**{BY_MARKETING: True}) | Q(customer__campaign__isnull=False)),
    },
    resource="orders",
    live={D.SEGMENT: segment_of("customer")},
)
REFUNDS = Cube(
    key="refunds",
    code=6,
    rows=Refund.objects.counted,
    left_out=Refund.objects.left_out,
    day="refunded_on",
    dimensions=first_touch("order__customer__") | {D.OWNER: Coalesce("order__owner_id", "order__customer__owner_id")},
    folds={
        "count": Fold(),
        "amount": Fold(amount=F("amount")),
        "cost": Fold(amount=F("cost_amount"), is_cost=True),
    },
    resource="orders",
    live={D.SEGMENT: segment_of("order__customer")},
)


LINES = Cube(
    key="lines",
    code=7,
    new_in=("customers_order", "order_id"),
    rows=OrderLine.objects.counted,
    left_out=OrderLine.objects.left_out,
    day="order__placed_on",
    dimensions={
        D.PRODUCT: "product_id",
        D.CATEGORY: "product__category_id",
        D.OWNER: Coalesce("order__owner_id", "order__customer__owner_id"),
    },
    folds={
        "net": Fold(amount=F("net_amount")),
        "cost": Fold(amount=Coalesce("cost_amount", Value(0), output_field=ExactField()), is_cost=True),
        # Exact by product (an order is on one day and has one owner); by category see CATEGORY_ORDERS.
        "orders": Fold(distinct="order_id"),
        "unknown_costs": Fold(Q(unit_cost__isnull=True), is_cost=True),
        "count": Fold(),
    },
    resource="orders",
    live=first_touch("order__customer__") | {D.SEGMENT: segment_of("order__customer")},
)
REFUND_LINES = Cube(
    key="refund_lines",
    code=8,
    new_in=("customers_refund", "refund_id"),
    rows=RefundLine.objects.counted,
    left_out=RefundLine.objects.left_out,
    day="refund__refunded_on",
    dimensions={
        D.PRODUCT: "line__product_id",
        D.CATEGORY: "line__product__category_id",
        D.OWNER: Coalesce("refund__order__owner_id", "refund__order__customer__owner_id"),
    },
    folds={"amount": Fold(amount=F("amount")), "cost": Fold(amount=F("cost_amount"), is_cost=True), "count": Fold()},
    resource="orders",
    live=first_touch("refund__order__customer__") | {D.SEGMENT: segment_of("refund__order__customer")},
)
CATEGORY_ORDERS = Cube(
    key="category_orders",
    code=9,
    new_in=("customers_order", "order_id"),
    rows=OrderLine.objects.counted,
    left_out=OrderLine.objects.left_out,
    day="order__placed_on",
    dimensions={D.CATEGORY: "product__category_id", D.OWNER: Coalesce("order__owner_id", "order__customer__owner_id")},
    folds={"orders": Fold(distinct="order_id")},
    resource="orders",
    live=first_touch("order__customer__") | {D.PRODUCT: "product_id"},
)

WON = Q(won_at__isnull=False)
CYCLE = DaysBetween("created_on", "closed_on")
OPPORTUNITIES_CLOSED = Cube(
    key="opportunities_closed",
    code=11,
    rows=Opportunity.objects.counted,
    left_out=Opportunity.objects.left_out,
    day="closed_on",
    dimensions=sides_of_opportunity(),
    folds={
        "count": Fold(),
        "won": Fold(WON),
        "days": Fold(WON, CYCLE, is_money=False),
        "squared_days": Fold(WON, CYCLE * CYCLE, is_money=False),
    },
    resource="opportunities",
)
OPPORTUNITY_PRODUCTS = Cube(
    key="opportunity_products",
    code=12,
    new_in=("leads_opportunity", "opportunity_id"),
    rows=lambda: Opportunity.products.through.objects.filter(of_counted_opportunity("opportunity__")),
    left_out=lambda: left_out(Opportunity.products.through.objects.all(), of_left_out_opportunity("opportunity__")),
    day="opportunity__closed_on",
    dimensions={D.PRODUCT: "product_id", D.OWNER: Coalesce("opportunity__owner_id", "opportunity__customer__owner_id")},
    folds={
        "count": Fold(distinct="opportunity_id"),
        "won": Fold(Q(opportunity__won_at__isnull=False), distinct="opportunity_id"),
    },
    resource="opportunities",
    live={
        D.CHANNEL: Coalesce("opportunity__lead__channel_id", "opportunity__customer__channel_id"),
        D.CAMPAIGN: Coalesce("opportunity__lead__campaign_id", "opportunity__customer__campaign_id"),
    },
)

IS_NPS = Q(survey__kind=Survey.Kind.NPS)
IS_CSAT, IN_WORDS = Q(survey__kind=Survey.Kind.CSAT), Q(survey__kind=Survey.Kind.CSAT_WORDS)
ANSWERS = Cube(
    key="answers",
    code=14,
    rows=Answer.objects.counted,
    left_out=Answer.objects.left_out,
    day="answered_on",
    dimensions={D.OWNER: "customer__owner_id", D.SURVEY: "survey_id", D.PRODUCT: "product_id"},
    folds={
        "nps": Fold(IS_NPS),
        "promoters": Fold(IS_NPS & Q(score__gte=9)),
        "detractors": Fold(IS_NPS & Q(score__lte=6)),
        "csat": Fold(IS_CSAT | IN_WORDS),
        "satisfied": Fold((IS_CSAT & Q(score__gte=4)) | (IN_WORDS & Q(score__gte=3))),
    },
    resource="survey-answers",
    live={D.SEGMENT: segment_of("customer")},
)


ACQUIRED = Cube(
    key="acquired",
    code=20,
    rows=CustomerFact.objects.all,
    day="first_day",
    dimensions=LEAD_SIDES,
    folds={
        "count": Fold(),
        "repeated": Fold(Q(second_day__lte=F("first_order_day") + A_YEAR), converted_on="second_day"),
        "social": Fold(Q(social_network_id__gt=0)),
    },
    resource="customers",
    stores_days=False,
)
LOST = Cube(
    key="lost",
    code=21,
    rows=CustomerSpan.objects.ending,
    day="lost_day",
    dimensions=FACT_SIDES,
    folds={"count": Fold()},
    resource="customers",
    stores_days=False,
)
STARTED = Cube(
    key="started",
    code=22,
    rows=CustomerSpan.objects.all,
    day="start_day",
    dimensions=FACT_SIDES,
    folds={"count": Fold(), "reactivated": Fold(Q(is_first=False))},
    resource="customers",
    stores_days=False,
    stock_rows=active_spans,
)


def first_of(rows: QuerySet, day: str) -> Subquery:
    """The first day of some rows of a lead's customer on or after the lead's own."""
    return Subquery(rows.filter(**{f"{day}__gte": OuterRef("created_on")}).order_by(day).values(day)[:1])


LEADS_WITH_CUSTOMER = Cube(
    key="leads_with_customer",
    code=23,
    rows=LeadFact.objects.all,
    day="created_on",
    dimensions=LEAD_SIDES,
    folds={
        "ordered": Fold(
            Q(has_ordered=True), converted_on=first_of(CustomerDay.objects.filter(fact=OuterRef("customer_id")), "day")
        ),
        "invoiced": Fold(
            Q(is_invoiced=True),
            converted_on=first_of(Order.objects.filter(of_invoice(), customer=OuterRef("customer_id")), "placed_on"),
        ),
    },
    resource="leads",
    stores_days=False,
)


def back_by(last: Day) -> Exists:
    """Whether the customer of a lost span is active on an evening, looked up only for who is known to have come back by then.

    The first day of a later span is compared with the day of coming back, which it never precedes: a condition that can
    only be looked up keeps the database from making a list of everybody who is active.
    """
    later = CustomerSpan.objects.filter(fact=OuterRef("fact"), start_day__gte=OuterRef("back_day"))
    return Exists(later.filter(start_day__lte=last, lost_day__gt=last))


def churned_spans(first: Day, last: Day) -> QuerySet:
    """Spans of customers active the evening before the first day and not active on the evening of the last."""
    spans = CustomerSpan.objects.filter(start_day__lt=first, lost_day__gte=first, lost_day__lte=last)
    return spans.filter(Q(back_day__isnull=True) | Q(back_day__gt=last) | ~back_by(last))


def lost_but_not_churned(first: Day, last: Day) -> QuerySet:
    """Spans that are lost in a period and begun in it too, or of customers who are active again on its last evening."""
    spans = CustomerSpan.objects.filter(lost_day__gte=first, lost_day__lte=last)
    return spans.filter(Q(start_day__gte=first) | Q(back_day__lte=last) & back_by(last))


BUYERS = PeriodCube(
    key="buyers",
    code=30,
    rows=CustomerDay.objects.all,
    rows_in=lambda first, last: CustomerDay.objects.filter(day__gte=first, day__lte=last),
    day="day",
    dimensions={
        D.CHANNEL: "fact__channel_id",
        D.CAMPAIGN: "fact__campaign_id",
        D.OWNER: "owner_id",
        D.TEAM: "team_id",
    },
    folds={"count": Fold(distinct="fact_id")},
    resource="customers",
    stores_days=False,
    counts_days=True,
    # An order may have another owner than the customer's last one had.
    overlapping=frozenset({D.OWNER, D.TEAM}),
)
CHURNED = PeriodCube(
    key="churned",
    code=31,
    rows=CustomerSpan.objects.all,
    rows_in=churned_spans,
    day="lost_day",
    dimensions=FACT_SIDES,
    folds={"count": Fold(distinct="fact_id")},
    resource="customers",
    stores_days=False,
    from_days=(LOST, lost_but_not_churned),
)

DAY_CUBES = (
    LEADS_CREATED,
    MQLS,
    SQLS,
    CONVERSIONS,
    ORDERS,
    REFUNDS,
    LINES,
    REFUND_LINES,
    CATEGORY_ORDERS,
    EXPENSES,
    OPPORTUNITIES_CLOSED,
    OPPORTUNITY_PRODUCTS,
    ANSWERS,
    SPENDING,
    *DEMO_CUBES,
    *DEAL_CUBES,
    *QUOTE_CUBES,
    *CREDIT_CUBES,
    *SUPPORT_CUBES,
    *NOBODYS_CUBES,
    *TRAFFIC_CUBES,
    *ASKING_CUBES,
)
FACT_CUBES = (ACQUIRED, LOST, STARTED, LEADS_WITH_CUSTOMER, SELLING)
# Folded from the steps of leads (engine/funnel.py).
LEAD_CUBES = (REACHED,)
PERIOD_CUBES = (BUYERS, CHURNED, ENGAGED, NEWCOMERS_ORDERS, NEWCOMERS_REFUNDS, LANDINGS, RESOLUTION_TIMES, SALES_CYCLES)
# What is read from the rows whenever it is asked for; nothing of it is stored.
LIVE_CUBES = (PREDICTIONS,)
# Not folded: its marks tell which RFM snapshots are to be computed again (engine/rfm.py).
RFM = Cube(
    key="rfm",
    code=90,
    rows=Order.objects.counted,
    day="placed_on",
    dimensions={},
    folds={},
    resource="customers",
    stores_days=False,
)
CUBES = DAY_CUBES + FACT_CUBES + LEAD_CUBES + PERIOD_CUBES
CUBE_BY_CODE = {cube.code: cube for cube in CUBES}
LIVE_BY_CODE = {cube.code: cube for cube in LIVE_CUBES}
