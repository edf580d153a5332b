"""What an overview shows of its readings: on the page, on paper and on a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.models import User
from crm.periods import Calendar, Period, local_day
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis import charts, dashboards
from kpis.catalogue import CATALOGUE
from kpis.charts import signed_count
from kpis.definitions import Kpi, is_hidden
from kpis.models import Annotation, Snapshot
from kpis.readings.cards import reason_text, reason_url
from kpis.readings.history import revisions_of
from kpis.readings.promoters import Answers, stored_answers
from kpis.readings.rules import restated_text
from kpis.readings.segments import Ends, Segments, ends_until, segments_at
from kpis.readings.summary import Choice, Compare, Reading, year_before
from kpis.readings.values import Value
from kpis.readings.words import number_text, period_text, value_text
from kpis.rfm import BEST_FIRST, Segment

STEP_NAMES: Mapping[str, Promise] = {
    "leads": gettext_lazy("Leads"),
    "mqls": gettext_lazy("MQL"),
    "sqls": gettext_lazy("SQL"),
    "lead_conversion_rate": gettext_lazy("Opportunities"),
    "quotes_issued": gettext_lazy("Quotes"),
    "quote_to_invoice_rate": gettext_lazy("Invoiced quotes"),
    "new_customers": gettext_lazy("New customers"),
}

# Who answers what, as the bars run: from those who warn others to those who send them.
PROMOTERS: Mapping[str, Promise] = {
    "detractor": gettext_lazy("Detractors"),
    "passive": gettext_lazy("Passives"),
    "promoter": gettext_lazy("Promoters"),
}
SCORES: Mapping[str, Promise] = {
    "detractor": gettext_lazy("Detractors, 0 to 6"),
    "passive": gettext_lazy("Passives, 7 and 8"),
    "promoter": gettext_lazy("Promoters, 9 and 10"),
}
PERIODS_OF_ANSWERS = 6


def trend_of(reading: Reading, choice: Choice, prefs: Preferences, notes: QuerySet[Annotation]) -> dict[str, Any]:
    """The line of a KPI, with the year before where that is compared with."""
    before = []
    if choice.compare is Compare.LAST_YEAR and reading.now.reason not in ("not_applicable", "not_visible"):
        before = year_before(reading.kpi, choice, [value.period for value in reading.trend])
    is_open = choice.period.is_running(choice.today)
    marks = [(note.day, note.text) for note in notes]
    return charts.trend_chart(
        reading.kpi,
        reading.trend,
        prefs,
        today=choice.today,
        is_open=is_open,
        before=before,
        targets=reading.targets,
        notes=marks,
    )


def gaps_of(reading: Reading, prefs: Preferences) -> list[str]:
    """Why some of the earlier periods have no figure, each reason once; the last one's own stands beside its value."""
    found: dict[str, list[int]] = {}
    for index, value in enumerate(reading.trend):
        if value.reason and value.reason != reading.now.reason:
            found.setdefault(reason_text(reading.kpi, value), []).append(index)
    periods = [value.period for value in reading.trend]
    return [
        _("No figure for %(periods)s: %(reason)s")
        % {"periods": named([periods[index] for index in places], prefs), "reason": reason}
        for reason, places in found.items()
    ]


def history_of(kpi: Kpi, choice: Choice, now: Value, prefs: Preferences) -> list[str]:
    """What a closed period reported at first, and what it was restated to since."""
    if now.state != "closed":
        return []
    kept = revisions_of(kpi, choice.trend_query(1)).get(choice.period.start, [])
    return [revision_text(kpi, each, prefs) for each in kept]


def revision_text(kpi: Kpi, kept: Snapshot, prefs: Preferences) -> str:
    """What was reported or restated, when, and of a restatement why and by whom."""
    day = format_day(local_day(kept.recorded_at, prefs.zone), prefs)
    words = {"value": value_text(kpi, kept.value, prefs), "day": day, "by": kept.by, "reason": restated_text(kept, prefs)}
    if not words["reason"]:
        return _("%(value)s on %(day)s") % words
    if kept.by is None:
        return _("restated to %(value)s on %(day)s: %(reason)s") % words
    return _("restated to %(value)s on %(day)s: %(reason)s (%(by)s)") % words


