"""Removing the demo company, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import Count, Min, Q, Value
from django.utils.translation import gettext as _

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
from kpis.engine.locks import CLOSING, JUDGING, lock
from kpis.management.demo.names import CATEGORIES, DEMO, DOMAIN, TAG, TEAMS
from kpis.management.demo.ties import ties_to, unlink_all
from kpis.models import Alert, AlertRule, Annotation, Snapshot, Target
from kpis.models.scope import COLUMNS
from leads.models import Activity, Lead, LeadEvent, Opportunity, Quote, QuoteLine, StageChange, Touch

OURS = Q(source=DEMO)
# What somebody made for themselves while signed in as one of ours.
OF_OURS = OURS | Q(user__email__endswith=f"@{DOMAIN}")
Note = Callable[[str], None]
# In the order in which they can go: what refers to others goes before them.
DEMO_ROWS: Mapping[type[models.Model], Q] = {
    Target: OURS,
    AlertRule: OF_OURS,
    Annotation: OF_OURS,
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

STEPS = len(DEMO_ROWS) + 1


class RealRowsError(Exception):
    """Rows that are not of the demo company refer to it; `rows` names them."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__("\n".join(rows))
        self.rows = rows


@dataclass(frozen=True)
class Removal:
    """How many rows went, and what became of real ones, in words."""

    removed: int
    told: list[str]


@transaction.atomic
def remove(*, unlink: bool = False, note: Note = lambda _text: None) -> Removal:
    """Remove every demo row. Refuses where a real row would lose what it refers to, unless asked to take such references out.

    Then a demo row that a real one cannot be without stays with it, as a real one.
    """
    with connection.cursor() as cursor:
        # Whoever closes periods or judges alerts just now ends first, and nobody begins before the rows are gone.
        lock(cursor, CLOSING, wait=True)
        lock(cursor, JUDGING, wait=True)
    note(_("looking for real rows that refer to the demo company"))
    ties = list(ties_to(DEMO_ROWS))
    told = unlink_all(ties) if unlink else []
    rows = [text for tie in ties for text in tie.described()]
    if rows:
        raise RealRowsError(rows)
    with connection.cursor() as cursor:
        # The deletions join: on tables that look empty to the planner they would take minutes.
        cursor.execute("ANALYZE")
    removed, since = 0, arrival()
    for model, condition in DEMO_ROWS.items():
        note(str(model._meta.verbose_name_plural))
        removed += model.objects.filter(condition).delete()[0]
    forget_what_was_told(since)
    return Removal(removed, told)


def arrival() -> datetime | None:
    """When the demo company came."""
    return Customer.objects.filter(OURS).aggregate(at=Min("recorded_at"))["at"]


def forget_what_was_told(since: datetime | None) -> None:
    """Since the demo company came, what was reported and what rang was of its rows, too: it is told anew without them.

    Of one channel or person alone it was of theirs. Last of all, as others wait for the rules.
    """
    if since is None:
        return
    Snapshot.objects.filter(recorded_at__gte=since).delete()
    whole = {f"rule__{column}": None for column in COLUMNS.values()}
    rung = Alert.objects.filter(raised_at__gte=since, **whole)
    AlertRule.objects.filter(alerts__in=rung).update(is_ringing=False, ringing_pages=[])
    rung.delete()


def size() -> dict[type[models.Model], int]:
    """How many rows of which model a removal would take away; one question."""
    kinds = dict(enumerate(DEMO_ROWS))
    counts = [
        model.objects.filter(DEMO_ROWS[model]).order_by().values(demo_kind=Value(number)).annotate(demo_rows=Count("pk"))
        for number, model in kinds.items()
    ]
    found = counts[0].union(*counts[1:], all=True)
    return {kinds[row["demo_kind"]]: row["demo_rows"] for row in found}
