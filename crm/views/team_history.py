"""The history of a team: its name, and who came, went or leads; that stands with the people, whose team it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.history.changes import Author, Authors, History, Telling, author_of, time_of
from crm.models import Team, User
from crm.pages import PAGE_SIZE, Page, Pager, key_in, query_with
from crm.permissions import may_manage_people
from crm.preferences import Preferences
from crm.slips import history_of


def events_of(team: Team, request: HttpRequest) -> list[dict[str, Any]]:
    """Newest first."""
    history = History(team, request.user, request.prefs, Telling())
    renamed = history.entries(list(history.images.order_by("-pgh_id")))
    return sorted([*renamed, *moves_of(team, request.prefs)], key=itemgetter("at"), reverse=True)


def moves_of(team: Team, prefs: Preferences) -> Iterator[dict[str, Any]]:
    """Of each person what they were in the team before and after; who was made in it came then."""
    ever = Q(pk__in=history_of(User).objects.filter(team=team).values("pgh_obj_id")) | Q(team=team)
    people, states = User.objects.in_bulk(User.objects.filter(ever).values_list("pk", flat=True)), defaultdict(list)
    images = history_of(User).objects.filter(pgh_obj_id__in=people).select_related("pgh_context").order_by("pgh_id")
    for image in images:
        states[image.pgh_obj_id].append(image)
    moves = [move for person in people.values() for move in moves_in(team, [*states[person.pk], person])]
    authors = Authors(move.author for move in moves)
    for move in moves:
        changes = [{"label": str(people[move.person]), "old": move.old, "new": move.new}]
        yield {"icon": move.icon, "title": move.title, "by": authors.of(move.author), "changes": changes} | time_of(
            move.at, prefs
        )


def moves_in(team: Team, states: list[Any]) -> Iterator[Move]:
    """Of one person: the images of the history, and what they are now."""
    first, person = states[0], states[-1]
    if place_in(team, first):
        yield Move(person.date_joined, person.recorded_by, person.pk, "", place_in(team, first))
    for before, after in pairwise(states):
        if place_in(team, before) != place_in(team, after):
            yield Move(before.pgh_created_at, author_of(before), person.pk, place_in(team, before), place_in(team, after))


def place_in(team: Team, person: Any) -> str:
    """What somebody is in it; empty for whoever is not in it, or switched off."""
    return person.get_role_display() if person.team_id == team.pk and person.is_active else ""


@dataclass(frozen=True)
class Move:
    at: datetime
    author: Author | None
    person: int
    old: str
    new: str

    @property
    def title(self) -> str:
        if self.old and self.new:
            return _("Changed")
        return _("Left the team") if self.old else _("Came to the team")

    @property
    def icon(self) -> str:
        return "pencil" if self.old and self.new else "x" if self.old else "user-plus"


class TeamHistoryView(Page, TemplateView):
    template_name = "history.html"
    permits = staticmethod(may_manage_people)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        team = get_object_or_404(Team, pk=self.kwargs["pk"])
        events, begin = events_of(team, self.request), key_in(self.request.GET.get("after")) or 0
        shown = events[begin : begin + PAGE_SIZE]
        facts = {"record": str(team), "page_url": reverse("team-edit", args=[team.pk]), "rows": shown, "entries": shown}
        return super().get_context_data(**facts, pager=self._pager(begin, len(events)), **kwargs)

    def _pager(self, begin: int, count: int) -> Pager:
        before, after = begin - PAGE_SIZE, begin + PAGE_SIZE
        query = self.request.GET
        return Pager(
            query_with(query, after=str(before) if before > 0 else None) if begin else "",
            query_with(query, after=str(after)) if after < count else "",
        )
