"""One KPI: its value, where it comes from, what moved it, and the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.exports import FilePage, Table, file_urls
from crm.pages import Page, Pager, query_with
from crm.periods import Grain
from crm.templatetags.crm_format import format_day
from kpis import addresses, charts, dashboards, exports, options
from kpis.addresses import kpi_of
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kpi, Unit, is_hidden
from kpis.glances import gaps_of, history_of, notes_of, trend_of
from kpis.readings import RowPage, list_rows
from kpis.readings.breakdown import Part, break_down, moved_most
from kpis.readings.cards import CADENCES, NO_SPEND, Card, card_of, interval_text, rows_note, side_text
from kpis.readings.goals import reached_text
from kpis.readings.left_out import EXCLUDED
from kpis.readings.members import public_id
from kpis.readings.people import kind_behind
from kpis.readings.predicted import Sorting as PredictedSorting
from kpis.readings.predicted import list_predicted
from kpis.readings.rules import rules_text
from kpis.readings.snapshot import one_snapshot
from kpis.readings.sorting import AMOUNT, DAY, NAME, Sorting
from kpis.readings.summary import Choice, summarise
from kpis.readings.values import Value
from kpis.readings.words import difference_text, exact_text, label_text, number_text, percent_text, period_text, value_text
from kpis.views import acquisition, left_out
from kpis.views.annotations import note_row
from kpis.views.campaigns import SIDES
from kpis.views.offers import calculator
from kpis.views.overview import CARRIED_TO_KPIS, filter_bar
from kpis.views.pins import pin_of
from kpis.views.predictions import fitted_models, forecast_cells, predicted_headings, predicted_page
from kpis.views.sorting import headings, sorting_asked

PAGE = 25
# How many periods the trend of each grain shows.
TRENDS = {Grain.DAY: 31, Grain.WEEK: 26, Grain.MONTH: 18, Grain.QUARTER: 9, Grain.YEAR: 6}
USUAL_TREND = 9
FILES = {
    "trend": gettext_lazy("trend"),
    "breakdown": gettext_lazy("breakdown"),
    "rows": gettext_lazy("rows"),
    acquisition.SHARES: gettext_lazy("costs by customer"),
    EXCLUDED: gettext_lazy("excluded"),
}
HEADINGS = {NAME: gettext_lazy("Name"), DAY: gettext_lazy("Day"), AMOUNT: gettext_lazy("Adds")}
STATES = {
    "open": gettext_lazy("open: rows of these days may still come"),
    "maturing": gettext_lazy("maturing: some of these may still convert"),
    "closed": gettext_lazy("closed"),
}


def choice_for(request: HttpRequest, kpi: Kpi, at: Any) -> Choice:
    """What the address asks, narrowed by any dimension of the KPI; of a filter that it has no dimension for the page says so."""
    query = {name: value for name, value in request.GET.items() if name not in addresses.FILTERS or name in kpi.dimensions}
    choice = addresses.choice_of(query, request.prefs, request.prefs.today(at), request.user)
    choice = replace(choice, window=addresses.window_asked(query, kpi))
    others = [name for name in kpi.dimensions if name not in addresses.FILTERS and query.get(name.value)]
    if not others or is_hidden(kpi, request.user):
        return choice
    return replace(choice, filters=choice.filters | {name: addresses.member_asked(name, query[name.value]) for name in others})


def side_asked(request: HttpRequest, kpi: Kpi) -> str:
    side = request.GET.get("side") or kpi.sides[0]
    if side not in kpi.sides:
        raise BadRequest("side")
    return side


class KpiView(Page, TemplateView):
    template_name = "kpis/detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The number, its parts and its rows are of one moment."""
        with one_snapshot():
            return super().get(request, *args, **kwargs).render()

    def get_context_data(self, key: str, **kwargs: Any) -> dict[str, Any]:
        self.kpi = kpi_of(key)
        self.choice = choice_for(self.request, self.kpi, self.at)
        kpi, choice, prefs = self.kpi, self.choice, self.request.prefs
        count = TRENDS.get(choice.period.grain, USUAL_TREND)
        reading = summarise([kpi], choice, count)[kpi.key]
        by = addresses.breakdown_asked(self.request.GET, kpi)
        parts = break_down(kpi, by, choice, reading) if by and reading.now.reason not in ("no_data", "not_visible") else []
        card = card_of(reading, choice, prefs)
        notes = list(notes_of(self.request.user, reading).select_related("user"))
        return super().get_context_data(**kwargs) | {
            "kpi": kpi,
            "card": card,
            "now": reading.now,
            "exact_text": exact_text(kpi, reading.now.value, prefs) if reading.now.value is not None else "",
            "interval": interval_text(kpi, reading.now, prefs),
            "state": STATES[reading.now.state],
            "window": options.window_text(choice.window, prefs),
            "rules": rules_text(kpi, prefs),
            "history": history_of(kpi, choice, reading.now, prefs),
            "then_text": value_text(kpi, reading.then.value, prefs) if reading.then and reading.then.value is not None else "",
            "trend": trend_of(reading, choice, prefs, notes),
            "gaps": gaps_of(reading, prefs),
            "notes": [note_row(note, choice.period, self.request) for note in notes],
            "twins": self.twins(),
            "calendars": options.calendar_links(self.request.GET, choice),
            "beside": self.beside(),
            "reached": reached_text(kpi, choice),
            "drivers": [CATALOGUE[name] for name in kpi.drivers if name in CATALOGUE],
            "formula": capfirst(str(kpi.formula)),
            "link": self.link,
            "pin": pin_of(self.request, kpi.key),
            "smallest": number_text(kpi.minimum_sample, prefs),
            "cadence": CADENCES[kpi.cadence],
            "version": number_text(kpi.version, prefs),
            "files": self.files(),
            "pdf_url": reverse("kpis:kpi-pdf", args=[kpi.key]) + query_with(self.known, after=None, side=None),
            **calculator(self.request, kpi, choice, self.at),
            **fitted_models(kpi, choice, prefs),
            **self.breakdown(by, parts),
            **self.rows(reading.now),
            **filter_bar(self, kpi),
        }

    @property
    def link(self) -> str:
        """Period and filters, as another KPI's page takes them."""
        query = query_with(self.request.GET, **{name: None for name in self.request.GET if name not in CARRIED_TO_KPIS})
        return "" if query == "?" else query

    @property
    def known(self) -> QueryDict:
        """The address without filters that the KPI has no dimension for: the page says so of them, a file could not."""
        query = self.request.GET.copy()
        for name in addresses.unknown_filters(query, self.kpi):
            del query[name]
        return query

    def files(self) -> dict[str, dict[str, str]]:
        """The addresses of the three tables' files."""
        others = {acquisition.SHARES: acquisition.is_asked, EXCLUDED: left_out.is_asked}
        rows = next((name for name, is_asked in others.items() if is_asked(self.request.GET, self.kpi)), "rows")
        return {
            name: file_urls("kpis:kpi-file", query_with(self.known, what=what, after=None), self.kpi.key)
            for name, what in {"trend": "trend", "breakdown": "breakdown", "rows": rows}.items()
        }

    def beside(self) -> list[Card]:
        """Other figures of the same rows: a median beside a mean."""
        others = [CATALOGUE[key] for key in self.kpi.beside]
        readings = summarise(others, replace(self.choice, window=None), 1, is_brief=True) if others else {}
        return [card_of(reading, self.choice, self.request.prefs, self.link) for reading in readings.values()]

    def twins(self) -> list[options.Link]:
        """The same question, asked of what happened in the period or of those who entered in it."""
        return [
            options.Link(name, reverse("kpis:kpi-detail", args=[key]) + self.link, key == self.kpi.key)
            for key, name in zip(dashboards.TWINS.get(self.kpi.key, ()), (_("By period"), _("Cohort")), strict=False)
        ]

    def breakdown(self, by: Dimension | None, parts: list[Part]) -> dict[str, Any]:
        if by is None:
            return {"parts": [], "dimensions": []}
        query, prefs = self.request.GET, self.request.prefs
        title = _("By %(dimension)s") % {"dimension": inside(str(options.DIMENSIONS[by]))}
        return {
            "by_label": options.DIMENSIONS[by],
            "by_title": title,
            "adds_up": by not in self.kpi.not_additive,
            "parts": [self.part_row(part, by) for part in parts],
            "has_free": any(part.now.is_without_spend(self.kpi) for part in parts),
            "bars": charts.breakdown_chart(self.kpi, parts, title, prefs),
            "dimensions": [
                options.Link(
                    str(options.DIMENSIONS[name]), query_with(query, by=name.value, after=None) + "#breakdown", name is by
                )
                for name in self.kpi.dimensions
            ],
            "moved": [(part.label, difference_text(self.kpi, part.contribution, prefs)) for part in moved_most(parts)],
        }

    def part_row(self, part: Part, by: Dimension) -> dict[str, Any]:
        kpi, prefs = self.kpi, self.request.prefs
        return {
            "label": part.label,
            "url": self.part_url(part, by),
            "now": part.now,
            "is_small": part.now.is_small_sample(kpi),
            "no_spend": NO_SPEND if part.now.is_without_spend(kpi) else "",
            "size": number_text(part.now.sample_size, prefs) if part.now.sample_size is not None else "",
            "share": percent_text(part.share, prefs),
            "then": value_text(kpi, part.then and part.then.value, prefs, short=True),
            "contribution": difference_text(kpi, part.contribution, prefs),
        }

    def part_url(self, part: Part, by: Dimension) -> str:
        """The same figure of one member alone, with its rows."""
        member = public_id(by, part.member)
        return query_with(self.request.GET, **{by.value: "null" if member is None else str(member)}, by=None, after=None)

    def rows(self, now: Value) -> dict[str, Any]:
        """The records of one side; the total is the number above."""
        query = self.request.GET
        if acquisition.is_asked(query, self.kpi):
            table = acquisition.shares_table(query, self.choice, self.request.prefs)
            return {"sides": self.sides(acquisition.SHARES), **table}
        if left_out.is_asked(query, self.kpi):
            table = left_out.left_out_table(query, self.kpi, self.choice, self.request.prefs)
            return {"sides": self.sides(EXCLUDED), **table}
        side = side_asked(self.request, self.kpi)
        page = self.page_of_rows(side)
        return {
            "sides": self.sides(side),
            "row_title": SIDES.get((self.kpi.key, side), "") if self.kpi.is_ratio else "",
            "row_total": number_text(page.total, self.request.prefs),
            "row_note": rows_note(self.kpi, side, now, page.total),
            "row_sum": sum_text(self.kpi, side, page.amount, self.request.prefs),
            "row_list": list(self.row_cells(page)),
            "has_customers": any(row.customer for row in page.results),
            **({"row_headings": predicted_headings(query)} if self.kpi.is_fitted else row_headings(query, page)),
            "save_url": self.save_url(side) if page.results else "",
            "rows_pager": Pager.within(query, "rows", after=query.get("after"), following=page.next),
        }

    def sides(self, shown: str) -> list[options.Link]:
        """The tables of records, one beside the other."""
        first, *others = self.kpi.sides
        names = {"numerator": _("Numerator"), "denominator": _("Denominator")} if others else {first: _("Rows")}
        if acquisition.has_shares(self.kpi):
            names[acquisition.SHARES] = _("Each new customer")
        if left_out.leaves_out(self.kpi):
            names[EXCLUDED] = _("Excluded")
        # Nothing that is stored tells how many are left out, and nobody waits for the page until they are counted.
        counts = {EXCLUDED: reverse("kpis:kpi-excluded", args=[self.kpi.key]) + query_with(self.known, side=None, after=None)}
        query = self.request.GET
        return [
            options.Link(label, query_with(query, side=name, after=None) + "#rows", name == shown, counts.get(name, ""))
            for name, label in names.items()
        ]

    def page_of_rows(self, side: str) -> RowPage:
        query = self.request.GET
        if self.kpi.is_fitted:
            return predicted_page(query, self.kpi, side, self.choice, PAGE)
        return rows_page(query, self.kpi, side, self.choice)

    def save_url(self, side: str) -> str:
        """Where the people of these rows are saved as a list, if they are anybody's."""
        if kind_behind(self.kpi, side, self.choice.trend_query(1)) is None:
            return ""
        return reverse("kpis:people-save", args=["kpi"]) + query_with(self.known, kpi=self.kpi.key, after=None)

    def row_cells(self, page: RowPage) -> Iterator[dict[str, Any]]:
        prefs, side = self.request.prefs, side_asked(self.request, self.kpi)
        for row in page.results:
            yield {
                "type": exports.TYPES.get(row.type, row.type),
                "label": label_text(row.label, prefs),
                "score": "" if row.score is None else number_text(row.score, prefs),
                "forecast": forecast_cells(row.forecast, prefs) if row.forecast else {},
                "url": row.url,
                "iso": row.day.isoformat(),
                "day": format_day(row.day, prefs),
                "amount": amount_text(self.kpi, side, row.amount, prefs),
                "customer": label_text(row.customer, prefs),
                "owner": row.owner,
            }


