"""The funnel: where the leads of a period are lost, and who they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.exports import FilePage, Table, file_urls, phone_cell
from crm.pages import Page, Pager, query_with
from kpis import addresses, exports, options
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.funnel import MEANINGS, STEPS, Step
from kpis.readings.cards import Card, card_of, compared_words
from kpis.readings.funnel import Funnel, Person, StepFigures, days_of, is_stale
from kpis.readings.members import member_labels, public_id
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice, summarise
from kpis.readings.words import number_text, percent_text, period_text
from kpis.views.overview import filter_bar

PAGE = 25
SPLITS = (Dimension.OWNER, Dimension.CAMPAIGN, Dimension.CHANNEL)
DROPPED = "dropped"
# What the funnel is judged by: a rate, or how many and what part that is.
JUDGED = (("quote_to_invoice_rate",), ("quote_to_invoice_value_rate",), ("leads_invoiced", "lead_to_invoice_rate"))


def choice_asked(request: HttpRequest, at: Any) -> Choice:
    return addresses.choice_of(request.GET, request.prefs, request.prefs.today(at), request.user, addresses.FILTERS_OF_REPORTS)


def split_asked(request: HttpRequest) -> Dimension:
    by = addresses.enum_asked(Dimension, request.GET.get("by"), SPLITS[0])
    if by not in SPLITS:
        raise BadRequest("by")
    return by


def people_asked(request: HttpRequest) -> tuple[Step, bool]:
    """Which people: those of a step, or those lost before it."""
    text, side = request.GET.get("step") or Step.LEAD.value, request.GET.get("side") or ""
    if text not in Step.values or side not in ("", DROPPED) or (side and text == Step.LEAD):
        raise BadRequest("step")
    return Step(text), side == DROPPED


class FunnelView(Page, TemplateView):
    template_name = "kpis/funnel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.choice = choice_asked(self.request, self.at)
        by, (step, is_dropped) = split_asked(self.request), people_asked(self.request)
        query = replace(self.choice.trend_query(1), by=by)
        with one_snapshot():
            self.funnel = Funnel(query)
            context = super().get_context_data(**kwargs) | filter_bar(self, names=addresses.FILTERS_OF_REPORTS)
            if self.funnel.is_hidden:
                return context | {"is_hidden": True}
            steps = self.funnel.steps()
            return context | {
                "steps_of_funnel": self.rows(steps, self.earlier()),
                "compared": compared_words(self.choice, self.request.prefs),
                "state": self.funnel.state,
                "is_stale": is_stale(),
                "calendars": options.calendar_links(self.request.GET, self.choice),
                "files": {what: self.files(what) for what in ("steps", "breakdown", "people")},
                "judged": self.judged(),
                **self.breakdown(by),
                **self.people(step, steps[STEPS.index(step)], is_dropped=is_dropped),
            }

    def earlier(self) -> Sequence[StepFigures | None]:
        """The steps of the period compared with: as far as its leads, too, have come by today."""
        if self.choice.other is None:
            return [None] * len(STEPS)
        cuts = {0: self.choice.other_last} if self.choice.other_last else {}
        return Funnel(replace(self.choice.trend_query(1), periods=(self.choice.other,), cuts=cuts)).counted()

    def judged(self) -> list[list[Card]]:
        """Of the same period and filters, each with the link to its page."""
        readings = summarise([CATALOGUE[key] for keys in JUDGED for key in keys], self.choice, 1, is_brief=True)
        link = query_with(self.request.GET, step=None, side=None, by=None, after=None)
        known = "" if link == "?" else link
        return [[card_of(readings[key], self.choice, self.request.prefs, known) for key in keys] for keys in JUDGED]

    def files(self, what: str) -> dict[str, str]:
        return file_urls("kpis:funnel-file", query_with(self.request.GET, what=what, after=None))

    def link(self, step: Step, side: str = "") -> str:
        return query_with(self.request.GET, step=step.value, side=side, after=None) + "#people"

    def rows(self, steps: Sequence[StepFigures], earlier: Sequence[StepFigures | None]) -> list[dict[str, Any]]:
        prefs = self.request.prefs
        return [
            {
                "name": figures.step.label,
                "meaning": MEANINGS[figures.step],
                "url": self.link(figures.step),
                "count": number_text(figures.count, prefs),
                "percent": int(100 * figures.count / figures.first) if figures.first else 0,
                "of_first": percent_text(figures.share_of_first, prefs),
                "of_previous": percent_text(figures.share_of_previous if figures.step is not Step.LEAD else None, prefs),
                "interval": interval(figures, prefs),
                "before": percent_text(before.share_of_first, prefs) if before else "",
                "since_previous": days_text(figures.since_previous, prefs),
                "since_first": days_text(figures.since_first, prefs),
                "dropped": number_text(figures.dropped, prefs) if figures.dropped else "",
                "none": "—" if figures.step is Step.LEAD else number_text(0, prefs),
                "dropped_url": self.link(figures.step, DROPPED),
            }
            for figures, before in zip(steps, earlier, strict=True)
        ]

    def breakdown(self, by: Dimension) -> dict[str, Any]:
        query, members = self.request.GET, self.funnel.members()
        labels = member_labels(by, members)
        return {
            "by_label": options.DIMENSIONS[by],
            "by_title": _("By %(dimension)s") % {"dimension": str(options.DIMENSIONS[by]).lower()},
            "splits": [
                options.Link(
                    str(options.DIMENSIONS[name]), query_with(query, by=name.value, after=None) + "#breakdown", name is by
                )
                for name in SPLITS
            ],
            "names": [step.label for step in STEPS],
            "parts": [
                {"label": labels[member], "cells": [self.cell(figures, by, member) for figures in steps]}
                for member, steps in members.items()
            ],
        }

    def cell(self, figures: StepFigures, by: Dimension, member: int) -> dict[str, str]:
        """How many of one member came to a step, and the funnel of that member with its people."""
        prefs, name = self.request.prefs, public_id(by, member)
        alone = {by.value: "null" if name is None else str(name), "step": figures.step.value, "side": None, "after": None}
        return {
            "url": query_with(self.request.GET, **alone) + "#people" if figures.count else "",
            "name": str(figures.step.label),
            "count": number_text(figures.count, prefs),
            "share": percent_text(figures.share_of_first, prefs) if figures.step is not Step.LEAD else "",
        }

    def people(self, step: Step, figures: StepFigures, *, is_dropped: bool) -> dict[str, Any]:
        query, prefs = self.request.GET, self.request.prefs
        found = self.funnel.people(step, dropped=is_dropped, after=addresses.after_asked(self.request.GET), limit=PAGE + 1)
        following = str(found[PAGE - 1].lead.pk) if len(found) > PAGE else None
        title = _("Dropped out before: %(step)s") if is_dropped else _("Reached: %(step)s")
        return {
            "people_title": title % {"step": step.label},
            "people_total": number_text(figures.dropped if is_dropped else figures.count, prefs),
            "people": [person_row(person) for person in found[:PAGE]],
            "save_url": reverse("kpis:people-save", args=["funnel"]) + query_with(query, after=None),
            "pager": Pager.within(query, "people", after=query.get("after"), following=following),
        }


def person_row(person: Person) -> dict[str, Any]:
    lead = person.lead
    return {
        "label": str(lead),
        "url": reverse("leads:lead-detail", args=[lead.pk]),
        "reached": person.reached.label,
        "created_at": lead.created_at,
        "moments": [
            (step.label, moment) for step, moment in zip(STEPS, person.moments, strict=True) if moment and step is not Step.LEAD
        ],
    }


def interval(figures: StepFigures, prefs: Any) -> str:
    """Of the share of the step before; the first step has none."""
    if figures.step is Step.LEAD or figures.interval is None:
        return ""
    lower, upper = (percent_text(bound, prefs) for bound in figures.interval)
    return _("%(lower)s to %(upper)s") % {"lower": lower, "upper": upper}


def days_text(time: timedelta | None, prefs: Any) -> str:
    days = days_of(time)
    return "—" if days is None else f"{number_text(days, prefs, decimals=1)} " + _("days")


class FunnelFileView(FilePage):
    """The steps, their breakdown or the people of a step."""

    def table(self) -> Table:
        request = self.request
        choice, by, (step, is_dropped) = choice_asked(request, self.at), split_asked(request), people_asked(request)
        funnel = Funnel(replace(choice.trend_query(1), by=by))
        if funnel.is_hidden:
            raise PermissionDenied
        match request.GET.get("what", "steps"):
            case "steps":
                header, rows = step_headings(), step_rows(funnel.steps())
            case "breakdown":
                labels = member_labels(by, funnel.members())
                header = [str(options.DIMENSIONS[by]), *step_headings()]
                rows = ([labels[member], *row] for member, steps in funnel.members().items() for row in step_rows(steps))
            case "people":
                header = [_("Number"), _("Lead"), _("External ID"), _("Phone"), _("E-mail"), _("Last step")]
                header += [str(name.label) for name in STEPS]
                rows = people_rows(funnel.everybody(step, dropped=is_dropped))
            case _:
                raise BadRequest("what")
        return Table(_("Sales funnel") + f"-{period_text(choice.period, request.prefs)}", header, rows)


def step_headings() -> list[str]:
    return [
        _("Step"), _("Key"), _("Leads"), _("Share of the first step"), _("Share of the step before"), _("Lower"), _("Upper"),
        _("Dropped out"), _("Median days since the step before"), _("Median days since the lead"),
    ]  # fmt: skip


def step_rows(steps: Sequence[StepFigures]) -> Iterator[list[object]]:
    for figures in steps:
        bounds = figures.interval or (None, None)
        numbers = [figures.share_of_first, figures.share_of_previous, *bounds]
        times = [days_of(figures.since_previous), days_of(figures.since_first)]
        shares = [exports.percent(number) for number in numbers]
        yield [
            str(figures.step.label), figures.step.value, figures.count, *shares, figures.dropped,
            *(exports.rounded(time) for time in times),
        ]  # fmt: skip


def people_rows(people: Iterator[Person]) -> Iterator[list[object]]:
    for person in people:
        lead = person.lead
        yield [
            lead.pk,
            str(lead),
            lead.external_id,
            phone_cell(lead.phone),
            lead.email,
            str(person.reached.label),
            *person.moments,
        ]
