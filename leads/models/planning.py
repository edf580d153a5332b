"""What is planned next, and what is not planned at all."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Subquery

from leads.models.activity import Activity


def next_due_at(column: str) -> Subquery:
    """When the earliest planned activity of a row is due; `column` is how an activity names that row."""
    planned = Activity.objects.planned().filter(**{column: OuterRef("pk")})
    return Subquery(planned.order_by("due_at").values("due_at")[:1])


def next_kind(column: str) -> Subquery:
    """The kind of the earliest planned activity of a row."""
    planned = Activity.objects.planned().filter(**{column: OuterRef("pk")})
    return Subquery(planned.order_by("due_at").values("kind")[:1])


def has_next_step(column: str) -> Exists:
    return Exists(Activity.objects.planned().filter(**{column: OuterRef("pk")}))
