"""What the lists of customers and orders can show beside a name or a number."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.columns import Column

COLUMNS = (
    Column("phone", _("Phone")),
    Column("email", _("E-mail"), is_usual=False),
    Column("company", _("Company"), is_usual=False),
    Column("kind", _("Kind"), is_usual=False),
    Column("source", _("Source"), joins=("lead_source",)),
    Column("channel", _("Channel"), is_usual=False, joins=("channel",)),
    Column("campaign", _("Campaign"), is_usual=False, joins=("campaign",)),
    Column("owner", _("Owner"), joins=("owner",)),
    Column("orders", _("Orders"), is_number=True),
    Column("last_order", _("Last order")),
    Column("since", _("Since")),
)
ORDER_COLUMNS = (
    Column("customer", _("Customer"), joins=("customer",)),
    Column("status", _("Status")),
    Column("amount", _("Net amount"), is_number=True),
    Column("owner", _("Owner"), joins=("owner",)),
    Column("channel", _("Channel"), is_usual=False, joins=("channel",)),
    Column("campaign", _("Campaign"), is_usual=False, joins=("campaign",)),
    Column("source", _("Source"), is_usual=False),
    Column("placed", _("Placed")),
)
