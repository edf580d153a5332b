"""Charts as data: what `static/js/charts.js` draws and what the table beside it says are made of the same values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.jalali import SEASONS, language_key
from crm.periods import Calendar, Grain, Period, day_title, month_title, parts
from crm.preferences import Preferences
from crm.templatetags.crm_format import reader_digits
from kpis.definitions import Kpi, Unit
from kpis.readings.breakdown import Part
from kpis.readings.occasions import occasions_of
from kpis.readings.values import Value
from kpis.readings.words import number_text, percent_text, period_text, value_text, with_sign

WIDTH, HEIGHT, EDGE = 160, 40, 4
MOST_BARS = 8
LONGEST_NOTE = 28
Note = tuple[date, str]
# A name, its figures, and how its line looks.
Column = tuple[str, Sequence[Decimal | None], str]


def sparkline(values: Sequence[Value], *, is_open: bool) -> dict[str, Any] | None:
    """A line without axes. A running period is a dot of its own: a line to it would say that all has fallen."""
    known = [value.value for value in values if value.value is not None]
    if len(known) < 2:
        return None
    least, most = min(known), max(known)
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    places = [
        None if value.value is None else (round(EDGE + index * step, 1), height(value.value, least, most))
        for index, value in enumerate(values)
    ]
    line, last = (places[:-1] if is_open else places), places[-1]
    drawing = {"path": path_of(line), "width": WIDTH, "height": HEIGHT}
    if last:
        drawing |= {"last_x": str(last[0]), "last_y": str(last[1])}
    return drawing


def height(value: Decimal, least: Decimal, most: Decimal) -> float:
    share = float((value - least) / (most - least)) if most > least else 0.5
    return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)


def path_of(places: Sequence[tuple[float, float] | None]) -> str:
    """Where a value is missing the line stops and begins again; one between two gaps is a dot."""
    pieces = []
    for before, place, after in zip((None, *places), places, (*places[1:], None), strict=False):
        if place is None:
            continue
        pieces.append(f"{'M' if before is None else 'L'}{place[0]} {place[1]}")
        if before is None and after is None:
            pieces.append("h0")
    return "".join(pieces)


def plain_number(kpi: Kpi, value: Decimal | None, prefs: Preferences) -> float | None:
    """The number that is drawn: percents as percents, money in the reader's unit."""
    if value is None:
        return None
    if kpi.unit is Unit.PERCENT:
        return float(value * 100)
    if kpi.unit is Unit.MONEY:
        return float(value / prefs.unit.factor)
    return float(value)


def unit_name(kpi: Kpi, prefs: Preferences) -> str:
    match kpi.unit:
        case Unit.MONEY:
            return prefs.unit.name(prefs.language)
        case Unit.HOURS:
            return _("hours")
        case Unit.DAYS:
            return _("days")
        case Unit.MONTHS:
            return _("months")
    return ""


def drawn_as(kpi: Kpi) -> str:
    """A count has whole ticks alone."""
    return {Unit.PERCENT: "percent", Unit.COUNT: "count"}.get(kpi.unit, "number")


def trend_chart(
    kpi: Kpi,
    values: Sequence[Value],
    prefs: Preferences,
    *,
    today: date,
    is_open: bool,
    before: Sequence[Value] = (),
    targets: Sequence[Decimal | None] = (),
    notes: Sequence[Note] = (),
) -> dict[str, Any]:
    """The line of a KPI, with the same periods of the year before, the targets, and what happened, where there are any."""
    periods = [value.period for value in values]
    columns = [(str(kpi.name), [value.value for value in values], "series1")]
    if before:
        columns.append((_("A year before"), [value.value for value in before], "previous"))
    if any(target is not None for target in targets):
        columns.append((_("Target"), list(targets), "target"))
    marks = marks_of(periods, notes, today)
    data = {
        "kind": "line",
        "labels": axis_labels(periods, prefs),
        "series": [series_of(kpi, column, prefs, is_open=is_open and not index) for index, column in enumerate(columns)],
        "format": drawn_as(kpi),
        "unit": unit_name(kpi, prefs),
        "summary": trend_summary(kpi, values, prefs),
        "annotations": [{"at": at, "text": short_note(text)} for at, text in marks.items()],
    }
    headings = [_("Period"), *(name for name, _figures, _style in columns), *([_("What happened")] if marks else [])]
    rows = trend_rows(kpi, periods, columns, marks, prefs)
    chart = {"id": "trend", "title": str(kpi.name), "data": data, "headings": headings, "rows": rows, "size": "tall"}
    return chart | {"span": span_text(periods, prefs)}


def span_text(periods: Sequence[Period], prefs: Preferences) -> str:
    """From when to when a line runs."""
    first, last = period_text(periods[0], prefs), period_text(periods[-1], prefs)
    return first if len(periods) == 1 else _("%(lower)s to %(upper)s") % {"lower": first, "upper": last}


