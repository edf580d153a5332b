"""Retention cohorts: who comes back, by the month of their first order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from crm.exports import FilePage, Table, file_urls, phone_cell
from crm.pages import Page, Pager, key_in, query_with
from crm.periods import Period, parse_period
from kpis import addresses, exports, options
from kpis.readings.cohorts import Cell, Cohort, Cohorts, Member, averages, month_of
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice
from kpis.readings.words import number_text, percent_text, period_text
from kpis.views.overview import filter_bar

PAGE, SHADES = 25, 5
LENGTHS = (12, 24, 36)
ABSENT = "absent"


def choice_asked(request: HttpRequest, at: Any) -> Choice:
    """The newest cohort that is shown is the month that the period asked for ends in."""
    choice = addresses.choice_of(request.GET, request.prefs, request.prefs.today(at), request.user, addresses.FILTERS_OF_REPORTS)
    day = min(choice.period.end, choice.today)
    return replace(choice, period=month_of(day, choice.period))


def length_asked(request: HttpRequest) -> int:
    text = request.GET.get("months") or str(LENGTHS[0])
    if text not in {str(length) for length in LENGTHS}:
        raise BadRequest("months")
    return int(text)


def cohorts_asked(choice: Choice, length: int) -> Cohorts:
    return Cohorts(choice.trend_query(length))


def cell_asked(request: HttpRequest, table: Sequence[Cohort]) -> tuple[Period, Cell, bool] | None:
    """The cell whose customers are listed; none where none is asked for."""
    key, side = request.GET.get("cohort"), request.GET.get("side") or ""
    since = key_in(request.GET.get("since") or "0")
    if side not in ("", ABSENT) or since is None:
        raise BadRequest("cohort")
    if not key:
        return None
    try:
        period = parse_period(key, request.prefs.organization.calendar_rules)
    except ValueError:
        raise BadRequest("cohort") from None
    cells = next((cohort.cells for cohort in table if cohort.period == period), ())
    if since >= len(cells):
        raise BadRequest("cohort")
    return period, cells[since], side == ABSENT


class CohortsView(Page, TemplateView):
    template_name = "kpis/cohorts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.choice, length = choice_asked(self.request, self.at), length_asked(self.request)
        with one_snapshot():
            self.cohorts = cohorts_asked(self.choice, length)
            table = self.cohorts.table(length)
            bar = filter_bar(self, names=addresses.FILTERS_OF_REPORTS) | {"compares": [], "grains": self.lengths(length)}
            return super().get_context_data(**kwargs) | bar | {
                "calendars": options.calendar_links(self.request.GET, self.choice),
                "is_stale": self.cohorts.is_stale,
                "columns": [number_text(since, self.request.prefs) for since in range(length + 1)],
                "rows": self.rows(table, length),
                "mean": self.mean(table, length),
                "files": file_urls("kpis:cohorts-file", query_with(self.request.GET, cohort=None, after=None)),
                **self.people(cell_asked(self.request, table)),
            }  # fmt: skip

    def lengths(self, chosen: int) -> list[options.Link]:
        query, prefs = self.request.GET, self.request.prefs
        return [
            options.Link(
                ngettext("%(count)s month", "%(count)s months", length) % {"count": number_text(length, prefs)},
                query_with(query, months=str(length), cohort=None, after=None),
                length == chosen,
            )
            for length in LENGTHS
        ]

    def rows(self, table: Sequence[Cohort], length: int) -> list[dict[str, Any]]:
        """The newest cohort first; a month that has not come is no cell."""
        later = [cell.share for cohort in table for cell in cohort.cells[1:] if cell.share]
        most = max(later, default=Decimal(0))
        return [
            {
                "label": period_text(cohort.period, self.request.prefs),
                "size": number_text(cohort.size, self.request.prefs),
                "cells": [self.cell(cohort, cell, most) for cell in cohort.cells],
                "missing": range(length + 1 - len(cohort.cells)),
            }
            for cohort in reversed(table)
        ]

    def cell(self, cohort: Cohort, cell: Cell, most: Decimal) -> dict[str, Any]:
        prefs, query = self.request.prefs, self.request.GET
        url = query_with(query, cohort=cohort.period.key, since=str(cell.since), side=None, after=None) + "#people"
        return {
            "share": percent_text(cell.share, prefs),
            "count": number_text(cell.count, prefs),
            "url": url if cell.size else "",
            "shade": shade(cell, most),
            "is_running": cell.is_running,
        }

    def mean(self, table: Sequence[Cohort], length: int) -> list[str]:
        found = averages(table)
        texts = [percent_text(cell and cell.share, self.request.prefs) for cell in found]
        return texts + [""] * (length + 1 - len(texts))

    def people(self, asked: tuple[Period, Cell, bool] | None) -> dict[str, Any]:
        if asked is None:
            return {}
        (cohort, cell, is_absent), query, prefs = asked, self.request.GET, self.request.prefs
        after = addresses.after_asked(query)
        found = self.cohorts.people(cohort, cell.month, absent=is_absent, after=after, limit=PAGE + 1)
        following = str(found[PAGE - 1].customer.pk) if len(found) > PAGE else None
        names = {"cohort": period_text(cohort, prefs), "month": period_text(cell.month, prefs)}
        title = (
            _("First order in %(cohort)s, none in %(month)s")
            if is_absent
            else _("First order in %(cohort)s, ordered in %(month)s")
        )
        return {
            "people_title": title % names,
            "people_total": number_text(cell.size - cell.count if is_absent else cell.count, prefs),
            "sides": [
                options.Link(label, query_with(query, side=side, after=None) + "#people", (side == ABSENT) is is_absent)
                for side, label in (("", _("Ordered")), (ABSENT, _("Did not order")))
            ],
            "people": found[:PAGE],
            "save_url": reverse("kpis:people-save", args=["cohorts"]) + query_with(query, after=None),
            "people_files": file_urls("kpis:cohorts-file", query_with(query, what="people", after=None)),
            "pager": Pager.within(query, "people", after=after, following=following),
        }


def shade(cell: Cell, most: Decimal) -> int:
    """One of five, by the share beside the largest of later months; the first month is always whole and has none."""
    return min(SHADES, int(SHADES * cell.share / most) + 1) if cell.since and cell.share and most else 0


class CohortsFileView(FilePage):
    """The cells, or the customers of one."""

    def table(self) -> Table:
        request = self.request
        choice, length = choice_asked(request, self.at), length_asked(request)
        cohorts = cohorts_asked(choice, length)
        table = cohorts.table(length)
        match request.GET.get("what", "cells"):
            case "cells":
                header = [_("Cohort"), _("Key"), _("Customers"), _("Months since"), _("Month"), _("Ordered")]
                header += [_("Share"), _("Lower"), _("Upper"), _("Still running")]
                rows = cell_rows(table, request.prefs)
            case "people":
                asked = cell_asked(request, table)
                if asked is None:
                    raise BadRequest("cohort")
                cohort, cell, is_absent = asked
                header = [_("Number"), _("Customer"), _("External ID"), _("Phone"), _("E-mail")]
                header += [_("First order"), _("Last order")]
                rows = people_rows(cohorts.everybody(cohort, cell.month, absent=is_absent))
            case _:
                raise BadRequest("what")
        return Table(_("Retention cohorts") + f"-{period_text(choice.period, request.prefs)}", header, rows)


def cell_rows(table: Sequence[Cohort], prefs: Any) -> Iterator[list[object]]:
    for cohort in table:
        for cell in cohort.cells:
            label, bounds = period_text(cohort.period, prefs), cell.interval or (None, None)
            shares = [exports.percent(number) for number in (cell.share, *bounds)]
            yield [label, cohort.period.key, cohort.size, cell.since, cell.month.key, cell.count, *shares, int(cell.is_running)]


def people_rows(people: Iterator[Member]) -> Iterator[list[object]]:
    for member in people:
        customer = member.customer
        contact = [customer.external_id, phone_cell(customer.phone), customer.email]
        yield [customer.pk, str(customer), *contact, member.first_day, member.last_day]
