"""The page of support: requests, and what one press says about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.ago import ago, lasting
from crm.columns import Column, ColumnsPage
from crm.exports import KINDS, Table, file_response
from crm.models import User
from crm.pages import Chip, FormPage, action, count_of, form_key, key_in, next_url, not_offered, query_with, say
from crm.permissions import may_enter, owners_for
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_moment, named_apart, reader_digits
from customers.forms.tickets import TicketForm
from customers.models import Customer, Product, Ticket, TicketEvent
from customers.services import tickets as services
from customers.views.orders import PRODUCTS_OFFERED

EXPORT_CHUNK = 2000
COLUMNS = (
    Column("customer", gettext_lazy("Customer"), joins=("customer",)),
    Column("priority", gettext_lazy("Priority")),
    Column("state", gettext_lazy("State")),
    Column("owner", gettext_lazy("Owner"), joins=("owner",)),
    Column("product", gettext_lazy("Product"), is_usual=False, joins=("product",)),
    Column("opened", gettext_lazy("Opened on")),
)
# Without a state only the open ones are shown: the others are done with.
STATES: dict[str, Promise] = {"": gettext_lazy("Open"), "resolved": gettext_lazy("Resolved"), "all": gettext_lazy("All")}
SAID = {
    TicketEvent.Kind.RESPONDED: gettext_lazy("“%(ticket)s”: answered."),
    TicketEvent.Kind.RESOLVED: gettext_lazy("“%(ticket)s” is resolved."),
    TicketEvent.Kind.REOPENED: gettext_lazy("“%(ticket)s” is open again."),
}


class TicketListView(ColumnsPage):
    template_name = "customers/ticket_list.html"
    permits = staticmethod(may_enter)
    list_name = "tickets"
    columns = COLUMNS

    def get_queryset(self) -> QuerySet[Ticket]:
        user, asked = self.request.user, self.request.GET
        self.owners = owners_for(user) if user.sees_all or user.sees_team else User.objects.none()
        self.owner = next((owner for owner in self.owners if str(owner.pk) == asked.get("owner")), None)
        self.state = asked.get("state", "") if asked.get("state") in STATES else ""
        self.priority = asked.get("priority", "") if asked.get("priority") in Ticket.Priority.values else ""
        rows = Ticket.objects.visible_to(user)
        rows = {"": rows.open, "resolved": rows.resolved, "all": rows.all}[self.state]()
        rows = rows.filter(priority=self.priority) if self.priority else rows
        rows = rows.filter(owner=self.owner) if self.owner else rows
        self.number = key_in(asked.get("number"))
        rows = rows.filter(pk=self.number) if self.number else rows
        chosen = {"state": self.state, "priority": self.priority, "owner": self.owner, "number": self.number}
        self.missing = not_offered(asked, chosen)
        self.found = rows.none() if self.missing else rows
        # Whose request it is may be a colleague's customer.
        seen = Customer.objects.visible_to(user).filter(pk=OuterRef("customer"))
        return self.found.select_related(*self.joins).annotate(sees_customer=Exists(seen))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        prefs = self.request.prefs
        for ticket in context["rows"]:
            ticket.age = ago(ticket.created_at, self.at, prefs)
            ticket.presses = [kind for kind in services.COLUMNS if ticket.may_be(kind)]
            ticket.state_text = state_text(ticket, prefs)
        return context | {
            "states": list(STATES.items()),
            "priorities": [("", _("Any priority")), *Ticket.Priority.choices],
            "people": [("", _("Any owner")), *((str(person.pk), str(person)) for person in self.owners)],
            "chips": list(self._chips()),
            "clear_url": self.request.path + query_with(QueryDict(), state=self.state),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), count_of(self.found))),
            "files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS},
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            about = [_("Subject"), _("Customer"), _("Priority"), _("State"), _("Owner"), _("Product")]
            return file_response(
                self.request, kind, Table(_("tickets"), [*about, _("Opened on"), _("Opened on (ISO)")], self._cells())
            )
        return super().render_to_response(context, **kwargs)

    def _cells(self) -> Iterator[list[Any]]:
        prefs = self.request.prefs
        rows = self.found.select_related("customer", "owner", "product").order_by("-pk")
        for ticket in rows.iterator(chunk_size=EXPORT_CHUNK):
            about = [str(ticket), ticket.customer, ticket.get_priority_display(), state_text(ticket, prefs)]
            opened = [format_moment(ticket.created_at, prefs, "short"), ticket.created_at.astimezone(prefs.zone)]
            yield [*about, ticket.owner, ticket.product, *opened]

    def _chips(self) -> Iterator[Chip]:
        labels = {"state": _("State"), "priority": _("Priority"), "owner": _("Owner"), "number": _("Number")}
        if self.number:
            yield Chip(f"{labels['number']}: {reader_digits(str(self.number), self.request.prefs)}", self._without("number"))
        if self.priority:
            yield Chip(f"{labels['priority']}: {Ticket.Priority(self.priority).label}", self._without("priority"))
        if self.owner:
            yield Chip(f"{labels['owner']}: {self.owner}", self._without("owner"))
        yield from (Chip.not_offered(labels[name], self._without(name)) for name in self.missing)

    def _without(self, name: str) -> str:
        return self.url_with(**{name: None}, after=None, before=None)


def state_text(ticket: Ticket, prefs: Preferences) -> str:
    if ticket.is_open:
        return _("Answered") if ticket.first_response_at else _("Not answered")
    return _("Resolved in %(time)s") % {"time": lasting((ticket.resolved_at - ticket.created_at).total_seconds(), prefs)}


class TicketCreateView(FormPage):
    """From the list, or from the page of a customer, whom it is for then."""

    template_name = "customers/ticket_form.html"
    form_class = TicketForm

    def get_initial(self) -> dict[str, Any]:
        rows = Customer.objects.visible_to(self.request.user)
        customer = rows.filter(pk=key_in(self.request.GET.get("customer"))).first()
        return {"token": uuid4(), "owner": self.request.user, "customer": customer, "priority": Ticket.Priority.NORMAL.value}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offered = Product.objects.offered()[:PRODUCTS_OFFERED]
        return super().get_context_data(cancel_url=self.back, products=offered, **kwargs)

    @property
    def back(self) -> str:
        return next_url(self.request, default=reverse("customers:ticket-list"))

    def save(self, form: TicketForm) -> HttpResponse:
        facts = dict(form.cleaned_data)
        key = form_key(Ticket, facts.pop("token"), facts)
        ticket = services.open_ticket(by=self.request.user, at=self.at, **facts, **key)
        say(self.request, _("“%(ticket)s” was saved.") % {"ticket": named_apart(ticket, self.request.prefs)})
        return redirect(self.back)


@action(may_enter)
def note(request: HttpRequest, pk: int, kind: str) -> str:
    """Answered, resolved or reopened, by one press."""
    if kind not in services.COLUMNS:
        raise Http404
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    event = services.note_event(ticket, kind, by=request.user, at=timezone.now())
    if event:
        undo = reverse("customers:ticket-undo", args=[event.pk])
        say(request, str(SAID[TicketEvent.Kind(kind)]) % {"ticket": named_apart(ticket, request.prefs)}, undo=undo)
    return reverse("customers:ticket-list")


@action(may_enter)
def undo(request: HttpRequest, pk: int) -> str:
    visible = Ticket.objects.visible_to(request.user)
    event = get_object_or_404(TicketEvent.objects.filter(ticket__in=visible, by=request.user), pk=pk)
    services.undo_event(event, by=request.user)
    say(request, _("Taken back."))
    return reverse("customers:ticket-list")
