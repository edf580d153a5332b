"""Setting targets: from the API one by one or in bulk, and from the grid as cells that change together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.items import Item, refuse_alike, sound
from crm.inputs.rates import has_decimals, is_too_fine
from crm.inputs.upsert import Recipe, upsert
from crm.models import User
from crm.periods import DateError, Period, parse_period
from crm.permissions import may_set_targets
from kpis.bounds import bounds_of
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi, Unit, is_hidden
from kpis.models import TARGET_GRAINS, Scope, Target, TargetEdit
from kpis.models.scope import COLUMNS, MEMBERS, MODELS
from kpis.services.inputs import TargetIn
from kpis.services.scopes import APART, REFERENCES, check_decides, fits, kpi_of, may_decide, resolve_scopes, value_of

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2060, 12, 31)
KEY = ("kpi", "calendar", "grain", "start", *MEMBERS)
LARGEST = Decimal(10) ** 18
Key = tuple[Any, ...]


# -- the API -------------------------------------------------------------------------------------------------------


def write_targets(items: list[Item], caller: Caller) -> None:
    upsert(RECIPE, items, caller)


def complete_targets(items: list[Item], caller: Caller) -> None:
    """Periods, scopes and rights; then the rows that stand for the same target already."""
    resolve_scopes(items, caller)
    for item in sound(items):
        read_period(item, caller)
    for item in sound(items):
        check_value(item, kpi_of(item, caller), caller)
        check_decides(item, caller)
    find_same(sound(items))
    for item in sound(items):
        if item.row is None or "value" in item.values:
            item.values["set_by_id"] = caller.user.pk


def check_value(item: Item, kpi: Kpi | None, caller: Caller) -> None:
    """As the grid judges it."""
    value, unit = value_of(item, "value"), kpi.unit if kpi else None
    if unit is Unit.MONEY and is_too_fine(value, caller.organization.currency):
        item.refuse("/value", "precision")
    if unit is Unit.COUNT and has_decimals(value):
        item.refuse("/value", "precision", _("A count is a whole number."))
    lowest, highest = bounds_of(kpi) if kpi else (None, None)
    if lowest is not None and value < lowest:
        item.refuse("/value", "negative" if lowest == 0 else "out-of-range")
    if highest == 1 and value > highest:
        item.refuse("/value", "out-of-range", _("This is a part of a whole: 1 (100 per cent) at most."))
    elif highest is not None and value > highest:
        item.refuse("/value", "out-of-range")
    if abs(value) >= LARGEST:
        item.refuse("/value", "amount-too-large")


def read_period(item: Item, caller: Caller) -> None:
    """The period by its key; calendar and grain may be said besides, and must then agree."""
    if item.data.period is UNSET:
        if item.row is None:
            item.refuse("/period", "required")
        return
    try:
        period = parse_period(item.data.period, caller.organization.calendar_rules)
    except DateError:
        item.refuse("/period", "invalid-period")
        return
    if period.grain not in TARGET_GRAINS:
        item.refuse("/period", "invalid-period")
    elif not FIRST_DAY <= period.start <= LAST_DAY:
        item.refuse("/period", "date-out-of-range")
    for name in ("calendar", "grain"):
        if item.values.get(name, getattr(period, name)) != getattr(period, name):
            item.refuse(f"/{name}", "inconsistent")
    item.values |= {"calendar": period.calendar.value, "grain": period.grain.value, "start": period.start}


def find_same(items: list[Item]) -> None:
    """A target is known by its KPI, period and scope; two of one call, or another row's, are refused."""
    keys = {item: tuple(value_of(item, name) for name in KEY) for item in items}
    refuse_alike(keys, "/period")
    known = rows_by_key(keys.values())
    for item in sound(items):
        row = known.get(keys[item])
        if row and item.row is not None and item.row.pk != row.pk:
            item.refuse("/period", "duplicate")
        elif row and item.row is None:
            item.row = row
            item.values["source"] = row.source or item.values["source"]


def rows_by_key(keys: Iterable[Key]) -> dict[Key, Target]:
    """The stored targets of some keys, locked in one order."""
    wanted = set(keys)
    kpis, starts = {key[0] for key in wanted}, {key[3] for key in wanted}
    rows = Target.objects.filter(kpi__in=kpis, start__in=starts).select_for_update(of=("self",)).order_by("pk")
    return {key: row for row in rows if (key := key_of(row)) in wanted}


def key_of(row: Target) -> Key:
    return tuple(getattr(row, name) for name in KEY)


RECIPE = Recipe(
    Target,
    TargetIn,
    references=REFERENCES,
    required=("kpi", "value"),
    apart=APART | {"period"},
    completes=complete_targets,
)


