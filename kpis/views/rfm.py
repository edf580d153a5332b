"""RFM: who buys lately, often and much; which segments follow; and who is moving between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm import origins
from crm.exports import FilePage, Table, file_urls, phone_cell
from crm.origins import evening_words
from crm.pages import Page, Pager, query_with
from crm.periods import Calendar, Grain, period_of
from crm.preferences import Preferences
from kpis import addresses, exports
from kpis.models import RfmSnapshot
from kpis.options import Link
from kpis.readings.rfm import Group, Movement, Part, Rfm, Scored, moved, movement
from kpis.readings.snapshot import one_snapshot
from kpis.readings.words import money_text, number_text, percent_text, short_money
from kpis.rfm import BEST_FIRST, GRID, SCORES, Segment

PAGE, MOST_DAYS, SHADES = 25, 36, 5
VIEWS = ("groups", "movement")
MOVE, NOTHING_BOUGHT = gettext_lazy("From %(before)s to %(after)s"), gettext_lazy("Did not buy")
CELL, DID_NOT_BUY = re.compile(r"([1-5])-([1-5])"), "none"


def days_of(prefs: Preferences) -> list[date]:
    """The scored ends of months of the reader's calendar, the last first."""
    known: QuerySet = RfmSnapshot.objects.filter(computed_at__isnull=False).order_by("-day").values_list("day", flat=True)
    rules = prefs.organization.calendar_rules
    ends = (day for day in known if period_of(day, Calendar(prefs.calendar), Grain.MONTH, rules).end == day)
    return [day for day, _number in zip(ends, range(MOST_DAYS), strict=False)]


def usual_other(days: Sequence[date], now: date, prefs: Preferences) -> date | None:
    """The end of the season before, as on the overview; where nobody was scored then, the scored month before."""
    season = period_of(now, Calendar(prefs.calendar), Grain.QUARTER).previous()
    return season.end if season.end in days else next((day for day in days if day < now), None)


def day_asked(request: HttpRequest, name: str, default: date | None) -> date | None:
    text = request.GET.get(name)
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{name}: {text[:40]}") from None
    if not RfmSnapshot.objects.filter(pk=day, computed_at__isnull=False).exists():
        raise BadRequest(f"{name}: {text[:40]}")
    return day


def segment_asked(request: HttpRequest) -> Segment | None:
    text = request.GET.get("segment")
    if text and text not in Segment.values:
        raise BadRequest(f"segment: {text[:40]}")
    return Segment(text) if text else None


def cell_asked(request: HttpRequest) -> tuple[int, int] | None:
    """A cell of the grid: “4-2” is recency 4 and frequency 2."""
    text = request.GET.get("cell")
    if not text:
        return None
    found = CELL.fullmatch(text)
    if not found:
        raise BadRequest(f"cell: {text[:40]}")
    return int(found[1]), int(found[2])


def move_asked(request: HttpRequest) -> tuple[Segment | None, Segment | None] | None:
    """From which segment to which; “none” is who did not buy."""
    texts = [request.GET.get(name) for name in ("from", "to")]
    if not any(texts):
        return None
    for name, text in zip(("from", "to"), texts, strict=True):
        if text not in (*Segment.values, DID_NOT_BUY):
            raise BadRequest(f"{name}: {(text or '')[:40]}")
    before, after = (None if text == DID_NOT_BUY else Segment(text) for text in texts)
    return before, after


