"""Rows as a file for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from urllib.parse import quote

from django.http import StreamingHttpResponse

from crm.phones import format_phone

BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet takes a cell that begins like this for a formula, and a lead writes their own name.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    """A cell as text; numbers are no formula, whatever their sign."""
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text


def phone_cell(phone: str | None) -> str:
    """A telephone number as the pages show it; its bare form begins like a formula."""
    return format_phone(phone) if phone else ""


def csv_response(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A CSV file in UTF-8 with a mark that spreadsheets need to read Persian; `name` is in the reader's language."""
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield BYTE_ORDER_MARK
        yield writer.writerow([safe_cell(cell) for cell in header])
        for row in rows:
            yield writer.writerow([safe_cell(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename=\"export.csv\"; filename*=UTF-8''{quote(name)}.csv"
    return response
