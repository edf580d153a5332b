"""RFM: who buys lately, often and much; which segments follow; and who is moving between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.exports import file_urls
from crm.origins import evening_words
from crm.pages import Page, Pager, query_with
from crm.preferences import Preferences
from kpis import addresses
from kpis.options import Link
from kpis.readings.rfm import BY_NUMBER, MOST_RANKED, Group, Movement, Part, Ranking, Rfm, Scored, moved, movement
from kpis.readings.rfm_value import SegmentValues
from kpis.readings.snapshot import one_snapshot
from kpis.readings.words import money_text, number_text, percent_text, short_money
from kpis.rfm import BEST_FIRST, GRID, SCORES, Segment
from kpis.views.rfm_asked import (
    DID_NOT_BUY,
    cell_asked,
    chosen_words,
    day_asked,
    days_of,
    move_asked,
    move_words,
    segment_asked,
    usual_other,
)
from kpis.views.sorting import headings, sorting_asked

PAGE, SHADES = 25, 5
VIEWS = ("groups", "movement")
HEADINGS = {
    "days": gettext_lazy("Days since the last order"),
    "orders": gettext_lazy("Orders"),
    "amount": gettext_lazy("Net amount"),
}


class RfmView(Page, TemplateView):
    template_name = "kpis/rfm.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, prefs = self.request.GET, self.request.prefs
        view = query.get("view") or VIEWS[0]
        if view not in VIEWS:
            raise BadRequest("view")
        days = days_of(prefs)
        now = day_asked(self.request, "as_of", days[0] if days else None)
        then = day_asked(self.request, "compare", usual_other(days, now, prefs) if now else None)
        names = {"groups": _("Groups"), "movement": _("Movement")}
        opened = {"after": None, "segment": None, "cell": None, "from": None, "to": None}
        tabs = [Link(names[name], query_with(query, **opened | {"view": name}), name == view) for name in VIEWS]
        context = super().get_context_data(**kwargs) | {"tabs": tabs, "view": view, "is_empty": now is None}
        if now is None:
            return context
        context |= {"choices": self.choices(days, now, then), "as_of": self.name(now), "compare": self.name(then)}
        with one_snapshot():
            self.now = Rfm(now, self.request.user)
            self.then = Rfm(then, self.request.user) if then else None
            return context | (self.groups() if view == "groups" else self.movement())

    def name(self, day: date | None) -> str:
        """The month that a day ends."""
        return evening_words(day, self.request.prefs) if day else ""

    def choices(self, days: Sequence[date], now: date, then: date | None) -> list[dict[str, Any]]:
        """The two selects of months."""
        wanted = {"as_of": (now, _("Month")), "compare": (then, _("Compare with"))}
        return [
            {
                "name": name,
                "label": label,
                "options": [(day.isoformat(), self.name(day), day == chosen) for day in sorted({*days, chosen} - {None})[::-1]],
            }
            for name, (chosen, label) in wanted.items()
        ]

    @cached_property
    def values(self) -> SegmentValues:
        return SegmentValues(self.now)

    @property
    def is_valued(self) -> bool:
        """Whether segments are shown with what their customers are expected to bring: it takes a while for a million of them."""
        return bool(self.request.GET.get("value") and self.values.fit)

    # -- groups ----------------------------------------------------------------------------------------------------

    def groups(self) -> dict[str, Any]:
        prefs, total = self.request.prefs, self.now.total()
        return {
            "is_stale": self.now.is_stale,
            "total": number_text(total.customers, prefs),
            "revenue": money_text(total.revenue, prefs),
            "grid": self.grid(total),
            "scores": [number_text(score, prefs) for score in range(1, SCORES + 1)],
            "segments": self.segments(total),
            "is_valued": self.is_valued,
            "value_url": query_with(self.request.GET, value=None if self.is_valued else "1") if self.values.fit else "",
            **self.people(),
        }

    def grid(self, total: Group) -> list[dict[str, Any]]:
        """The latest buyers first; the shade says what share of the revenue is the cell's."""
        found, prefs = self.now.grid(), self.request.prefs
        most = max((group.revenue for group in found.values()), default=Decimal(0))
        rows = []
        for r in range(SCORES, 0, -1):
            cells = [
                {
                    "count": number_text(group.customers, prefs),
                    "share": share(group.customers, total.customers, prefs),
                    "segment": GRID[r - 1][f - 1].label,
                    "money": " ".join(short_money(group.revenue, prefs)),
                    "shade": shade(group.revenue, most),
                    "is_empty": not group.customers,
                    "url": query_with(self.request.GET, cell=f"{r}-{f}", segment=None, after=None) + "#people",
                }
                for f in range(1, SCORES + 1)
                for group in [found.get((r, f), Group())]
            ]
            rows.append({"score": number_text(r, prefs), "cells": cells})
        return rows

    def segments(self, total: Group) -> list[dict[str, Any]]:
        prefs, now = self.request.prefs, self.now.segments()
        values = self.values.means() if self.is_valued else {}
        before = self.then.segments() if self.then else {}
        return [
            {
                "name": segment.label,
                "url": query_with(self.request.GET, segment=segment.value, cell=None, after=None) + "#people",
                "count": number_text(now[segment].customers, prefs),
                "share": share(now[segment].customers, total.customers, prefs),
                "change": signed(now[segment].customers - before[segment].customers, prefs) if before else "—",
                "revenue": " ".join(short_money(now[segment].revenue, prefs)),
                "value": " ".join(short_money(values[segment], prefs)) if segment in values else "—",
            }
            for segment in BEST_FIRST
        ]

    def people(self) -> dict[str, Any]:
        """The customers of the chosen segment or cell, or all."""
        segment, cell = segment_asked(self.request), cell_asked(self.request)
        part = Part(segment, cell)
        chosen = " · ".join(chosen_words(segment, cell, self.request.prefs))
        return self.listed(self.now, part, self.now.size(part)) | {
            "is_part": bool(chosen),
            "people_title": chosen or _("All segments"),
            "all_url": query_with(self.request.GET, segment=None, cell=None, after=None) + "#people",
            "people_files": self.files("people"),
            "segment_files": self.files("segments"),
            "grid_files": self.files("grid"),
        }

    def listed(self, rfm: Rfm, part: Part, size: int) -> dict[str, Any]:
        """A page of some customers, in the order that is asked for where it is not one of too many."""
        query, ranking = self.request.GET, self.ranking(size)
        found = self.found(rfm, part, ranking)
        following = ranking.place_of(found[PAGE - 1]) if len(found) > PAGE else None
        shown = headings(query, HEADINGS, ranking.column, is_falling=ranking.is_falling, place="people")
        days = {"as_of": self.now.as_of.isoformat(), "compare": self.then and self.then.as_of.isoformat()}
        return {
            "people": [self.person(one) for one in found[:PAGE]],
            "save_url": reverse("kpis:people-save", args=["rfm"]) + query_with(query, **days, after=None),
            "people_headings": shown if size <= MOST_RANKED else [heading | {"url": ""} for heading in shown],
            "pager": Pager.within(query, "people", after=query.get("after"), following=following),
        }

    def ranking(self, size: int) -> Ranking:
        return sorting_asked(self.request.GET, Ranking.of) if size <= MOST_RANKED else BY_NUMBER

    def found(self, rfm: Rfm, part: Part, ranking: Ranking) -> list[Scored]:
        if not ranking.column:
            return rfm.people(part, after=addresses.after_asked(self.request.GET), limit=PAGE + 1)
        try:
            return rfm.ranked(part, ranking, after=self.request.GET.get("after", ""), limit=PAGE + 1)
        except ValueError:
            raise BadRequest("after") from None

    def files(self, what: str) -> dict[str, str]:
        """The months of the page, also where its address leaves them open."""
        days = {"as_of": self.now.as_of.isoformat(), "compare": self.then and self.then.as_of.isoformat()}
        return file_urls("kpis:rfm-file", query_with(self.request.GET, **days, what=what, after=None, view=None))

    def person(self, one: Scored) -> dict[str, Any]:
        prefs = self.request.prefs
        return {
            "label": str(one.customer),
            "url": reverse("customers:customer-detail", args=[one.customer.pk]),
            "scores": "-".join(number_text(score, prefs) for score in (one.recency, one.frequency, one.monetary)),
            "segment": one.segment.label,
            "days": number_text(one.days, prefs),
            "orders": number_text(one.orders, prefs),
            "revenue": money_text(one.revenue, prefs),
        }

    # -- movement --------------------------------------------------------------------------------------------------

    def movement(self) -> dict[str, Any]:
        if self.then is None:
            return {"moves": []}
        moves = movement(self.then, self.now)
        labels = {segment: str(segment.label) for segment in BEST_FIRST} | {None: _("Did not buy")}
        rows = [self.move_row(moves, before, labels) for before in labels]
        asked = move_asked(self.request)
        columns = [sum(count for (_b, after), count in moves.items() if after is column) for column in labels]
        prefs = self.request.prefs
        return {
            "columns": list(labels.values()),
            "moves": rows,
            "files": self.files("movement"),
            "column_sums": [number_text(count, prefs) for count in columns],
            "sum": number_text(sum(columns), prefs),
            **(self.movers(*asked, moves.get(asked, 0)) if asked else {}),
        }

    def movers(self, before: Segment | None, after: Segment | None, size: int) -> dict[str, Any]:
        """Who moved so, by the scores of now; who has stopped buying by those of then."""
        # By number a page of them is enough; to put them in another order all have to be known.
        page = {} if self.ranking(size).column else {"beyond": addresses.after_asked(self.request.GET), "limit": PAGE + 1}
        part = Part(numbers=moved(self.then, self.now, before, after, **page))
        return self.listed(self.now if after else self.then, part, size) | {
            "people_title": move_words(before, after),
            "people_files": self.files("movers"),
        }

    def move_row(self, moves: Movement, before: Segment | None, labels: dict[Segment | None, str]) -> dict[str, Any]:
        prefs = self.request.prefs
        counts = [moves.get((before, after), 0) for after in labels]
        cells = [
            {
                "text": number_text(count, prefs) if count else "·",
                "stayed": after is before,
                "url": self.move_url(before, after) if count else "",
            }
            for after, count in zip(labels, counts, strict=True)
        ]
        return {"label": labels[before], "cells": cells, "sum": number_text(sum(counts), prefs)}

    def move_url(self, before: Segment | None, after: Segment | None) -> str:
        told = {"from": before.value if before else DID_NOT_BUY, "to": after.value if after else DID_NOT_BUY}
        return query_with(self.request.GET, **told, view="movement", after=None) + "#people"


def share(part: int, whole: int, prefs: Preferences) -> str:
    return percent_text(Decimal(part) / whole if whole else None, prefs)


def signed(change: int, prefs: Preferences) -> str:
    return f"{'+' if change > 0 else ''}{number_text(change, prefs)}"


def shade(revenue: Decimal, most: Decimal) -> int:
    """One of five, by the cell's revenue beside the largest; none where nothing was bought for."""
    return min(SHADES, int(SHADES * revenue / most) + 1) if revenue > 0 and most > 0 else 0