def trend_rows(
    kpi: Kpi, periods: Sequence[Period], columns: Sequence[Column], marks: Mapping[int, str], prefs: Preferences
) -> list[list[str]]:
    """The table beside the line, the newest period first."""
    rows = [
        [period_text(period, prefs), *(value_text(kpi, figures[index], prefs) for _name, figures, _style in columns)]
        for index, period in enumerate(periods)
    ]
    if marks:
        rows = [[*row, marks.get(index, "")] for index, row in enumerate(rows)]
    return rows[::-1]


def series_of(kpi: Kpi, column: Column, prefs: Preferences, *, is_open: bool) -> dict[str, Any]:
    name, figures, style = column
    numbers = [plain_number(kpi, figure, prefs) for figure in figures]
    return {"name": name, "values": numbers, "style": style, "openLast": is_open}


def trend_summary(kpi: Kpi, values: Sequence[Value], prefs: Preferences) -> str:
    """The line in one sentence."""
    known = [value for value in values if value.value is not None]
    if not known:
        return _("There is no figure in these periods.")
    first, last = known[0], known[-1]
    if first is last:
        words = {"value": value_text(kpi, first.value, prefs, short=True), "period": period_text(first.period, prefs)}
        return _("%(value)s in %(period)s, and no other figure to compare with.") % words
    most = max(known, key=lambda value: value.value)
    return _("%(first)s in %(first_period)s, %(last)s in %(last_period)s; highest %(most)s in %(most_period)s.") % {
        "first": value_text(kpi, first.value, prefs, short=True),
        "first_period": period_text(first.period, prefs),
        "last": value_text(kpi, last.value, prefs, short=True),
        "last_period": period_text(last.period, prefs),
        "most": value_text(kpi, most.value, prefs, short=True),
        "most_period": period_text(most.period, prefs),
    }


def axis_labels(periods: Sequence[Period], prefs: Preferences) -> list[str]:
    """Short names: the year (or the month, of days) only where it begins."""
    return [reader_digits(axis_label(period, is_first=not index, prefs=prefs), prefs) for index, period in enumerate(periods)]


def axis_label(period: Period, *, is_first: bool, prefs: Preferences) -> str:
    language = language_key(prefs.language)
    year, month, day = parts(period.start, period.calendar)
    match period.grain:
        case Grain.MONTH:
            title = month_title(period.start, period.calendar, language)
            return title if is_first or month == 1 else title.removesuffix(f" {year}")
        case Grain.QUARTER if period.calendar is Calendar.JALALI:
            season = SEASONS[language][period.quarter - 1]
            return f"{season} {year}" if is_first or period.quarter == 1 else season
        case Grain.DAY:
            return short_day(period, language) if is_first or day == 1 else str(day)
        case Grain.WEEK:
            return short_day(period, language)
        case Grain.RANGE:
            return period.label(language, latin_digits=True).removesuffix(f" {parts(period.end, period.calendar)[0]}")
    return period.label(language, latin_digits=True)


def short_day(period: Period, language: str) -> str:
    year = parts(period.start, period.calendar)[0]
    return day_title(period.start, period.calendar, language).removesuffix(f" {year}")


def marks_of(periods: Sequence[Period], notes: Sequence[Note], today: date) -> dict[int, str]:
    """What happened, by the place of its period: past days of the calendar and notes; those of one period in one mark."""
    texts: dict[int, list[str]] = {}
    for day, text in sorted([*occasions_of(periods, today), *notes], key=lambda each: each[0]):
        index = next((index for index, period in enumerate(periods) if day in period), None)
        if index is not None:
            texts.setdefault(index, []).append(str(text))
    return {index: " · ".join(found) for index, found in sorted(texts.items())}


def short_note(text: str) -> str:
    return text if len(text) <= LONGEST_NOTE else text[: LONGEST_NOTE - 1] + "…"


def highest(kpi: Kpi, parts_: Sequence[Part], prefs: Preferences) -> str:
    """Which member stands highest: among those with enough behind them, where any has."""
    sure = [part for part in parts_ if not part.now.is_small_sample(kpi)]
    most = max(sure or parts_, key=lambda part: part.now.value)
    words = {"name": most.label, "value": value_text(kpi, most.now.value, prefs, short=True)}
    return _("Highest: %(name)s with %(value)s.") % words


