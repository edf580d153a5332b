"""Triggers that keep a total equal to its parts, whoever writes them.

Services insert totals together with the parts, so in their case nothing is left to update.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Whoever else writes parts of the same whole right now goes first or waits, so that neither sum misses a part;
# a whole written by this very transaction cannot be changed by another one.
# The sums stand in a subquery of each row, so that a few wholes are looked up by index however many others there are.
# An update of no rows would still fire every trigger of the whole, so it is looked first; mostly the sums are right.
FUNCTION = """
CREATE OR REPLACE FUNCTION {function}(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM {whole} w WHERE w.id = ANY(ids) AND w.xmin <> pg_current_xact_id()::xid
     ORDER BY w.id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM {whole} w WHERE w.id = ANY(ids) AND ({columns}) <> ({sums})) THEN
        UPDATE {whole} w SET ({columns}) = ({sums}) WHERE w.id = ANY(ids) AND ({columns}) <> ({sums});
    END IF;
END $$;
"""
TRIGGER = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY({ids});
BEGIN
    -- Statement triggers fire for no rows too; summing nothing again would never end.
    IF ids <> '{{}}' THEN
        PERFORM {function}(ids);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} {images} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};
"""
NEW, OLD = "NEW TABLE AS after_rows", "OLD TABLE AS before_rows"


@dataclass(frozen=True)
class Total:
    """Columns of a whole, each an aggregate over its parts `p`, and never null."""

    whole: str
    columns: Mapping[str, str]
    parts: str
    key: str
    function: str


def totals_sql(totals: Iterable[Total]) -> str:
    """The functions and triggers; a total that anybody overwrites is summed again too."""
    return "".join(function_sql(total) + "".join(triggers_of(total)) for total in totals)


def functions_sql(totals: Iterable[Total]) -> str:
    """The functions alone, for a migration after which they sum otherwise."""
    return "".join(function_sql(total) for total in totals)


def drop_totals_sql(totals: Iterable[Total]) -> str:
    return "".join(f"DROP FUNCTION IF EXISTS {total.function}(bigint[]);" for total in totals)


def function_sql(total: Total) -> str:
    sums = f"SELECT {', '.join(total.columns.values())} FROM {total.parts} p WHERE p.{total.key} = w.id"
    return FUNCTION.format(function=total.function, whole=total.whole, columns=", ".join(total.columns), sums=sums)


def triggers_of(total: Total) -> Iterable[str]:
    app = total.whole.partition("_")[0]
    key = total.key
    for table, event, images, ids in (
        (total.parts, "INSERT", NEW, f"SELECT DISTINCT {key} FROM after_rows"),
        (total.parts, "UPDATE", f"{OLD} {NEW}", f"SELECT {key} FROM before_rows UNION SELECT {key} FROM after_rows"),
        (total.parts, "DELETE", OLD, f"SELECT DISTINCT {key} FROM before_rows"),
        (total.parts, "TRUNCATE", "", f"SELECT id FROM {total.whole}"),
        (total.whole, "UPDATE", f"{OLD} {NEW}", overwritten(total.columns)),
    ):
        yield TRIGGER.format(
            name=f"{app}_totals_{table.removeprefix(f'{app}_')}_{event.lower()}",
            function=total.function,
            ids=ids,
            event=event,
            table=table,
            images=f"REFERENCING {images}" if images else "",
        )


def overwritten(columns: Iterable[str]) -> str:
    """The rows whose totals an update changed."""
    after, before = (f"({', '.join(f'{image}.{name}' for name in columns)})" for image in ("a", "b"))
    return f"SELECT a.id FROM after_rows a JOIN before_rows b USING (id) WHERE {after} IS DISTINCT FROM {before}"
