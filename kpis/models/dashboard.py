"""Dashboards that users make: which KPIs, in which form, narrowed by what, and who may look."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import User


class DashboardQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own, those for everyone, and those that somebody of the same team shares with it."""
        if not user.is_active:
            return self.none()
        shared = Q(visibility=Dashboard.Visibility.EVERYONE)
        if user.team_id is not None:
            shared |= Q(visibility=Dashboard.Visibility.TEAM, user__team=user.team_id)
        return self.filter(Q(user=user) | shared, is_removed=False)

    def changeable_by(self, user: User) -> Self:
        """One's own; who manages people also tends what is for everyone, should its maker have left."""
        mine = Q(user=user)
        if user.is_superuser:
            mine |= Q(visibility=Dashboard.Visibility.EVERYONE)
        return self.filter(mine) if user.is_active else self.none()

    def listed(self) -> Self:
        """As people look for one: by name."""
        return self.select_related("user").order_by("name", "pk")


class Dashboard(models.Model):
    """`tiles` are `{"kpi", "shape", "by"}` in their order; `view` is what its address holds when it is opened."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        TEAM = "team", _("My team")
        EVERYONE = "everyone", _("Everyone")

    class Shape(models.TextChoices):
        CARD = "card", _("Card")
        LINE = "line", _("Line chart")
        BAR = "bar", _("Bars")
        TABLE = "table", _("Table")
        FUNNEL = "funnel", _("Funnel")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    visibility = models.CharField(_("who sees it"), max_length=8, choices=Visibility.choices, default=Visibility.PRIVATE)
    tiles = models.JSONField(default=list)
    view = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    is_removed = models.BooleanField(default=False, editable=False)

    objects = DashboardQuerySet.as_manager()

    class Meta:
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboards")

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """Tells one state of it from another."""
        shown = json.dumps([self.name, self.visibility, self.tiles, self.view], sort_keys=True)
        return sha256(shown.encode()).hexdigest()[:16]

    def is_visible_to(self, user: User) -> bool:
        """As `visible_to`, of one that was read already."""
        is_ours = self.visibility == self.Visibility.TEAM and user.team_id is not None and self.user.team_id == user.team_id
        is_shared = is_ours or self.visibility == self.Visibility.EVERYONE
        return user.is_active and not self.is_removed and (self.user_id == user.pk or is_shared)

    def is_changeable_by(self, user: User) -> bool:
        """As `changeable_by`, of one that was read already."""
        return self.user_id == user.pk or (user.is_superuser and self.visibility == self.Visibility.EVERYONE)
