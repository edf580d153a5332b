"""The grid of targets: a year of one scope, a row for each KPI, as texts that are read cell by cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.forms.fields import AmountField, in_words
from crm.models import User
from crm.money import AmountError, parse_amount
from crm.periods import Calendar, Grain, Period, periods_between
from crm.preferences import Preferences
from kpis.bounds import bounds_of
from kpis.definitions import Kpi, Unit
from kpis.models import Scope
from kpis.models.target import Target
from kpis.readings.exact import PRECISION
from kpis.readings.targets import adds_up
from kpis.readings.words import number_text, value_text
from kpis.services import TargetCell
from kpis.services.scopes import may_decide

MOST_DECIMALS = 10
SMALLEST = {Unit.COUNT: Decimal(1), Unit.PERCENT: Decimal("0.001"), Unit.MONEY: Decimal(1)}
USUAL_SMALLEST = Decimal("0.01")
PERCENT_SIGNS = " %٪"
LONGEST_SEEN = 200_000
SEEN = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,12})?")  # a short text such as 1e-6000000 would be megabytes of digits
Figures = Mapping[tuple[str, str], Decimal | None]


@dataclass(frozen=True)
class Sheet:
    """What the grid is about."""

    year: Period
    scope: Scope
    member: int | None
    kpis: Sequence[Kpi]
    prefs: Preferences
    viewer: User

    @property
    def columns(self) -> list[Period]:
        """The months, the quarters, the year."""
        year = self.year
        grains = (Grain.MONTH, Grain.QUARTER)
        return [
            *(p for grain in grains for p in periods_between(year.start, year.end, Calendar(year.calendar), grain, year.rules)),
            year,
        ]

    def places(self) -> Iterator[tuple[Kpi, Period]]:
        for kpi in self.kpis:
            for period in self.columns:
                yield kpi, period


def name_of(kpi: Kpi, period: Period) -> str:
    return f"{kpi.key}:{period.key}"


def stored_figures(sheet: Sheet, periods: Sequence[Period] | None = None) -> dict[tuple[str, str], Decimal]:
    """The targets that are set, by KPI and key of the period."""
    rows = Target.objects.visible_to(sheet.viewer).of_periods(periods or sheet.columns).of_scope(sheet.scope, sheet.member)
    return {(row.kpi, row.period.key): row.value for row in rows.filter(kpi__in=[kpi.key for kpi in sheet.kpis])}


# -- texts -----------------------------------------------------------------------------------------------------------


def figure_text(kpi: Kpi, value: Decimal | None, prefs: Preferences) -> str:
    """Every digit that is stored, or saving a cell that nobody touched would change it."""
    if value is None:
        return ""
    with localcontext(prec=PRECISION):
        if kpi.unit is Unit.MONEY:
            return amount_field(prefs).prepare_value(value)
        return number_text(value * 100 if kpi.unit is Unit.PERCENT else value, prefs, most=MOST_DECIMALS)


def read_figure(kpi: Kpi, text: str, prefs: Preferences) -> Decimal | None:
    """What was typed or pasted, in any digits; a rate as a percentage, money in the reader's unit."""
    typed = text.strip()
    if not typed:
        return None
    if kpi.unit is Unit.MONEY:
        return amount_field(prefs).clean(typed)
    decimals = 0 if kpi.unit is Unit.COUNT else MOST_DECIMALS
    try:
        figure = parse_amount(typed.strip(PERCENT_SIGNS) if kpi.unit is Unit.PERCENT else typed, form=True, decimals=decimals)
    except AmountError as error:
        if error.code == "precision" and not decimals:
            raise ValidationError(_("A count is a whole number."), code="precision") from None
        raise unread(kpi, error) from None
    with localcontext(prec=PRECISION):
        value = figure / 100 if kpi.unit is Unit.PERCENT else figure
    check_bounds(kpi, value, prefs)
    return value


def check_bounds(kpi: Kpi, value: Decimal, prefs: Preferences) -> None:
    lowest, highest = bounds_of(kpi)
    if lowest == 0 and value < 0:
        raise ValidationError(_("This figure is never negative."), code="negative")
    if highest == 1 and value > 1:
        raise ValidationError(_("This is a part of a whole: 100 per cent at most."), code="out-of-range")
    if (lowest is not None and value < lowest) or (highest is not None and value > highest):
        limits = {"lowest": figure_text(kpi, lowest, prefs), "highest": figure_text(kpi, highest, prefs)}
        raise ValidationError(_("This figure lies between %(lowest)s and %(highest)s.") % limits, code="out-of-range")


def unread(kpi: Kpi, error: AmountError) -> ValidationError:
    """What to write instead, as this KPI is written."""
    if error.code != "invalid-amount":
        return in_words(error)
    if kpi.unit is Unit.PERCENT:
        return ValidationError(_("Enter a percentage in digits, such as 12.5."), code=error.code)
    return ValidationError(_("Enter a number in digits, such as 120."), code=error.code)


def amount_field(prefs: Preferences) -> AmountField:
    field_ = AmountField(required=False)
    field_.prefs = prefs
    return field_


# -- what was sent ---------------------------------------------------------------------------------------------------


@dataclass
class Sent:
    """The texts of a posted grid, and what is wrong with some of them."""

    texts: dict[str, str]
    seen: dict[str, Decimal]
    errors: dict[str, str] = field(default_factory=dict)


def sent_of(sheet: Sheet, data: Mapping[str, str]) -> Sent:
    texts: dict[str, str] = {}
    for kpi in sheet.kpis:
        names = [name_of(kpi, period) for period in sheet.columns]
        texts |= spread(names, [data.get(name, "") for name in names])
    seen = read_seen(data.get("seen", ""))
    return Sent(texts, {name: value for name, value in seen.items() if name in texts})