# -- the grid ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TargetCell:
    """One cell as it should be; without a value there is no target. `seen` is what its writer saw there."""

    kpi: str
    period: Period
    scope: Scope
    member: int | None
    value: Decimal | None
    seen: Decimal | None

    @property
    def key(self) -> Key:
        members = dict.fromkeys(MEMBERS)
        if self.scope is not Scope.COMPANY:
            members[f"{COLUMNS[self.scope]}_id"] = self.member
        period = self.period
        return (self.kpi, period.calendar.value, period.grain.value, period.start, *members.values())


class ChangedMeanwhileError(Exception):
    """Somebody else changed these cells; nothing was written."""

    def __init__(self, found: dict[Key, Decimal | None]) -> None:
        super().__init__(len(found))
        self.found = found


@transaction.atomic
def set_targets(cells: Sequence[TargetCell], *, by: User, at: datetime) -> TargetEdit | None:
    """Write the cells that differ from what is stored, all or none; None where nothing was to be written."""
    for cell in cells:
        check_sets(by, CATALOGUE[cell.kpi], cell.scope, cell.member)
    rows = rows_by_key(cell.key for cell in cells)
    stored = {key: row.value for key, row in rows.items()}
    others = {cell.key: stored.get(cell.key) for cell in cells if stored.get(cell.key) not in (cell.seen, cell.value)}
    if others:
        raise ChangedMeanwhileError(others)
    wanted = {cell.key: cell.value for cell in cells if cell.value != stored.get(cell.key)}
    if not wanted:
        return None
    write(wanted, rows, by=by)
    changes = [{"key": plain(key), "before": text(stored.get(key)), "after": text(value)} for key, value in wanted.items()]
    return TargetEdit.objects.create(by=by, at=at, changes=changes)


def check_sets(user: User, kpi: Kpi, scope: Scope, member: int | None) -> None:
    is_allowed = may_set_targets(user) and may_decide(user, scope, member)
    if not is_allowed or is_hidden(kpi, user) or not fits(kpi, scope):
        raise PermissionDenied


def write(wanted: dict[Key, Decimal | None], rows: dict[Key, Target], *, by: User) -> None:
    Target.objects.filter(pk__in=[rows[key].pk for key, value in wanted.items() if value is None and key in rows]).delete()
    new = [
        Target(**dict(zip(KEY, key, strict=True)), value=value, set_by=by)
        for key, value in wanted.items()
        if value is not None and key not in rows
    ]
    Target.objects.bulk_create(new)
    for key, value in wanted.items():
        if value is not None and key in rows:
            row = rows[key]
            row.value, row.set_by = value, by
            row.save(update_fields=["value", "set_by", "updated_at"])


def undo_target_edit(edit: TargetEdit, *, by: User, at: datetime) -> TargetEdit:
    """What stood there before, in the cells that nobody has changed since."""
    with transaction.atomic():
        edit = TargetEdit.objects.select_for_update().get(pk=edit.pk)
        if edit.undone_at:
            raise ValidationError(_("This was taken back already."), code="conflict")
        changes = still_there({unplain(change["key"]): change for change in edit.changes})
        for key in changes:
            check_sets(by, CATALOGUE[key[0]], *scope_in(key))
        rows = rows_by_key(changes)
        stored = {key: row.value for key, row in rows.items()}
        still = {key: change for key, change in changes.items() if stored.get(key) == number(change["after"])}
        write({key: number(change["before"]) for key, change in still.items()}, rows, by=by)
        edit.undone_at = at
        edit.save(update_fields=["undone_at"])
    return edit


def still_there(changes: dict[Key, Any]) -> dict[Key, Any]:
    """Without the targets whose KPI, team, person, channel or campaign is gone: they went with it."""
    wanted: dict[Scope, set[int | None]] = {}
    for scope, member in map(scope_in, changes):
        wanted.setdefault(scope, set()).add(member)
    known: dict[Scope, set[int | None]] = {
        scope: {None} if scope is Scope.COMPANY else set(MODELS[scope].objects.filter(pk__in=keys).values_list("pk", flat=True))
        for scope, keys in wanted.items()
    }
    kept = {}
    for key, change in changes.items():
        scope, member = scope_in(key)
        if key[0] in CATALOGUE and member in known[scope]:
            kept[key] = change
    if not kept:
        raise ValidationError(_("What these targets were set for no longer exists."), code="conflict")
    return kept


def scope_in(key: Key) -> tuple[Scope, int | None]:
    members = dict(zip(MEMBERS, key[-len(MEMBERS) :], strict=True))
    for scope, column in COLUMNS.items():
        if (member := members[f"{column}_id"]) is not None:
            return scope, member
    return Scope.COMPANY, None


def plain(key: Key) -> list[Any]:
    return [part.isoformat() if isinstance(part, date) else part for part in key]


def unplain(key: Sequence[Any]) -> Key:
    kpi, calendar, grain, start, *members = key
    return (kpi, calendar, grain, date.fromisoformat(start), *members)


def text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
