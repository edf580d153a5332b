"""What is planned next, and what is not planned at all."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, Subquery

from leads.models.activity import Activity


def next_due_at(column: str) -> Subquery:
    """When the earliest planned activity of a row is due; `column` is how an activity names that row."""
    planned = Activity.objects.planned().filter(**{column: OuterRef("pk")})
    return Subquery(planned.order_by("due_at").values("due_at")[:1])


def next_kind(column: str) -> Subquery:
    """The kind of the earliest planned activity of a row."""
    planned = Activity.objects.planned().filter(**{column: OuterRef("pk")})
    return Subquery(planned.order_by("due_at").values("kind")[:1])


def has_activity_since(customer: str, moment: str) -> Q:
    """Whether anything was done or planned with a row's customer, whatever it hangs on, since a moment of the row."""
    since = Q(created_at__gte=OuterRef(moment)) | Q(done_at__gte=OuterRef(moment))
    paths = ("customer", "lead__customer", "opportunity__customer")
    return reduce(or_, (Q(Exists(Activity.objects.filter(since, **{path: OuterRef(customer)}))) for path in paths))


def has_next_step(column: str) -> Exists:
    return Exists(Activity.objects.planned().filter(**{column: OuterRef("pk")}))
