"""A screen on the wall: the overview or a dashboard in large figures, one after another, without anybody's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.models import User
from crm.pages import key_in, query_with
from crm.permissions import may_open_screens
from crm.templatetags.crm_format import reader_digits
from kpis import addresses, dashboards, glances, options
from kpis.addresses import CARRIED
from kpis.catalogue import CATALOGUE
from kpis.dashboards import FUNNEL_OF_PERIOD
from kpis.definitions import Dimension
from kpis.models import Dashboard
from kpis.painting import Painter
from kpis.readings.boards import read_board
from kpis.readings.cards import compared_words
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice
from kpis.readings.words import number_text, period_text
from kpis.tiles import Shape, Tile, tiles_of

CARDS_A_SCREEN = 4
OVERVIEW = "overview"
MOST_ALSO = 12
SECONDS, MINUTES = (10, 15, 30, 60), (1, 5, 15, 60)
THEMES = {"dark": gettext_lazy("Dark"), "light": gettext_lazy("Light")}


def is_screen(request: HttpRequest) -> bool:
    return request.GET.get("tv") == "1"


def screen_url(address: str, query: QueryDict, choice: Choice) -> str:
    """The screen of a page; a period that runs is named by its length, so that the screen goes on with the next one.

    A range has none after it, and stays.
    """
    kept = {name: None for name in query if name not in (*CARRIED, "grain")}
    if choice.period.is_running(choice.today) and (grain := options.lasting(choice.period)):
        kept |= {"period": None, "grain": grain}
    return address + query_with(query, **kept | {"tv": "1"})


@dataclass(frozen=True)
class Settings:
    """How long a screen stands, how often it is read again, how it looks, and which others take turns with it."""

    seconds: int
    minutes: int
    theme: str
    also: tuple[str, ...]

    @classmethod
    def of(cls, query: QueryDict) -> Settings:
        theme = query.get("theme") or "dark"
        also = tuple(dict.fromkeys(name for text in query.getlist("also") for name in text.split(",") if name))[:MOST_ALSO]
        if theme not in THEMES or any(name != OVERVIEW and key_in(name) is None for name in also):
            raise BadRequest("theme or also")
        return cls(number_asked(query, "every", 15, 120), number_asked(query, "refresh", 5, 60), theme, also)

    def address(self, place: str, query: str) -> str:
        told = {"tv": "1", "every": self.seconds, "refresh": self.minutes, "theme": self.theme}
        if self.also:
            told["also"] = ",".join(self.also)
        return f"{place}?{'&'.join(filter(None, (query, urlencode(told))))}"


def number_asked(query: QueryDict, name: str, usual: int, most: int) -> int:
    number = key_in(query[name]) if query.get(name) else usual
    if number is None or not 1 <= number <= most:
        raise BadRequest(name)
    return number


class Screen(TemplateView):
    """`viewer` sees the figures that `query` asks for; `name` is what the screen is called among those that take turns."""

    template_name = "kpis/tv.html"
    viewer: User = None
    query: QueryDict = None
    at: datetime = None
    name = title = ""
    tiles: tuple[Tile, ...] = ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        prefs, query = self.request.prefs, self.query
        self.choice = addresses.choice_of(query, prefs, prefs.today(self.at), self.viewer)
        tiles = [tile for tile in self.tiles if not tile.is_personal]
        with one_snapshot():
            board, panels = read_board(tiles, self.choice), self.panels()
        screens = [*in_screens(Painter(board, self.choice, prefs, "").paint(tiles)), *([panel] for panel in panels)]
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "screens": [(screen, self.place(number, len(screens))) for number, screen in enumerate(screens, start=1)],
            "words": self.words(),
            "zone": prefs.zone.key,
            "clock": reader_digits(f"{self.at.astimezone(prefs.zone):%H:%M}", prefs),
            "settings": self.settings,
            "reload_seconds": 60 * self.settings.minutes,
            "forced_theme": self.settings.theme,
            "next_url": self.next_url,
            "is_shortened": len(tiles) < len(self.tiles),
            **self.offered(),
        }

    @cached_property
    def settings(self) -> Settings:
        return Settings.of(self.query)

    def panels(self) -> list[dict[str, Any]]:
        """What stands on the overview alone, where there is something to show."""
        if self.name != OVERVIEW:
            return []
        read = {"promoters": glances.promoters_of, "segments": glances.segments_of}
        found = {name: of(self.choice, self.request.prefs) for name, of in read.items()}
        return [{"shape": name, name: panel} for name, panel in found.items() if panel and not panel.get("is_empty")]

    def place(self, number: int, count: int) -> str:
        texts = {"number": number_text(number, self.request.prefs), "count": number_text(count, self.request.prefs)}
        return _("%(number)s of %(count)s") % texts

    def words(self) -> str:
        """The period, what it is compared with, and the filters; a person is not named."""
        prefs, filters = self.request.prefs, dict(self.choice.filters)
        is_ones = filters.pop(Dimension.OWNER, None) is not None
        told = [period_text(self.choice.period, prefs), compared_words(self.choice, prefs)]
        told += options.filter_words(options.filter_selects(replace(self.choice, filters=filters))) if filters else []
        return " · ".join(filter(None, [*told, _("of one owner") if is_ones else ""]))

    @cached_property
    def ring(self) -> dict[str, Dashboard | None]:
        """Those that take turns with this one and can still be seen, by their names."""
        keys = [key_in(name) for name in self.settings.also if name != OVERVIEW]
        rows = {str(row.pk): row for row in Dashboard.objects.visible_to(self.viewer).filter(pk__in=keys)} if keys else {}
        found = {name: rows.get(name) for name in self.settings.also if name != self.name}
        return {name: row for name, row in found.items() if row or name == OVERVIEW}

    @property
    def next_url(self) -> str:
        """Where the screen goes after its last figures: itself, or the next one, which then knows of this one."""
        if not self.ring:
            return self.request.get_full_path()
        (_name, row), *rest = self.ring.items()
        settings = replace(self.settings, also=(*(key for key, _row in rest), self.name))
        if row is None:
            return settings.address(reverse("kpis:overview"), "")
        return settings.address(reverse("kpis:dashboard", args=[row.pk]), urlencode(row.view))

    def link_url(self) -> str:
        """Where a link is made that shows this screen without signing in."""
        return reverse("kpis:screen-create") + query_with(self.query, tv=None, place=self.name)

    def offered(self) -> dict[str, Any]:
        """What can be chosen on the screen itself."""
        prefs, settings = self.request.prefs, self.settings
        others = [(OVERVIEW, _("KPI overview"))] + [
            (str(row.pk), row.name) for row in Dashboard.objects.visible_to(self.viewer).listed()[: options.MOST_OPTIONS]
        ]
        query = self.query
        return {
            "exit_url": self.request.path + query_with(query, tv=None, every=None, refresh=None, theme=None, also=None),
            "link_url": self.link_url() if may_open_screens(self.viewer) else "",
            "seconds": [(n, number_text(n, prefs), n == settings.seconds) for n in sorted({*SECONDS, settings.seconds})],
            "minutes": [(n, number_text(n, prefs), n == settings.minutes) for n in sorted({*MINUTES, settings.minutes})],
            "themes": [(value, label, value == settings.theme) for value, label in THEMES.items()],
            "others": [(value, label, value in settings.also) for value, label in others if value != self.name],
            "carried": addresses.carried(query, "every", "refresh", "theme", "also"),
        }


def in_screens(painted: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Neighbouring cards share a screen; whatever is drawn has one of its own."""
    cards: list[dict[str, Any]] = []
    for tile in painted:
        is_card = tile["shape"] == Shape.CARD
        if cards and (not is_card or len(cards) == CARDS_A_SCREEN):
            yield cards
            cards = []
        if is_card:
            cards = [*cards, tile]
        else:
            yield [tile]
    if cards:
        yield cards


def tiles_of_overview(user: User) -> tuple[Tile, ...]:
    """One's cards, the trend of the first one, and the funnel."""
    kpis = dashboards.own(user)
    drawn = (Tile(kpis[0], Shape.LINE), Tile(CATALOGUE[FUNNEL_OF_PERIOD[-1]], Shape.FUNNEL))
    return (*(Tile(kpi, Shape.CARD) for kpi in kpis), *drawn)


def facts_of(dashboard: Dashboard | None, viewer: User) -> dict[str, Any]:
    """What a screen is made with; without a dashboard it is the overview."""
    if dashboard:
        return {"name": str(dashboard.pk), "title": dashboard.name, "tiles": tuple(tiles_of(dashboard.tiles)), "viewer": viewer}
    return {"name": OVERVIEW, "title": _("KPI overview"), "tiles": tiles_of_overview(viewer), "viewer": viewer}


def screen_of(dashboard: Dashboard | None, request: HttpRequest, at: datetime) -> HttpResponse:
    """For who is signed in and may see the page itself."""
    return Screen.as_view(**facts_of(dashboard, request.user), query=request.GET, at=at)(request)
