"""Leads as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.exports import Table, phone_cell
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_moment
from leads.models import Lead

CHUNK = 2000


def table_of_leads(rows: QuerySet[Lead], prefs: Preferences) -> Table:
    about = [_("Name"), _("Company"), _("Mobile"), _("E-mail"), _("Source"), _("Campaign"), _("Stage"), _("Owner")]
    found = rows.select_related("lead_source", "owner", "campaign").order_by("-created_at", "-pk")
    return Table(_("leads"), [*about, _("Created"), _("Created (ISO)")], _cells(found, prefs))


def _cells(rows: QuerySet[Lead], prefs: Preferences) -> Iterator[list[Any]]:
    for lead in rows.iterator(chunk_size=CHUNK):
        created = [format_moment(lead.created_at, prefs, "short"), lead.created_at.astimezone(prefs.zone)]
        about = [lead.name, lead.company, phone_cell(lead.phone), lead.email]
        about += [lead.lead_source, lead.campaign, lead.stage_label, lead.owner]
        yield [*about, *created]
