"""How many customers were in each RFM segment at the end of a month, beside the season before: only what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crm.models import User
from crm.periods import Calendar, Grain, Period, period_of
from kpis.readings.rfm import BY_CODE, Rfm, fetch
from kpis.rfm import Segment, segment_of

# A month that has just ended may not be scored yet.
MONTHS_TRIED = 2
KNOWN = "SELECT s.day FROM kpis_rfmsnapshot s WHERE s.day = ANY(%s) AND s.computed_at IS NOT NULL"
Sizes = Mapping[Segment, int]


@dataclass(frozen=True)
class Ends:
    """A month that has ended and is scored, and the season before it; whether customers were scored then, too."""

    month: Period
    season: Period
    is_season_scored: bool


@dataclass(frozen=True)
class Segments:
    """As of the end of a month; `before` is the end of the season before that month's, where customers were scored then."""

    now: Sizes
    before: Sizes | None


def ends_until(day: date, calendar: Calendar) -> Ends | None:
    """Of the last month that has ended by a day and is scored; None where there is no such month. It counts nobody."""
    month = period_of(day, calendar, Grain.MONTH)
    months = [month if month.end <= day else month.previous()]
    while len(months) < MONTHS_TRIED:
        months.append(months[-1].previous())
    seasons = {month: period_of(month.start, calendar, Grain.QUARTER).previous() for month in months}
    days = [each.end for pair in seasons.items() for each in pair]
    scored = {day for (day,) in fetch(f"{KNOWN} AND EXISTS (SELECT FROM kpis_rfmcell c WHERE c.day = s.day)", [days])}
    found = next((month for month in months if month.end in scored), None)
    return found and Ends(found, seasons[found], seasons[found].end in scored)


def segments_at(ends: Ends, viewer: User | None) -> Segments | None:
    """As a viewer sees them; None where they see nobody who is scored."""
    sizes = sizes_on([ends.month.end, ends.season.end], viewer)
    return Segments(sizes[ends.month.end], sizes.get(ends.season.end)) if ends.month.end in sizes else None


def sizes_on(days: Sequence[date], viewer: User | None) -> dict[date, Sizes]:
    """By the scored ones of some days."""
    found: dict[date, dict[Segment, int]] = {}
    for day, segment, count in whole(days) if Rfm(days[0], viewer).visible is None else seen(days, viewer):
        sizes = found.setdefault(day, dict.fromkeys(Segment, 0))
        sizes[segment] += count
    return found


def whole(days: Sequence[date]) -> list[tuple[date, Segment, int]]:
    """Of all customers."""
    rows = fetch(f"SELECT day, recency, frequency, customers FROM kpis_rfmcell WHERE day IN ({KNOWN})", [list(days)])
    return [(day, segment_of(recency, frequency), count) for day, recency, frequency, count in rows]


def seen(days: Sequence[date], viewer: User | None) -> list[tuple[date, Segment, int]]:
    """Of those that a viewer may see."""
    visible, params = Rfm(days[0], viewer).visible.query.sql_with_params()
    rows = fetch(
        f"SELECT d.day, s.segment, count(*) FROM ({KNOWN}) d JOIN kpis_rfmspan s ON s.first_day <= d.day AND s.until_day > d.day"
        f" WHERE s.customer_id IN ({visible}) GROUP BY 1, 2",
        [list(days), *params],
    )
    return [(day, BY_CODE[code], count) for day, code, count in rows]
