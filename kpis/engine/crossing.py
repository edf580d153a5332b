"""Sums of several members at once: what a delta adds to those of its days and to those of both calendars' months.

A cube that is crossed is folded once to the finest: by day, owner and first touch. Its margins and its crossed sums are
both made of that, so they cannot disagree. Longer periods are read as their months.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from kpis.definitions import CROSSABLE, DIMENSION_CODES, FIRST_TOUCH, Cube, Dimension
from kpis.engine.folding import Statement, any_left, fold_margins, folds_of, parts
from kpis.models import Cross, CrossDay

MONTHS, DAYS = Cross._meta.db_table, CrossDay._meta.db_table
MONTH_GRAINS = (2, 5)
TOUCH = tuple(f"{dimension.value}_id" for dimension in FIRST_TOUCH)
KEY = ("day", "dimension", "member", *TOUCH)
OWNER = DIMENSION_CODES[Dimension.OWNER]


def listed(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{name}" for name in names)


def summed(names: Iterable[str]) -> str:
    return ", ".join(f"sum({name}) AS {name}" for name in names)


def fold_finest(cube: Cube, rows: QuerySet) -> Statement:
    """SELECT (day, owner_id, channel_id …, m1 …) of some of a cube's rows; 0 for a dimension that it does not know."""
    found, sums = parts(cube, rows)
    sql, params = found.query.sql_with_params()
    used = folds_of(cube)
    members = [
        (f"{name.value}_id", f"q.member_{name.value}") for name in (Dimension.OWNER, *FIRST_TOUCH) if name in cube.dimensions
    ]
    known = dict(members)
    columns = ", ".join(f"{known.get(name, '0')}::bigint AS {name}" for name in ("owner_id", *TOUCH))
    # Counts stay whole numbers: adding them up takes a fraction of the time.
    values = ", ".join(f"coalesce({text}, 0) AS {name}" for text, name in zip(sums, used, strict=True))
    by = ", ".join(["q.fold_day", *known.values()])
    left = " OR ".join(f"coalesce({text}, 0) <> 0" for text in sums)
    return Statement(f"SELECT q.fold_day AS day, {columns}, {values} FROM ({sql}) q GROUP BY {by} HAVING {left}", params)


def has_margins_in(cube: Cube) -> bool:
    """Whether all dimensions of a cube are among those by which it is crossed."""
    return cube.dimensions.keys() <= CROSSABLE


def crossed_terms(cube: Cube, name: str) -> str:
    """WITH terms `<name>_crossed` (day, dimension, member, channel_id …, m1 …) and what it is made of, from `<name>_finest`.

    In total, and per owner where there are owners.
    """
    touch, used = listed(TOUCH), folds_of(cube)
    total = f"SELECT day, {touch}, {summed(used)} FROM {name}_finest GROUP BY day, {touch}"
    crossed = f"SELECT day, 0 AS dimension, 0::bigint AS member, {touch}, {listed(used)} FROM {name}_total"
    if Dimension.OWNER in cube.dimensions:
        crossed += f" UNION ALL SELECT day, {OWNER}, owner_id, {touch}, {listed(used)} FROM {name}_finest"
    return f"{name}_total AS MATERIALIZED ({total}), {name}_crossed AS MATERIALIZED ({crossed})"


def margins_of(cube: Cube, name: str) -> str:
    """SELECT (day, dimension, member, m1 …): of owners from `<name>_finest`, of all else from the fewer rows of the total."""
    sums = summed(folds_of(cube))
    names = {DIMENSION_CODES[each]: f"{each.value}_id" for each in FIRST_TOUCH if each in cube.dimensions}
    code = "".join(f" WHEN grouping({column}) = 0 THEN {code}" for code, column in names.items())
    who = "".join(f" WHEN grouping({column}) = 0 THEN {column}" for column in names.values())
    sets = ", ".join(["(day)", *(f"(day, {column})" for column in names.values())])
    margins = (
        f"SELECT day, CASE{code} ELSE 0 END AS dimension, (CASE{who} ELSE 0 END)::bigint AS member, {sums}"
        f" FROM {name}_total GROUP BY GROUPING SETS ({sets}) HAVING {any_left(folds_of(cube))}"
    )
    if Dimension.OWNER not in cube.dimensions:
        return margins
    return (
        f"{margins} UNION ALL SELECT day, {OWNER}, owner_id, {sums} FROM {name}_finest GROUP BY day, owner_id"
        f" HAVING {any_left(folds_of(cube))}"
    )


