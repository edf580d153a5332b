"""What a KPI leaves out: the tab beside its rows, where each record says why, and its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.pages import MOST_COUNTED, Pager, counted
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis import exports
from kpis.definitions import Kpi
from kpis.readings.left_out import EXCLUDED, count_left_out, leaves_out, list_left_out
from kpis.readings.summary import Choice
from kpis.readings.words import label_text

PAGE = 25


def is_asked(query: QueryDict, kpi: Kpi) -> bool:
    return leaves_out(kpi) and query.get("side") == EXCLUDED


def count_text(kpi: Kpi, choice: Choice, prefs: Preferences) -> str:
    return counted(count_left_out(kpi, choice.trend_query(1), MOST_COUNTED), prefs)


def left_out_table(query: QueryDict, kpi: Kpi, choice: Choice, prefs: Preferences) -> dict[str, Any]:
    """A page of what is left out, and how much there is in all."""
    try:
        rows, following = list_left_out(kpi, choice.trend_query(1), after=query.get("after", ""), limit=PAGE)
    except ValueError:
        raise BadRequest("after") from None
    return {
        "is_left_out": True,
        "left_out_rows": [
            {
                "type": exports.TYPES[row.type],
                "label": label_text(row.label, prefs),
                "url": row.url,
                "iso": row.day.isoformat(),
                "day": format_day(row.day, prefs),
                "reason": row.reason.label,
                "customer": label_text(row.customer, prefs),
                "owner": row.owner,
            }
            for row in rows
        ],
        "has_customers": any(row.customer for row in rows),
        "row_total": count_text(kpi, choice, prefs),
        "row_title": _("Left out of the number"),
        "rows_pager": Pager.within(query, "rows", after=query.get("after"), following=following),
    }


def left_out_file(kpi: Kpi, choice: Choice, prefs: Preferences) -> tuple[list[str], Iterator[list[object]]]:
    """The whole table, page by page."""

    def rows() -> Iterator[list[object]]:
        after: str | None = ""
        while after is not None:
            page, after = list_left_out(kpi, choice.trend_query(1), after=after, limit=exports.PAGE)
            for row in page:
                day = format_day(row.day, prefs, "short")
                kind = str(exports.TYPES[row.type])
                yield [kind, row.id, row.name, row.day, day, row.reason.label, row.customer, row.owner]

    headings = [_("Type"), _("Number"), _("Name"), _("Day (ISO)"), _("Day"), _("Reason"), _("Customer"), _("Owner")]
    return headings, rows()
