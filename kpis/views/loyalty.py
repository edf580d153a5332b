"""What customers say: loyalty in word and in deed, and NPS season by season."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.exports import FilePage, Table, file_urls, phone_cell
from crm.pages import Page, Pager, query_with
from crm.periods import Grain, period_of
from customers.models import Answer
from kpis import addresses, exports, options
from kpis.catalogue import CATALOGUE
from kpis.loyalty import CELLS, MEANINGS, Loyalty
from kpis.readings.cards import small_sample_text
from kpis.readings.loyalty import LoyaltyMatrix, Member
from kpis.readings.promoters import Answers, Invited, answers_by, answers_of, change, comments, invited
from kpis.readings.query import Query
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice
from kpis.readings.words import isolated, number_text, percent_text, period_text, signed
from kpis.views.detail import choice_for
from kpis.views.overview import filter_bar

PAGE, SEASONS, COMMENTS, CHUNK = 25, 8, 10, 2000
GROUPS = {
    "promoters": gettext_lazy("Promoters"),
    "passives": gettext_lazy("Passives"),
    "detractors": gettext_lazy("Detractors"),
}
# What the filters of these pages are of.
ATTITUDE, NPS = CATALOGUE["attitudinal_loyalty"], CATALOGUE["nps"]


def loyalty_asked(request: HttpRequest) -> Loyalty | None:
    text = request.GET.get("loyalty")
    if text and text not in Loyalty.values:
        raise BadRequest(f"loyalty: {text[:40]}")
    return Loyalty(text) if text else None


def wide(choice: Choice, request: HttpRequest) -> Choice:
    """Questions about loyalty are asked a few times a year: without a period the year that runs is shown."""
    if request.GET.get("period") or request.GET.get("grain"):
        return choice
    period = choice.period
    return replace(choice, period=period_of(choice.today, period.calendar, Grain.YEAR, period.rules))


def matrix_asked(request: HttpRequest, at: datetime) -> Choice:
    return wide(choice_for(request, ATTITUDE, at), request)


class LoyaltyView(Page, TemplateView):
    template_name = "kpis/loyalty.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.choice, loyalty = matrix_asked(self.request, self.at), loyalty_asked(self.request)
        with one_snapshot():
            self.matrix = LoyaltyMatrix(self.choice.trend_query(1))
            return super().get_context_data(**kwargs) | filter_bar(self, ATTITUDE) | {
                "compares": [],
                "calendars": options.calendar_links(self.request.GET, self.choice),
                "total": number_text(self.matrix.total, self.request.prefs),
                "nameless": number_text(self.matrix.nameless, self.request.prefs) if self.matrix.nameless else "",
                "rows": [
                    {"label": label, "cells": [self.cell(CELLS[likes, returned]) for returned in (True, False)]}
                    for likes, label in ((True, _("Would buy again (4 or 5)")), (False, _("Would not, or is not sure (1 to 3)")))
                ],
                "matrix_files": file_urls("kpis:loyalty-file", query_with(self.request.GET, what="matrix", after=None)),
                **self.people(loyalty),
            }  # fmt: skip

    def cell(self, loyalty: Loyalty) -> dict[str, Any]:
        prefs, cell = self.request.prefs, self.matrix.cells[loyalty]
        bounds = [percent_text(bound, prefs) for bound in cell.interval or ()]
        return {
            "name": loyalty.label,
            "meaning": MEANINGS[loyalty],
            "count": number_text(cell.count, prefs),
            "share": percent_text(cell.share, prefs),
            "interval": _("%(lower)s to %(upper)s") % dict(zip(("lower", "upper"), bounds, strict=True)) if bounds else "",
            "url": query_with(self.request.GET, loyalty=loyalty.value, after=None) + "#people",
        }

    def people(self, loyalty: Loyalty | None) -> dict[str, Any]:
        query = self.request.GET
        after = addresses.after_asked(query)
        found = self.matrix.people(loyalty, after=after, limit=PAGE + 1)
        following = str(found[PAGE - 1].customer.pk) if len(found) > PAGE else None
        count = self.matrix.cells[loyalty].count if loyalty else self.matrix.total
        return {
            "is_part": loyalty is not None,
            "people_title": loyalty.label if loyalty else _("All who answered"),
            "people_total": number_text(count, self.request.prefs),
            "people": [member_row(member, self.request.prefs) for member in found[:PAGE]],
            "all_url": query_with(query, loyalty=None, after=None) + "#people",
            "files": file_urls("kpis:loyalty-file", query_with(query, what="people", after=None)),
            "save_url": save_url("loyalty", query, self.choice.period.key),
            "pager": Pager.within(query, "people", after=after, following=following),
        }


def member_row(member: Member, prefs: Any) -> dict[str, Any]:
    return {
        "customer": member.customer,
        "loyalty": member.loyalty.label,
        "score": number_text(member.score, prefs),
        "answered_on": member.answered_on,
        "first_day": member.first_day,
        "second_day": member.second_day,
    }


def save_url(source: str, query: QueryDict, period: str) -> str:
    """Where these people are saved; the period by its name, so that the list's way back shows them later too."""
    return reverse("kpis:people-save", args=[source]) + query_with(query, period=period, grain=None, after=None)


