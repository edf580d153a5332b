"""Links for screens on a wall: making one, ending it, and noting that it is looked at."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from structlog import get_logger

from crm.models import User
from kpis.models import Screen

log = get_logger("sanjeh")


@transaction.atomic
def make_screen(facts: Mapping[str, Any], *, by: User, at: datetime, key: Mapping[str, str]) -> tuple[Screen, str]:
    """A link and its secret, which is known to nobody afterwards. One whose `key` is known is made already: without it."""
    if "external_id" in key and (known := Screen.objects.filter(**key).first()):
        return known, ""
    secret = Screen.PREFIX + secrets.token_urlsafe(32)
    digest = Screen.digest_of(secret)
    return Screen.objects.create(**facts, **key, user=by, digest=digest, created_at=at), secret


def revoke_screen(screen: Screen, *, at: datetime) -> Screen:
    """The link opens nothing from now on; the first time counts."""
    Screen.objects.filter(pk=screen.pk, revoked_at=None).update(revoked_at=at)
    screen.refresh_from_db()
    return screen


def note_screen_use(screen: Screen, *, at: datetime) -> None:
    """When it was last looked at, to the minute: not a write for every time it is read again."""
    minute_ago = at - timedelta(minutes=1)
    if screen.last_used_at is None or screen.last_used_at < minute_ago:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=minute_ago)
        try:
            with transaction.atomic():
                Screen.objects.filter(stale, pk=screen.pk).update(last_used_at=at)
        except DatabaseError:
            log.warning("the use of a link could not be noted")  # a standby can still be read