def named(periods: Sequence[Period], prefs: Preferences) -> str:
    """By the first and the last where they follow one another, else by how many they are."""
    if all(after.previous() == before for before, after in pairwise(periods)):
        return charts.span_text(periods, prefs)
    return _("%(count)s of these periods") % {"count": number_text(len(periods), prefs)}


def notes_of(user: User, reading: Reading) -> QuerySet[Annotation]:
    """What people noted on the days of a trend."""
    first, last = reading.trend[0].period.start, reading.now.period.end
    return Annotation.objects.visible_to(user).about(reading.kpi.key, first, last)


def period_steps(readings: Mapping[str, Reading]) -> list[tuple[str, Decimal | None]]:
    """The steps of the funnel by the KPIs that count them, each its own events."""
    return [(key, readings[key].now.numerator) for key in dashboards.FUNNEL_OF_PERIOD]


def promoters_of(choice: Choice, prefs: Preferences) -> dict[str, Any] | None:
    """Those who would recommend us, period by period; None where the filters have no meaning for answers."""
    nps = CATALOGUE["nps"]
    if is_hidden(nps, choice.viewer) or not set(choice.filters) <= set(nps.dimensions):
        return None
    found = stored_answers(choice.trend_query(PERIODS_OF_ANSWERS))
    rows, is_empty = promoter_rows(found, prefs), not any(one.count for one in found)
    few = _("Grey: fewer than %(count)s answers, too few to judge by.") % {"count": number_text(nps.minimum_sample, prefs)}
    return {
        "bars": rows,
        "is_empty": is_empty,
        "scores": SCORES,
        "note": few if any(row["is_small"] for row in rows) else "",
        "title": _("NPS by period"),
        "data": {"summary": promoters_summary(found, prefs)},
        "headings": [_("Period"), nps.abbreviation or str(nps.name), _("Answers"), *map(str, PROMOTERS.values())],
        "rows": [[row["period"], row["score"], row["count"], *(part["count"] for part in row["parts"])] for row in rows],
    }


def promoters_summary(found: Sequence[Answers], prefs: Preferences) -> str:
    """The scores in one sentence: of the periods with enough answers, where there are any."""
    nps = CATALOGUE["nps"]
    sure = [one for one in found if one.count >= nps.minimum_sample]
    return charts.trend_summary(nps, [Value(one.period, value=one.score) for one in sure or found], prefs)


def promoter_rows(found: Sequence[Answers], prefs: Preferences) -> list[dict[str, Any]]:
    """Who stands behind a score, the newest period first: the score alone does not say how many."""
    nps = CATALOGUE["nps"]
    return [
        {
            "period": period_text(one.period, prefs),
            "key": one.period.key,
            "score": value_text(nps, one.score, prefs),
            "is_small": one.count < nps.minimum_sample,
            "count": number_text(one.count, prefs),
            "count_text": ngettext("%(count)s answer", "%(count)s answers", one.count) % {"count": number_text(one.count, prefs)},
            "parts": [
                {"tone": tone, "percent": percent, "count": count, "text": f"{PROMOTERS[tone]}: {count}"}
                for tone, percent in zip(PROMOTERS, shares_of(one), strict=True)
                for count in [number_text(getattr(one, f"{tone}s"), prefs)]
            ],
        }
        for one in reversed(found)
    ]


def shares_of(one: Answers) -> tuple[int, int, int]:
    """Detractors, passives and promoters in whole per cents that come to 100."""
    if not one.count:
        return 0, 0, 0
    first, second = (round(100 * part / one.count) for part in (one.detractors, one.detractors + one.passives))
    return first, second - first, 100 - second


def segments_of(choice: Choice, prefs: Preferences) -> dict[str, Any] | None:
    """How many customers are in each RFM segment, which are of all that a reader may see: no filter narrows them."""
    ends = ends_of(choice)
    found = ends and segments_at(ends, choice.viewer)
    return found and segments_text(ends, prefs) | {"rows": segment_rows(found, prefs)}


