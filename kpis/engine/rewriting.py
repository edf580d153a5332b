"""Facts of a batch written anew: what a SELECT says of it takes the place of what a table holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Relation:
    """A table of facts: `key` tells its rows apart and begins with what the batch names, `rest` is what else they say.

    `batch` is the temporary table of what is written anew, and `of` its only column.
    """

    table: str
    key: tuple[str, ...]
    rest: tuple[str, ...] = ()
    batch: str = "kpis_batch"
    of: str = "customer_id"

    @property
    def columns(self) -> str:
        return ", ".join((*self.key, *self.rest))

    @property
    def of_batch(self) -> str:
        return f"{self.key[0]} IN (SELECT {self.of} FROM {self.batch})"

    @property
    def first_of_batch(self) -> str:
        """Looked up for one after another: a table of which nothing is found would else be read as a whole."""
        return f"{self.batch} b CROSS JOIN LATERAL (SELECT FROM {self.table} t WHERE t.{self.key[0]} = b.{self.of} LIMIT 1) q"


def is_known(cursor: Any, relations: Sequence[Relation]) -> bool:
    """Whether anything is held of the batch; in a rebuild nothing is."""
    cursor.execute("SELECT " + " OR ".join(f"EXISTS (SELECT FROM {one.first_of_batch})" for one in relations))
    (known,) = cursor.fetchone()
    return known


def rewrite(cursor: Any, relation: Relation, select: str, params: Sequence[Any] = (), *, known: bool) -> None:
    """Write what `select` says, by the relation's columns in their order: each row once, in the order of the key.

    Rows lie beside those of the same customer, so that few pages are read for one. Where something is `known` of the
    batch, what stays the same is left alone: of most customers only the newest rows change, and each row written costs
    the pages of all its indexes.
    """
    table, columns, key = relation.table, relation.columns, ", ".join(relation.key)
    insertion = f"INSERT INTO {table} ({columns})"
    if not known:
        cursor.execute(f"{insertion} SELECT {columns} FROM ({select}) q ({columns}) ORDER BY {key}", params)
        return
    stored = f"SELECT {columns} FROM {table} WHERE {relation.of_batch}"
    old = ", ".join(f"t.{name}" for name in relation.key)
    gone = ", ".join(f"x.{name}" for name in relation.key)
    cursor.execute(
        # A row that changes is gone before it comes: the insertion waits for the count of what was deleted.
        f"""
        WITH fresh ({columns}) AS MATERIALIZED ({select}),
        stored AS MATERIALIZED ({stored}),
        gone AS (DELETE FROM {table} t USING (TABLE stored EXCEPT TABLE fresh) x WHERE ({old}) = ({gone}) RETURNING 1)
        {insertion} SELECT {columns} FROM (TABLE fresh EXCEPT TABLE stored) n
         WHERE (SELECT count(*) FROM gone) >= 0 ORDER BY {key}
        """,
        params,
    )


def analyze_believed_empty(cursor: Any, *relations: Relation) -> None:
    """A table that was analysed before its first rows were committed looks empty to the planner, however long it grows.

    It would then be read as a whole for each customer.
    """
    cursor.execute(
        "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples = 0 AND relpages > 0",
        [[relation.table for relation in relations]],
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f"ANALYZE {table}")
