"""The overview of all KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from crm.exports import FilePage, Table, file_urls
from crm.pages import Page, query_with
from crm.permissions import may_sell
from kpis import addresses, charts, dashboards, exports, glances, options
from kpis.addresses import CARRIED_TO_KPIS, FILTERS
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kpi
from kpis.funnel import Step
from kpis.glances import notes_of
from kpis.models import Alert
from kpis.models.scope import COLUMNS
from kpis.readings.bells import alert_sentence, path_of
from kpis.readings.cards import Card, card_of, compared_words, reason_text
from kpis.readings.freshness import state_of
from kpis.readings.funnel import FILTERS as FILTERS_OF_LEADS
from kpis.readings.funnel import Funnel
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Reading, overview, summarise
from kpis.readings.words import period_text
from kpis.views.samples import sample_banner
from kpis.views.tv import is_screen, screen_of, screen_url

MOST_ALARMS = 3


class Cards(Page, TemplateView):
    """A page of cards: of the period and the filters that stand in its address."""

    @property
    def link(self) -> str:
        """What leads from a card to its KPI's page: the same period and filters."""
        query = self.request.GET
        return query_with(query, **{name: None for name in query if name not in CARRIED_TO_KPIS})

    def card(self, reading: Reading) -> Card:
        return card_of(reading, self.choice, self.request.prefs, "" if self.link == "?" else self.link)


