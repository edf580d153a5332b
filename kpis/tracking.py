"""Which changes mark which days, customers, leads and visitors dirty, and the triggers that do it.

One declaration per table: the columns that matter and, per cube, how to get from a changed row to its days.
The triggers run in the writer's own transaction, once per statement, on the images of the rows before and after,
so every write is caught: bulk, raw, COPY, MERGE, cascades and backdated edits of any age. Where a statement brings a
day no more than a few new rows, the mark names them, and the drain adds them instead of folding the day anew.

Two rules close the races between a row and the row it hangs on, whose writers may not see each other yet:
- a changed *parent* (a customer's channel) is noted by its id, and the drain looks up the days of its rows after
  the change is committed; a row that appears later brings its own mark, and so does one whose parent is deleted
  and written anew in one transaction;
- a changed *child* that must look at its parent to know its day (a line, its order) holds the parent still first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kpis.definitions import Cube
from kpis.models import BUCKET_DAYS, EPOCH

# `c` is the changed row. A mark of days gives (first day, last day); one of customers or leads gives ids, of visitors keys.
DAY = "SELECT c.{day}, c.{day} FROM changed c"
CHANGED = "SELECT c.id FROM changed c"


@dataclass(frozen=True)
class Mark:
    """What a change of these columns makes dirty: days of cubes, or steps of leads, or landings of visitors, or else customers.

    `day` where it is simply a column of the changed row.
    """

    table: str
    columns: tuple[str, ...]
    query: str
    cubes: tuple[Cube, ...] = ()
    deferred: str = ""
    # Which rows a deferred mark notes: the changed ones, or others that they name (then of new rows too).
    parents: str = CHANGED
    holds: tuple[str, str] | None = None
    day: str = ""
    of_leads: bool = False
    of_visitors: bool = False

    @property
    def of_customers(self) -> bool:
        return not self.cubes and not self.of_leads and not self.of_visitors

    @property
    def concerns_new_rows(self) -> bool:
        """Nothing hangs on a new row yet, unless it names what others hang on."""
        return not self.deferred or self.parents != CHANGED


def of_day(table: str, day: str, columns: Iterable[str], *cubes: Cube) -> Mark:
    """The row's own day."""
    return Mark(table, (day, *columns), DAY.format(day=day), cubes, day=day)


def of_parent(key: str, table: str, columns: Iterable[str], query: str, *cubes: Cube) -> Mark:
    """Days (or customers) of the rows that hang on a changed row, looked up by the drain under a key of their own."""
    return Mark(table, tuple(columns), query, cubes, deferred=key)


def of_group(key: str, table: str, columns: Iterable[str], parents: str, query: str, *cubes: Cube) -> Mark:
    """Days of all rows that hang on what a changed row names: a new order may concern any lead of its customer."""
    return Mark(table, tuple(columns), query, cubes, deferred=key, parents=parents)


def of_child(table: str, columns: Iterable[str], query: str, holds: tuple[str, str], *cubes: Cube) -> Mark:
    """The day stands on the parent; `holds` is (parent table, column that points to it)."""
    return Mark(table, tuple(columns), query, cubes, holds=holds)


