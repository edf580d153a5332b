"""What was noted of an activity: corrected, removed, and taken back by whoever did so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm import slips
from crm.models import User
from crm.permissions import may_delete
from customers.services.merging import follow_unmerge
from leads.models import Activity

EDITABLE = frozenset({"body", "outcome", "done_at"})


@transaction.atomic
def edit_activity(activity: Activity, *, by: User, at: datetime, **changes: Any) -> Activity:
    """Other words, another result or moment of what was done; sent twice it is one change."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"edit_activity() cannot change {', '.join(sorted(unknown))}")
    activity = _lock(activity)
    if activity.done_at is None:
        raise ValidationError(_("This is a next step again: nothing is noted of it yet."), code="conflict")
    changed = [column for column, value in changes.items() if getattr(activity, column) != value]
    for column in changed:
        setattr(activity, column, changes[column])
    if changed:
        activity.save(update_fields=[*changed, "updated_at"])
    return activity


@transaction.atomic
def remove_activity(activity: Activity, *, by: User, at: datetime) -> slips.Removal:
    """One that never was; what is kept of it leads back."""
    activity = _lock(activity)
    if not may_remove_activity(activity, by):
        raise ValidationError(_("You can remove what you noted yourself: ask a manager."), code="not-allowed")
    return slips.remove(activity)


def may_remove_activity(activity: Activity, by: User) -> bool:
    """Their own entry; those of others, whom figures may count it for, also by those who may delete."""
    return activity.owner_id == by.pk or may_delete(by)


def last_activity_change(pk: int) -> int | None:
    """The key of the newest image that the history keeps of an activity."""
    return slips.last_change(Activity, pk)


def way_back_of_activity(change: slips.Change, *, by: User, at: datetime) -> str:
    return slips.way_back(Activity, change, by=by, at=at)


def way_back_of_noted(activities: Iterable[Activity], *, by: User, at: datetime) -> str:
    return slips.way_back_of_new(Activity, [activity.pk for activity in activities], by=by, at=at)


@transaction.atomic
def take_back_activity(way: str, *, by: User, at: datetime) -> Activity:
    """The activity as it was before it was corrected or removed; `way` is what `way_back_of_activity` gave to whoever did."""
    row = slips.row_before(Activity.objects.visible_to(by), way, by=by, at=at)
    if row is None or not _still_there(row):
        raise _conflict()
    follow_unmerge(row, "customer")
    row.save()
    return row


@transaction.atomic
def take_back_noted(way: str, *, by: User, at: datetime) -> None:
    """Remove what somebody has just noted together, such as a call and the next step after it."""
    rows = slips.new_rows(Activity.objects.visible_to(by), way, by=by, at=at)
    if rows is None:
        raise _conflict()
    rows.delete()


def _still_there(activity: Activity) -> bool:
    """Whether those it is about are, and are still records of their own."""
    named = [field for field in Activity._meta.concrete_fields if field.is_relation and getattr(activity, field.attname)]
    rows = [field.related_model.objects.filter(pk=getattr(activity, field.attname)).first() for field in named]
    return all(row and not getattr(row, "merged_into_id", None) for row in rows)


def _lock(activity: Activity) -> Activity:
    locked = Activity.objects.select_for_update().filter(pk=activity.pk).first()
    if locked is None:
        raise ValidationError(_("This entry was removed in the meantime."), code="gone")
    return locked


def _conflict() -> ValidationError:
    return ValidationError(_("This entry, or whom it is about, was changed in the meantime: it stays as it is."), code="conflict")
