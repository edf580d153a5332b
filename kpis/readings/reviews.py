"""Which sittings of a review are due, and which of them nobody has opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crm.models import Organization, User
from crm.periods import Calendar, Grain, Period, period_of
from kpis.models import Review, ReviewSession

MOST_SITTINGS = 12


@dataclass(frozen=True)
class Sitting:
    """One period of a review; its row comes with its opening."""

    period: Period
    row: ReviewSession | None

    @property
    def is_unread(self) -> bool:
        return self.row is None


def due_periods(review: Review, today: date, organization: Organization) -> list[Period]:
    """The periods that have ended since the review was made, and the last one before that; the newest first."""
    calendar, grain, rules = Calendar(review.calendar), Grain(review.cadence), organization.calendar_rules
    first = period_of(organization.day_of(review.created_at), calendar, grain, rules).previous()
    period = period_of(today, calendar, grain, rules).previous()
    found = []
    while period.start >= first.start and len(found) < MOST_SITTINGS:
        found.append(period)
        period = period.previous()
    return found


def sittings_of(review: Review, today: date, organization: Organization) -> list[Sitting]:
    """Of a review whose sessions are read along."""
    rows = {row.start: row for row in review.sessions.all()}
    return [Sitting(period, rows.get(period.start)) for period in due_periods(review, today, organization)]


def count_unread(user: User, today: date, organization: Organization) -> int:
    reviews = Review.objects.visible_to(user).prefetch_related("sessions")
    return sum(each.is_unread for review in reviews for each in sittings_of(review, today, organization))
