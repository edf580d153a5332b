"""Links for screens on a wall that nobody signs in at: what they show, whose figures, until when."""

from __future__ import annotations

from hashlib import sha256
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import User
from kpis.models.dashboard import Dashboard


class ScreenQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own; who manages people also sees, and can end, those of others."""
        if not user.is_active:
            return self.none()
        return self.all() if user.is_superuser else self.filter(user=user)

    def open(self) -> Self:
        return self.filter(revoked_at__isnull=True, user__is_active=True)

    def for_secret(self, secret: str) -> Screen | None:
        """Whose link it is, also when it has been ended."""
        rows = self.select_related("user__team", "dashboard__user")
        return rows.filter(digest=Screen.digest_of(secret)).first()


class Screen(models.Model):
    """A link to the overview or a dashboard in large figures, as its maker sees them.

    Its secret is shown once, then known only by its SHA-256. `query` is what the page's address would say. The database
    revokes it when its maker's account is closed (migration 0032), so that it stays so should that be opened again.
    """

    PREFIX = "tv_"

    source = models.CharField(max_length=40, editable=False, default="", blank=True)
    external_id = models.CharField(max_length=100, editable=False, null=True, blank=True)
    user = models.ForeignKey(User, verbose_name=_("of"), on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    dashboard = models.ForeignKey(
        Dashboard, verbose_name=_("dashboard"), on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    query = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScreenQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for a screen")
        verbose_name_plural = _("links for screens")
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="kpis_screen_key")]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        return sha256(secret.encode()).hexdigest()
