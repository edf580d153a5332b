"""The targets of a year: a grid of cells, saved together, with what has come of them so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.exports import FilePage, Table, file_urls
from crm.money import AmountError, parse_amount
from crm.pages import Page, action, key_in, query_with, say
from crm.periods import Calendar, DateError, Grain, Period, parse_period, period_of
from crm.permissions import may_set_targets
from crm.transactions import in_transaction
from crm.words import CALENDARS
from kpis import addresses, dashboards, exports, grids, options
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Group, Kpi, is_hidden
from kpis.grids import Sent, Sheet, name_of
from kpis.models import Scope, TargetEdit
from kpis.readings import Query, read
from kpis.readings.cards import sample_text
from kpis.readings.goals import NO_DATA, judged_text, standing_words
from kpis.readings.history import Judged, judged_first
from kpis.readings.targets import attainment, scope_for
from kpis.readings.values import Value
from kpis.readings.words import number_text, percent_sign, period_text, unit_text, value_text
from kpis.services import set_targets, undo_target_edit
from kpis.services.scopes import fits, may_decide
from kpis.services.targets import ChangedMeanwhileError

FIRST_YEARS = {Calendar.JALALI: 1369, Calendar.GREGORIAN: 1990}
LAST_YEARS = {Calendar.JALALI: 1439, Calendar.GREGORIAN: 2060}
PINNED = "pinned"
Figures = dict[tuple[str, str], Decimal]


class SheetPage(Page):
    """The grid that an address asks for, and what has come of its targets."""

    # How closed periods were judged first: known of the whole company alone.
    judged: Mapping[tuple[str, str], Judged] = MappingProxyType({})

    def read_sheet(self) -> Sheet:
        query, user = self.request.GET, self.request.user
        self.scope = addresses.enum_asked(Scope, query.get("scope"), Scope.COMPANY)
        self.members = options.members_for(self.scope, user)
        member = self.member_asked()
        return Sheet(self.year_asked(), self.scope, member, self.kpis_asked(member), self.request.prefs, user)

    def year_asked(self) -> Period:
        prefs, query = self.request.prefs, self.request.GET
        calendar = addresses.enum_asked(Calendar, query.get("calendar"), Calendar(prefs.calendar))
        rules = prefs.organization.calendar_rules
        if not query.get("year"):
            return period_of(prefs.today(self.at), calendar, Grain.YEAR, rules)
        try:
            period = parse_period(query["year"], rules, calendar)
        except DateError as error:
            raise BadRequest(f"year: {error}") from None
        if period.grain is not Grain.YEAR or not FIRST_YEARS[calendar] <= period.year <= LAST_YEARS[calendar]:
            raise BadRequest("year")
        return period

    def member_asked(self) -> int | None:
        if self.scope is Scope.COMPANY:
            return None
        text = self.request.GET.get("member")
        if not text:
            return self.members[0][0] if self.members else None
        member = key_in(text)
        if all(member != pk for pk, _name in self.members):
            self.members += options.member_for(self.scope, member, self.request.user)  # one that the choice is too short for
        if all(member != pk for pk, _name in self.members):
            raise BadRequest("member")
        return member

    def kpis_asked(self, member: int | None) -> list[Kpi]:
        """Those of a group that the reader may see and that can be narrowed so; first those that stand on their overview."""
        user = self.request.user
        asked = self.request.GET.get("group") or PINNED
        if asked != PINNED and asked not in set(Group):
            raise BadRequest("group")
        self.group = asked
        if self.scope is not Scope.COMPANY and member is None:
            return []
        found = dashboards.pinned(user, None) if asked == PINNED else [k for k in CATALOGUE.values() if k.group.value == asked]
        return [kpi for kpi in found if not is_hidden(kpi, user) and fits(kpi, self.scope)]

    def so_far(self, kpi: Kpi, value: Value | None, target: Decimal | None) -> dict[str, Any]:
        """What has come of it, in small, with a mark and a word, and what was said of it at first."""
        if value is None or (value.value is None and target is None):
            return {}
        prefs = self.request.prefs
        shown = {"actual": value_text(kpi, value.value, prefs, short=True)}
        if value.value is None or (target is not None and value.is_without_spend(kpi)):
            return shown | dict(zip(("word", "tone", "icon"), NO_DATA, strict=True))
        if value.is_small_sample(kpi):
            return shown | {"sample": sample_text(kpi, value, prefs)}
        if target is None:
            return shown
        found = attainment(kpi, value, target, prefs.today(self.at), prefs.organization)
        word, tone, icon = standing_words(kpi, found.standing)
        then = judged_text(kpi, found, self.judged.get((kpi.key, value.period.key)), prefs)
        return shown | {"word": word, "tone": tone, "icon": icon, "then": then}

    def read_judged(self, sheet: Sheet, stored: Figures) -> None:
        """What was said first of the whole company in periods that are over and have a target."""
        today, keys = self.request.prefs.today(self.at), {key for _kpi, key in stored}
        over = [period for period in sheet.columns if period.end < today and period.key in keys]
        if over and sheet.scope is Scope.COMPANY:
            self.judged = judged_first(sheet.kpis, over)

    def actual(self, sheet: Sheet) -> dict[tuple[str, str], Value]:
        """The values of what has begun, where the reader sees all that the target is about."""
        user, today = self.request.user, self.request.prefs.today(self.at)
        filters = {} if sheet.member is None else {Dimension(sheet.scope): sheet.member}
        if scope_for(filters, user) != (sheet.scope, sheet.member) or not sheet.kpis:
            return {}
        found = {}
        for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR):
            periods = tuple(period for period in sheet.columns if period.grain is grain and period.start <= today)
            tables = read(sheet.kpis, Query(periods, today, filters=filters, viewer=user)) if periods else {}
            found |= {(key, value.period.key): value for key, table in tables.items() for value in table.total}
        return found


class TargetsView(SheetPage, TemplateView):
    template_name = "kpis/targets.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.sent: Sent | None = None
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        sheet = self.read_sheet()
        if not self.may_edit(sheet):
            raise PermissionDenied
        self.sent = grids.sent_of(sheet, request.POST)
        match request.POST.get("action", "save"):
            case "fill":
                grids.fill_right(sheet, self.sent)
            case "copy":
                self.copy(sheet)
            case _:
                if (response := self.save(sheet)) is not None:
                    return response
        return self.render_to_response(self.get_context_data())

    def copy(self, sheet: Sheet) -> None:
        typed = self.request.POST.get("growth", "").strip(grids.PERCENT_SIGNS) or "0"
        try:
            growth = parse_amount(typed, form=True) / 100
        except AmountError:
            self.sent.errors["growth"] = _("Enter a percentage, such as 10.")
            return
        grids.copy_last_year(sheet, self.sent, growth)

    def save(self, sheet: Sheet) -> HttpResponse | None:
        """Nothing is written while a cell cannot be read, or was changed by somebody else."""
        cells = grids.changed_cells(sheet, self.sent)
        if self.sent.errors:
            return None
        try:
            edit = in_transaction(lambda: set_targets(cells, by=self.request.user, at=self.at))
        except ChangedMeanwhileError as error:
            self.note_changes(cells, error, sheet)
            return None
        if edit:
            count = number_text(len(edit.changes), self.request.prefs)
            undo = f"{reverse('kpis:targets-undo', args=[edit.pk])}{query_with(self.request.GET)}"
            say(self.request, _("Targets changed: %(count)s.") % {"count": count}, undo=undo)
        return redirect(self.request.get_full_path())

    def note_changes(self, cells: list[Any], error: ChangedMeanwhileError, sheet: Sheet) -> None:
        """Say what stands there now; who saves again has seen it."""
        for cell in cells:
            if cell.key not in error.found:
                continue
            kpi, found = CATALOGUE[cell.kpi], error.found[cell.key]
            name = name_of(kpi, cell.period)
            self.sent.seen.pop(name, None)
            if found is not None:
                self.sent.seen[name] = found
            now = value_text(kpi, found, sheet.prefs)
            self.sent.errors[name] = _("Meanwhile this was set to %(value)s. Save again to replace it.") % {"value": now}

    def may_edit(self, sheet: Sheet) -> bool:
        user = self.request.user
        return bool(sheet.kpis) and may_set_targets(user) and may_decide(user, sheet.scope, sheet.member)

    # -- what the page shows -----------------------------------------------------------------------------------------

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sheet, query = self.read_sheet(), self.request.GET
        stored = grids.stored_figures(sheet)
        sent = self.sent or Sent({}, {})
        seen = stored if self.sent is None else {tuple(name.split(":")): value for name, value in sent.seen.items()}
        prefs, rows = self.request.prefs, self.rows(sheet, stored)
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "columns": [self.column(period) for period in sheet.columns],
            "is_editable": self.may_edit(sheet),
            "is_unsaved": self.sent is not None and not sent.errors,
            "error_count": len(sent.errors),
            "first_bad": next((cell for row in rows for cell in row["cells"] if cell["error"]), None),
            "growth_error": sent.errors.get("growth", ""),
            "growth": self.request.POST.get("growth", ""),
            "percent_sign": percent_sign(prefs),
            "seen": grids.seen_text(seen),
            "money_unit": unit_text(CATALOGUE["revenue"], prefs),
            "year_label": period_text(sheet.year, prefs),
            "steps": self.steps(sheet.year),
            "calendars": self.calendars(sheet.year),
            "scopes": self.scopes(),
            "members": [(pk, name, pk == sheet.member) for pk, name in self.members],
            "groups": self.groups(),
            "carried": addresses.carried(query, "member"),
            "files": file_urls("kpis:targets-file", query_with(query)),
        }

    def column(self, period: Period) -> dict[str, Any]:
        label = period_text(period, self.request.prefs)
        year = period_text(period_of(period.start, period.calendar, Grain.YEAR, period.rules), self.request.prefs)
        short = label if period.grain is Grain.YEAR else label.removesuffix(f" {year}")
        is_now = period.grain is Grain.MONTH and period.is_running(self.request.prefs.today(self.at))
        return {"label": label, "short": short, "grain": period.grain.value, "is_now": is_now}

    def rows(self, sheet: Sheet, stored: Figures) -> list[dict[str, Any]]:
        actual, figures = self.actual(sheet), dict(stored)
        self.read_judged(sheet, stored)
        below, below_name = grids.sums_below(sheet)
        if self.sent is not None:
            figures = self.typed_figures(sheet, stored)
        return [
            {
                "kpi": kpi,
                "unit": unit_text(kpi, sheet.prefs),
                "url": reverse("kpis:kpi-detail", args=[kpi.key]),
                "cells": [self.cell(sheet, kpi, period, stored, actual) for period in sheet.columns],
                "notes": grids.sum_notes(kpi, figures, sheet, below, below_name),
            }
            for kpi in sheet.kpis
        ]

    def typed_figures(self, sheet: Sheet, stored: Figures) -> dict[tuple[str, str], Decimal | None]:
        """What the sums are of while nothing is saved: the cells as they were typed."""
        figures: dict[tuple[str, str], Decimal | None] = dict(stored)
        for kpi, period in sheet.places():
            try:
                figures[kpi.key, period.key] = grids.read_figure(kpi, self.sent.texts[name_of(kpi, period)], sheet.prefs)
            except ValidationError:
                figures[kpi.key, period.key] = None
        return figures

    def cell(
        self, sheet: Sheet, kpi: Kpi, period: Period, stored: Figures, actual: Mapping[tuple[str, str], Value]
    ) -> dict[str, Any]:
        name, target = name_of(kpi, period), stored.get((kpi.key, period.key))
        text = grids.figure_text(kpi, target, sheet.prefs)
        typed = text if self.sent is None else self.sent.texts[name]
        return {
            "name": name,
            "label": _("%(kpi)s, %(period)s") % {"kpi": kpi.name, "period": period_text(period, sheet.prefs)},
            "short": self.column(period)["short"],
            "text": typed,
            "is_changed": typed != text,
            "error": "" if self.sent is None else self.sent.errors.get(name, ""),
            "grain": period.grain.value,
            "target_text": value_text(kpi, target, sheet.prefs, short=True),
            **self.so_far(kpi, actual.get((kpi.key, period.key)), target),
        }

    def steps(self, year: Period) -> dict[str, str]:
        query = self.request.GET
        calendar = Calendar(year.calendar)
        before, after = (str(year.year + step) for step in (-1, 1))
        return {
            "previous_url": query_with(query, year=before, calendar=calendar.value) if year.year > FIRST_YEARS[calendar] else "",
            "next_url": query_with(query, year=after, calendar=calendar.value) if year.year < LAST_YEARS[calendar] else "",
        }

    def calendars(self, year: Period) -> list[options.Link]:
        query = self.request.GET
        return [
            options.Link(str(name), query_with(query, calendar=calendar.value, year=None), calendar is year.calendar)
            for calendar, name in CALENDARS.items()
        ]

    def scopes(self) -> list[options.Link]:
        query, user = self.request.GET, self.request.user
        return [
            options.Link(str(name), query_with(query, scope=scope.value, member=None), scope is self.scope)
            for scope, name in options.SCOPES.items()
            if scope is Scope.COMPANY or options.members_for(scope, user)
        ]

    def groups(self) -> list[options.Link]:
        names = {PINNED: _("Most important")} | {group.value: str(name) for group, name in options.GROUPS.items()}
        return [options.Link(name, query_with(self.request.GET, group=key), key == self.group) for key, name in names.items()]


class TargetsFileView(SheetPage, FilePage):
    """The grid with every digit, and under each KPI's targets what has come of them."""

    def table(self) -> Table:
        sheet = self.read_sheet()
        whose = next((f"-{name}" for pk, name in self.members if pk == sheet.member), "")
        periods = [period_text(period, sheet.prefs) for period in sheet.columns]
        name = _("targets") + f"-{period_text(sheet.year, sheet.prefs)}{whose}"
        return Table(name, [_("KPI"), _("Key"), _("Unit"), _("Row"), *periods], self.cells(sheet))

    def cells(self, sheet: Sheet) -> Iterator[list[object]]:
        stored, actual, prefs = grids.stored_figures(sheet), self.actual(sheet), sheet.prefs
        self.read_judged(sheet, stored)
        for kpi in sheet.kpis:
            name, places = [kpi.name, kpi.key, exports.unit_name(kpi, prefs)], [(kpi.key, period.key) for period in sheet.columns]
            values = [actual[place].value if place in actual else None for place in places]
            yield [*name, _("Target"), *(exports.value_cell(kpi, stored.get(place), prefs) for place in places)]
            yield [*name, _("So far"), *(exports.value_cell(kpi, value, prefs) for value in values)]
            states = [self.so_far(kpi, actual.get(place), stored.get(place)) for place in places]
            yield [*name, _("State"), *(state_text(state) for state in states)]


def state_text(state: Mapping[str, Any]) -> str:
    word = str(state.get("word") or state.get("sample", ""))
    return f"{word} ({state['then']})" if state.get("then") else word


@action(may_set_targets)
def undo(request: HttpRequest, pk: int) -> str:
    edit = get_object_or_404(TargetEdit.objects.undoable_by(request.user), pk=pk)
    undo_target_edit(edit, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return f"{reverse('kpis:targets')}{query_with(request.GET)}"
