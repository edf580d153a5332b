"""Expenses as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from campaigns.models import Expense
from crm.exports import Table, money_unit, with_unit
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day

CHUNK = 2000


def table_of_expenses(rows: QuerySet[Expense], prefs: Preferences, name: str = "") -> Table:
    amount = with_unit(_("Amount"), money_unit(prefs)[0])
    days = [_("First day"), _("First day (ISO)"), _("Last day"), _("Last day (ISO)")]
    header = [_("Kind"), _("Note"), _("Campaign"), _("Channel"), *days, amount, _("Estimated")]
    found = rows.select_related("campaign", "channel").order_by("-pk")
    return Table(name or _("expenses"), header, _cells(found, prefs))


def _cells(rows: QuerySet[Expense], prefs: Preferences) -> Iterator[list[Any]]:
    factor = money_unit(prefs)[1]
    for expense in rows.iterator(chunk_size=CHUNK):
        about = [expense.get_kind_display(), expense.note, expense.campaign, expense.channel]
        days = [cell for day in (expense.valid_from, expense.valid_to) for cell in (format_day(day, prefs, "short"), day)]
        yield [*about, *days, expense.amount / factor, int(expense.is_estimate)]
