"""What the columns of customers and sales are called."""

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from campaigns import words as marketing
from crm.words import Tables, Words

COLUMNS: Words = MappingProxyType(
    marketing.COLUMNS
    | {
        "customer": _("customer"),
        "order": _("order"),
        "product": _("product"),
        "ticket": _("ticket"),
        "survey": _("survey"),
        "invitation": _("invitation"),
        "refund": _("refund"),
        "line": _("order line"),
        "merged_into": _("merged into"),
        "survivor": _("record that stays"),
        "undone_at": _("undone at"),
        "moved": _("moved records"),
        "changed": _("changed columns"),
        "dropped": _("answers left out"),
        "search_text": _("words of the search"),
        "created_on": _("day of creation"),
        "placed_on": _("day of the order"),
        "completed_on": _("day of completion"),
        "delivered_on": _("day of delivery"),
        "answered_on": _("day of the answer"),
        "refunded_on": _("day of the refund"),
        "resolved_on": _("day of the resolution"),
        "answered_at": _("answered at"),
        "refunded_at": _("refunded at"),
        "first_response_at": _("first response at"),
        "resolved_at": _("resolved at"),
        "reopened_at": _("reopened at"),
        "source_version": _("version at the source"),
        "position": _("position"),
        "quantity": _("quantity"),
        "unit_price": _("unit price"),
        "discount": _("discount"),
        "order_discount": _("share of the order's discount"),
        "tax": _("tax"),
        "shipping": _("shipping"),
        "list_price": _("list price"),
        "unit_cost": _("unit cost"),
        "net_amount": _("net amount"),
        "cost_amount": _("cost"),
        "unknown_costs": _("lines without a cost"),
        "line_class": _("class of the sale"),
        "score": _("score"),
        "comment": _("comment"),
    }
)
TABLES: Tables = MappingProxyType(
    {
        "CustomerMerge": (_("merge of customers"), _("merges of customers")),
        "ListedCustomer": (_("customer in a list"), _("customers in lists")),
        "RefundLine": (_("refunded line"), _("refunded lines")),
        "TicketEvent": (_("event of a ticket"), _("events of tickets")),
    }
)