def segments_to_come(choice: Choice, prefs: Preferences) -> dict[str, Any] | None:
    """All of it that is known before anybody is counted: whose own customers are shown waits for a second among millions."""
    ends = ends_of(choice)
    return ends and segments_text(ends, prefs) | {"rows": [named_segment(segment) for segment in BEST_FIRST]}


def ends_of(choice: Choice) -> Ends | None:
    return None if choice.filters else ends_until(min(choice.period.end, choice.today), Calendar(choice.period.calendar))


def segments_text(ends: Ends, prefs: Preferences) -> dict[str, Any]:
    words = {"month": period_text(ends.month, prefs), "season": period_text(ends.season, prefs)}
    return {
        "days": {"as_of": ends.month.end.isoformat()}
        | ({"compare": ends.season.end.isoformat()} if ends.is_season_scored else {}),
        "note": _("At the end of %(month)s, beside the end of %(season)s.") % words,
    }


def segment_rows(found: Segments, prefs: Preferences) -> list[dict[str, Any]]:
    """The best customers first, with what each segment has gained or lost since the season before."""
    before = found.before
    return [
        named_segment(segment)
        | {
            "count": number_text(found.now[segment], prefs),
            "change": "—" if before is None else signed_count(Decimal(found.now[segment] - before[segment]), prefs),
        }
        for segment in BEST_FIRST
    ]


def named_segment(segment: Segment) -> dict[str, Any]:
    return {"name": segment.label, "segment": segment.value}


def growth_of(readings: Mapping[str, Reading], prefs: Preferences) -> dict[str, Any] | None:
    """New, returned and lost always stand together: the net figure alone hides the cause."""
    counts = came_and_went([readings[key].now for key in dashboards.GROWTH])
    if counts is None:
        return None
    new, returned, lost = counts
    parts = [(_("New"), new, "good"), (_("Returned"), returned, "good"), (_("Lost"), Decimal(-lost), "bad")]
    steps = charts.waterfall_steps(parts, _("Net"), prefs)
    words = {name: number_text(count, prefs) for name, count in (("new", new), ("returned", returned), ("lost", lost))}
    words["net"] = steps[-1]["value_text"]
    return {
        "title": _("Customers: new, returned, lost"),
        "data": {"summary": _("%(new)s new, %(returned)s returned, %(lost)s lost: net %(net)s.") % words},
        "steps": steps,
        "headings": [_("Step"), _("Customers")],
        "rows": [[step["label"], step["value_text"]] for step in steps],
    }


def growth_gap(readings: Mapping[str, Reading], viewer: User | None) -> dict[str, str]:
    """Why nothing is told of who came and went, and where what is missing is entered."""
    first = readings[dashboards.GROWTH[0]]
    return {"reason_text": reason_text(first.kpi, first.now), "reason_url": reason_url(first.kpi, first.now, viewer)}


def growth_before(readings: Mapping[str, Reading], choice: Choice, prefs: Preferences) -> dict[str, Any] | None:
    """The same of the period before, whole, while this one runs: a month that has just begun says little."""
    trends = [readings[key].trend for key in dashboards.GROWTH]
    if not choice.period.is_running(choice.today) or min(map(len, trends)) < 2:
        return None
    values = [trend[-2] for trend in trends]
    period, counts = values[0].period, came_and_went(values)
    shown = {"period": period, "period_text": period_text(period, prefs)}
    if counts is None:
        return shown | {"steps": [], "reason_text": reason_text(readings[dashboards.GROWTH[0]].kpi, values[0])}
    new, returned, lost = counts
    net = signed_count(new + returned - lost, prefs)
    texts = [*(number_text(count, prefs) for count in counts), net]
    steps = list(zip((_("New"), _("Returned"), _("Lost"), _("Net")), texts, strict=True))
    return shown | {"steps": steps}


def came_and_went(values: Sequence[Value]) -> tuple[Decimal, Decimal, Decimal] | None:
    """How many customers were new, returned and lost; None where one of them is not known."""
    new, returned, lost, _net = (value.numerator for value in values)
    return None if new is None or returned is None or lost is None else (new, returned, lost)
