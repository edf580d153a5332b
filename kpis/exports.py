"""Tables of one KPI for a spreadsheet: exact figures in Latin digits, and the reader's words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis.definitions import Kpi
from kpis.readings import Query, Value, list_rows
from kpis.readings.breakdown import Part
from kpis.readings.words import period_text

PAGE = 1000


def plain(value: Decimal | None) -> Decimal | str:
    """A number without an exponent; nothing where there is none."""
    return "" if value is None else Decimal(f"{value:f}")


def value_cells(value: Value) -> list[object]:
    numbers = (value.numerator, value.denominator, value.value, value.lower, value.upper)
    return [*(plain(number) for number in numbers), value.sample_size, value.reason, value.quality, value.state]


def value_headings() -> list[str]:
    return [
        _("Numerator"), _("Denominator"), _("Value"), _("Lower"), _("Upper"), _("n"), _("Reason"), _("Quality"), _("State"),
    ]  # fmt: skip


def trend_table(values: Sequence[Value], prefs: Preferences) -> tuple[list[str], Iterator[list[object]]]:
    header = [_("Period"), _("Key"), _("From"), _("To"), *value_headings()]
    return header, (
        [period_text(v.period, prefs), v.period.key, v.period.start.isoformat(), v.period.end.isoformat(), *value_cells(v)]
        for v in values
    )


def breakdown_table(parts: Sequence[Part], title: str) -> tuple[list[str], Iterator[list[object]]]:
    header = [title, *value_headings(), _("Share"), _("Before"), _("Contribution to the change")]
    return header, (
        [
            part.label,
            *value_cells(part.now),
            plain(part.share),
            plain(part.then.value if part.then else None),
            plain(part.contribution),
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
                yield [row.type, row.id, row.label, row.day.isoformat(), format_day(row.day, prefs, "short"), plain(row.amount)]
            after = page.next

    return [_("Type"), _("Number"), _("Name"), _("Day (ISO)"), _("Day"), _("Amount (base unit)")], rows()
