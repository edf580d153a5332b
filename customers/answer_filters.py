"""The filters of the answers to a survey: read from its page's address, as rows, chips and controls."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.pages import MOST_COUNTED, MOST_FOUND, Chip, not_offered, query_with
from crm.preferences import Preferences
from crm.spans import choices_of, span_of
from crm.templatetags.crm_format import reader_digits
from customers.models import Answer, Survey


class AnswerFilters:
    """The reader's wish for the list."""

    def __init__(self, survey: Survey, request: HttpRequest, today: date) -> None:
        self.survey, self.request = survey, request
        asked = request.GET
        self.span = span_of(asked["answered"], request.prefs, today) if asked.get("answered") else None
        self.scores = scores_of(survey, request.prefs)
        self.score = asked["score"] if asked.get("score") in self.scores else ""
        self.missing = not_offered(asked, {"answered": self.span, "score": self.score})

    def rows(self) -> QuerySet[Answer]:
        visible = Answer.objects.visible_to(self.request.user).filter(survey=self.survey)
        found = visible.none() if self.missing else visible
        if self.span:
            found = found.filter(answered_on__range=(self.span.start, self.span.end))
        return found.filter(score__range=self.scores[self.score][0]) if self.score else found

    @property
    def most(self) -> int:
        """Up to where the rows are counted."""
        return MOST_FOUND if self.chips() else MOST_COUNTED

    @property
    def selects(self) -> list[dict[str, Any]]:
        """The filters as the page draws them."""
        spans: list[tuple[str, Any]] = [("", _("Any time")), *choices_of(self.span)]
        scores = [("", _("Any score")), *((token, label) for token, (_range, label) in self.scores.items())]
        return [
            {"name": "answered", "label": _("Answered on"), "options": spans, "chosen": self.span.token if self.span else ""},
            {"name": "score", "label": _("Score"), "options": scores, "chosen": self.score},
        ]

    def chips(self) -> list[Chip]:
        labels = {"answered": _("Answered on"), "score": _("Score")}
        words = {"answered": self.span.label if self.span else "", "score": self.scores[self.score][1] if self.score else ""}
        chips = [Chip(f"{labels[name]}: {text}", self._without(name)) for name, text in words.items() if text]
        return chips + [Chip.not_offered(labels[name], self._without(name)) for name in self.missing]

    def _without(self, name: str) -> str:
        return self.request.path + query_with(self.request.GET, after=None, before=None, **{name: None})


def scores_of(survey: Survey, prefs: Preferences) -> dict[str, tuple[tuple[int, int], str]]:
    """Who gives which scores, then each score from the top: as an address names them, in numbers and in words."""
    found = {}
    for (lowest, highest), name in survey.groups.items():
        span = reader_digits(_("%(lower)s to %(upper)s") % {"lower": lowest, "upper": highest}, prefs)
        found[f"{lowest}-{highest}"] = (lowest, highest), f"{name} ({span})"
    lowest, highest = survey.scale
    for score in range(highest, lowest - 1, -1):
        found[str(score)] = (score, score), reader_digits(str(score), prefs)
    return found
