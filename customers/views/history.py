"""What was changed of customers, and of what is theirs."""

from __future__ import annotations

from django.urls import reverse

from crm.changes import Telling
from crm.history_views import HistoryPage
from customers.models import Contract, Customer, Order, Ticket


class CustomerHistoryView(HistoryPage):
    model = Customer
    page = "customers:customer-detail"


class OrderHistoryView(HistoryPage):
    model = Order
    page = "customers:order-detail"
    costs = ("cost_amount",)
    telling = Telling(
        left_out=("utm", "source_version", "unknown_costs"),
        currencies=dict.fromkeys(("discount", "tax", "shipping"), "currency"),
    )


class ContractHistoryView(HistoryPage):
    """Whoever wrote a contract last stands beside each change."""

    model = Contract
    page = "customers:contract-edit"
    telling = Telling(left_out=("written_by",))


class TicketHistoryView(HistoryPage):
    """A ticket has no page: it stands alone on the list."""

    model = Ticket

    @property
    def page_url(self) -> str:
        return f"{reverse('customers:ticket-list')}?state=all&number={self.object.pk}"
