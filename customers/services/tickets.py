"""What is done with requests for support by hand; integrations write theirs set-wise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.inputs.items import Item
from crm.inputs.reading import read_struct
from crm.models import User
from customers.models import Customer, Product, Ticket, TicketEvent
from customers.services.sales import SOURCE, caller_of, refusal
from customers.services.support import TicketIn, write_tickets

Kind = TicketEvent.Kind
# What may be said of a request by hand, and the column that dates it.
COLUMNS = {Kind.RESPONDED: "first_response_at", Kind.RESOLVED: "resolved_at", Kind.REOPENED: "reopened_at"}


@transaction.atomic
def open_ticket(
    *,
    by: User,
    at: datetime,
    subject: str,
    priority: str = Ticket.Priority.NORMAL,
    customer: Customer | None = None,
    owner: User | None = None,
    product: Product | None = None,
    **key: str,
) -> Ticket:
    """A new request, through the door of a help desk's. A known `source` and `external_id` answer with the one they have."""
    if key and (known := Ticket.objects.filter(**key).first()):
        return known
    sent: dict[str, Any] = {"subject": subject, "priority": priority, **key}
    named = {"customer": customer, "owner": owner, "product": product}
    sent |= {name: row.pk for name, row in named.items() if row}
    caller = caller_of(by, at, SOURCE)
    data, failures = read_struct(TicketIn, sent, caller)
    item = Item(0, data, failures=failures)
    if not failures:
        write_tickets([item], caller)
    if item.failures:
        raise refusal(item.failures, _("The ticket was not saved."))
    return Ticket.objects.get(pk=item.pk)


@transaction.atomic
def note_event(ticket: Ticket, kind: str, *, by: User, at: datetime) -> TicketEvent | None:
    """Answered, resolved or reopened now; None where that is so already, as a second press says nothing new."""
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if not ticket.may_be(kind):
        return None
    _date(ticket, kind, at)
    return TicketEvent.objects.create(ticket=ticket, kind=kind, at=at, by=by)


@transaction.atomic
def undo_event(event: TicketEvent, *, by: User) -> Ticket:
    """The request as it was before; only its last event goes back, by whom it was said."""
    ticket = Ticket.objects.select_for_update().get(pk=event.ticket_id)
    *_earlier, last = ticket.events.all()
    if last != event or event.by != by or event.kind not in COLUMNS:
        raise ValidationError(_("Something happened to this request since: it cannot be taken back."), code="conflict")
    event.delete()
    before = ticket.events.filter(kind=event.kind).last()
    _date(ticket, event.kind, before.at if before else None)
    return ticket


def _date(ticket: Ticket, kind: str, at: datetime | None) -> None:
    column = COLUMNS[Kind(kind)]
    setattr(ticket, column, at)
    ticket.save(update_fields=[column, "updated_at"])
