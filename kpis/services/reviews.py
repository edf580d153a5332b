"""Reviews: what is looked at, opening a sitting, and its notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kpis.models import Review, ReviewSession


def set_review(review: Review, facts: Mapping[str, Any], *, at: datetime) -> Review:
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
