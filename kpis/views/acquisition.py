"""Who was won, and what each of them cost: a table beside the rows of customer acquisition cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Expense
from crm.pages import Pager, key_in
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis import exports
from kpis.definitions import Kpi
from kpis.readings.acquisition import KINDS, KPI, Shares
from kpis.readings.summary import Choice
from kpis.readings.words import money_text, number_text

SHARES = "shares"
PAGE = 25


def has_shares(kpi: Kpi) -> bool:
    return kpi is KPI


def is_asked(query: QueryDict, kpi: Kpi) -> bool:
    return has_shares(kpi) and query.get("side") == SHARES


def shares_table(query: QueryDict, choice: Choice, prefs: Preferences) -> dict[str, Any]:
    """A page of new customers with what each bears, and what all of them bear together."""
    after = key_in(query.get("after") or "0")
    if after is None:
        raise BadRequest("after")
    shares = Shares(choice.trend_query(1))
    found = list(shares.listed(after=after, limit=PAGE + 1))
    following = str(found[PAGE - 1].rank) if len(found) > PAGE else None
    totals = shares.totals if shares.count else {}
    return {
        "share_kinds": [Expense.Kind(kind).label for kind in KINDS],
        "share_rows": [
            {
                "label": each.label,
                "url": reverse("customers:customer-detail", args=[each.customer]),
                "day": format_day(each.day, prefs),
                "iso": each.day.isoformat(),
                "amounts": amounts(each.parts, prefs),
            }
            for each in found[:PAGE]
        ],
        "share_totals": amounts(totals, prefs) if totals else [],
        "row_total": number_text(shares.count, prefs),
        "row_sum": money_text(sum(totals.values(), Decimal(0)), prefs) if totals else "",
        "row_title": _("What each new customer cost"),
        "rows_pager": Pager.within(query, "rows", after=query.get("after"), following=following),
    }


def amounts(parts: Mapping[str, Decimal], prefs: Preferences) -> list[tuple[str, str]]:
    """Of each kind and of all of them, each under its heading."""
    known = [(str(Expense.Kind(kind).label), parts[kind]) for kind in KINDS]
    known.append((_("Together"), sum(parts.values(), Decimal(0))))
    return [(name, money_text(amount, prefs)) for name, amount in known]


def shares_file(choice: Choice, prefs: Preferences) -> tuple[list[str], Iterator[list[object]]]:
    """The whole table: in the reader's unit of money."""
    unit = exports.money_unit(prefs)[0]
    names = [*(str(Expense.Kind(kind).label) for kind in KINDS), _("Together")]
    header = [_("Number"), _("Name"), _("Day (ISO)"), _("Day"), *(exports.with_unit(name, unit) for name in names)]
    return header, (
        [
            each.customer,
            each.label,
            each.day,
            format_day(each.day, prefs, "short"),
            *(exports.money(each.parts[kind], prefs) for kind in KINDS),
            exports.money(each.total, prefs),
        ]
        for each in Shares(choice.trend_query(1)).listed()
    )
