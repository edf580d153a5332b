"""RFM: how lately, how often and for how much a customer bought, and the segment that follows. Definitions only."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from crm.periods import Calendar, Grain, period_of, periods_between

WINDOW_DAYS = 365
SCORES = 5


class Segment(TextChoices):
    """The public names. Their places in this list are stored: never reorder."""

    LOST = "lost", pgettext_lazy("RFM segment", "Lost")
    AT_RISK = "at_risk", pgettext_lazy("RFM segment", "At risk")
    CANT_LOSE = "cant_lose", pgettext_lazy("RFM segment", "Can't lose")
    ABOUT_TO_SLEEP = "about_to_sleep", pgettext_lazy("RFM segment", "About to sleep")
    NEEDS_ATTENTION = "needs_attention", pgettext_lazy("RFM segment", "Needs attention")
    LOYAL = "loyal", pgettext_lazy("RFM segment", "Loyal")
    PROMISING = "promising", pgettext_lazy("RFM segment", "Promising")
    POTENTIAL_LOYALIST = "potential_loyalist", pgettext_lazy("RFM segment", "Potential loyalist")
    NEW = "new", pgettext_lazy("RFM segment", "New")
    CHAMPION = "champion", pgettext_lazy("RFM segment", "Champion")


SEGMENT_CODES: Mapping[Segment, int] = {segment: code for code, segment in enumerate(Segment, start=1)}
SEGMENT_BY_CODE: Mapping[int, Segment] = {code: segment for segment, code in SEGMENT_CODES.items()}
# As people read them, the best first.
BEST_FIRST = (
    Segment.CHAMPION,
    Segment.LOYAL,
    Segment.POTENTIAL_LOYALIST,
    Segment.NEW,
    Segment.PROMISING,
    Segment.NEEDS_ATTENTION,
    Segment.ABOUT_TO_SLEEP,
    Segment.AT_RISK,
    Segment.CANT_LOSE,
    Segment.LOST,
)

_GONE = (Segment.LOST, Segment.LOST, Segment.AT_RISK, Segment.AT_RISK, Segment.CANT_LOSE)
# By recency, then by frequency.
GRID: tuple[tuple[Segment, ...], ...] = (
    _GONE,
    _GONE,
    (Segment.ABOUT_TO_SLEEP, Segment.ABOUT_TO_SLEEP, Segment.NEEDS_ATTENTION, Segment.LOYAL, Segment.LOYAL),
    (Segment.PROMISING, Segment.POTENTIAL_LOYALIST, Segment.POTENTIAL_LOYALIST, Segment.LOYAL, Segment.LOYAL),
    (Segment.NEW, Segment.POTENTIAL_LOYALIST, Segment.POTENTIAL_LOYALIST, Segment.CHAMPION, Segment.CHAMPION),
)


def segment_of(recency: int, frequency: int) -> Segment:
    return GRID[recency - 1][frequency - 1]


def scores(values: Sequence[int | Decimal]) -> list[int]:
    """`1 + floor(5·k/n)` of each value, where k of the n are strictly smaller: equal values, equal scores."""
    ordered = sorted(values)
    return [1 + SCORES * bisect_left(ordered, value) // len(ordered) for value in values]


def recency_scores(days: Sequence[int]) -> list[int]:
    """The fewer days since the last order, the better."""
    return [SCORES + 1 - score for score in scores(days)]


@lru_cache(maxsize=16)
def snapshot_days(first: date, last: date) -> tuple[date, ...]:
    """The ends of the months of both calendars between two days; quarters and years end with months.

    Remembered, because every batch of snapshots asks for those of all years.
    """
    ends = {period.end for calendar in Calendar for period in periods_between(first, last, calendar, Grain.MONTH)}
    return tuple(sorted(day for day in ends if day <= last))


def month_ends_before(day: date) -> list[date]:
    """The evening a month before, in each calendar in which a day ends a month."""
    months = [period_of(day, calendar, Grain.MONTH) for calendar in Calendar]
    return sorted({month.previous().end for month in months if month.end == day})
