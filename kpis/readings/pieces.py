"""The days of some periods as whole months and the days around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from crm.periods import Calendar, Grain, period_of
from kpis.readings.query import Query

ONE_DAY = timedelta(days=1)
EARLIER = -1
Span = tuple[int, date, date]


@dataclass(frozen=True)
class Share:
    """The sum of a month or a day, as if all of it had been on one day; or taken away from that day."""

    grain: Grain
    start: date
    on: date
    sign: int = 1


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

    @cached_property
    def shares(self) -> list[Share]:
        """The months that the pieces touch. One that is cut is whole less the few days of other pieces, or only days."""
        found: list[Share] = []
        month = period_of(self.cuts[0], self.calendar, Grain.MONTH)
        while month.start < self.cuts[-1]:
            first, end = month.start, month.end + ONE_DAY
            bounds = [first, *(cut for cut in self.cuts if first < cut < end), end]
            longest, following = max(pairwise(bounds), key=lambda part: part[1] - part[0])
            days = [first + timedelta(days=n) for n in range((end - first).days)]
            others = [day for day in days if not longest <= day < following]
            if 2 * len(others) < len(days) - len(others):
                found.append(Share(Grain.MONTH, first, longest))
                found += [share for day in others for share in (Share(Grain.DAY, day, day), Share(Grain.DAY, day, longest, -1))]
            else:
                found += [Share(Grain.DAY, day, day) for day in days]
            month = month.next()
        return found