def inside(name: str) -> str:
    """A name inside a sentence; abbreviations stay as they are."""
    return " ".join(word if word.isupper() else word.lower() for word in name.split(" "))


def rows_page(query: QueryDict, kpi: Kpi, side: str, choice: Choice) -> RowPage:
    sorting = sorting_asked(query, Sorting.of)
    try:
        return list_rows(kpi, side, choice.trend_query(1), sorting=sorting, after=query.get("after", ""), limit=PAGE)
    except ValueError:
        raise BadRequest("after") from None


def row_headings(query: QueryDict, page: RowPage) -> dict[str, Any]:
    """The name and, at the end of the table, the day and the amount; what nothing can be sorted by is no link."""
    found = headings(query, HEADINGS, page.sorting.column, is_falling=page.sorting.is_falling)
    links = [each if column in page.orders else each | {"url": ""} for column, each in zip(HEADINGS, found, strict=True)]
    return {"name_heading": links[0], "row_headings": links[1:]}


def amount_text(kpi: Kpi, side: str, amount: Decimal, prefs: Any) -> str:
    """What one row adds: money, hours for seconds, else one."""
    if kpi.unit is Unit.HOURS and side == "numerator":
        return value_text(kpi, amount / kpi.divisor, prefs)
    return side_text(kpi, side, amount, prefs)