class OverviewView(Cards):
    """Are we all right? Eight cards, one trend, the funnel, who comes and goes and what they say; the rest when scrolled to."""

    template_name = "kpis/overview.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return screen_of(None, request, self.at) if is_screen(request) else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, prefs = self.request.GET, self.request.prefs
        self.choice = addresses.choice_of(query, prefs, prefs.today(self.at), self.request.user)
        timing = addresses.timing_asked(query)
        pinned = dashboards.pinned(self.request.user, timing)
        self.charted = self.charted_of(pinned)
        shown = {kpi.key for kpi in pinned} | {self.charted, *dashboards.FUNNEL_OF_PERIOD, *dashboards.GROWTH}
        with one_snapshot():
            readings = overview([kpi for kpi in CATALOGUE.values() if kpi.key in shown], self.choice, CATALOGUE[self.charted])
            promoters, segments, fresh_url = self.promoters(), self.segments(), self.fresh_url()
        return super().get_context_data(**kwargs) | {
            "cards": [self.card(readings[kpi.key]) for kpi in pinned],
            "trend": self.trend(readings),
            "charted": [(kpi.key, kpi.name, kpi.key == self.charted) for kpi in CATALOGUE.values()],
            "funnel": self.funnel(readings) if may_sell(self.request.user) else None,
            "growth": self.growth(readings),
            "growth_gap": glances.growth_gap(readings, self.request.user),
            "promoters": promoters,
            "segments": segments,
            "alarms": self.alarms(),
            "samples": sample_banner(self.request.user),
            "fresh_url": fresh_url,
            "timings": [
                options.Link(str(name), query_with(query, timing=value), value is timing)
                for value, name in options.TIMINGS.items()
            ],
            "compared": compared_words(self.choice, prefs),
            "tv_url": screen_url(self.request.path, query, self.choice),
            "pdf_url": reverse("kpis:overview-pdf") + query_with(query, chart=None, funnel=None, timing=None),
            "more_url": reverse("kpis:more") + query_with(query, chart=None, funnel=None),
            **filter_bar(self),
        }

    def fresh_url(self) -> str:
        """Where a page that stays open asks for newer figures; those of a period that is over seldom change."""
        period = self.choice.period
        if not period.is_running(self.choice.today):
            return ""
        return f"{reverse('kpis:fresh')}?{urlencode({'period': period.key, 'seen': state_of(period)})}"

    def charted_of(self, pinned: list[Kpi]) -> str:
        """The KPI whose trend is drawn large: the first card's where none is chosen."""
        key = self.request.GET.get("chart") or pinned[0].key
        if key not in CATALOGUE:
            raise BadRequest("chart")
        return key

    def trend(self, readings: dict[str, Reading]) -> dict[str, Any]:
        """The chosen KPI over thirteen periods."""
        reading = readings[self.charted]
        return glances.trend_of(reading, self.choice, self.request.prefs, notes_of(self.request.user, reading))

    def funnel(self, readings: dict[str, Reading]) -> dict[str, Any]:
        """Counts of the period, or what became of the period's leads: said which, because they differ."""
        is_cohort = addresses.enum_asked(Shown, self.request.GET.get("funnel"), Shown.PERIOD) is Shown.COHORT
        links = [
            options.Link(_("By period"), query_with(self.request.GET, funnel=None), not is_cohort),
            options.Link(_("Cohort"), query_with(self.request.GET, funnel=Shown.COHORT.value), is_cohort),
        ]
        page = reverse("kpis:funnel") + ("" if self.link == "?" else self.link)
        steps = self.cohort_steps(page) if is_cohort else self.period_steps(readings)
        first = readings[dashboards.FUNNEL_OF_PERIOD[0]]
        gap = reason_text(first.kpi, first.now) if first.now.reason == "no_data" and not is_cohort else ""
        chart = charts.funnel_chart(_("Sales funnel"), steps, self.request.prefs, gap)
        return chart | {"links": links, "is_cohort": is_cohort, "url": page}

    def alarms(self) -> list[dict[str, str]]:
        """What has rung last and nobody has looked at."""
        prefs, unread = self.request.prefs, Alert.objects.visible_to(self.request.user).unread()
        latest = (
            unread.filter(rule__kpi__in=CATALOGUE)
            .select_related("landing_page", *(f"rule__{column}" for column in COLUMNS.values()))
            .order_by("-raised_at", "-pk")
        )
        return [{"text": alert_sentence(each, prefs), "url": path_of(each)} for each in latest[:MOST_ALARMS]]

    def period_steps(self, readings: dict[str, Reading]) -> list[tuple[str, str, Decimal | None]]:
        return [(str(glances.STEP_NAMES[key]), self.page_of(key), count) for key, count in glances.period_steps(readings)]

    def cohort_steps(self, page: str) -> list[tuple[str, str, Decimal | None]]:
        """The steps of the funnel's own page; none where the filters have no meaning for leads."""
        if not set(self.choice.filters) <= set(FILTERS_OF_LEADS):
            return [(str(step.label), page, None) for step in Step]
        funnel = Funnel(self.choice.trend_query(1))
        return [
            (str(figures.step.label), page, None if funnel.is_hidden else Decimal(figures.count)) for figures in funnel.counted()
        ]

    def growth(self, readings: dict[str, Reading]) -> dict[str, Any] | None:
        found = glances.growth_of(readings, self.request.prefs)
        return found and found | {
            "steps": [
                step | {"url": self.page_of(key) + "#rows"} for step, key in zip(found["steps"], dashboards.GROWTH, strict=True)
            ],
            "before": self.growth_before(readings),
            "url": self.page_of("net_customer_growth"),
        }

    def growth_before(self, readings: dict[str, Reading]) -> dict[str, Any] | None:
        found = glances.growth_before(readings, self.choice, self.request.prefs)
        return found and found | {
            "steps": [
                {"label": label, "value": value, "url": self.page_of(key, period=found["period"].key) + "#rows"}
                # Of a month before all records there are none.
                for (label, value), key in zip(found["steps"], dashboards.GROWTH, strict=False)
            ]
        }

    def promoters(self) -> dict[str, Any] | None:
        found = glances.promoters_of(self.choice, self.request.prefs)
        return found and found | {
            "bars": [row | {"url": self.page_of("nps", period=row["key"])} for row in found["bars"]],
            "url": reverse("kpis:nps-seasons"),
        }

    def segments(self) -> dict[str, Any] | None:
        """Their counts come after the page: `SegmentsView`."""
        found, url = glances.segments_to_come(self.choice, self.request.prefs), reverse("kpis:segments")
        return found and linked(found) | {"counts_url": url + query_with(self.request.GET, chart=None, funnel=None, timing=None)}

    def page_of(self, key: str, **changes: str) -> str:
        query = self.request.GET
        link = query_with(query, **{name: None for name in query if name not in CARRIED_TO_KPIS} | changes)
        return reverse("kpis:kpi-detail", args=[key]) + ("" if link == "?" else link)


class FreshView(Page, View):
    """Whether figures of a period were computed since a page of it was seen: 200 where they were, else 204, without a word."""

    def get(self, request: HttpRequest) -> HttpResponse:
        query, prefs = request.GET, request.prefs
        period = addresses.period_asked(query, prefs, prefs.today(self.at))
        return HttpResponse(status=204 if state_of(period) == query.get("seen") else 200)


