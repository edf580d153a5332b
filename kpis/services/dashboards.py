"""Dashboards: making, changing, copying, and putting them away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.models import User
from kpis.models import Dashboard

MOST_OF_ONE = 100


@transaction.atomic
def set_dashboard(dashboard: Dashboard, facts: Mapping[str, Any], *, by: User, seen: str = "") -> Dashboard:
    """Make a dashboard or change it. A new one that is like another of its maker's in everything is that one, sent twice.

    `seen` is the state the writer had before them: what changed since is not written over.
    """
    if dashboard.pk is None:
        mine = hold_those_of(by.pk)
        if known := mine.filter(**facts).first():
            return known
        refuse_more(mine)
        return Dashboard.objects.create(user=by, **facts)
    kept = Dashboard.objects.select_for_update().filter(pk=dashboard.pk, is_removed=False).first()
    if kept is None:
        raise ValidationError(_("This dashboard was deleted meanwhile."), code="removed")
    if seen not in ("", kept.state) and any(getattr(kept, name) != value for name, value in facts.items()):
        raise ValidationError(
            _("Somebody changed this dashboard in the meantime: open it again and repeat your change."), code="conflict"
        )
    for name, value in facts.items():
        setattr(dashboard, name, value)
    dashboard.save(update_fields=[*facts])
    return dashboard


def hold_those_of(user_id: int) -> QuerySet[Dashboard]:
    """Somebody's dashboards that are not put away; whoever else would add one waits until the transaction ends."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    return Dashboard.objects.filter(user=user_id, is_removed=False)


def refuse_more(dashboards: QuerySet[Dashboard]) -> None:
    if dashboards.count() >= MOST_OF_ONE:
        raise ValidationError(_("There is room for 100 dashboards: delete one first."), code="too-many")


@transaction.atomic
def copy_dashboard(dashboard: Dashboard, *, by: User) -> tuple[Dashboard, bool]:
    """One of one's own, for oneself, that begins as another one is; and whether it was made now."""
    name = _("%(name)s (copy)") % {"name": dashboard.name}
    facts = {"name": name[: Dashboard._meta.get_field("name").max_length], "tiles": dashboard.tiles, "view": dashboard.view}
    known = set(hold_those_of(by.pk).values_list("pk", flat=True))
    made = set_dashboard(Dashboard(), facts | {"visibility": Dashboard.Visibility.PRIVATE}, by=by)
    return made, made.pk not in known


@transaction.atomic
def remove_dashboard(dashboard: Dashboard, *, removed: bool = True) -> Dashboard:
    """Put it away, or back where there is room; a second time changes nothing."""
    mine = hold_those_of(dashboard.user_id)
    if not removed and not mine.filter(pk=dashboard.pk).exists():
        refuse_more(mine)
    dashboard.is_removed = removed
    dashboard.save(update_fields=["is_removed"])
    return dashboard