class LoyaltyFileView(FilePage):
    """The four cells, or the customers of one of them, or all who answered."""

    def table(self) -> Table:
        request = self.request
        choice, loyalty = matrix_asked(request, self.at), loyalty_asked(request)
        matrix, period = LoyaltyMatrix(choice.trend_query(1)), period_text(choice.period, request.prefs)
        match request.GET.get("what", "people"):
            case "people":
                header = [_("Number"), _("Customer"), _("External ID"), _("Phone"), _("E-mail"), _("Loyalty"), _("Score")]
                header += [_("Answered on"), _("First order"), _("Second order")]
                return Table(_("Loyalty") + f"-{period}", header, member_rows(matrix.everybody(loyalty)))
            case "matrix":
                header = [_("Loyalty"), _("Key"), _("Customers"), _("Share"), _("Lower"), _("Upper")]
                name = _("Loyalty matrix")
                return Table(f"{name}-{period}", header, matrix_rows(matrix))
        raise BadRequest("what")


def matrix_rows(matrix: LoyaltyMatrix) -> Iterator[list[object]]:
    for loyalty, cell in matrix.cells.items():
        shares = [exports.percent(number) for number in (cell.share, *(cell.interval or (None, None)))]
        yield [str(loyalty.label), loyalty.value, cell.count, *shares]


def member_rows(people: Iterator[Member]) -> Iterator[list[object]]:
    for member in people:
        customer = member.customer
        about = [customer.pk, str(customer), customer.external_id, phone_cell(customer.phone), customer.email]
        days = [member.answered_on, member.first_day, member.second_day]
        yield [*about, str(member.loyalty.label), member.score, *days]


# -- NPS by season -----------------------------------------------------------------------------------------------------


def seasons_asked(request: HttpRequest, at: datetime) -> Choice:
    """The newest season that is shown is the one that the period asked for ends in."""
    choice = choice_for(request, NPS, at)
    period, day = choice.period, min(choice.period.end, choice.today)
    return replace(choice, period=period_of(day, period.calendar, Grain.QUARTER, period.rules))


def group_asked(request: HttpRequest, choice: Choice) -> tuple[Query, str] | None:
    """The season and the group whose people the address asks for."""
    query, group, season = choice.trend_query(SEASONS), request.GET.get("group"), request.GET.get("season")
    if not group and not season:
        return None
    period = next((query.periods[index] for index in query.begun if query.periods[index].key == season), None)
    if period is None or group not in GROUPS:
        raise BadRequest("group" if group not in GROUPS else "season")
    return replace(query, periods=(period,)), group


def answer_row(answer: Answer, prefs: Any) -> dict[str, Any]:
    return {
        "customer": answer.customer,
        "score": number_text(answer.score, prefs),
        "comment": answer.comment,
        "answered_on": answer.answered_on,
    }


def is_small_sample(one: Answers) -> bool:
    """Whether a season's score stands on too few answers, as the card says it of any period's."""
    return 0 < one.count < NPS.minimum_sample


