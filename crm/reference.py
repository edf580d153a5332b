"""Reference data that an administrator keeps: added, renamed, and deleted only while no record names it.

The slug of a row is made of its first name and stays: integrations call it by that. Each app has its own verbs over these.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm import slips
from crm.dependents import dependents_of
from crm.models import User
from crm.slugs import free_slug
from crm.text import name_key
from crm.transactions import hold

M = TypeVar("M", bound=Model)


@transaction.atomic
def add_row(row: M, *, at: datetime) -> M:
    _require_own_name(row)
    row.slug, row.created_at = free_slug(type(row), row.name), at
    row.save()
    return row


@transaction.atomic
def edit_row(row: M, **changes: Any) -> M:
    row = _lock(row)
    changed = [column for column, value in changes.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, changes[column])
    if "name" in changed:
        _require_own_name(row)
    if changed:
        row.save(update_fields=[*changed, "updated_at"])
    return row


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
def bring_back(rows: QuerySet[M], way: str, *, by: User, at: datetime) -> M:
    """One that was deleted just now; `way` was given to whoever did it."""
    row = slips.row_before(rows, way, by=by, at=at)
    if row is None or rows.filter(slug=row.slug).exists():
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
        text = _("%(kind)s: there is one of this name already.") % {"kind": capfirst(row._meta.verbose_name)}
        raise ValidationError({"name": ValidationError(text, code="duplicate")})


def _conflict(model: type[Model]) -> ValidationError:
    text = _("%(kind)s: somebody changed it in the meantime. Look at the list again, and repeat your change.")
    return ValidationError(text % {"kind": capfirst(model._meta.verbose_name)}, code="conflict")