def breakdown_chart(kpi: Kpi, parts_: Sequence[Part], title: str, prefs: Preferences) -> dict[str, Any] | None:
    """Bars of the largest members whose value says something; the whole list stands in the table below."""
    shown = [part for part in parts_ if part.now.value is not None and not part.now.is_without_spend(kpi)][:MOST_BARS]
    if len(shown) < 2:
        return None
    data = {
        "kind": "hbar",
        "labels": [part.label for part in shown],
        "series": [
            {
                "name": str(kpi.name),
                "values": [plain_number(kpi, part.now.value, prefs) for part in shown],
                "style": "series1",
            }
        ],
        "format": drawn_as(kpi),
        "unit": unit_name(kpi, prefs),
        "summary": highest(kpi, shown, prefs),
    }
    texts = [value_text(kpi, part.now.value, prefs, short=True) for part in shown]
    return {"id": "breakdown-chart", "title": title, "data": data, "texts": texts, "headings": [], "rows": [], "size": ""}


def funnel_chart(
    title: str, counts: Sequence[tuple[str, str, Decimal | None]], prefs: Preferences, gap: str = ""
) -> dict[str, Any]:
    """The steps of a funnel, in one sentence and as a table, too; `gap` says why there is no number."""
    steps = funnel_steps(counts, prefs)
    return {
        "title": title,
        "data": {"summary": gap or funnel_summary(counts, prefs)},
        "steps": steps,
        "headings": [_("Step"), _("Count"), _("Of the first")],
        "rows": [[step["name"], step["count_text"], step["of_first"]] for step in steps],
    }


def funnel_summary(counts: Sequence[tuple[str, str, Decimal | None]], prefs: Preferences) -> str:
    """How many there were at first and at last, as far as one is told."""
    known = [(name, count) for name, _url, count in counts if count is not None]
    if not known:
        return _("No figures with these filters.")
    (first, start), (last, end) = known[0], known[-1]
    words = {"first": first, "start": number_text(start, prefs), "last": last, "end": number_text(end, prefs)}
    return _("%(first)s: %(start)s; %(last)s: %(end)s.") % words


def funnel_steps(counts: Sequence[tuple[str, str, Decimal | None]], prefs: Preferences) -> list[dict[str, Any]]:
    """Steps as (name, address, count): each with its share of the first one."""
    first = next((count for _name, _url, count in counts if count), None)
    return [
        {
            "name": name,
            "url": url,
            "count_text": number_text(count, prefs),
            "percent": min(int(100 * count / first), 100) if first and count and count > 0 else 0,
            "of_first": share,
            "share_text": _("%(percent)s of the first step") % {"percent": share} if index and share else "",
        }
        for index, (name, url, count) in enumerate(counts)
        for share in [percent_text(count / first, prefs) if first and count is not None else ""]
    ]


def waterfall_steps(steps: Sequence[tuple[str, Decimal, str]], net_label: str, prefs: Preferences) -> list[dict[str, Any]]:
    """Steps as (label, difference, tone), each starting where the one before ended, and their sum."""
    levels = list(running_sums([difference for _label, difference, _tone in steps]))
    low, high = min(*levels, Decimal(0)), max(*levels, Decimal(0))
    scale = float(high - low) or 1.0

    def bar(start: Decimal, end: Decimal) -> dict[str, float]:
        return {
            "start": round(float(min(start, end) - low) / scale * 100, 2),
            "length": round(float(abs(end - start)) / scale * 100, 2),
        }

    drawn = [
        {"label": label, "value_text": signed_count(difference, prefs), "tone": tone, **bar(level - difference, level)}
        for (label, difference, tone), level in zip(steps, levels, strict=True)
    ]
    net = levels[-1]
    return [*drawn, {"label": net_label, "value_text": signed_count(net, prefs), "tone": "total", **bar(Decimal(0), net)}]


def running_sums(differences: Sequence[Decimal]) -> Iterator[Decimal]:
    level = Decimal(0)
    for difference in differences:
        level += difference
        yield level


def signed_count(count: Decimal, prefs: Preferences) -> str:
    return with_sign(("+" if count > 0 else "") + number_text(count, prefs), prefs)


def weeks_chart(key: str, kpi: Kpi, columns: Sequence[Column], periods: Sequence[Period], prefs: Preferences) -> dict[str, Any]:
    """Lines of amounts by week; `kpi` says their unit, the first column what the chart is of."""
    title, figures, _style = columns[0]
    most = max(range(len(periods)), key=lambda index: figures[index])
    data = {
        "kind": "line",
        "labels": axis_labels(periods, prefs),
        "series": [series_of(kpi, column, prefs, is_open=False) for column in columns],
        "format": drawn_as(kpi),
        "unit": unit_name(kpi, prefs),
        "summary": _("Highest: %(most)s in %(period)s; %(sum)s in all of these weeks.")
        % {
            "most": value_text(kpi, figures[most], prefs, short=True),
            "period": period_text(periods[most], prefs),
            "sum": value_text(kpi, sum(figures, Decimal(0)), prefs, short=True),
        },
        "annotations": [],
    }
    headings = [_("Week"), *(name for name, _figures, _style in columns)]
    return {"id": key, "title": title, "data": data, "headings": headings, "rows": trend_rows(kpi, periods, columns, {}, prefs)}
