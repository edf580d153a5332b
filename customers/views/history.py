"""What was changed of customers, and of what is theirs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.history.changes import Telling
from crm.history.lines import Lines
from crm.money import format_money, format_number
from crm.permissions import may_manage_people
from crm.preferences import Preferences
from crm.views.history import HistoryPage
from customers.models import Contract, Customer, Order, OrderLine, Product, Survey, Ticket
from customers.printing import line_shown


def line_text(line: Any, sale: Any, prefs: Preferences) -> SafeString:
    """A line of an order or a quote in one text, which runs as its words do, whichever way the product's name does."""
    foreign = sale.currency if sale.currency != prefs.organization.currency else None

    def amount(value: Decimal) -> str:
        return format_money(value, foreign or prefs.unit, prefs.language, latin_digits=prefs.latin_digits)

    shown = line_shown(line)
    quantity = format_number(shown.quantity, prefs.language, latin_digits=prefs.latin_digits)
    parts = [format_html("{} × <bdi>{}</bdi>", quantity, shown.name), amount(shown.unit_price)]
    parts += [f"{label} {amount(value)}" for label, value in ((_("Discount"), shown.discount), (_("Tax"), shown.tax)) if value]
    return format_html_join(" · ", "{}", ((part,) for part in parts))


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
        lines=Lines(OrderLine, "order", ("product",), line_text),
    )


class ProductHistoryView(HistoryPage):
    model = Product
    page = "customers:product-detail"
    costs = ("unit_cost",)


class ContractHistoryView(HistoryPage):
    """Whoever wrote a contract last stands beside each change."""

    model = Contract
    page = "customers:contract-edit"
    telling = Telling(left_out=("written_by",))


class SurveyHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = Survey
    page = "customers:survey-edit"


class TicketHistoryView(HistoryPage):
    """A ticket has no page: it stands alone on the list."""

    model = Ticket

    @property
    def page_url(self) -> str:
        return f"{reverse('customers:ticket-list')}?state=all&number={self.object.pk}"