def sum_text(kpi: Kpi, side: str, amount: Decimal | None, prefs: Any) -> str:
    """What all rows of a side add up to, in the unit of each; nothing of what is no sum."""
    return side_text(kpi, side, amount, prefs) and amount_text(kpi, side, amount, prefs)


class KpiExcludedView(Page, TemplateView):
    """How many records are left out of the number: a fragment for their tab, refused where the tab is."""

    template_name = "kpis/_excluded.html"

    def get_context_data(self, key: str, **kwargs: Any) -> dict[str, Any]:
        kpi = kpi_of(key)
        if not left_out.leaves_out(kpi):
            raise BadRequest("side")
        count = left_out.count_text(kpi, choice_for(self.request, kpi, self.at), self.request.prefs)
        return super().get_context_data(count=count, **kwargs)


class KpiFileView(FilePage):
    """The trend, the breakdown or the rows of a KPI."""

    def table(self, key: str) -> Table:
        kpi, request = kpi_of(key), self.request
        addresses.refuse_unknown_filters(request.GET, kpi)
        if request.GET.get("after"):  # a file has all rows, from whichever page it is asked for
            raise BadRequest("after")
        choice = choice_for(request, kpi, self.at)
        prefs, what = request.prefs, request.GET.get("what", "trend")
        match what:
            case "trend":
                reading = summarise([kpi], choice, TRENDS.get(choice.period.grain, USUAL_TREND))[kpi.key]
                header, rows = exports.trend_table(kpi, reading.trend, prefs, request.user)
            case "breakdown":
                by = addresses.breakdown_asked(request.GET, kpi)
                if by is None:
                    raise BadRequest("by")
                with one_snapshot():
                    parts = break_down(kpi, by, choice, summarise([kpi], choice, 1)[kpi.key])
                header, rows = exports.breakdown_table(kpi, parts, str(options.DIMENSIONS[by]), prefs, request.user)
            case "rows":
                side = side_asked(request, kpi)
                header, rows = exports.rows_table(kpi, side, self.listing(kpi, side, choice), prefs)
            case acquisition.SHARES if acquisition.has_shares(kpi):
                header, rows = acquisition.shares_file(choice, prefs)
            case left_out.EXCLUDED if left_out.leaves_out(kpi):
                header, rows = left_out.left_out_file(kpi, choice, prefs)
            case _:
                raise BadRequest("what")
        return Table(f"{kpi.name}-{FILES[what]}-{period_text(choice.period, prefs)}", header, rows)

    def listing(self, kpi: Kpi, side: str, choice: Choice) -> Callable[..., RowPage]:
        """What lists the rows, in the order of the page."""
        query = choice.trend_query(1)
        if kpi.is_fitted:
            return partial(list_predicted, kpi, side, query, sorting_asked(self.request.GET, PredictedSorting.of))
        return partial(list_rows, kpi, side, query, sorting=sorting_asked(self.request.GET, Sorting.of))
