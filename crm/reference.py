"""Reference data that an administrator keeps: added, renamed, and deleted only while no record names it.

The slug of a row is made of its first name and stays: integrations call it by that. What is no record of its own has none,
and goes by its name. Each app has its own verbs over these.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from crm import slips
from crm.dependents import dependents_of
from crm.models import Record, User
from crm.slugs import free_slug
from crm.text import name_key
from crm.transactions import hold

M = TypeVar("M", bound=Model)


@transaction.atomic
def add_row(row: M, *, at: datetime) -> M:
    _require_own_name(row)
    if isinstance(row, Record):
        row.slug, row.created_at = free_slug(type(row), row.name), at
    row.save()
    return row


@transaction.atomic
def edit_row(row: Model, *, by: User, at: datetime, **changes: Any) -> str:
    """The way that takes the change back; none where nothing changed."""
    row = _lock(row)
    changed = [column for column, value in changes.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, changes[column])
    if "name" in changed:
        _require_own_name(row)
    if not changed:
        return ""
    row.save(update_fields=[*changed, *(["updated_at"] if isinstance(row, Record) else [])])
    return slips.way_back(type(row), slips.last_change(type(row), row.pk), by=by, at=at)


@transaction.atomic
def remove_row(row: Model, *, by: User, at: datetime) -> str:
    """The way that brings it back."""
    row = _lock(row)
    if hanging := dependents_of(row):
        facts = {"name": row, "what": " · ".join(str(model._meta.verbose_name_plural) for model in hanging)}
        text = _("%(name)s cannot be deleted, as it is used: %(what)s. Rename it, and its past goes by the new name.")
        raise ValidationError(text % facts, code="conflict")
    return slips.way_back(type(row), slips.remove(row), by=by, at=at)


@transaction.atomic
def take_back(rows: QuerySet[M], way: str, *, by: User, at: datetime) -> M:
    """One that was changed or deleted just now, as it was before; `way` was given to whoever did it."""
    row = slips.row_before(rows, way, by=by, at=at)
    if row is None or (isinstance(row, Record) and rows.filter(slug=row.slug).exclude(pk=row.pk).exists()):
        raise _conflict(rows.model)
    _require_own_name(row)
    row.save()
    return row


def _lock(row: M) -> M:
    locked = type(row)._default_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if locked is None:
        raise _conflict(type(row))
    return locked


def _require_own_name(row: Model) -> None:
    """However the letters of the other one are written, and whoever is writing it now."""
    hold(row._meta.label)
    name = name_key(row.name)
    if any(name_key(str(each)) == name for each in type(row)._default_manager.exclude(pk=row.pk)):
        text = _("Another %(kind)s has this name already.") % {"kind": row._meta.verbose_name}
        raise ValidationError({"name": ValidationError(text, code="duplicate")})


def _conflict(model: type[Model]) -> ValidationError:
    text = _("Somebody changed this %(kind)s in the meantime. Look at the list again, and repeat your change.")
    return ValidationError(text % {"kind": model._meta.verbose_name}, code="conflict")
