"""One search over whatever has a name or a number: the dropdown while typing, and a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet, Value
from django.urls import path, reverse
from django.views.generic import TemplateView

from crm.database import FoldText
from crm.models import User
from crm.pages import Page
from crm.permissions import may_sell
from crm.text import our_number, to_latin_digits
from customers.models import Customer, Order, Product, Ticket
from leads.models import Lead, Opportunity, Quote

IN_DROPDOWN, ON_PAGE = 5, 20
# Whatever has a number, with its icon and its page: what is asked for by its number most often comes first.
NUMBERED: tuple[tuple[type[Model], str, str], ...] = (
    (Order, "receipt", "customers:order-detail"),
    (Quote, "file-text", "leads:quote-detail"),
    (Lead, "user", "leads:lead-detail"),
    (Opportunity, "hand-coins", "leads:opportunity-detail"),
    (Customer, "building-2", "customers:customer-detail"),
    (Ticket, "message-square", ""),
)
JOINS: dict[type[Model], tuple[str, ...]] = {Order: ("customer",), Quote: ("opportunity", "customer", "lead")}


@dataclass(frozen=True)
class Called:
    """A record whose number is just what was typed."""

    row: Any
    icon: str
    url: str

    @property
    def kind(self) -> str:
        return self.row._meta.verbose_name

    @property
    def is_numbered(self) -> bool:
        """Orders and quotes go by a number; the others have names."""
        return hasattr(self.row, "is_named")

    @property
    def about(self) -> Any:
        """Whom it is for, where its own name is but a number."""
        return (getattr(self.row, "whom", None) or self.row.customer) if self.is_numbered else None

    def goes_by(self, text: str) -> bool:
        """Whether people call it that: what has a number of its own is not called by ours."""
        return not (self.is_numbered and self.row.is_named) or text in (self.row.number, self.row.external_id)


class SearchView(Page, TemplateView):
    template_name = "crm/search.html"

    def get_template_names(self) -> list[str]:
        return ["crm/_search_results.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text, user = self.request.GET.get("q", "").strip()[:100], self.request.user
        most = IN_DROPDOWN if self.request.htmx else ON_PAGE
        found = results(text, user, most) if text else {}
        return super().get_context_data(q=text, **found, is_empty=not any(found.values()), **kwargs)


def results(text: str, user: User, most: int) -> dict[str, list[Any]]:
    """Of each kind the newest few that a user may see."""
    customers = list(Customer.objects.visible_to(user).filter(merged_into=None).search(text).order_by("-pk")[:most])
    found: dict[str, list[Any]] = {"exact": exactly(text, user), "customers": customers}
    found["orders"] = _orders(text, user, customers, most)
    found["products"] = list(Product.objects.visible_to(user).search(text).offered()[:most])
    if may_sell(user):
        found["leads"] = list(_leads(text, user)[:most])
        found["opportunities"] = list(_opportunities(text, user)[:most])
        found["quotes"] = list(_quotes(text, user)[:most])
    exact = [called.row for called in found["exact"]]
    return found | {kind: [row for row in rows if row not in exact] for kind, rows in found.items() if kind != "exact"}


def subjects(text: str, user: User) -> dict[str, QuerySet]:
    """Whom a next step may be about, the newest first: those that a text finds, or without one the last few."""
    rows = {
        "leads": Lead.objects.visible_to(user).standing(),
        "opportunities": Opportunity.objects.visible_to(user),
        "customers": Customer.objects.visible_to(user).standing(),
    }
    most = ON_PAGE if text else IN_DROPDOWN
    return {kind: (found.search(text) if text else found).order_by("-pk")[:most] for kind, found in rows.items()}


def exactly(text: str, user: User) -> list[Called]:
    """Those whose number, or key in another system, is just that: no number that it is only a part of."""
    if not any(sign.isdigit() for sign in text):
        return []
    found = [
        Called(row, icon, reverse(url, args=[row.pk]) if url else ticket_url(row))
        for model, icon, url in NUMBERED
        for row in _called(model, text, user)[:IN_DROPDOWN]
    ]
    latin = to_latin_digits(text)
    return sorted(found, key=lambda called: not called.goes_by(latin))


def ticket_url(ticket: Ticket) -> str:
    return f"{reverse('customers:ticket-list')}?state=all&number={ticket.pk}"


def _called(model: type[Model], text: str, user: User) -> QuerySet:
    """Each way of its own, as each has an index of its own."""
    latin, all_rows = to_latin_digits(text), model._default_manager
    ways = [all_rows.filter(external_id__in={text, latin})]
    if (key := our_number(text)) is not None:
        ways.append(all_rows.filter(pk=key))
    if model is Order:
        ways.append(all_rows.filter(number=latin).exclude(number=""))
    if model is Quote:
        ways.append(all_rows.filter(search_text__contains=FoldText(Value(latin)), number=latin))
    first, *others = (rows.order_by().values("pk") for rows in ways)
    found = all_rows.visible_to(user).filter(pk__in=first.union(*others))
    found = found.filter(merged_into=None) if model in {Lead, Customer} else found
    return (found.select_related(*JOINS[model]) if model in JOINS else found).order_by("-pk")


def _orders(text: str, user: User, buyers: list[Customer], most: int) -> list[Order]:
    """Those that are called so, and where there is room the newest of the buyers that were found."""
    orders = Order.objects.visible_to(user).select_related("customer").order_by("-pk")
    found = list(orders.numbered(text)[:most])
    if buyers and len(found) < most:
        bought = orders.filter(customer__in=buyers).exclude(pk__in=[order.pk for order in found])
        found += bought[: most - len(found)]
    return found


def _leads(text: str, user: User) -> QuerySet[Lead]:
    return Lead.objects.visible_to(user).filter(merged_into=None).search(text).order_by("-pk")


def _opportunities(text: str, user: User) -> QuerySet[Opportunity]:
    """By their own name, as those of a found lead or customer are one step away."""
    return Opportunity.objects.visible_to(user).search(text).select_related("stage").order_by("-pk")


def _quotes(text: str, user: User) -> QuerySet[Quote]:
    found = Quote.objects.visible_to(user).found_by(text, user)
    return found.select_related("opportunity", "customer", "lead").order_by("-pk")


urlpatterns = [path("search/", SearchView.as_view(), name="search")]
