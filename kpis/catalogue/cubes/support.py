"""Tickets opened and still open, how long they took, and answers about loyalty."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from crm.database import BusinessSeconds, ElapsedSeconds
from customers.models import Answer, Survey, Ticket
from kpis.catalogue.cubes.sides import choice_code, segment_of
from kpis.definitions import Cube, Day, Dimension, Fold, PeriodCube

D = Dimension
TICKET_SIDES = {
    D.OWNER: Coalesce("owner_id", "customer__owner_id"),
    D.PRODUCT: "product_id",
    D.PRIORITY: choice_code(D.PRIORITY, "priority"),
}
REOPENED = Q(reopened_at__gt=F("resolved_at"))
UNRESOLVED = Q(resolved_at__isnull=True) | REOPENED
# A ticket said to be resolved before the day it was opened was never open.
IN_ORDER = Q(resolved_on__gte=F("created_on"))
ELAPSED, BUSINESS = ElapsedSeconds("created_at", "resolved_at"), BusinessSeconds("created_at", "resolved_at")


def resolved_tickets() -> QuerySet:
    return Ticket.objects.counted().resolved()


def open_tickets(day: date) -> QuerySet:
    """Those created by an evening, and by then not resolved as they now are."""
    return Ticket.objects.counted().filter(UNRESOLVED | Q(resolved_on__gt=day), created_on__lte=day)


TICKETS_OPENED = Cube(
    key="tickets_opened",
    code=48,
    rows=Ticket.objects.counted,
    left_out=Ticket.objects.left_out,
    day="created_on",
    dimensions=TICKET_SIDES,
    folds={"count": Fold(), "standing": Fold(UNRESOLVED | IN_ORDER)},
    resource="tickets",
    stock_rows=open_tickets,
)
TICKETS_RESOLVED = Cube(
    key="tickets_resolved",
    code=13,
    rows=resolved_tickets,
    left_out=lambda: Ticket.objects.left_out().resolved(),
    day="resolved_on",
    dimensions=TICKET_SIDES,
    folds={
        "count": Fold(),
        "seconds": Fold(amount=ELAPSED, is_money=False),
        "squares": Fold(amount=ELAPSED * ELAPSED, is_money=False),
        "business": Fold(amount=BUSINESS, is_money=False),
        "business_squares": Fold(amount=BUSINESS * BUSINESS, is_money=False),
        "closed": Fold(IN_ORDER),
    },
    resource="tickets",
)


def resolved_between(first: Day, last: Day) -> QuerySet:
    return resolved_tickets().filter(resolved_on__gte=first, resolved_on__lte=last)


RESOLUTION_TIMES = PeriodCube(
    key="resolution_times",
    code=62,
    rows=resolved_tickets,
    rows_in=resolved_between,
    day="resolved_on",
    # Teams by name: of two owners' medians nothing can be said about their team's.
    dimensions=TICKET_SIDES
    | {D.TEAM: Case(When(owner__isnull=False, then=F("owner__team_id")), default=F("customer__owner__team_id"))},
    folds={
        "median": Fold(amount=ELAPSED, percentile=Decimal("0.5"), is_money=False),
        "p90": Fold(amount=ELAPSED, percentile=Decimal("0.9"), is_money=False),
    },
    resource="tickets",
    spread_by=frozenset({D.TEAM, *TICKET_SIDES}),
    # Of two members' medians nothing can be said about both together.
    overlapping=frozenset({D.TEAM, *TICKET_SIDES}),
    later=resolved_between,
)

IS_LOYALTY, ON_FIVE = Q(survey__kind=Survey.Kind.LOYALTY), Q(survey__kind=Survey.Kind.CSAT)
OPINIONS = Cube(
    key="opinions",
    code=49,
    rows=Answer.objects.counted,
    left_out=Answer.objects.left_out,
    day="answered_on",
    dimensions={D.OWNER: "customer__owner_id", D.SURVEY: "survey_id", D.PRODUCT: "product_id"},
    folds={
        "loyalty": Fold(IS_LOYALTY),
        "loyal": Fold(IS_LOYALTY & Q(score__gte=4)),
        "scored": Fold(ON_FIVE),
        "score": Fold(ON_FIVE, F("score"), is_money=False),
        "squared_score": Fold(ON_FIVE, F("score") * F("score"), is_money=False),
    },
    resource="survey-answers",
    live={D.SEGMENT: segment_of("customer")},
)
SUPPORT_CUBES = (TICKETS_OPENED, TICKETS_RESOLVED, OPINIONS)
