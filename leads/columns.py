"""What the list of leads can show beside a name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.columns import Column

COLUMNS = (
    Column("phone", _("Mobile")),
    Column("email", _("E-mail"), is_usual=False),
    Column("source", _("Source"), joins=("lead_source",)),
    Column("channel", _("Channel"), is_usual=False, joins=("channel",)),
    Column("campaign", _("Campaign"), is_usual=False, joins=("campaign",)),
    Column("stage", _("Stage")),
    Column("owner", _("Owner"), joins=("owner",)),
    Column("next", _("Next step")),
    Column("created", _("Created")),
)