class NpsSeasonsView(Page, TemplateView):
    template_name = "kpis/nps_seasons.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.choice = seasons_asked(self.request, self.at)
        seasons = self.choice.trend_query(SEASONS)
        with one_snapshot():
            found, asked = answers_of(seasons), invited(seasons)
            people = self.people(group_asked(self.request, self.choice))
            said = self.comments(found, seasons)
        query = query_with(self.request.GET, season=None, group=None, after=None)
        return super().get_context_data(**kwargs) | filter_bar(self, NPS) | {
            "compares": [],
            "grains": [],
            "calendars": options.calendar_links(self.request.GET, self.choice),
            "rows": [
                self.row(found, index) | {"response": self.response(asked[index])} for index in range(len(found) - 1, -1, -1)
            ],
            "files": file_urls("kpis:nps-seasons-file", query),
            **people,
            **said,
        }  # fmt: skip

    def response(self, asked: Invited) -> tuple[str, str]:
        """The share of the invitations that were answered, and of how many it is."""
        if not asked.delivered:
            return "—", ""
        counts = {"part": asked.answered, "whole": asked.delivered}
        shown = {name: number_text(count, self.request.prefs) for name, count in counts.items()}
        return percent_text(asked.rate, self.request.prefs), _("%(part)s of %(whole)s") % shown

    def comments(self, found: Sequence[Answers], seasons: Query) -> dict[str, Any]:
        """What was said last in the newest season with answers."""
        last = next((one.period for one in reversed(found) if one.count), None)
        if last is None:
            return {}
        prefs = self.request.prefs
        said = comments(replace(seasons, periods=(last,)), COMMENTS).select_related("customer")
        return {"comments": [answer_row(answer, prefs) for answer in said], "said_in": period_text(last, prefs)}

    def people(self, asked: tuple[Query, str] | None) -> dict[str, Any]:
        """The answers of a group, as many as its number says."""
        if asked is None:
            return {}
        (query, group), sent, prefs = asked, self.request.GET, self.request.prefs
        after = addresses.after_asked(sent)
        rows = answers_by(query, group)
        page = rows.filter(pk__lt=after) if after else rows
        found = list(page.select_related("customer")[: PAGE + 1])
        following = str(found[PAGE - 1].pk) if len(found) > PAGE else None
        return {
            "people_title": f"{GROUPS[group]} · {period_text(query.periods[0], prefs)}",
            "people_total": number_text(rows.count(), prefs),
            "people": [answer_row(answer, prefs) for answer in found[:PAGE]],
            "people_files": file_urls("kpis:nps-seasons-file", query_with(sent, what="people", after=None)),
            "close_url": query_with(sent, season=None, group=None, after=None),
            "save_url": save_url("nps", sent, self.choice.period.key),
            "pager": Pager.within(sent, "people", after=after, following=following),
        }

    def row(self, found: Sequence[Answers], index: int) -> dict[str, Any]:
        one, prefs, points = found[index], self.request.prefs, change(found, index)
        bounds = [isolated(signed(bound, prefs), prefs) for bound in one.interval or ()]
        page = reverse("kpis:kpi-detail", args=["nps"])
        return {
            "label": period_text(one.period, prefs),
            "url": page + query_with(self.request.GET, period=one.period.key),
            "is_running": one.is_running,
            "score": "—" if one.score is None else signed(one.score, prefs, 1),
            "interval": _("%(lower)s to %(upper)s") % dict(zip(("lower", "upper"), bounds, strict=True)) if bounds else "",
            "change": "—" if points is None else signed(points, prefs, 1),
            "groups": [self.group(one, group) for group in GROUPS],
            "count": number_text(one.count, prefs),
            "sample": small_sample_text(number_text(one.count, prefs)) if is_small_sample(one) else "",
        }

    def group(self, one: Answers, group: str) -> dict[str, str]:
        prefs, count = self.request.prefs, getattr(one, group)
        share = percent_text(Decimal(count) / one.count, prefs, 0) if one.count else ""
        url = query_with(self.request.GET, season=one.period.key, group=group, after=None) + "#people" if count else ""
        return {"name": str(GROUPS[group]), "count": number_text(count, prefs), "share": share, "url": url}


class NpsSeasonsFileView(FilePage):
    """The seasons, or the answers of a group in one of them."""

    def table(self) -> Table:
        choice, name = seasons_asked(self.request, self.at), _("NPS by season")
        match self.request.GET.get("what", "seasons"):
            case "seasons":
                return self.seasons(choice, f"{name}-{period_text(choice.period, self.request.prefs)}")
            case "people":
                return self.people(group_asked(self.request, choice), name)
        raise BadRequest("what")

    def people(self, asked: tuple[Query, str] | None, name: str) -> Table:
        if asked is None:
            raise BadRequest("group")
        query, group = asked
        header = [_("Number"), _("Customer"), _("External ID"), _("Phone"), _("E-mail")]
        header += [_("Score"), _("Comment"), _("Answered on")]
        name = f"{name}-{GROUPS[group]}-{period_text(query.periods[0], self.request.prefs)}"
        return Table(name, header, answer_rows(answers_by(query, group)))

    def seasons(self, choice: Choice, name: str) -> Table:
        seasons = choice.trend_query(SEASONS)
        with one_snapshot():
            found, asked = answers_of(seasons), invited(seasons)
        header = [_("Period"), _("Key"), _("From"), _("To"), "NPS", _("Lower"), _("Upper")]
        header += [_("Change"), _("Answers"), _("Promoters"), _("Passives"), _("Detractors"), _("Still running")]
        header += [_("Invitations delivered"), _("Of them answered"), _("Small sample")]
        return Table(name, header, season_rows(found, asked, self.request.prefs))


def answer_rows(answers: QuerySet) -> Iterator[list[object]]:
    """Each answer, also of nobody known; the one entered last first, as the page has them."""
    for answer in answers.select_related("customer").iterator(chunk_size=CHUNK):
        one = answer.customer
        about = [one.pk, str(one), one.external_id, phone_cell(one.phone), one.email] if one else [None] * 5
        yield [*about, answer.score, answer.comment, answer.answered_on]


def season_rows(found: Sequence[Answers], asked: Sequence[Invited], prefs: Any) -> Iterator[list[object]]:
    for index, one in enumerate(found):
        period, bounds = one.period, one.interval or (None, None)
        numbers = [exports.rounded(number) for number in (one.score, *bounds, change(found, index))]
        name = [period_text(period, prefs), period.key, period.start, period.end]
        groups = (one.count, one.promoters, one.passives, one.detractors)
        invitations = (asked[index].delivered, asked[index].answered)
        yield [*name, *numbers, *groups, int(one.is_running), *invitations, int(is_small_sample(one))]
