"""What the columns of marketing are called."""

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from crm import words as floor
from crm.words import Tables, Words

COLUMNS: Words = MappingProxyType(
    floor.COLUMNS
    | {
        "channel": _("channel"),
        "social_network": _("social network"),
        "lead_source": _("lead source"),
        "campaign": _("campaign"),
        "landing_page": _("landing page"),
        "variant": _("variant"),
        "session": _("session"),
        "expense": _("expense"),
        "slug": _("slug"),
        "amount": _("amount"),
        "currency_amount": _("amount in its currency"),
        "reviewed_at": _("report card closed at"),
        "started_on": _("day of the start"),
        "posted_on": _("day of publication"),
        "is_engaged": _("engaged"),
        "utm": _("UTM"),
    }
)
TABLES: Tables = MappingProxyType({"ExpenseDay": (_("day of an expense"), _("days of expenses"))})
