"""What every business record has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from crm.database import AskingAuthor

if TYPE_CHECKING:
    from crm.models.user import User


class RecordQuerySet(models.QuerySet):
    """Questions every record answers. `owner_paths` name the columns that decide who may see a row, best first."""

    owner_paths: tuple[str, ...] = ("owner",)
    is_for_sellers = False

    def visible_to(self, user: User) -> Self:
        """The rows a user may see: their own, their team's, or all."""
        if not user.is_active or (self.is_for_sellers and not user.may_sell):
            return self.none()
        if user.sees_all:
            return self
        return self.filter(self._owned_by(user))

    def _owned_by(self, user: User) -> Q:
        """The first owner path that is filled decides."""
        matches, unset = Q(), Q()
        for path in self.owner_paths:
            mine = Q(**{path: user}) if not user.sees_team else Q(**{f"{path}__team": user.team_id})
            matches |= unset & mine
            unset &= Q(**{f"{path}__isnull": True})
        return matches


class Record(models.Model):
    """A business record: where it came from, when it happened, when we heard of it."""

    external_id = models.CharField(max_length=255, null=True, blank=True)
    source = models.CharField(max_length=100, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    # The author of the transaction that made it, as histories keep those of changes; written by the database alone.
    recorded_by = models.JSONField(null=True, editable=False, db_default=AskingAuthor())
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="%(app_label)s_%(class)s_source_external_id"),
            models.CheckConstraint(
                condition=Q(external_id__isnull=True) | Q(source__isnull=False),
                name="%(app_label)s_%(class)s_external_id_has_source",
            ),
        ]
