"""Pins: which cards stand on a user's overview, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from kpis.catalogue import CATALOGUE
from kpis.dashboards import MOST_PINS, own
from kpis.definitions import is_hidden
from kpis.models import Pins


@transaction.atomic
def set_pins(user: User, kpis: Sequence[str] | None) -> Pins:
    """The cards in their order; None: those of the role. What stands there already changes nothing."""
    pins = locked(user)
    if kpis is not None:
        refuse_unfit(kpis, user)
    wish = None if kpis is None else list(kpis)
    return pins if pins.kpis == wish else change(pins, wish)


@transaction.atomic
def pin_kpi(user: User, key: str) -> Pins:
    """One more card, as the last one."""
    locked(user)
    keys = [kpi.key for kpi in own(user)]
    return set_pins(user, keys if key in keys else [*keys, key])


@transaction.atomic
def unpin_kpi(user: User, key: str) -> Pins:
    locked(user)
    keys = [kpi.key for kpi in own(user)]
    if keys == [key]:
        raise ValidationError(_("One card stays: pin another one first."), code="last-card")
    return set_pins(user, [each for each in keys if each != key])


@transaction.atomic
def undo_pins(user: User, version: int) -> Pins:
    """Takes the last change back, if it still is the last."""
    pins = locked(user)
    if pins.version != version:
        raise ValidationError(_("The cards have been changed since."), code="changed-since")
    return change(pins, pins.previous)


def locked(user: User) -> Pins:
    """The row, made if need be, and kept from others until this is written."""
    pins, _is_new = Pins.objects.select_for_update(of=("self",), no_key=True).get_or_create(user=user)
    return pins


def change(pins: Pins, wish: list[str] | None) -> Pins:
    pins.previous, pins.kpis, pins.version = pins.kpis, wish, pins.version + 1
    pins.save(update_fields=["kpis", "previous", "version"])
    return pins


def refuse_unfit(kpis: Sequence[str], user: User) -> None:
    if not kpis:
        raise ValidationError(_("One card stays: pin another one first."), code="last-card")
    if len(kpis) > MOST_PINS:
        raise ValidationError(_("The overview has room for 12 cards: take another one off first."), code="too-many")
    unknown = [key for key in kpis if key not in CATALOGUE or is_hidden(CATALOGUE[key], user)]
    if unknown or len(set(kpis)) < len(kpis):
        raise ValidationError(_("Choose KPIs of the catalogue, each of them once."), code="invalid-choice")