class MoreView(Cards):
    """The KPIs that are not pinned, in a table under the overview; without scripts it is a page of its own."""

    def get_template_names(self) -> list[str]:
        return ["kpis/_more.html"] if self.request.htmx else ["kpis/more.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, prefs = self.request.GET, self.request.prefs
        self.choice = addresses.choice_of(query, prefs, prefs.today(self.at), self.request.user)
        timing = addresses.timing_asked(query)
        pinned = dashboards.pinned(self.request.user, timing)
        rest = [kpi for kpi in CATALOGUE.values() if kpi not in pinned and dashboards.has_timing(kpi, timing)]
        return super().get_context_data(**kwargs) | {
            "groups": self.groups(summarise(rest, self.choice, is_brief=True)),
            "compared": compared_words(self.choice, prefs),
            "period_label": period_text(self.choice.period, prefs),
            "overview_url": reverse("kpis:overview") + query_with(query),
            "files": file_urls("kpis:overview-file", query_with(query, timing=None)),
        }

    def groups(self, readings: dict[str, Reading]) -> list[dict[str, Any]]:
        found = [
            {"name": name, "rows": [(self.card(each), each.now) for each in readings.values() if each.kpi.group is group]}
            for group, name in options.GROUPS.items()
        ]
        return [group for group in found if group["rows"]]


class SegmentsView(Cards):
    """How many customers are in each RFM segment, for the overview; whoever opens the address itself is led to the report."""

    template_name = "kpis/_segments.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if request.htmx else redirect("kpis:rfm")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, prefs = self.request.GET, self.request.prefs
        self.choice = addresses.choice_of(query, prefs, prefs.today(self.at), self.request.user)
        with one_snapshot():
            found = glances.segments_of(self.choice, prefs)
        return super().get_context_data(**kwargs) | {
            "segments": found and linked(found),
            "has_filters": bool(self.choice.filters),
        }


def linked(segments: dict[str, Any]) -> dict[str, Any]:
    """With the report's page of each segment, and of who moved between them."""
    page, days = reverse("kpis:rfm"), segments["days"]
    rows = [row | {"url": f"{page}?{urlencode(days | {'segment': row['segment']})}#people"} for row in segments["rows"]]
    return segments | {"rows": rows, "url": f"{page}?{urlencode(days | {'view': 'movement'})}"}


class OverviewFileView(FilePage):
    """Every KPI of the period, one a row, with its value before."""

    def table(self) -> Table:
        prefs = self.request.prefs
        choice = addresses.choice_of(self.request.GET, prefs, prefs.today(self.at), self.request.user)
        readings = summarise(list(CATALOGUE.values()), choice, 1, is_brief=True)
        header, rows = exports.overview_table(list(readings.values()), options.GROUPS, prefs, self.request.user)
        return Table(_("KPIs") + f"-{period_text(choice.period, prefs)}", header, rows)


class Shown(StrEnum):
    """How the strip of the funnel counts."""

    PERIOD = "period"
    COHORT = "cohort"


def filter_bar(view: Any, kpi: Kpi | None = None, names: Sequence[Dimension] = FILTERS) -> dict[str, Any]:
    """What `kpis/_filters.html` shows, of the overview, of one KPI's page and of reports that are narrowed by other `names`."""
    query, choice, prefs = view.request.GET, view.choice, view.request.prefs
    selects = options.selects_for(choice, kpi, prefs, names)
    unknown = dict.fromkeys(addresses.unknown_filters(query, kpi, names))
    return {
        "unknown_filters": " · ".join(str(options.DIMENSIONS[name]) for name in unknown),
        "without_unknown_url": query_with(query, after=None, **unknown),
        "steps": options.steps(query, choice, prefs),
        "grains": [*options.grain_links(query, choice), options.range_link(query, view.request.path, choice.period)],
        "compares": options.compare_options(choice),
        "earlier_periods": options.earlier_options(choice, prefs),
        "selects": selects,
        "carried": addresses.carried(query, "compare", *(select["name"] for select in selects)),
        "carried_to_chart": addresses.carried(query, "chart"),
        "has_filters": bool(choice.filters) or choice.window is not None,
        "clear_url": query_with(query, after=None, **{select["name"]: None for select in selects}),
        "period_label": period_text(choice.period, prefs),
        "is_running": choice.period.is_running(choice.today),
        "caption": period_text(choice.period, prefs),
        "narrowed": " · ".join(options.filter_words(selects)),
        # The period by its name: without one the address would mean another month to whoever opens it next month.
        "mail_query": query_with(query, kpi=kpi and kpi.key, period=None, grain=None, after=None, by=None, side=None, **unknown),
        "link_url": view.request.build_absolute_uri(query_with(query, period=choice.period.key, grain=None, after=None)),
    }
