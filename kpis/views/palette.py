"""The command palette (Ctrl+K): what to begin, where to go and whom to find, by a few letters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.views.generic import TemplateView

from campaigns.models import Campaign
from crm.models import User
from crm.navigation import ENTRIES, LISTS, NEW, OTHERS, Item, items_of
from crm.pages import RECENT, Page
from crm.preferences import Preferences
from crm.templatetags.crm_format import named
from crm.text import fold
from customers.models import Customer, Order, Product
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi
from kpis.models import Dashboard
from leads.models import Lead, Opportunity, Quote
from leads.search import IN_DROPDOWN, results

MOST_PAGES = 6
MOST_BOARDS = 1_000
# From so many letters on, letters in the right order are enough: a word may miss one.
SHORTEST_GUESS = 3
HOLDS_IT, HOLDS_ITS_LETTERS = 2, 3  # the ranks of `rank_of`
# The records that are remembered, with their icon and page.
RECORDS: dict[str, tuple[type[Model], str, str]] = {
    "leads.lead": (Lead, "user", "leads:lead-detail"),
    "leads.opportunity": (Opportunity, "hand-coins", "leads:opportunity-detail"),
    "customers.customer": (Customer, "building-2", "customers:customer-detail"),
    "campaigns.campaign": (Campaign, "megaphone", "kpis:campaign-detail"),
    "leads.quote": (Quote, "file-text", "leads:quote-detail"),
    "customers.order": (Order, "receipt", "customers:order-detail"),
    "customers.product": (Product, "package", "customers:product-detail"),
}


class PaletteView(Page, TemplateView):
    """A fragment: the options under what is typed. Nothing typed offers what one can begin and every page."""

    template_name = "kpis/_palette.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text, user = self.request.GET.get("q", "").strip()[:100], self.request.user
        found = results(text, user, IN_DROPDOWN) if text else {}
        # Whoever types a name they know wants its record, not a page whose name happens to have these letters.
        worst = HOLDS_IT if any(found.values()) else HOLDS_ITS_LETTERS
        found |= {
            "actions": matching(items_of(NEW, user), text, worst),
            "places": matching([*boards_of(user, text), *places_for(user)], text, worst)[:MOST_PAGES],
        }
        if not text:
            found |= {"recent": recent(self.request), "places": items_of(ENTRIES, user)}
        count = sum(map(len, found.values()))
        return super().get_context_data(q=text, count=count, **found, **kwargs)


def recent(request: HttpRequest) -> list[Item]:
    """The records that were opened last and may still be seen, the latest first."""
    kept = request.session.get(RECENT, [])
    found: dict[tuple[str, int], Item] = {}
    for name, (model, icon, url) in RECORDS.items():
        keys = [key for label, key in kept if label == name]
        rows = model.objects.visible_to(request.user).filter(pk__in=keys) if keys else ()
        found |= {
            (name, row.pk): Item(called(row, request.prefs), icon, reverse(url, args=[row.pk]), is_current=False) for row in rows
        }
    return [found[label, key] for label, key in kept if (label, key) in found]


def called(row: Model, prefs: Preferences) -> str:
    return named(row, prefs) if hasattr(row, "is_named") else str(row)


def places_for(user: User) -> list[Item]:
    """Every page that is no record: those of the menu, the others, the lists of the settings, and that of each KPI."""
    return [*items_of(ENTRIES, user), *items_of(OTHERS, user), *items_of(LISTS, user), *map(page_of, CATALOGUE.values())]


def boards_of(user: User, text: str) -> list[Item]:
    """The dashboards a user may open, asked for when something is typed."""
    rows = Dashboard.objects.visible_to(user).listed()[:MOST_BOARDS] if text else ()
    return [Item(row.name, "layout-dashboard", reverse("kpis:dashboard", args=[row.pk]), is_current=False) for row in rows]


def page_of(kpi: Kpi) -> Item:
    return Item(kpi.name, "chart-line", reverse("kpis:kpi-detail", args=[kpi.key]), is_current=False, hint=kpi.abbreviation)


def matching(items: Iterable[Item], text: str, worst: int) -> list[Item]:
    """Those whose name resembles a text well enough, the nearest first; names are known in both languages."""
    ranked = [(rank, item) for item in items if (rank := rank_of(item, text)) is not None and rank <= worst]
    return [item for _rank, item in sorted(ranked, key=lambda pair: pair[0])]


def rank_of(item: Item, text: str) -> int | None:
    """0: the name begins with the text; 1: words of it begin with the text's; 2: it holds them; 3: it holds their letters."""
    key, words = fold(text), [fold(word) for word in text.split()]
    names = [[fold(word) for word in name.split()] for name in names_of(item)]
    wholes = ["".join(name) for name in names]
    if any(whole.startswith(key) for whole in wholes):
        return 0
    if any(all(any(part.startswith(word) for part in name) for word in words) for name in names):
        return 1
    if any(all(word in whole for word in words) for whole in wholes):
        return HOLDS_IT
    return HOLDS_ITS_LETTERS if len(key) >= SHORTEST_GUESS and any(has_letters(whole, key) for whole in wholes) else None


def names_of(item: Item) -> list[str]:
    """In every language, and the abbreviation."""
    names = [item.hint]
    for language in User.Language.values:
        with translation.override(language):
            names.append(str(item.label))
    return [name for name in names if name]


def has_letters(name: str, key: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in key)