def spread(names: Sequence[str], given: Sequence[str]) -> dict[str, str]:
    """Cells of a spreadsheet that were pasted into one field go on into those after it."""
    texts = list(given)
    for index, text in enumerate(given):
        if "\t" in text:
            pieces = text.split("\t")[: len(texts) - index]
            texts[index : index + len(pieces)] = pieces
    return dict(zip(names, texts, strict=True))


def read_seen(text: str) -> dict[str, Decimal]:
    """What stood in the cells when the form was made; what cannot be read was nothing."""
    if len(text) > LONGEST_SEEN:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: Decimal(value) for name, value in found.items() if isinstance(value, str) and SEEN.fullmatch(value)}


def seen_text(figures: Figures) -> str:
    return json.dumps({f"{kpi}:{period}": f"{value:f}" for (kpi, period), value in figures.items() if value is not None})


def changed_cells(sheet: Sheet, sent: Sent) -> list[TargetCell]:
    """The cells that are not as their writer saw them; what cannot be read is noted as an error of its cell."""
    cells = []
    for kpi, period in sheet.places():
        name = name_of(kpi, period)
        seen = sent.seen.get(name)
        text = sent.texts[name]
        if text.strip() == figure_text(kpi, seen, sheet.prefs):
            continue
        try:
            value = read_figure(kpi, text, sheet.prefs)
        except ValidationError as error:
            sent.errors[name] = " ".join(error.messages)
            continue
        if value != seen:
            cells.append(TargetCell(kpi.key, period, sheet.scope, sheet.member, value, seen))
    return cells


# -- help with filling -----------------------------------------------------------------------------------------------


def fill_right(sheet: Sheet, sent: Sent) -> None:
    """An empty month takes the text of the month before it."""
    months = [period for period in sheet.columns if period.grain is Grain.MONTH]
    for kpi in sheet.kpis:
        before = ""
        for month in months:
            name = name_of(kpi, month)
            sent.texts[name] = before = sent.texts[name] or before


def copy_last_year(sheet: Sheet, sent: Sent, growth: Decimal) -> None:
    """An empty cell takes the figure of the year before, so much larger or smaller."""
    before = stored_figures(sheet, [period.same_last_year() for period in sheet.columns])
    for kpi, period in sheet.places():
        name, figure = name_of(kpi, period), before.get((kpi.key, period.same_last_year().key))
        if figure is not None and not sent.texts[name]:
            sent.texts[name] = figure_text(kpi, grown(kpi, figure, growth), sheet.prefs)


def grown(kpi: Kpi, figure: Decimal, growth: Decimal) -> Decimal:
    with localcontext(prec=PRECISION):
        return (figure * (1 + growth)).quantize(SMALLEST.get(kpi.unit, USUAL_SMALLEST), ROUND_HALF_UP).normalize()


# -- sums ------------------------------------------------------------------------------------------------------------


def sum_notes(kpi: Kpi, figures: Figures, sheet: Sheet, below: Figures, below_name: str) -> list[str]:
    """Where parts that are all set do not come to the whole: said, not forced."""
    if not adds_up(kpi):
        return []
    months, quarters = ([p for p in sheet.columns if p.grain is grain] for grain in (Grain.MONTH, Grain.QUARTER))
    checks = [(quarter, months[3 * index : 3 * index + 3], _("its months")) for index, quarter in enumerate(quarters)]
    checks += [(sheet.year, months, _("its months")), (sheet.year, quarters, _("its quarters"))]
    notes = []
    for whole, parts, name in checks:
        total = total_of(figures.get((kpi.key, part.key)) for part in parts)
        notes += note_of(kpi, whole, total, figures.get((kpi.key, whole.key)), sheet.prefs, name=name)
    for period in sheet.columns:
        total = below.get((kpi.key, period.key))
        notes += note_of(kpi, period, total, figures.get((kpi.key, period.key)), sheet.prefs, name=below_name)
    return notes


def total_of(parts: Iterable[Decimal | None]) -> Decimal | None:
    found = list(parts)
    return None if None in found else sum(found, Decimal(0))


def note_of(
    kpi: Kpi, whole: Period, total: Decimal | None, target: Decimal | None, prefs: Preferences, *, name: str
) -> list[str]:
    if target is None or total is None or total == target:
        return []
    words = {
        "period": whole.label(prefs.language, latin_digits=prefs.latin_digits),
        "parts": name,
        "sum": value_text(kpi, total, prefs),
        "whole": value_text(kpi, target, prefs),
    }
    return [_("%(period)s: %(parts)s come to %(sum)s, not to %(whole)s") % words]


def sums_below(sheet: Sheet) -> tuple[dict[tuple[str, str], Decimal], str]:
    """What the targets of the teams come to beside the company's, or those of its people beside a team's.

    Told only to those who see every one of them: a sum less one's own would tell the others'.
    """
    if not may_decide(sheet.viewer, sheet.scope, sheet.member):
        return {}, ""
    rows = Target.objects.visible_to(sheet.viewer).of_periods(sheet.columns).filter(kpi__in=[kpi.key for kpi in sheet.kpis])
    match sheet.scope:
        case Scope.COMPANY:
            rows, name = rows.filter(team__isnull=False), _("the teams")
        case Scope.TEAM:
            rows, name = rows.filter(person__team=sheet.member), _("its people")
        case _:
            return {}, ""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = row.kpi, row.period.key
        sums[key] = sums.get(key, Decimal(0)) + row.value
    return sums, name
