"""Dashboards that users make: the list, each of them, and its form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.pages import FormPage, Page, action, query_with, say
from crm.permissions import may_enter, may_open_screens
from kpis import addresses, dashboards
from kpis.addresses import NARROWER
from kpis.arranging import BUTTON, arranged
from kpis.forms.dashboards import COLUMNS, DashboardForm, initial_of, usual_view
from kpis.models import Dashboard
from kpis.painting import painter_of
from kpis.readings.cards import compared_words
from kpis.readings.words import number_text
from kpis.services import copy_dashboard, remove_dashboard, set_dashboard
from kpis.tiles import MOST_TILES, Shape, Tile, rows_of, tiles_of
from kpis.views.overview import CARRIED_TO_KPIS, filter_bar
from kpis.views.tv import is_screen, screen_of, screen_url

ICONS = {Dashboard.Visibility.PRIVATE: "lock", Dashboard.Visibility.TEAM: "users", Dashboard.Visibility.EVERYONE: "globe"}


def dashboards_of(request: HttpRequest) -> QuerySet[Dashboard]:
    return Dashboard.objects.visible_to(request.user).select_related("user")


class DashboardsView(Page, TemplateView):
    template_name = "kpis/dashboards.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [self.row(dashboard) for dashboard in Dashboard.objects.visible_to(self.request.user).listed()]
        lists = [
            (_("My dashboards"), [row for row in rows if row["is_mine"]]),
            (_("Shared with me"), [row for row in rows if not row["is_mine"]]),
        ]
        shown = [each for each in lists if each[1]]
        return super().get_context_data(lists=shown, may_open_screens=may_open_screens(self.request.user), **kwargs)

    def row(self, dashboard: Dashboard) -> dict[str, Any]:
        user, tiles = self.request.user, tiles_of(dashboard.tiles)
        return {
            "dashboard": dashboard,
            "is_mine": dashboard.user_id == user.pk,
            "is_changeable": dashboard.is_changeable_by(user),
            "icon": ICONS[Dashboard.Visibility(dashboard.visibility)],
            "names": list(dict.fromkeys(str(tile.kpi.name) for tile in tiles)),
        }


class DashboardView(Page, TemplateView):
    """Its whole state stands in the address; opened without any, it goes to the state it was made with."""

    template_name = "kpis/dashboard.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.dashboard = get_object_or_404(dashboards_of(request), pk=kwargs["pk"])
        if not request.GET:
            return redirect(f"{request.path}?{urlencode(self.dashboard.view)}")
        if is_screen(request):
            return screen_of(self.dashboard, request, self.at)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, prefs, user = self.request.GET, self.request.prefs, self.request.user
        self.choice = addresses.choice_of(query, prefs, prefs.today(self.at), user)
        tiles = self.tiles(tiles_of(self.dashboard.tiles))
        return super().get_context_data(**kwargs) | {
            "dashboard": self.dashboard,
            "is_mine": self.dashboard.user_id == user.pk,
            "is_changeable": self.dashboard.is_changeable_by(user),
            "icon": ICONS[Dashboard.Visibility(self.dashboard.visibility)],
            "tiles": tiles,
            "tile_rows": rows_of(tiles),
            "tv_url": screen_url(self.request.path, query, self.choice),
            "pdf_url": reverse("kpis:dashboard-pdf", args=[self.dashboard.pk]) + query_with(query),
            "compared": compared_words(self.choice, prefs),
            **filter_bar(self),
            "mail_query": query_with(query, dashboard=str(self.dashboard.pk), period=None, grain=None, **dict.fromkeys(NARROWER)),
        }

    def tiles(self, tiles: list[Tile]) -> list[dict[str, Any]]:
        link = query_with(self.request.GET, **{name: None for name in self.request.GET if name not in CARRIED_TO_KPIS})
        return painter_of(tiles, self.choice, self.request.prefs, "" if link == "?" else link).paint(tiles)


class DashboardFormView(FormPage):
    """A new one begins with the cards of one's overview, or empty."""

    template_name = "kpis/dashboard_form.html"
    form_class = DashboardForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.dashboard = Dashboard()
        if request.user.is_authenticated and "pk" in kwargs:
            self.dashboard = changeable(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        if self.dashboard.pk:
            return initial_of(self.dashboard)
        cards = [] if self.begins_empty else [Tile(kpi, Shape.CARD).stored for kpi in dashboards.own(self.request.user)]
        return {"visibility": Dashboard.Visibility.PRIVATE.value, "tiles": cards, **usual_view()}

    @property
    def begins_empty(self) -> bool:
        return "empty" in self.request.GET

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs() | {"dashboard": self.dashboard}
        return kwargs | {"data": arranged(kwargs["data"], COLUMNS)} if BUTTON in self.request.POST else kwargs

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if BUTTON in request.POST:
            return self.render_to_response(self.get_context_data(is_unsaved=True))
        return super().post(request, *args, **kwargs)

    def save(self, form: DashboardForm) -> HttpResponse:
        dashboard = set_dashboard(self.dashboard, form.facts, by=self.request.user, seen=form.cleaned_data["seen"])
        say(self.request, _("The dashboard “%(dashboard)s” was saved.") % {"dashboard": dashboard})
        return redirect("kpis:dashboard", dashboard.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cancel = reverse("kpis:dashboard", args=[self.dashboard.pk]) if self.dashboard.pk else reverse("kpis:dashboards")
        most = number_text(MOST_TILES, self.request.prefs)
        return super().get_context_data(dashboard=self.dashboard, cancel_url=cancel, most_text=most, **kwargs)


def changeable(request: HttpRequest, pk: int) -> Dashboard:
    """One that the user may change; `visible_to` leaves out those that were put away."""
    rows = Dashboard.objects.visible_to(request.user).changeable_by(request.user)
    return get_object_or_404(rows, pk=pk)


@action(may_enter)
def copy(request: HttpRequest, pk: int) -> str:
    made, is_new = copy_dashboard(get_object_or_404(dashboards_of(request), pk=pk), by=request.user)
    undo = reverse("kpis:dashboard-remove", args=[made.pk]) if is_new else ""
    say(request, _("The copy “%(dashboard)s” is yours alone.") % {"dashboard": made}, undo=undo)
    return reverse("kpis:dashboard-edit", args=[made.pk])


@action(may_enter)
def remove(request: HttpRequest, pk: int) -> str:
    dashboard = remove_dashboard(changeable(request, pk))
    undo = reverse("kpis:dashboard-restore", args=[pk])
    say(request, _("The dashboard “%(dashboard)s” was deleted.") % {"dashboard": dashboard}, undo=undo)
    return reverse("kpis:dashboards")


@action(may_enter)
def restore(request: HttpRequest, pk: int) -> str:
    dashboard = get_object_or_404(Dashboard.objects.changeable_by(request.user), pk=pk)
    remove_dashboard(dashboard, removed=False)
    return reverse("kpis:dashboard", args=[pk])
