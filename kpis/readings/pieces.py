"""The days of some periods as whole months and the days around them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from crm.periods import Calendar, Grain, period_of
from kpis.readings.query import Query

ONE_DAY = timedelta(days=1)
EARLIER = -1
Span = tuple[int, date, date]


class Pieces:
    """The days of a query's periods, cut wherever one of them begins or ends, so that each day is read once.

    Pieces follow one another; the first one (EARLIER) is all that was before them.
    """

    def __init__(self, query: Query) -> None:
        self.calendar = Calendar(query.periods[0].calendar)
        spans = [query.spans[index] for index in query.begun]
        starts = {query.periods[index].start for index in query.anchors}
        self.cuts = sorted(starts.union(*({first, last + ONE_DAY} for first, last in spans)))

    def between(self, first: date, last: date) -> range:
        return range(self.cuts.index(first), self.cuts.index(last + ONE_DAY))

    def before(self, day: date) -> range:
        return range(EARLIER, self.cuts.index(day))

    @cached_property
    def parts(self) -> tuple[list[tuple[int, date]], list[Span]]:
        """(piece, first day) of whole months, and (piece, first, last) of the days that fill no month."""
        months: list[tuple[int, date]] = []
        days: list[Span] = []
        for piece, (first, end) in enumerate(zip(self.cuts, self.cuts[1:], strict=False)):
            day = first
            while day < end:
                month = period_of(day, self.calendar, Grain.MONTH)
                following = min(end, month.end + ONE_DAY)
                if (day, following) == (month.start, month.end + ONE_DAY):
                    months.append((piece, day))
                else:
                    days.append((piece, day, following - ONE_DAY))
                day = following
        return months, days

    @property
    def first_month(self) -> date:
        """The month in which the first piece begins: what is earlier are the months before it, and its days before."""
        return period_of(self.cuts[0], self.calendar, Grain.MONTH).start

    @property
    def days(self) -> list[date]:
        """Every day that fills no month."""
        return [first + timedelta(days=n) for _, first, last in self.parts[1] for n in range((last - first).days + 1)]
