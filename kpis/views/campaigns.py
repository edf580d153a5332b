"""The report card of campaigns: what each cost and brought in, with the rows behind every number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from campaigns.models import Campaign
from crm.exports import KINDS, Table, file_response
from crm.pages import Page, query_with
from crm.permissions import may_see_costs, may_sell
from crm.preferences import Preferences
from kpis import addresses, exports, options
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Unit
from kpis.readings.campaigns import FIGURES, HEADINGS, PARTIAL, Campaigns, Figure, Sums
from kpis.readings.cards import NO_SPEND, data_value, small_sample_text
from kpis.readings.snapshot import one_snapshot
from kpis.readings.words import number_text, period_text, value_text
from kpis.views.overview import filter_bar

# What the bar of filters is of.
KPI = CATALOGUE["cost_per_lead"]
EARLIER_PERIODS = 12
# What the rows of one side of a KPI are called, where a column leads to them.
SIDES = {figure.top: HEADINGS[figure.key] for figure in FIGURES if figure.bottom is None}
# By what the report is sorted where its address says nothing: the first of these that the reader may see.
USUAL_ORDER = ("cost_per_converted_lead", "converted")


def caution_text(campaigns: Campaigns, figure: Figure, sums: Sums, prefs: Preferences) -> str:
    """Why a number says nothing of what it is about."""
    value = campaigns.value(figure, sums)
    if figure.is_without_spend(value):
        return str(NO_SPEND)
    is_small = value is not None and campaigns.is_small_sample(figure, sums)
    return small_sample_text(number_text(sums[figure.counted], prefs)) if is_small else ""


class CampaignsReportView(Page, TemplateView):
    """Which campaign brings a converted lead for least, and who are these leads?"""

    template_name = "kpis/campaigns_report.html"
    permits = staticmethod(may_sell)
    title = gettext_lazy("Campaign report card")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, prefs = self.request.GET, self.request.prefs
        self.choice = addresses.choice_of(query, prefs, prefs.today(self.at), self.request.user, addresses.FILTERS_OF_REPORTS)
        with one_snapshot():
            self.campaigns = Campaigns(replace(self.choice.trend_query(1), filters={}))
            figure, is_turned = self.order()
            bar = filter_bar(self, KPI) | {"compares": []}
            return (
                super().get_context_data(**kwargs)
                | bar
                | {
                    "selects": [*(each for each in bar["selects"] if each["name"] == Dimension.CHANNEL), self.sorting(figure)],
                    "carried": addresses.carried(query, "compare", "campaign", "channel", "sort"),
                    "calendars": options.calendar_links(query, self.choice),
                    "earlier": self.earlier(),
                    "columns": self.columns(figure, is_turned=is_turned),
                    "rows": [self.row(key) for key in self.ranked],
                    "total": (total := self.total()),
                    "has_paid": any(cell["paid"] for cell in total),
                    "is_stale": self.campaigns.is_stale,
                    "partial": PARTIAL if self.campaigns.is_partial else "",
                    "sees_costs": may_see_costs(self.request.user),
                    "files": {kind: query_with(query, export=kind) for kind in KINDS},
                }
            )

    def sorting(self, chosen: Figure) -> dict[str, Any]:
        """What the headings do, where a narrow screen has none."""
        found = [(figure.key, HEADINGS[figure.key], figure is chosen) for figure in self.figures]
        return {"name": "sort", "label": _("Sort by"), "options": found}

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The columns."""
        return self.campaigns.shown

    @cached_property
    def ranked(self) -> list[int]:
        """The campaigns that are shown, in their order on the page and in files."""
        figure, is_turned = self.order()
        return [key for key in self.keys(figure, is_turned=is_turned) if key in self.names]

    def keys(self, figure: Figure, *, is_turned: bool) -> list[int]:
        return self.campaigns.ranked(figure, is_turned=is_turned)

    def order(self) -> tuple[Figure, bool]:
        """The column to sort by, and whether the worst comes first; a column that is not shown is none."""
        shown = {figure.key: figure for figure in self.figures}
        text = self.request.GET.get("sort") or next(key for key in USUAL_ORDER if key in shown)
        figure = shown.get(text.removeprefix("-"))
        if figure is None:
            raise BadRequest(f"sort: {text[:40]}")
        return figure, text.startswith("-")

    @cached_property
    def names(self) -> dict[int, str]:
        """The campaigns that are shown: those of the channel that is asked for."""
        rows = self.offered()
        if (channel := self.choice.filters.get(Dimension.CHANNEL)) is not None:
            rows = rows.filter(channel=channel or None)
        return dict(rows.values_list("pk", "name"))

    def offered(self) -> QuerySet[Campaign]:
        return Campaign.objects.visible_to(self.request.user).filter(pk__in=self.campaigns.by_campaign)

    @cached_property
    def goals(self) -> dict[int, dict[str, str]]:
        """What each campaign is for, and what counts as reached."""
        goals, events = dict(Campaign.Goal.choices), dict(Campaign.GoalEvent.choices)
        rows = self.offered().values_list("pk", "goal", "goal_event")
        return {key: {"goal": str(goals[goal]), "event": str(events[event])} for key, goal, event in rows}

    def earlier(self) -> list[options.Link]:
        """The period and those before it, each one click away."""
        periods = addresses.periods_before(self.choice, EARLIER_PERIODS)
        return [
            options.Link(period_text(period, self.request.prefs), query_with(self.request.GET, period=period.key, grain=None),
                       period == self.choice.period)
            for period in periods
        ]  # fmt: skip

    def columns(self, chosen: Figure, *, is_turned: bool) -> list[dict[str, Any]]:
        """Each heading sorts by its column, the best first; pressed again the worst."""
        found = []
        for figure in self.figures:
            is_chosen = figure is chosen
            sort = f"-{figure.key}" if is_chosen and not is_turned else figure.key
            is_rising = is_chosen and figure.is_cost != is_turned
            aria = ("ascending" if is_rising else "descending") if is_chosen else ""
            found.append(
                {"label": HEADINGS[figure.key], "url": query_with(self.request.GET, sort=sort), "aria": aria, "is_number": True}
            )
        return found

    def row(self, key: int) -> dict[str, Any]:
        return {
            "name": self.names[key],
            "goal": _("Goal: %(goal)s (%(event)s)") % self.goals[key],
            "url": reverse("kpis:campaign-detail", args=[key]),
            "cells": self.cells(self.sums(key), key),
        }

    def sums(self, key: int) -> Sums:
        return self.campaigns.together([key])

    def cells(self, sums: Sums, campaign: int | None = None) -> list[dict[str, Any]]:
        return [self.cell(figure, sums, campaign) for figure in self.figures]

    def total(self) -> list[dict[str, Any]]:
        """All that are shown, as one."""
        cells = self.cells(self.campaigns.together(self.names))
        for figure, cell in zip(self.figures, cells, strict=True):
            paid = self.campaigns.value_of_paid(figure, self.names)
            cell["paid"] = "" if paid is None else value_text(figure.kpi, paid, self.request.prefs, short=True)
        return cells

    def cell(self, figure: Figure, sums: Sums, campaign: int | None) -> dict[str, Any]:
        value = self.campaigns.value(figure, sums)
        text = "—" if value is None else data_value(value, value_text(figure.kpi, value, self.request.prefs, short=True))
        key, side = figure.rows
        asked = {"period": self.choice.period.key, "campaign": campaign, "side": side}
        link = f"{reverse('kpis:kpi-detail', args=[key])}?{urlencode(asked)}#rows"
        return {
            "label": HEADINGS[figure.key],
            "text": text,
            "url": link if campaign and value is not None else "",
            "caution": caution_text(self.campaigns, figure, sums, self.request.prefs),
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            title = f"{self.title}-{period_text(self.choice.period, self.request.prefs)}"
            return file_response(self.request, kind, Table(title, self.header(), self.lines()))
        return super().render_to_response(context, **kwargs)

    def header(self) -> list[str]:
        units = {Unit.MONEY: exports.money_unit(self.request.prefs)[0]}
        figures = [exports.with_unit(str(HEADINGS[figure.key]), units.get(figure.kpi.unit, "")) for figure in self.figures]
        about = [_("Number"), _("Campaign"), _("Goal"), _("Counts as reached")]
        return [*about, *figures, *([_("Quality")] if self.campaigns.is_partial else [])]

    def lines(self) -> Iterator[list[object]]:
        partial = [str(PARTIAL)] if self.campaigns.is_partial else []
        for key in self.ranked:
            sums, prefs = self.sums(key), self.request.prefs
            values = [(figure.kpi, self.campaigns.value(figure, sums)) for figure in self.figures]
            about = [key, self.names[key], *self.goals[key].values()]
            yield [*about, *(exports.value_cell(kpi, value, prefs) for kpi, value in values), *partial]