def fold_all(cube: Cube, rows: QuerySet, name: str) -> Statement:
    """WITH terms that end with the margins of some rows under a name; of a crossed cube also `<name>_crossed`."""
    if not cube.is_crossed:
        margins = fold_margins(cube, rows)
        return Statement(f"{name} AS MATERIALIZED ({margins.sql})", margins.params)
    finest = fold_finest(cube, rows)
    margins = Statement(margins_of(cube, name)) if has_margins_in(cube) else fold_margins(cube, rows)
    return Statement(
        f"{name}_finest AS MATERIALIZED ({finest.sql}), {crossed_terms(cube, name)}, {name} AS MATERIALIZED ({margins.sql})",
        (*finest.params, *margins.params),
    )


def replacing_crossed(cube: Cube, days: Sequence[date]) -> Statement:
    """WITH terms that put `fresh_crossed` in the place of what is stored of some days; `moved` is what that changes."""
    used, key = folds_of(cube), listed(KEY)
    change = ", ".join(f"coalesce(f.{name}, 0) - coalesce(s.{name}, 0) AS {name}" for name in used)
    kept = ", ".join(f"coalesce(f.{name}, 0) AS new_{name}" for name in used)
    old, new = (", ".join(f"coalesce({side}.{name}, 0)" for name in used) for side in ("s", "f"))
    return Statement(
        f"""
        stored_crossed AS (
            SELECT start AS day, {listed(KEY[1:])}, {summed(used)} FROM {DAYS}
             WHERE cube = {cube.code} AND start = ANY(%s) GROUP BY {key}),
        moved AS MATERIALIZED (
            SELECT {key}, {change}, {kept} FROM fresh_crossed f FULL JOIN stored_crossed s USING ({key})
             WHERE ({old}) IS DISTINCT FROM ({new})),
        gone_crossed AS (
            DELETE FROM {DAYS} x USING moved c WHERE x.cube = {cube.code} AND x.start = ANY(%s)
               AND (x.start, {listed(KEY[1:], "x.")}) = ({listed(KEY, "c.")})),
        kept_crossed AS (
            INSERT INTO {DAYS} (cube, start, {listed(KEY[1:])}, {listed(used)})
            SELECT {cube.code}, {key}, {listed(used, "new_")} FROM moved
             WHERE {" OR ".join(f"new_{name} <> 0" for name in used)} ORDER BY {key})""",
        (list(days), list(days)),
    )


def adding_crossed(cube: Cube, name: str) -> Statement:
    """A WITH term that puts `<name>_crossed` beside what is stored of its days."""
    used = listed(folds_of(cube))
    return Statement(
        f"put_{name} AS (INSERT INTO {DAYS} (cube, start, {listed(KEY[1:])}, {used})"
        f" SELECT {cube.code}, {listed(KEY)}, {used} FROM {name}_crossed ORDER BY {listed(KEY)})"
    )


def carrying_crossed(cube: Cube, deltas: Sequence[str]) -> Statement:
    """WITH terms that add some relations (day, dimension, member, channel_id …, m1 …) to the sums of months."""
    used, names = folds_of(cube), listed(KEY[1:])
    together = " UNION ALL ".join(f"SELECT {listed(KEY)}, {listed(used)} FROM {delta}" for delta in deltas)
    first, last = (f"(SELECT {end}(day) FROM delta_crossed)" for end in ("min", "max"))
    return Statement(
        f"""
        delta_crossed AS MATERIALIZED ({together}),
        month_crossed AS MATERIALIZED (
            SELECT c.grain, c.start, {names}, {summed(used)}
              FROM delta_crossed d JOIN kpis_calendarday c ON c.day = d.day
             WHERE c.grain IN {MONTH_GRAINS} AND c.day BETWEEN {first} AND {last}
             GROUP BY c.grain, c.start, {names} HAVING {any_left(used)}),
        carried_crossed AS (
            INSERT INTO {MONTHS} (cube, grain, start, {names}, {listed(used)})
            SELECT {cube.code}, grain, start, {names}, {listed(used)} FROM month_crossed ORDER BY grain, dimension, start, {names}
            ON CONFLICT (cube, grain, dimension, start, member, {listed(TOUCH)}) DO UPDATE
               SET {", ".join(f"{name} = {MONTHS}.{name} + EXCLUDED.{name}" for name in used)})"""
    )
