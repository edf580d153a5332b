"""Reviews: what is looked at, opening a sitting, and its notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from crm.models import User
from kpis.models import Review, ReviewSession


@transaction.atomic
def set_review(review: Review, facts: Mapping[str, Any], *, at: datetime) -> Review:
    """Make a review or change it. A new one that is like another of its user's in everything is that one, sent twice."""
    if review.pk is None:
        user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=facts["user"].pk)
        if known := Review.objects.visible_to(user).filter(**facts).first():
            return known
    for name, value in facts.items():
        setattr(review, name, value)
    if review.pk is None:
        review.created_at = at
    review.save()
    return review


def switch_review(review: Review, *, on: bool) -> Review:
    """One that is put away keeps its notes."""
    review.is_on = on
    review.save(update_fields=["is_on"])
    return review


def open_sitting(review: Review, start: date, *, at: datetime) -> ReviewSession:
    row, _is_new = ReviewSession.objects.get_or_create(review=review, start=start, defaults={"opened_at": at})
    return row


def write_note(review: Review, start: date, note: str, *, at: datetime) -> ReviewSession:
    row = open_sitting(review, start, at=at)
    if row.note != note:
        row.note, row.noted_at = note, at
        row.save(update_fields=["note", "noted_at"])
    return row
