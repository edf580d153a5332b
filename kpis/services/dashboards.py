"""Dashboards: making, changing, copying, and putting them away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from kpis.models import Dashboard

MOST_OF_ONE = 100


@transaction.atomic
def set_dashboard(dashboard: Dashboard, facts: Mapping[str, Any], *, by: User) -> Dashboard:
    """Make a dashboard or change it. A new one that is like another of its maker's in everything is that one, sent twice."""
    if dashboard.pk is None:
        dashboard.user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        mine = Dashboard.objects.filter(user=by, is_removed=False)
        if known := mine.filter(**facts).first():
            return known
        if mine.count() >= MOST_OF_ONE:
            raise ValidationError(_("You have 100 dashboards: delete one first."), code="too-many")
    for name, value in facts.items():
        setattr(dashboard, name, value)
    dashboard.save()
    return dashboard


def copy_dashboard(dashboard: Dashboard, *, by: User) -> Dashboard:
    """One of one's own, for oneself, that begins as another one is."""
    name = _("%(name)s (copy)") % {"name": dashboard.name}
    facts = {"name": name[: Dashboard._meta.get_field("name").max_length], "tiles": dashboard.tiles, "view": dashboard.view}
    return set_dashboard(Dashboard(), facts | {"visibility": Dashboard.Visibility.PRIVATE}, by=by)


def remove_dashboard(dashboard: Dashboard, *, removed: bool = True) -> Dashboard:
    dashboard.is_removed = removed
    dashboard.save(update_fields=["is_removed"])
    return dashboard
