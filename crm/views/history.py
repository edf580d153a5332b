"""The page of a record's history: every app declares its own kinds with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.history.changes import History, Telling, seen_by
from crm.jalali import WEEKDAYS, language_key
from crm.models import ApiToken, Organization, User
from crm.pages import ListPage
from crm.permissions import may_manage_people, may_see_costs
from crm.scopes import in_words
from crm.settings_pages import CALENDAR_TEXTS, called

RULES = Telling(
    texts={
        **CALENDAR_TEXTS,
        "business_days": lambda row, prefs: " · ".join(WEEKDAYS[language_key(prefs.language)][day] for day in row.business_days),
        "brand_words": lambda row, _prefs: " · ".join(row.brand_words),
    }
)

PREFERENCES = ("language", "calendar", "money_unit", "latin_digits", "theme", "shortcuts", "columns")


class HistoryPage(ListPage):
    """What was changed of a record, newest first, for those who may open its own page: `permits` is that page's, too.

    `costs` are columns for those who see costs. The images of one row have its one `id`: they follow one another by their key.
    """

    template_name = "history.html"
    model: type[Model]
    page: str
    telling = Telling()
    costs: tuple[str, ...] = ()

    def get_queryset(self) -> QuerySet:
        self.object = get_object_or_404(seen_by(self.request.user, self.model), pk=self.kwargs["pk"])
        self.history = History(self.object, self.request.user, self.request.prefs, self._told())
        return self.history.images

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        images, pager = context["rows"], context["pager"]
        newer = self.history.images.filter(pk__gt=images[0].pk).order_by("pk").first() if pager.previous_url else None
        entries = self.history.entries(images, newer)
        begun = [] if pager.next_url else list(self.history.beginning())
        return context | {"record": self.record, "page_url": self.page_url, "entries": [*entries, *begun]}

    @property
    def record(self) -> str:
        return called(self.object, self.request.prefs)

    @property
    def page_url(self) -> str:
        return reverse(self.page, args=[self.object.pk])

    def _told(self) -> Telling:
        hidden = () if may_see_costs(self.request.user) else self.costs
        return replace(self.telling, left_out=(*self.telling.left_out, *hidden))


class SettingsHistoryView(HistoryPage):
    """The rules of the organisation, which is one row."""

    permits = staticmethod(may_manage_people)
    model = Organization
    telling = RULES

    @property
    def record(self) -> str:
        return _("Settings")

    @property
    def page_url(self) -> str:
        return reverse("settings")


class PersonHistoryView(HistoryPage):
    """What an administrator decides about somebody; how they like their own pages is nobody else's concern."""

    permits = staticmethod(may_manage_people)
    model = User
    page = "person-edit"
    telling = Telling(left_out=(*PREFERENCES, "is_staff", "first_name", "last_name"))


class TokenHistoryView(HistoryPage):
    """A key of an integration; the secret is nowhere but with who has it."""

    permits = staticmethod(may_manage_people)
    model = ApiToken
    page = "token"
    telling = Telling(texts={"scopes": lambda row, _prefs: " · ".join(in_words(row.scopes))})


def last_change(request: HttpRequest) -> dict[str, Any] | None:
    """Who changed the rules of the organisation last, and when."""
    history = History(Organization.current(), request.user, request.prefs, RULES)
    return next(iter(history.entries(list(history.images.order_by("-pk")[:1]))), None)
