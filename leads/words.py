"""What the columns of leads and their sale are called."""

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from crm.words import Tables, Words
from customers import words as customers

COLUMNS: Words = MappingProxyType(
    customers.COLUMNS
    | {
        "lead": _("lead"),
        "opportunity": _("opportunity"),
        "quote": _("quote"),
        "mql_at": _("MQL at"),
        "mql_on": _("day of the MQL"),
        "sql_at": _("SQL at"),
        "sql_on": _("day of the SQL"),
        "converted_at": _("converted at"),
        "converted_on": _("day of the conversion"),
        "disqualified_at": _("disqualified at"),
        "detail": _("detail"),
        "booked_at": _("booked at"),
        "booked_on": _("day of the booking"),
        "due_on": _("day it is due"),
        "done_at": _("done at"),
        "done_on": _("day it was done"),
        "probability": _("probability"),
        "won_at": _("won at"),
        "lost_at": _("lost at"),
        "closed_on": _("day of the close"),
        "products": _("products"),
        "orders": _("orders"),
        "from_stage": _("from stage"),
        "to_stage": _("to stage"),
        "issued_on": _("day of issue"),
        "revision_of": _("revision of"),
        "original": _("first version"),
        "accepted_at": _("accepted at"),
        "accepted_on": _("day of acceptance"),
        "declined_at": _("declined at"),
        "query": _("filters"),
        "field": _("column"),
        "before": _("value before"),
        "value": _("value"),
        "row_id": _("record"),
        "person": _("person"),
    }
)
TABLES: Tables = MappingProxyType(
    {
        "BulkChange": (_("change of many leads"), _("changes of many leads")),
        "LandingConversion": (_("landing that converted"), _("landings that converted")),
        "ListedLead": (_("lead in a list"), _("leads in lists")),
        "SavedView": (_("saved view"), _("saved views")),
        "Touch": (_("touch"), _("touches")),
        "Touchpoint": (_("touchpoint"), _("touchpoints")),
    }
)
