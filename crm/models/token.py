"""Keys of integrations; only their hash is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.database import AskingAuthor
from crm.history.keeping import keeps_history_without
from crm.models.organization import Organization
from crm.models.user import Team, User
from crm.statements import prepared_cursor

FIND = """
SELECT {columns}
  FROM crm_apitoken t
  JOIN crm_user u ON u.id = t.user_id
  LEFT JOIN crm_team m ON m.id = u.team_id
  LEFT JOIN crm_organization o ON o.id = 1
 WHERE t.digest = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s) AND u.is_active
"""


class ApiTokenQuerySet(models.QuerySet):
    def usable(self, at: datetime) -> Self:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True, user__is_active=True)

    def for_secret(self, secret: str, at: datetime) -> ApiToken | None:
        """Every call of an integration begins with this: the token, whose it is and the organisation, at once."""
        with prepared_cursor() as cursor:
            cursor.execute(find_statement(), [ApiToken.digest_of(secret), at])
            found = cursor.fetchone()
        if found is None:
            return None
        values = iter(found)
        token, user, team, organization = (row_of(model, values) for model in (ApiToken, User, Team, Organization))
        user.team = team
        token.user, token.organization = user, organization
        return token


@cache
def find_statement() -> str:
    parts = (("t", ApiToken), ("u", User), ("m", Team), ("o", Organization))
    columns = [f"{alias}.{field.column}" for alias, model in parts for field in model._meta.concrete_fields]
    return FIND.format(columns=", ".join(columns))


def row_of(model: type[models.Model], values: Iterator[Any]) -> Any:
    """A row from as many of the values as it has columns; None where nothing was joined."""
    fields = [field.attname for field in model._meta.concrete_fields]
    taken = list(islice(values, len(fields)))
    return None if taken[0] is None else model.from_db("default", fields, taken)


@keeps_history_without("digest", "last_used_at")
class ApiToken(models.Model):
    """A bearer token with scopes such as `orders:write`; shown once, then known only by its SHA-256.

    One that was found by its secret brings the organisation along.
    """

    PREFIX = "snj_"
    organization: Organization

    name = models.CharField(max_length=100)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=50))
    created_at = models.DateTimeField(db_default=Now())
    # The author of the transaction that made it; written by the database alone.
    recorded_by = models.JSONField(null=True, editable=False, db_default=AskingAuthor())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        return sha256(secret.encode()).hexdigest()

    def allows(self, scope: str) -> bool:
        return scope in self.scopes or "*" in self.scopes
