"""What is spent: all of it, what stands under a channel or source, what marketing spends, and what brings leads or customers."""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from campaigns.models import Campaign, Expense, ExpenseDay
from campaigns.models.expense import of_marketing
from kpis.catalogue.cubes.sides import choice_code
from kpis.definitions import Cube, Dimension, Fold

D = Dimension
ESTIMATED = Q(expense__is_estimate=True)
PLACED = Q(expense__channel__isnull=False) | Q(expense__campaign__channel__isnull=False) | Q(expense__lead_source__isnull=False)
OF_MARKETING = of_marketing("expense__")
OF_ACQUISITION = Q(expense__kind__in=Expense.ACQUISITION_KINDS)
NO_LEADS_KINDS = [Expense.Kind.OPERATING, Expense.Kind.RETENTION]
FOR_LEADS = Q(expense__campaign__goal=Campaign.Goal.LEADS) & ~Q(expense__kind__in=NO_LEADS_KINDS)


def spent(where: Q | None = None) -> Fold:
    return Fold(where, F("amount"), is_cost=True)


SPENDING = Cube(
    key="spending",
    code=40,
    rows=ExpenseDay.objects.all,
    day="day",
    dimensions={
        D.CHANNEL: Coalesce("expense__channel_id", "expense__campaign__channel_id"),
        D.LEAD_SOURCE: "expense__lead_source_id",
        D.CAMPAIGN: "expense__campaign_id",
        D.KIND: choice_code(D.KIND, "expense__kind"),
    },
    folds={
        "all": spent(),
        "placed": spent(PLACED),
        "marketing": spent(OF_MARKETING),
        "all_estimated": spent(ESTIMATED),
        "placed_estimated": spent(PLACED & ESTIMATED),
        "marketing_estimated": spent(OF_MARKETING & ESTIMATED),
    },
    resource="expenses",
    span=("expense__valid_from", "expense__valid_to"),
    is_cost=True,
)
EXPENSES = Cube(
    key="expenses",
    code=10,
    rows=ExpenseDay.objects.all,
    day="day",
    dimensions={
        D.CHANNEL: Coalesce("expense__channel_id", "expense__campaign__channel_id"),
        D.CAMPAIGN: "expense__campaign_id",
    },
    folds={
        "acquisition": spent(OF_ACQUISITION),
        "for_leads": spent(FOR_LEADS),
        "acquisition_estimated": spent(OF_ACQUISITION & ESTIMATED),
        "for_leads_estimated": spent(FOR_LEADS & ESTIMATED),
        "retention": spent(Q(expense__kind=Expense.Kind.RETENTION)),
    },
    resource="expenses",
    span=("expense__valid_from", "expense__valid_to"),
    is_cost=True,
)
