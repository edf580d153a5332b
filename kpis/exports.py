"""Tables of one KPI for a spreadsheet: exact figures in Latin digits, and the reader's words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis.definitions import Kpi, Unit
from kpis.readings import Query, Value, list_rows
from kpis.readings.breakdown import Part
from kpis.readings.cards import QUALITIES, is_money_side, reason_text
from kpis.readings.exact import PLACES, PRECISION
from kpis.readings.words import period_text

PAGE = 1000
STATES = {"open": gettext_lazy("open"), "maturing": gettext_lazy("maturing"), "closed": gettext_lazy("closed")}
TYPES = {
    "lead": gettext_lazy("Lead"),
    "order": gettext_lazy("Order"),
    "refund": gettext_lazy("Refund"),
    "opportunity": gettext_lazy("Opportunity"),
    "customer": gettext_lazy("Customer"),
    "ticket": gettext_lazy("Ticket"),
    "survey-answer": gettext_lazy("Survey answer"),
    "activity": gettext_lazy("Activity"),
    "session": gettext_lazy("Session"),
    "social-post": gettext_lazy("Social post"),
    "cart": gettext_lazy("Cart"),
    "survey-invitation": gettext_lazy("Survey invitation"),
    "expense": gettext_lazy("Expense"),
}


def plain(value: Decimal | None) -> Decimal | str:
    """A number without an exponent; nothing where there is none."""
    return "" if value is None else Decimal(f"{value:f}")


def rounded(value: Decimal | float | None) -> Decimal | str:
    """A quotient with as many decimals as the values of KPIs have."""
    if value is None:
        return ""
    with localcontext(prec=PRECISION):
        exact = Decimal(str(value))
        return plain(exact.quantize(PLACES) if exact.as_tuple().exponent < PLACES.as_tuple().exponent else exact)


def currency_name(prefs: Preferences) -> str:
    """The base currency, in which all amounts of files are; the reader's own unit is for pages."""
    currency = prefs.organization.currency
    return f"{_('Rial')} {currency}" if currency == "IRR" else currency


def with_unit(heading: str, unit: str) -> str:
    return f"{heading} ({unit})" if unit else heading


def side_unit(kpi: Kpi, side: str, prefs: Preferences) -> str:
    """The unit of a numerator or a denominator; counts have none."""
    if is_money_side(kpi, kpi.numerator if side == "numerator" else kpi.denominator):
        return currency_name(prefs)
    return _("seconds") if kpi.unit is Unit.HOURS and side == "numerator" else ""


def unit_name(kpi: Kpi, prefs: Preferences) -> str:
    match kpi.unit:
        case Unit.MONEY:
            return currency_name(prefs)
        case Unit.HOURS:
            return _("hours")
        case Unit.DAYS:
            return _("days")
        case Unit.MONTHS:
            return _("months")
    return ""


def value_cells(kpi: Kpi, value: Value) -> list[object]:
    numbers = (value.numerator, value.denominator, value.value, value.lower, value.upper)
    words = (reason_text(kpi, value), str(QUALITIES[value.quality]), str(STATES[value.state]))
    return [*(plain(number) for number in numbers), value.sample_size, *words]


def value_headings(kpi: Kpi, prefs: Preferences) -> list[str]:
    sides = {"numerator": _("Numerator"), "denominator": _("Denominator")}
    unit = unit_name(kpi, prefs)
    return [
        *(with_unit(name, side_unit(kpi, side, prefs)) for side, name in sides.items()),
        *(with_unit(name, unit) for name in (_("Value"), _("Lower"), _("Upper"))),
        _("n"), _("Reason"), _("Quality"), _("State"),
    ]  # fmt: skip


def trend_table(kpi: Kpi, values: Sequence[Value], prefs: Preferences) -> tuple[list[str], Iterator[list[object]]]:
    header = [_("Period"), _("Key"), _("From"), _("To"), *value_headings(kpi, prefs)]
    return header, (
        [period_text(v.period, prefs), v.period.key, v.period.start.isoformat(), v.period.end.isoformat(), *value_cells(kpi, v)]
        for v in values
    )


def breakdown_table(kpi: Kpi, parts: Sequence[Part], title: str, prefs: Preferences) -> tuple[list[str], Iterator[list[object]]]:
    unit = unit_name(kpi, prefs)
    changes = [with_unit(_("Before"), unit), with_unit(_("Contribution to the change"), unit)]
    header = [title, *value_headings(kpi, prefs), _("Share"), *changes]
    return header, (
        [
            part.label,
            *value_cells(kpi, part.now),
            rounded(part.share),
            plain(part.then.value if part.then else None),
            rounded(part.contribution),
        ]
        for part in parts
    )


def rows_table(kpi: Kpi, side: str, query: Query, prefs: Preferences) -> tuple[list[str], Iterator[list[object]]]:
    """All rows of a side, page by page: the file may be longer than memory."""

    def rows() -> Iterator[list[object]]:
        after: str | None = ""
        while after is not None:
            page = list_rows(kpi, side, query, after=after, limit=PAGE)
            for row in page.results:
                kind, day = str(TYPES.get(row.type, row.type)), format_day(row.day, prefs, "short")
                yield [kind, row.id, row.name, row.day.isoformat(), day, plain(row.amount)]
            after = page.next

    amount = with_unit(_("Amount"), side_unit(kpi, side, prefs))
    return [_("Type"), _("Number"), _("Name"), _("Day (ISO)"), _("Day"), amount], rows()
