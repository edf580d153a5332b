"""Tables of KPIs for a spreadsheet: exact figures in Latin digits and the reader's unit, and the reader's words beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.exports import Percent, money_unit, with_unit
from crm.models import User
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis.definitions import Group, Kpi, Unit
from kpis.readings import Value
from kpis.readings.breakdown import Part
from kpis.readings.cards import is_money_side, quality_word, reason_text
from kpis.readings.exact import PLACES, PRECISION
from kpis.readings.rows import Row, RowPage
from kpis.readings.summary import Reading
from kpis.readings.words import period_text

PAGE = 1000
STATES = {"open": gettext_lazy("open"), "maturing": gettext_lazy("maturing"), "closed": gettext_lazy("closed")}
TYPES = {
    "lead": gettext_lazy("Lead"),
    "order": gettext_lazy("Order"),
    "refund": gettext_lazy("Refund"),
    "opportunity": gettext_lazy("Opportunity"),
    "quote": gettext_lazy("Quote"),
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


def money(amount: Decimal | None, prefs: Preferences) -> Decimal | str:
    """An amount in the reader's unit, to the last digit: units are powers of ten."""
    if amount is None:
        return ""
    with localcontext(prec=PRECISION):
        return plain(amount / money_unit(prefs)[1])


def percent(share: Decimal | float | None) -> Decimal | str:
    number = rounded(share)
    return Percent(number) if isinstance(number, Decimal) else number


def side_unit(kpi: Kpi, side: str, prefs: Preferences) -> str:
    """The unit of a numerator or a denominator; counts have none."""
    if is_money_side(kpi.numerator if side == "numerator" else kpi.denominator):
        return money_unit(prefs)[0]
    return _("seconds") if kpi.unit is Unit.HOURS and side == "numerator" else ""


def unit_name(kpi: Kpi, prefs: Preferences) -> str:
    match kpi.unit:
        case Unit.MONEY:
            return money_unit(prefs)[0]
        case Unit.HOURS:
            return _("hours")
        case Unit.DAYS:
            return _("days")
        case Unit.MONTHS:
            return _("months")
    return ""


def value_cell(kpi: Kpi, value: Decimal | None, prefs: Preferences) -> Decimal | str:
    """A value of the KPI, or its target."""
    if kpi.unit is Unit.MONEY and value is not None:
        return money(Decimal(rounded(value)), prefs)
    return percent(value) if kpi.unit is Unit.PERCENT else rounded(value)


def side_cell(kpi: Kpi, side: str, amount: Decimal | None, prefs: Preferences) -> Decimal | str:
    is_money = is_money_side(kpi.numerator if side == "numerator" else kpi.denominator)
    return money(amount, prefs) if is_money else plain(amount)


def value_cells(kpi: Kpi, value: Value, prefs: Preferences, viewer: User) -> list[object]:
    sides = [side_cell(kpi, side, getattr(value, side), prefs) for side in ("numerator", "denominator")]
    numbers = [value_cell(kpi, number, prefs) for number in (value.value, value.lower, value.upper)]
    words = (reason_text(kpi, value), quality_word(kpi, value, viewer), str(STATES[value.state]))
    return [*sides, *numbers, value.sample_size, *words]


def value_headings(kpi: Kpi, prefs: Preferences) -> list[str]:
    sides = {"numerator": _("Numerator"), "denominator": _("Denominator")}
    unit = unit_name(kpi, prefs)
    return [
        *(with_unit(name, side_unit(kpi, side, prefs)) for side, name in sides.items()),
        *(with_unit(name, unit) for name in (_("Value"), _("Lower"), _("Upper"))),
        _("n"), _("Reason"), _("Quality"), _("State"),
    ]  # fmt: skip


def trend_table(kpi: Kpi, values: Sequence[Value], prefs: Preferences, viewer: User) -> tuple[list[str], Iterator[list[object]]]:
    header = [_("Period"), _("Key"), _("From"), _("To"), *value_headings(kpi, prefs)]
    return header, (
        [period_text(v.period, prefs), v.period.key, v.period.start, v.period.end, *value_cells(kpi, v, prefs, viewer)]
        for v in values
    )


def overview_table(
    readings: Sequence[Reading], groups: Mapping[Group, Promise], prefs: Preferences, viewer: User
) -> tuple[list[str], Iterator[list[object]]]:
    """One KPI a row, each with its own unit beside it: a column of all units has none of its own."""
    numbers = [_("Value"), _("Lower"), _("Upper"), _("Before"), _("Target"), _("Numerator"), _("Denominator"), _("n")]
    header = [_("Group"), _("KPI"), _("Key"), _("Period"), _("Unit"), *numbers, _("Reason"), _("Quality"), _("State")]
    return header, (overview_row(reading, str(groups[reading.kpi.group]), prefs, viewer) for reading in readings)


def overview_row(reading: Reading, group: str, prefs: Preferences, viewer: User) -> list[object]:
    kpi, now, then = reading.kpi, reading.now, reading.then
    numerator, denominator, value, lower, upper, *rest = value_cells(kpi, now, prefs, viewer)
    before = value_cell(kpi, then.value if then else None, prefs)
    name = [group, str(kpi.name), kpi.key, now.period.key, unit_name(kpi, prefs)]
    target = value_cell(kpi, reading.target, prefs)
    return [*name, value, lower, upper, before, target, numerator, denominator, *rest]


def breakdown_table(
    kpi: Kpi, parts: Sequence[Part], title: str, prefs: Preferences, viewer: User
) -> tuple[list[str], Iterator[list[object]]]:
    unit = unit_name(kpi, prefs)
    changes = [with_unit(_("Before"), unit), with_unit(_("Contribution to the change"), unit)]
    header = [title, *value_headings(kpi, prefs), _("Share"), *changes]
    return header, (
        [
            part.label,
            *value_cells(kpi, part.now, prefs, viewer),
            percent(part.share),
            value_cell(kpi, part.then.value if part.then else None, prefs),
            contribution_cell(kpi, part.contribution, prefs),
        ]
        for part in parts
    )


def contribution_cell(kpi: Kpi, contribution: Decimal | None, prefs: Preferences) -> Decimal | str:
    number = rounded(contribution)
    return money(number, prefs) if kpi.unit is Unit.MONEY and isinstance(number, Decimal) else number


def rows_table(
    kpi: Kpi, side: str, listing: Callable[..., RowPage], prefs: Preferences
) -> tuple[list[str], Iterator[list[object]]]:
    """All rows that are listed of a side, page by page: the file may be longer than memory."""

    def rows() -> Iterator[list[object]]:
        after: str | None = ""
        while after is not None:
            page = listing(after=after, limit=PAGE)
            for row in page.results:
                kind, day = str(TYPES.get(row.type, row.type)), format_day(row.day, prefs, "short")
                amount = side_cell(kpi, side, row.amount, prefs)
                yield [kind, row.id, row.name, row.day, day, amount, row.customer, row.owner, *forecast_cells(kpi, row)]
            after = page.next

    amount = with_unit(_("Amount"), side_unit(kpi, side, prefs))
    further = [_("Order days expected"), _("Chance to be a customer still")] if kpi.is_fitted else []
    return [_("Type"), _("Number"), _("Name"), _("Day (ISO)"), _("Day"), amount, _("Customer"), _("Owner"), *further], rows()


def forecast_cells(kpi: Kpi, row: Row) -> list[Decimal | str]:
    """A customer's own figures, where the KPI is a prediction."""
    if not kpi.is_fitted:
        return []
    return [plain(row.forecast.orders), percent(row.forecast.alive)] if row.forecast else ["", ""]
