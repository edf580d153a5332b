"""What an address asks of the pages of RFM, and what that is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from crm import origins
from crm.periods import Calendar, Grain, period_of
from crm.preferences import Preferences
from kpis.models import RfmSnapshot
from kpis.readings.words import number_text
from kpis.rfm import Segment

MOST_DAYS = 36
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
