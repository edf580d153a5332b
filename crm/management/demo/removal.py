"""Removing the demo company, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q

from campaigns.models import (
    Campaign,
    Channel,
    Expense,
    LandingPage,
    LeadSource,
    PageView,
    Session,
    SocialNetwork,
    SocialPost,
    Variant,
)
from crm.management.demo.names import CATEGORIES, DEMO, DOMAIN, TAG, TEAMS
from crm.models import Team, User
from customers.models import (
    Answer,
    Cart,
    Category,
    Contract,
    Customer,
    Invitation,
    InvitationSkip,
    Order,
    OrderLine,
    Product,
    Refund,
    RefundLine,
    Survey,
    Ticket,
    TicketEvent,
)
from leads.models import Activity, Lead, LeadEvent, Opportunity, Quote, QuoteLine, StageChange, Touch

OURS, NAMED = Q(source=DEMO), 5
# In the order in which they can go: what refers to others goes before them.
DEMO_ROWS: Mapping[type[models.Model], Q] = {
    Activity: OURS,
    PageView: Q(session__source=DEMO),
    Session: OURS,
    SocialPost: OURS,
    Cart: OURS,
    Contract: OURS,
    Answer: OURS,
    Invitation: OURS,
    InvitationSkip: Q(customer__source=DEMO),
    TicketEvent: Q(ticket__source=DEMO),
    Ticket: OURS,
    QuoteLine: Q(quote__source=DEMO),
    Quote: OURS,
    StageChange: Q(opportunity__source=DEMO),
    Opportunity.products.through: Q(opportunity__source=DEMO),
    Opportunity.orders.through: Q(opportunity__source=DEMO),
    Opportunity: OURS,
    RefundLine: Q(refund__source=DEMO),
    Refund: OURS,
    OrderLine: Q(order__source=DEMO),
    Order: OURS,
    LeadEvent: Q(lead__source=DEMO),
    Touch: Q(lead__source=DEMO),
    Lead: OURS,
    Customer: OURS,
    Expense: OURS,
    Product: OURS,
    Category: Q(name__in=[f"{name} ({TAG})" for name in CATEGORIES]),
    Survey: OURS,
    Campaign: OURS,
    Channel: OURS,
    LeadSource: OURS,
    Variant: Q(landing_page__source=DEMO),
    LandingPage: OURS,
    SocialNetwork: OURS,
    User: Q(email__endswith=f"@{DOMAIN}"),
    Team: Q(name__in=[f"{name} ({TAG})" for name in TEAMS]),
}


class RealRowsError(Exception):
    """Rows that are not of the demo company refer to it; `rows` names them."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__("\n".join(rows))
        self.rows = rows


@transaction.atomic
def remove() -> int:
    """Remove every demo row; refuses where a real row would lose what it refers to. Returns how many went."""
    rows = real_references()
    if rows:
        raise RealRowsError(rows)
    with connection.cursor() as cursor:
        # The deletions join: on tables that look empty to the planner they would take minutes.
        cursor.execute("ANALYZE")
    return sum(model.objects.filter(condition).delete()[0] for model, condition in DEMO_ROWS.items())


def real_references() -> list[str]:
    """Real rows that refer to demo rows, in words."""
    found = []
    for target, condition in DEMO_ROWS.items():
        for relation in target._meta.related_objects:
            if is_a_tie(relation):
                found += described(relation.field, target, condition)
    return found


def is_a_tie(relation: Any) -> bool:
    """Histories and derived facts follow the rows they are about; log-in data of an account goes with it."""
    model, field = relation.related_model, relation.field
    own_tables = model in DEMO_ROWS or (field.remote_field.on_delete is models.PROTECT)
    return own_tables and getattr(field, "db_constraint", True) and not relation.many_to_many


def described(field: Any, target: type[models.Model], condition: Q) -> list[str]:
    """The real rows whose field points at a demo row of the target."""
    model = field.model
    rows = model.objects.filter(**{f"{field.name}__in": target.objects.filter(condition)})
    if model in DEMO_ROWS:
        rows = rows.exclude(pk__in=model.objects.filter(DEMO_ROWS[model]))
    if field.remote_field.on_delete is models.SET_NULL:
        return []
    total = rows.count()
    if not total:
        return []
    examples = ", ".join(str(row) for row in rows.order_by("pk")[:NAMED])
    more = f" and {total - NAMED} more" if total > NAMED else ""
    return [
        f"{model._meta.verbose_name} {examples}{more}: {field.verbose_name} is {target._meta.verbose_name} of the demo company"
    ]
