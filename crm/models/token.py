"""Keys of integrations; only their hash is kept."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from crm.models.user import User


class ApiTokenQuerySet(models.QuerySet):
    def usable(self, at: datetime) -> Self:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True, user__is_active=True)

    def for_secret(self, secret: str, at: datetime) -> ApiToken | None:
        return self.usable(at).select_related("user", "user__team").filter(digest=ApiToken.digest_of(secret)).first()


class ApiToken(models.Model):
    """A bearer token with scopes such as `orders:write`; shown once, then known only by its SHA-256."""

    PREFIX = "snj_"

    name = models.CharField(max_length=100)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=50))
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        return sha256(secret.encode()).hexdigest()

    def allows(self, scope: str) -> bool:
        return scope in self.scopes or "*" in self.scopes
