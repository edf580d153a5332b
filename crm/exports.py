"""Tables as files for a spreadsheet: CSV, or a workbook in which numbers and days are numbers and days."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.views.generic import View
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm.pages import Page, counted, query_with
from crm.phones import format_phone
from crm.preferences import Preferences

KINDS = ("csv", "xlsx")
BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet takes a cell that begins like this for a formula, and a lead writes their own name.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a workbook can hold: letters of a cell, the first year of its calendar. A sheet ends at row 1,048,576, but each is
# written before the first byte is sent: what takes longer than somebody waits for is for CSV, which is sent as it is read.
LONGEST_CELL, FIRST_YEAR, MOST_ROWS = 32_767, 1900, 200_000
NOT_IN_SHEET_NAMES, LONGEST_SHEET_NAME = re.compile(r"[\[\]:*?/\\']"), 31
NARROWEST, WIDEST, MEASURED_ROWS = 8, 48, 200
UNPROCESSABLE = 422
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Percent(Decimal):
    """A share: a fraction of one in every file, which a workbook shows as per cent."""


class FileKind:
    """The kind of a file in an address."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Table:
    """A file's rows under their headings; `name` is in the reader's language. The rows may be longer than memory."""

    name: str
    header: Sequence[object]
    rows: Iterable[Sequence[object]]


def file_urls(view: str, query: str, *args: object) -> dict[str, str]:
    """The addresses of one table by the kinds of its files."""
    return {kind: reverse(view, args=[*args, kind]) + query for kind in KINDS}


class TooLongError(Exception):
    """A table has more rows than are written to a workbook."""


def file_response(request: HttpRequest, kind: str, table: Table) -> HttpResponse:
    try:
        response = workbook_response(table, request.prefs) if kind == "xlsx" else csv_response(table)
    except TooLongError:
        most = counted(MOST_ROWS, request.prefs, MOST_ROWS)
        return render(request, "too_long.html", {"most": most, "csv_url": address_of_csv(request)}, status=UNPROCESSABLE)
    names = f"filename=\"export.{kind}\"; filename*=UTF-8''{quote(table.name, safe='')}.{kind}"
    response["Content-Disposition"] = f"attachment; {names}"
    return response


def address_of_csv(request: HttpRequest) -> str:
    """The same table as CSV: of a file's own page, or of a list that says in its query what it is exported as.

    Rows that somebody ticked were sent with a form, which has no address.
    """
    if request.method == "POST":
        return ""
    if "export" in request.GET:
        return request.path + query_with(request.GET, export="csv")
    return request.path.removesuffix("xlsx/") + "csv/" + query_with(request.GET)


class FilePage(Page, View):
    """The door of a table: a file of the kind that the address names."""

    def table(self, **kwargs: Any) -> Table:
        raise NotImplementedError

    def get(self, request: HttpRequest, kind: str, **kwargs: Any) -> HttpResponse:
        return file_response(request, kind, self.table(**kwargs))


def money_unit(prefs: Preferences) -> tuple[str, Decimal]:
    """The name of the unit in which the files of a reader are, as their pages, and how much of the base currency it holds."""
    return prefs.unit.name(prefs.language), prefs.unit.factor


def with_unit(heading: str, unit: str) -> str:
    return f"{heading} ({unit})" if unit else heading


def phone_cell(phone: str | None) -> str:
    """A telephone number as the pages show it; its bare form begins like a formula."""
    return format_phone(phone) if phone else ""


def is_like_formula(text: str) -> bool:
    return text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


# -- CSV ---------------------------------------------------------------------------------------------------------------


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    """A cell as text; numbers are no formula, whatever their sign, and have no exponent, however small."""
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)):f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = "" if value is None else str(value)
    return f"'{text}" if is_like_formula(text) else text


def csv_response(table: Table) -> StreamingHttpResponse:
    """In UTF-8 with a mark that spreadsheets need to read Persian."""
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield BYTE_ORDER_MARK
        yield writer.writerow([safe_cell(cell) for cell in table.header])
        for row in table.rows:
            yield writer.writerow([safe_cell(cell) for cell in row])

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


# -- workbooks ---------------------------------------------------------------------------------------------------------


def workbook_response(table: Table, prefs: Preferences) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when it has been sent
    try:
        write_workbook(file, table, prefs)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, content_type=WORKBOOK_TYPE)


def write_workbook(file: BinaryIO, table: Table, prefs: Preferences) -> None:
    """Row by row through the disk: memory holds one row, however many there are."""
    with Workbook(file, {"constant_memory": True}) as workbook:
        workbook.set_properties({"title": table.name})
        sheet = Sheet(workbook, table, prefs)
        for row in table.rows:
            sheet.add(row)
        sheet.finish()


class Sheet:
    """The sheet of a table."""

    def __init__(self, workbook: Workbook, table: Table, prefs: Preferences) -> None:
        self.table, self.prefs = table, prefs
        formats = {"head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}, "text": {"quote_prefix": True}}
        numbers = {"whole": "#,##0", "part": "#,##0.00##", "share": "0.0%", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
        formats |= {name: {"num_format": number} for name, number in numbers.items()}
        self.formats: dict[str, Format] = {name: workbook.add_format(facts) for name, facts in formats.items()}
        self.sheet, self.row, self.widths = self.begin(workbook), 1, [len(str(cell)) for cell in table.header]

    def begin(self, workbook: Workbook) -> Worksheet:
        name = NOT_IN_SHEET_NAMES.sub(" ", self.table.name).strip() or "Table"
        sheet = workbook.add_worksheet(name[:LONGEST_SHEET_NAME])
        if get_language_bidi():
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(self.table.header):
            sheet.write_string(0, column, str(heading), self.formats["head"])
        return sheet

    def add(self, cells: Sequence[object]) -> None:
        if self.row > MOST_ROWS:
            raise TooLongError
        for column, cell in enumerate(cells):
            self.write(column, cell)
        if self.row <= MEASURED_ROWS:
            self.widths = [max(width, len(str(cell))) for width, cell in zip(self.widths, cells, strict=True)]
        self.row += 1

    def write(self, column: int, cell: object) -> None:
        """A number, a day or a text: never a formula, and nothing that a spreadsheet might take for one."""
        place: tuple[Any, ...] = (self.row, column)
        match cell:
            case None | "":
                return
            case Percent():
                self.sheet.write_number(*place, cell, self.formats["share"])
            case Decimal():
                self.sheet.write_number(*place, cell, self.formats["whole" if cell == cell.to_integral_value() else "part"])
            case int() | float():
                self.sheet.write_number(*place, cell)
            case datetime() if cell.year > FIRST_YEAR:
                local = cell.astimezone(self.prefs.zone).replace(tzinfo=None)
                self.sheet.write_datetime(*place, local, self.formats["moment"])
            case date() if cell.year > FIRST_YEAR:
                self.sheet.write_datetime(*place, cell, self.formats["day"])
            case _:
                text = str(cell)[:LONGEST_CELL]
                self.sheet.write_string(*place, text, self.formats["text"] if is_like_formula(text) else None)

    def finish(self) -> None:
        """Filters over the headings, and columns as wide as their first rows need."""
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST))
        self.sheet.autofilter(0, 0, self.row - 1, len(self.widths) - 1)
