"""Opportunities by the day they were created, the pipeline they make, and the leads that reached an invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from crm.database import DaysBetween
from crm.fields import ExactField
from crm.reasons import left_out
from customers.models.order import of_invoice
from kpis.catalogue.cubes.sides import LEAD_SIDES
from kpis.definitions import Cube, Day, Dimension, Fold, PeriodCube
from leads.models import Lead, Opportunity, Quote, Stage, StageChange
from leads.models.opportunity import of_counted_opportunity, of_left_out_opportunity

D = Dimension


def sides_of_opportunity(prefix: str = "") -> dict:
    """Whose it is, and where its lead (else its customer) came from."""
    return {
        D.OWNER: Coalesce(f"{prefix}owner_id", f"{prefix}customer__owner_id"),
        D.CHANNEL: Coalesce(f"{prefix}lead__channel_id", f"{prefix}customer__channel_id"),
        D.CAMPAIGN: Coalesce(f"{prefix}lead__campaign_id", f"{prefix}customer__campaign_id"),
    }


OPPORTUNITIES_CREATED = Cube(
    key="opportunities_created",
    code=44,
    rows=Opportunity.objects.counted,
    left_out=Opportunity.objects.left_out,
    day="created_on",
    dimensions=sides_of_opportunity(),
    folds={"count": Fold(), "won": Fold(Q(won_at__isnull=False), converted_on="closed_on")},
    resource="opportunities",
)
PRODUCTS_OF_CREATED = Cube(
    key="products_of_created",
    code=45,
    rows=lambda: Opportunity.products.through.objects.filter(of_counted_opportunity("opportunity__")),
    left_out=lambda: left_out(Opportunity.products.through.objects.all(), of_left_out_opportunity("opportunity__")),
    day="opportunity__created_on",
    dimensions={D.PRODUCT: "product_id", D.OWNER: sides_of_opportunity("opportunity__")[D.OWNER]},
    folds={
        "count": Fold(distinct="opportunity_id"),
        "won": Fold(Q(opportunity__won_at__isnull=False), distinct="opportunity_id", converted_on="opportunity__closed_on"),
    },
    resource="opportunities",
    live={name: path for name, path in sides_of_opportunity("opportunity__").items() if name is not D.OWNER},
)


def won_opportunities() -> QuerySet:
    return Opportunity.objects.counted().filter(won_at__isnull=False)


def won_between(first: Day, last: Day) -> QuerySet:
    return won_opportunities().filter(closed_on__gte=first, closed_on__lte=last)


SALES_CYCLES = PeriodCube(
    key="sales_cycles",
    code=108,
    rows=won_opportunities,
    rows_in=won_between,
    day="closed_on",
    # Teams by name: of two owners' medians nothing can be said about their team's.
    dimensions=sides_of_opportunity()
    | {D.TEAM: Case(When(owner__isnull=False, then=F("owner__team_id")), default=F("customer__owner__team_id"))},
    folds={"median": Fold(amount=DaysBetween("created_on", "closed_on"), percentile=Decimal("0.5"), is_money=False)},
    resource="opportunities",
    spread_by=frozenset({D.OWNER, D.TEAM, D.CHANNEL}),
    # Of two members' medians nothing can be said about both together.
    overlapping=frozenset({D.OWNER, D.TEAM, D.CHANNEL}),
    later=won_between,
)

# What an opportunity is worth from a change on: nothing once it is won or lost.
NOTHING = Value(0, output_field=ExactField())
WORTH = {
    "deals": Value(1, output_field=ExactField()),
    "value": F("amount"),
    "weighted": F("amount") * F("probability"),
}


def while_open(worth: F) -> Case:
    return Case(When(to_stage__kind=Stage.Kind.OPEN, then=worth), default=NOTHING, output_field=ExactField())


def pipeline_changes() -> QuerySet:
    """Each dated change, with what it adds to the pipeline: its worth less that of the change before it."""
    earlier = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    before = StageChange.objects.filter(earlier, opportunity=OuterRef("opportunity")).order_by("-at", "-pk")
    added = {
        name: while_open(worth) - Coalesce(Subquery(before.values(was=while_open(worth))[:1]), NOTHING)
        for name, worth in WORTH.items()
    }
    return StageChange.objects.counted().alias(**added)


def open_pipeline(day: date) -> QuerySet:
    """The last change up to a day of each opportunity that was open then, with its whole worth."""
    later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    superseded = StageChange.objects.filter(later, opportunity=OuterRef("opportunity"), day__lte=day)
    last = StageChange.objects.counted().filter(~Exists(superseded), day__lte=day, to_stage__kind=Stage.Kind.OPEN)
    return last.alias(**WORTH)


PIPELINE = Cube(
    key="pipeline",
    code=46,
    rows=pipeline_changes,
    day="day",
    dimensions={D.OWNER: sides_of_opportunity("opportunity__")[D.OWNER]},
    # What came and went adds up to nothing: the changes say that there was something.
    folds={name: Fold(amount=F(name)) for name in WORTH} | {"changes": Fold()},
    resource="opportunities",
    stock_rows=open_pipeline,
)


def invoiced() -> Fold:
    """Through its quotes and opportunities; what the customer of a lead without either bought is a fact of the lead."""
    sold = Opportunity.orders.through.objects.filter(of_invoice("order__"), opportunity__lead=OuterRef("pk"))
    quoted = Quote.objects.filter(of_invoice("order__"), Q(lead=OuterRef("pk")) | Q(opportunity__lead=OuterRef("pk")))
    first_days = (Subquery(rows.order_by("order__placed_on").values("order__placed_on")[:1]) for rows in (sold, quoted))
    return Fold(Q(Exists(sold)) | Q(Exists(quoted)), converted_on=Least(*first_days))


LEADS_INVOICED = Cube(
    key="leads_invoiced",
    code=47,
    rows=Lead.objects.counted,
    left_out=Lead.objects.left_out,
    day="created_on",
    dimensions=LEAD_SIDES,
    folds={"count": invoiced()},
    resource="leads",
)
DEAL_CUBES = (OPPORTUNITIES_CREATED, PRODUCTS_OF_CREATED, PIPELINE, LEADS_INVOICED)
