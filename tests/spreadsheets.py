"""Files of the pages, read back as a spreadsheet would."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone


def content_of(response):
    return b"".join(response.streaming_content)


def csv_rows(response):
    """The rows of a CSV file as dicts by its headings."""
    return list(csv.DictReader(StringIO(content_of(response).decode("utf-8-sig"))))


@dataclass(frozen=True)
class Sheet:
    """One sheet: cells are texts, numbers, moments or None; `quoted` are the texts that no edit turns to a formula."""

    header: list
    rows: list
    quoted: set
    is_right_to_left: bool
    formulas: int

    @property
    def dicts(self):
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def sheet_of(response):
    (sheet,) = sheets_of(response)
    return sheet


def sheets_of(response):
    with ZipFile(BytesIO(content_of(response))) as file:
        names = sorted(name for name in file.namelist() if name.startswith("xl/worksheets/sheet"))
        styles, *sheets = (ET.fromstring(file.read(name)) for name in ("xl/styles.xml", *names))  # noqa: S314 - our own file
        return [read(sheet, styles) for sheet in sheets]


def read(sheet, styles):
    formats = {one.get("numFmtId"): one.get("formatCode") for one in styles.iterfind(".//m:numFmt", NAMES)}
    looks = [(formats.get(one.get("numFmtId"), ""), one.get("quotePrefix")) for one in styles.iterfind("m:cellXfs/m:xf", NAMES)]
    found, quoted = [], set()
    for row in sheet.iterfind(".//m:row", NAMES):
        cells = {}
        for cell in row.iterfind("m:c", NAMES):
            look, is_quoted = looks[int(cell.get("s") or 0)]
            value = value_of(cell, look)
            cells[column_of(cell.get("r"))] = value
            quoted |= {value} if is_quoted else set()
        found.append(cells)
    width = len(found[0])
    rows = [[cells.get(column) for column in range(width)] for cells in found]
    view = sheet.find(".//m:sheetView", NAMES)
    return Sheet(rows[0], rows[1:], quoted, view.get("rightToLeft") == "1", len(list(sheet.iterfind(".//m:f", NAMES))))


def value_of(cell, look):
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iterfind(".//m:t", NAMES))
    number = cell.findtext("m:v", namespaces=NAMES)
    if number is None:
        return None
    return DAY_ZERO + timedelta(seconds=round(float(number) * 86400)) if "yyyy" in look else float(number)


def column_of(place):
    column = 0
    for letter in place.rstrip("0123456789"):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
