"""What the columns of targets, alerts and reports are called. Sums and facts of the engine are read by no person."""

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from crm.words import Tables, Words
from leads import words as leads

COLUMNS: Words = MappingProxyType(
    leads.COLUMNS
    | {
        "shared_from": _("shared from"),
        "rule": _("alert"),
        "grain": _("length of the period"),
        "start": _("first day"),
        "condition": _("condition"),
        "bound": _("bound"),
        "version": _("version of the definition"),
        "is_ringing": _("ringing"),
        "ringing_pages": _("pages in alarm"),
        "raised_at": _("rung at"),
        "is_muted": _("muted"),
        "read_at": _("read at"),
        "kpi": _("KPI"),
        "kpis": _("KPIs"),
        "is_on": _("on"),
        "tiles": _("cards"),
        "view": _("filters"),
        "mailing": _("report by e-mail"),
        "recipient": _("recipient"),
        "unsubscribed_at": _("unsubscribed at"),
        "review": _("review"),
        "opened_at": _("opened at"),
        "noted_at": _("noted at"),
        "previous": _("KPIs before"),
        "changes": _("changes"),
        "revision": _("revision"),
        "numerator": _("numerator"),
        "denominator": _("denominator"),
        "rules": _("rules"),
    }
)
TABLES: Tables = MappingProxyType(
    {
        "Pins": (_("chosen cards"), _("chosen cards")),
        "Recipient": (_("recipient"), _("recipients")),
        "Review": (_("review"), _("reviews")),
        "ReviewSession": (_("sitting of a review"), _("sittings of reviews")),
        "Snapshot": (_("reported value"), _("reported values")),
        "TargetEdit": (_("change of targets"), _("changes of targets")),
    }
)