INSERT_DAYS = """
    INSERT INTO kpis_dirtyday (cube, bucket, first_day, last_day)
    SELECT u.cube, b, greatest(r.first_day, DATE '{epoch}' + b * {size}),
           least(r.last_day, DATE '{epoch}' + b * {size} + {size} - 1)
      FROM (SELECT DISTINCT d.first_day, d.last_day FROM ({query}) AS d (first_day, last_day) WHERE d.first_day IS NOT NULL) r
     CROSS JOIN unnest(ARRAY[{cubes}]) AS u (cube)
     CROSS JOIN LATERAL generate_series(floor((r.first_day - DATE '{epoch}') / {size}.0)::int,
                                        floor((r.last_day - DATE '{epoch}') / {size}.0)::int) AS b;
"""
# The days of new rows; the rows themselves, where a day gets so few, or a statement brings so few, that adding them is
# cheaper than folding their days.
MOST_OF_DAY, MOST_AT_ONCE = 20, 1_000
INSERT_NEW = """
    INSERT INTO kpis_dirtyday (cube, bucket, first_day, last_day, keys)
    SELECT u.cube, floor((r.day - DATE '{epoch}') / {size}.0)::int, r.day, r.day, r.keys
      FROM (SELECT c.{day} AS day, CASE WHEN count(*) <= {of_day} OR sum(count(*)) OVER () <= {at_once}
                                    THEN array_agg(c.id) END AS keys
              FROM ({image}) c WHERE c.{day} IS NOT NULL GROUP BY 1) r
     CROSS JOIN unnest(ARRAY[{cubes}]) AS u (cube);
"""
INSERT_CUSTOMERS = """
    INSERT INTO kpis_dirtycustomer (customer_id, part)
    SELECT DISTINCT d.id, p.part FROM ({query}) AS d (id) CROSS JOIN (VALUES (0), (1)) AS p (part) WHERE d.id IS NOT NULL;
"""
INSERT_LEADS = """
    INSERT INTO kpis_dirtylead (lead_id) SELECT DISTINCT d.id FROM ({query}) AS d (id) WHERE d.id IS NOT NULL;
"""
INSERT_VISITORS = """
    INSERT INTO kpis_dirtyvisitor (visitor) SELECT DISTINCT d.key FROM ({query}) AS d (key);
"""
INSERT_PARENTS = """
    INSERT INTO kpis_dirtyparent (mark, parent_id) SELECT DISTINCT '{key}', d.id FROM ({parents}) AS d (id)
     WHERE d.id IS NOT NULL;
"""
# A parent written by this very transaction cannot be changed by another one, so it needs no lock.
HOLD = """
    PERFORM 1 FROM {parent} p WHERE p.id = ANY (ARRAY(SELECT DISTINCT c.{column} FROM ({image}) c))
        AND p.xmin <> pg_current_xact_id()::xid ORDER BY p.id FOR SHARE;
"""
IMAGES = {
    "insert": "SELECT {columns} FROM after_rows",
    "delete": "SELECT {columns} FROM before_rows",
    # Both images of the rows whose columns that matter differ.
    "update": "(SELECT {columns} FROM before_rows EXCEPT SELECT {columns} FROM after_rows)"
    " UNION ALL (SELECT {columns} FROM after_rows EXCEPT SELECT {columns} FROM before_rows)",
}
REFERENCING = {
    "insert": "REFERENCING NEW TABLE AS after_rows",
    "update": "REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows",
    "delete": "REFERENCING OLD TABLE AS before_rows",
    "truncate": "",
}
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{body}    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS {name} ON {table};
CREATE TRIGGER {name} AFTER {event} ON {table} {referencing} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};
"""
STORED_DAYS = "SELECT min(start), max(start) FROM kpis_rollup WHERE cube = {code} AND grain = 0 AND dimension = 0"
SNAPSHOT_DAYS = "SELECT min(day), max(day) FROM kpis_rfmsnapshot"
STORED_CUSTOMERS = (
    "SELECT customer_id FROM kpis_customerfact UNION SELECT customer_id FROM kpis_leadfact"
    " UNION SELECT customer_id FROM kpis_ordercategory"
)
STORED_LEADS = "SELECT lead_id FROM kpis_funnelfact"
STORED_VISITORS = "SELECT visitor FROM kpis_landingday"


def trigger_name(table: str, event: str) -> str:
    return f"kpis_mark_{table}_{event}"


def statement(mark: Mark, event: str) -> str:
    """The INSERT of one mark for one event."""
    image = IMAGES[event].format(columns=", ".join(dict.fromkeys(("id", *mark.columns))))
    if mark.deferred:
        return f"    WITH changed AS ({image})" + INSERT_PARENTS.format(key=mark.deferred, parents=mark.parents)
    if event == "insert" and mark.day:
        return newcomers(mark, image)
    query = f"WITH changed AS ({image}) {mark.query}"
    return insertion(query, mark.cubes, of_leads=mark.of_leads, of_visitors=mark.of_visitors)


def hold(mark: Mark, event: str) -> str:
    """Whoever changes a parent meanwhile waits; of new and deleted rows it is all the same which columns matter."""
    if not mark.holds or mark.deferred:
        return ""
    parent, column = mark.holds
    columns = ("id", *mark.columns) if event == "update" else (column,)
    return HOLD.format(parent=parent, column=column, image=IMAGES[event].format(columns=", ".join(dict.fromkeys(columns))))


def together(marks: Iterable[Mark]) -> list[Mark]:
    """Of new and deleted rows every column matters: what looks for the same days in the same way is one mark."""
    found: dict[tuple[object, ...], Mark] = {}
    for mark in marks:
        key = (mark.query, mark.day, mark.deferred, mark.parents, mark.holds, bool(mark.cubes), mark.of_leads, mark.of_visitors)
        known = found.get(key, replace(mark, columns=(), cubes=()))
        columns, cubes = (*known.columns, *mark.columns), (*known.cubes, *mark.cubes)
        found[key] = replace(mark, columns=tuple(dict.fromkeys(columns)), cubes=tuple(dict.fromkeys(cubes)))
    return list(found.values())


def newcomers(mark: Mark, image: str) -> str:
    """The marks of inserted rows: by key for the cubes that find new rows of this table, else by day."""
    found = [cube for cube in mark.cubes if cube.table == mark.table]
    others = tuple(cube for cube in mark.cubes if cube not in found)
    codes = ", ".join(str(cube.code) for cube in found)
    few = {"of_day": MOST_OF_DAY, "at_once": MOST_AT_ONCE}
    keyed = INSERT_NEW.format(day=mark.day, image=image, cubes=codes, epoch=EPOCH.isoformat(), size=BUCKET_DAYS, **few)
    plain = insertion(f"WITH changed AS ({image}) {mark.query}", others) if others else ""
    return (keyed if found else "") + plain


def insertion(query: str, cubes: tuple[Cube, ...], *, of_leads: bool = False, of_visitors: bool = False) -> str:
    if of_visitors:
        return INSERT_VISITORS.format(query=query)
    if not cubes:
        return (INSERT_LEADS if of_leads else INSERT_CUSTOMERS).format(query=query)
    codes = ", ".join(str(cube.code) for cube in cubes)
    return INSERT_DAYS.format(query=query, cubes=codes, epoch=EPOCH.isoformat(), size=BUCKET_DAYS)


def truncation(marks: Iterable[Mark]) -> str:
    """After TRUNCATE nothing is left to look at: all that is stored may be wrong.

    What hangs on a row goes with it, and says so itself; what a row only names (a visitor's orders) stays.
    """
    marks = [mark for mark in marks if mark.concerns_new_rows]
    cubes = {cube.code: cube for mark in marks for cube in mark.cubes}
    stored = {code: STORED_DAYS.format(code=code) if cube.stores_days else SNAPSHOT_DAYS for code, cube in sorted(cubes.items())}
    body = "".join(insertion(days, (cubes[code],)) for code, days in stored.items())
    body += insertion(STORED_CUSTOMERS, ()) if any(mark.of_customers for mark in marks) else ""
    body += insertion(STORED_LEADS, (), of_leads=True) if any(mark.of_leads for mark in marks) else ""
    return body + (insertion(STORED_VISITORS, (), of_visitors=True) if any(mark.of_visitors for mark in marks) else "")


def by_table(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    tables: dict[str, list[Mark]] = {}
    for mark in marks:
        tables.setdefault(mark.table, []).append(mark)
    return tables


def bodies(marks: list[Mark]) -> dict[str, str]:
    """What each event of one table does; only the events that do something."""
    found = {}
    for event in ("insert", "update", "delete"):
        concerned = [mark for mark in marks if event != "insert" or mark.concerns_new_rows]
        concerned = concerned if event == "update" else together(concerned)
        holds = dict.fromkeys(hold(mark, event) for mark in concerned)
        found[event] = "".join(holds) + "".join(statement(mark, event) for mark in concerned)
    found["truncate"] = truncation(marks)
    return {event: body for event, body in found.items() if body}


def trigger_names(marks: Iterable[Mark]) -> list[str]:
    """The triggers that must be there, for those who check."""
    return [trigger_name(table, event) for table, of_table in by_table(marks).items() for event in bodies(of_table)]


def triggers_sql(marks: Iterable[Mark]) -> str:
    """Every trigger function and trigger, for the migration that installs them."""
    return "".join(
        FUNCTION.format(
            name=trigger_name(table, event), body=body, table=table, event=event.upper(), referencing=REFERENCING[event]
        )
        for table, of_table in by_table(marks).items()
        for event, body in bodies(of_table).items()
    )
