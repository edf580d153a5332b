"""Links for screens on a wall that nobody signs in at: the list of them, making one and ending it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.pages import FormPage, Page, action, form_key, key_in, say
from crm.permissions import may_open_screens
from crm.templatetags.crm_format import format_moment
from kpis.addresses import CARRIED, choice_of
from kpis.definitions import Dimension
from kpis.forms.screens import ScreenForm
from kpis.models import Dashboard, Screen
from kpis.readings.summary import Choice
from kpis.services import make_screen, revoke_screen
from kpis.views import tv

# What a link remembers of the address of its page.
KEPT = (*CARRIED, "grain", "every", "refresh", "theme")


class ScreensView(Page, TemplateView):
    template_name = "kpis/screens.html"
    permits = staticmethod(may_open_screens)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Screen.objects.visible_to(self.request.user).select_related("user", "dashboard").order_by("-pk")
        return super().get_context_data(rows=[self.row(screen) for screen in rows], **kwargs)

    def row(self, screen: Screen) -> dict[str, Any]:
        prefs, used = self.request.prefs, screen.last_used_at
        return {
            "screen": screen,
            "page": page_name(screen),
            "is_mine": screen.user_id == self.request.user.pk,
            "is_open": screen.revoked_at is None and may_open_screens(screen.user),
            "made": format_moment(screen.created_at, prefs),
            "used": format_moment(used, prefs) if used else "",
        }


def page_name(screen: Screen) -> str:
    return screen.dashboard.name if screen.dashboard else _("KPI overview")


class ScreenFormView(FormPage):
    """What the link shows stands in the address, as the screen has it from which one comes."""

    template_name = "kpis/screen_form.html"
    form_class = ScreenForm
    permits = staticmethod(may_open_screens)

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4(), "name": self.page}

    @cached_property
    def dashboard(self) -> Dashboard | None:
        place = self.request.GET.get("place", tv.OVERVIEW)
        if place == tv.OVERVIEW:
            return None
        return get_object_or_404(Dashboard.objects.visible_to(self.request.user), pk=key_in(place))

    @property
    def page(self) -> str:
        return self.dashboard.name if self.dashboard else _("KPI overview")

    @cached_property
    def choice(self) -> Choice:
        """What is asked for; what can never be shown is refused as on the page."""
        prefs = self.request.prefs
        return choice_of(self.request.GET, prefs, prefs.today(self.at), self.request.user)

    def save(self, form: ScreenForm) -> HttpResponse:
        query = query_of(self.request.GET)
        if Dimension.OWNER in self.choice.filters:
            raise ValidationError(_("The figures of one person are not shown without signing in: choose all owners."), "personal")
        facts = {"name": form.cleaned_data["name"], "dashboard_id": self.dashboard and self.dashboard.pk, "query": query}
        key = form_key(Screen, form.cleaned_data["token"], facts | {"user": self.request.user})
        screen, secret = make_screen(facts, by=self.request.user, at=self.at, key=key)
        if not secret:
            say(self.request, _("This link was made already, and is shown once only. Is it lost, end it and make a new one."))
            return redirect("kpis:screens")
        link = self.request.build_absolute_uri(reverse("kpis:screen", args=[secret]))
        return render(self.request, "kpis/screen_made.html", {"screen": screen, "link": link})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = tv.facts_of(self.dashboard, self.request.user) | {"query": self.request.GET, "at": self.at}
        shown = tv.Screen(**facts, request=self.request, choice=self.choice)
        names = [row.name if row else _("KPI overview") for row in shown.ring.values()]
        return super().get_context_data(page=self.page, words=shown.words(), others=names, **kwargs)


def query_of(sent: QueryDict) -> dict[str, str]:
    """The settings and filters of an address; what makes no sense there is refused as on the page."""
    settings = tv.Settings.of(sent)
    kept = {name: sent[name] for name in KEPT if sent.get(name)}
    return kept | ({"also": ",".join(settings.also)} if settings.also else {})


@action(may_open_screens)
def revoke(request: HttpRequest, pk: int) -> str:
    screen = revoke_screen(get_object_or_404(Screen.objects.visible_to(request.user), pk=pk), at=timezone.now())
    say(request, _("The link “%(screen)s” opens nothing any more.") % {"screen": screen})
    return reverse("kpis:screens")
