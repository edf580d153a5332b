"""Trying out another version of a landing page."""

from __future__ import annotations

from itertools import count

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import LandingPage, Variant
from campaigns.services.inputs import MOST_VARIANTS

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@transaction.atomic
def start_ab_test(page: LandingPage, *, lever: str, name: str = "") -> Variant:
    """A new variant that pulls one lever; a page that had none is its own first one."""
    if lever not in Variant.Lever.values:
        raise ValidationError(_("Choose what the new version changes."), code="invalid-choice")
    LandingPage.objects.select_for_update().get(pk=page.pk)
    known = set(page.variants.values_list("key", flat=True))
    if len(known) >= MOST_VARIANTS:
        raise ValidationError(_("This page has many variants already."), code="too-many")
    if not known:
        first = Variant.objects.create(landing_page=page, key="a", name=_("As it is"))
        known.add(first.key)
    named = " ".join(name.replace("\x00", "").split())[:100]
    return Variant.objects.create(landing_page=page, key=free_key(known), name=named, lever=lever)


def free_key(known: set[str]) -> str:
    """The next letter, then letters with numbers."""
    keys = (f"{letter}{number or ''}" for number in count() for letter in LETTERS)
    return next(key for key in keys if key not in known)