def named(segment: Segment | None) -> str:
    return str(segment.label if segment else NOTHING_BOUGHT)


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
        before = self.then.segments() if self.then else {}
        return [
            {
                "name": segment.label,
                "url": query_with(self.request.GET, segment=segment.value, cell=None, after=None) + "#people",
                "count": number_text(now[segment].customers, prefs),
                "share": share(now[segment].customers, total.customers, prefs),
                "change": signed(now[segment].customers - before[segment].customers, prefs) if before else "—",
                "revenue": " ".join(short_money(now[segment].revenue, prefs)),
            }
            for segment in BEST_FIRST
        ]

    def people(self) -> dict[str, Any]:
        """The customers of the chosen segment or cell, or all."""
        segment, cell, after = segment_asked(self.request), cell_asked(self.request), addresses.after_asked(self.request.GET)
        found = self.now.people(Part(segment, cell), after=after, limit=PAGE + 1)
        chosen = " · ".join(chosen_words(segment, cell, self.request.prefs))
        return self.listed(found, after) | {
            "is_part": bool(chosen),
            "people_title": chosen or _("All segments"),
            "all_url": query_with(self.request.GET, segment=None, cell=None, after=None) + "#people",
            "people_files": self.files("people"),
            "segment_files": self.files("segments"),
            "grid_files": self.files("grid"),
        }

    def listed(self, found: Sequence[Scored], after: int) -> dict[str, Any]:
        query, following = self.request.GET, str(found[PAGE - 1].customer.pk) if len(found) > PAGE else None
        days = {"as_of": self.now.as_of.isoformat(), "compare": self.then and self.then.as_of.isoformat()}
        return {
            "people": [self.person(one) for one in found[:PAGE]],
            "save_url": reverse("kpis:people-save", args=["rfm"]) + query_with(query, **days, after=None),
            "pager": Pager.within(query, "people", after=after, following=following),
        }

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
        asked, after = move_asked(self.request), addresses.after_asked(self.request.GET)
        columns = [sum(count for (_b, after), count in moves.items() if after is column) for column in labels]
        prefs = self.request.prefs
        return {
            "columns": list(labels.values()),
            "moves": rows,
            "files": self.files("movement"),
            "column_sums": [number_text(count, prefs) for count in columns],
            "sum": number_text(sum(columns), prefs),
            **(self.movers(*asked, after) if asked else {}),
        }

    def movers(self, before: Segment | None, after: Segment | None, beyond: int) -> dict[str, Any]:
        """Who moved so, by the scores of now; who has stopped buying by those of then."""
        numbers = moved(self.then, self.now, before, after, beyond=beyond, limit=PAGE + 1)
        found = (self.now if after else self.then).people(Part(numbers=numbers), limit=PAGE + 1)
        return self.listed(found, beyond) | {"people_title": move_words(before, after), "people_files": self.files("movers")}

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


def chosen_words(segment: Segment | None, cell: tuple[int, int] | None, prefs: Preferences) -> list[str]:
    found = [str(segment.label)] if segment else []
    return [*found, "R {} · F {}".format(*(number_text(score, prefs) for score in cell))] if cell else found


def move_words(before: Segment | None, after: Segment | None) -> str:
    return str(MOVE) % {"before": named(before), "after": named(after)}


# -- the same as facts, for a list that is read later ------------------------------------------------------------------


def chosen_parts(segment: Segment | None, cell: tuple[int, int] | None) -> list[origins.Part]:
    found = [origins.words(segment.label)] if segment else []
    if cell:
        found.append(origins.words("R %(r)s · F %(f)s", r=origins.number(cell[0]), f=origins.number(cell[1])))
    return found or [origins.words(gettext_lazy("All segments"))]


def move_part(before: Segment | None, after: Segment | None) -> origins.Part:
    labels = [origins.words(segment.label if segment else NOTHING_BOUGHT) for segment in (before, after)]
    return origins.words(MOVE, before=labels[0], after=labels[1])


def share(part: int, whole: int, prefs: Preferences) -> str:
    return percent_text(Decimal(part) / whole if whole else None, prefs)


def signed(change: int, prefs: Preferences) -> str:
    return f"{'+' if change > 0 else ''}{number_text(change, prefs)}"


def shade(revenue: Decimal, most: Decimal) -> int:
    """One of five, by the cell's revenue beside the largest; none where nothing was bought for."""
    return min(SHADES, int(SHADES * revenue / most) + 1) if revenue > 0 and most > 0 else 0


