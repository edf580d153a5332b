"""The door of a screen on a wall: figures for whoever has its link, without signing in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.views.generic import View

from crm.pages import key_in
from crm.permissions import may_open_screens
from crm.preferences import Preferences
from crm.rates import seconds_to_wait
from kpis.definitions import Dimension
from kpis.models import Dashboard, Screen
from kpis.services import note_screen_use
from kpis.views import tv

TOO_MANY, NOT_FOUND, GONE = 429, 404, 410


@dataclass(frozen=True)
class Stop:
    """One of the pages that take turns on a link."""

    dashboard: Dashboard | None
    query: QueryDict


class LinkedScreen(tv.Screen):
    """Nothing on it leads anywhere: neither settings nor a way out; the next page is one of the same link."""

    following = 0

    @property
    def next_url(self) -> str:
        return self.request.path + (f"?turn={self.following}" if self.following else "")

    def offered(self) -> dict[str, Any]:
        return {}


class ScreenDoor(View):
    """Whoever has the link sees the figures of its maker, who still leads and may still see the page; no records, no names."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        at, screen = timezone.now(), Screen.objects.for_secret(secret)
        if wait := seconds_to_wait(f"screen-{screen.pk if screen else 'unknown'}", at):
            return closed(request, TOO_MANY, {"Retry-After": str(wait)})
        if screen and screen.revoked_at:
            return closed(request, GONE)
        stops = stops_of(screen) if screen and may_open_screens(screen.user) else []
        if not stops:
            return closed(request, NOT_FOUND)
        note_screen_use(screen, at=at)
        with override(screen.user.language_without_browser):
            request.prefs = Preferences(screen.user, screen.user.language_without_browser)
            return unlisted(shown(request, screen, stops, at))


def shown(request: HttpRequest, screen: Screen, stops: list[Stop], at: datetime) -> HttpResponse:
    turn = (key_in(request.GET.get("turn")) or 0) % len(stops)
    stop, following = stops[turn], (turn + 1) % len(stops)
    facts = tv.facts_of(stop.dashboard, screen.user)
    try:
        return LinkedScreen.as_view(**facts, query=stop.query, at=at, following=following)(request).render()
    except (BadRequest, Http404):
        return closed(request, NOT_FOUND)


def stops_of(screen: Screen) -> list[Stop]:
    """Its own page, then those it takes turns with, as far as its maker sees them and they are not about one person."""
    query = query_dict(screen.query)
    settings = tv.Settings.of(query)
    keys = [key for key in (screen.dashboard_id, *map(key_in, settings.also)) if key]
    seen = {board.pk: board for board in Dashboard.objects.visible_to(screen.user).filter(pk__in=keys)}
    stops = [Stop(seen.get(screen.dashboard_id), query)] if screen.dashboard_id is None or screen.dashboard_id in seen else []
    told = {name: text for name, text in screen.query.items() if name in ("every", "refresh", "theme")}
    for name in settings.also:
        board, is_own = seen.get(key_in(name)), key_in(name) == screen.dashboard_id
        if not is_own and (board or name == tv.OVERVIEW):
            stops.append(Stop(board, query_dict((board.view if board else {}) | told)))
    return [stop for stop in stops if not stop.query.get(Dimension.OWNER.value)]


def query_dict(found: Mapping[str, Any]) -> QueryDict:
    return QueryDict(urlencode(found))


def closed(request: HttpRequest, status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return unlisted(render(request, "kpis/screen_closed.html", {"is_busy": status == TOO_MANY}, status=status), headers)


def unlisted(response: HttpResponse, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Kept by no cache, found by no search engine."""
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex"
    for name, value in (headers or {}).items():
        response[name] = value
    return response