class RfmFileView(FilePage):
    """The customers of a segment, the segments, the grid of scores, or who moved between two months."""

    def table(self) -> Table:
        latest = RfmSnapshot.objects.filter(computed_at__isnull=False).aggregate(day=Max("day"))["day"]
        day, segment = day_asked(self.request, "as_of", latest), segment_asked(self.request)
        then, what = day_asked(self.request, "compare", None), self.request.GET.get("what", "people")
        viewer, prefs = self.request.user, self.request.prefs
        if what not in (*TABLES, "movers"):
            raise BadRequest("what")
        now, before = (each and Rfm(each, viewer) for each in (day, then))
        if what == "movers":
            return self.movers(now, before, prefs)
        part = (segment or _("all")) if what == "people" else what
        name = f"RFM-{day or ''}-{part}"
        header, rows = TABLES[what](now, before, Part(segment, cell_asked(self.request)), prefs)
        return Table(name, header, rows)

    def movers(self, now: Rfm | None, then: Rfm | None, prefs: Preferences) -> Table:
        """Who stands in one cell of the movement, by the scores that the page shows."""
        asked = move_asked(self.request)
        if not (now and then and asked):
            raise BadRequest("compare" if asked else "from")
        _before, after = asked
        part = Part(numbers=moved(then, now, *asked))
        return Table(f"RFM-{now.as_of}-{move_words(*asked)}", *people_table(now if after else then, None, part, prefs))


Rows = tuple[list[object], Iterator[list[object]]]


def revenue_heading(prefs: Preferences) -> str:
    return exports.with_unit(_("Revenue"), exports.money_unit(prefs)[0])


def people_table(now: Rfm | None, then: Rfm | None, part: Part, prefs: Preferences) -> Rows:
    header = [_("Number"), _("Customer"), _("External ID"), _("Phone"), _("E-mail"), _("Recency"), _("Frequency"), _("Amount")]
    header += [_("RFM segment"), _("Days since the last order"), _("Orders"), revenue_heading(prefs)]

    def rows() -> Iterator[list[object]]:
        for one in now.everybody(part) if now else ():
            customer = one.customer
            about = [customer.pk, str(customer), customer.external_id, phone_cell(customer.phone), customer.email]
            scores = [one.recency, one.frequency, one.monetary]
            yield [*about, *scores, str(one.segment.label), one.days, one.orders, exports.money(one.revenue, prefs)]

    return header, rows()


def group_cells(group: Group, total: Group, prefs: Preferences) -> list[object]:
    part = exports.percent(Decimal(group.customers) / total.customers if total.customers else None)
    return [group.customers, part, exports.money(group.revenue, prefs)]


def segments_table(now: Rfm | None, then: Rfm | None, part: Part, prefs: Preferences) -> Rows:
    found, before = now.segments() if now else {}, then.segments() if then else {}
    header = [_("RFM segment"), _("Key"), _("Customers"), _("Share"), revenue_heading(prefs), _("Customers before"), _("Change")]
    total = now.total() if now else Group()

    def rows() -> Iterator[list[object]]:
        for each in BEST_FIRST if now else ():
            earlier = before[each].customers if before else None
            change = found[each].customers - earlier if before else None
            yield [str(each.label), each.value, *group_cells(found[each], total, prefs), earlier, change]

    return header, rows()


def grid_table(now: Rfm | None, then: Rfm | None, part: Part, prefs: Preferences) -> Rows:
    header = [_("Recency"), _("Frequency"), _("RFM segment"), _("Customers"), _("Share"), revenue_heading(prefs)]
    found, total, scores = now.grid() if now else {}, now.total() if now else Group(), range(SCORES, 0, -1)
    return header, (
        [r, f, str(GRID[r - 1][f - 1].label), *group_cells(found.get((r, f), Group()), total, prefs)]
        for r in scores
        for f in scores
        if now
    )


def movement_table(now: Rfm | None, then: Rfm | None, part: Part, prefs: Preferences) -> Rows:
    """One row a pair: what stands in the cell where the row of the one and the column of the other meet."""
    moves = movement(then, now) if now and then else {}
    labels = {each: str(each.label) for each in BEST_FIRST} | {None: _("Did not buy")}
    header = [_("Segment before"), _("Segment after"), _("Customers")]
    return header, ([labels[a], labels[b], moves.get((a, b), 0)] for a in labels for b in labels if moves)


TABLES = {"people": people_table, "segments": segments_table, "grid": grid_table, "movement": movement_table}
