"""The SQL that orders and lines are written with: whole columns at a time, and only rows that differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from crm.inputs import items as states
from crm.inputs.arrays import array
from crm.inputs.stored import with_names, with_relations
from crm.statements import prepared_cursor
from customers.models import Order, OrderLine, Refund
from customers.services.orders.draft import COLUMNS, LINE_COLUMNS, Draft, LineDraft
from customers.services.orders.refunds import is_same, save_refunds

ORDER_VALUES = """
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[],
              %s::text[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::bigint[], %s::bigint[], %s::bigint[],
              %s::text[], %s::text[], %s::numeric[], %s::numeric[], %s::int[])
       AS v (id, external_id, source, created_at, number, customer_id, placed_at, status, currency, rate, discount, tax, shipping,
             owner_id, campaign_id, channel_id, utm, source_version, net_amount, cost_amount, unknown_costs)
"""
INSERT_ORDERS = (
    """
INSERT INTO customers_order (external_id, source, created_at, number, customer_id, placed_at, status, currency, rate,
                             discount, tax, shipping, owner_id, campaign_id, channel_id, utm, source_version, net_amount,
                             cost_amount, unknown_costs, fulfilled_at)
SELECT v.external_id, v.source, v.created_at, v.number, v.customer_id, v.placed_at, v.status, v.currency, v.rate,
       v.discount, v.tax, v.shipping, v.owner_id, v.campaign_id, v.channel_id, v.utm::jsonb, v.source_version, v.net_amount,
       v.cost_amount, v.unknown_costs, CASE WHEN v.status = 'fulfilled' THEN v.placed_at END
"""
    + ORDER_VALUES
    + "RETURNING id, recorded_at"
)
# Not the totals: a trigger has summed them as the lines were written.
UPDATE_ORDERS = (
    """
UPDATE customers_order o
   SET external_id = v.external_id, source = v.source, created_at = v.created_at, number = v.number, customer_id = v.customer_id,
       placed_at = v.placed_at, status = v.status, currency = v.currency, rate = v.rate, discount = v.discount, tax = v.tax,
       shipping = v.shipping, owner_id = v.owner_id, campaign_id = v.campaign_id, channel_id = v.channel_id, utm = v.utm::jsonb,
       source_version = v.source_version, updated_at = clock_timestamp(),
       fulfilled_at = CASE WHEN v.status = 'fulfilled' THEN coalesce(o.fulfilled_at, now()) END
"""
    + ORDER_VALUES
    + " WHERE o.id = v.id"
)
LINE_VALUES = """
  FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::text[], %s::bigint[], %s::numeric[], %s::numeric[],
              %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[])
       AS v (id, order_id, position, product_id, name, quantity, unit_price, discount, order_discount, tax, unit_cost, rate,
             line_class)
"""
INSERT_KEYED_LINES = (
    """
INSERT INTO customers_orderline (id, order_id, position, product_id, name, quantity, unit_price, discount, order_discount, tax,
                                 unit_cost, rate, line_class)
SELECT v.id, v.order_id, v.position, v.product_id, v.name, v.quantity, v.unit_price, v.discount, v.order_discount, v.tax,
       v.unit_cost, v.rate, v.line_class
"""
    + LINE_VALUES
)
INSERT_LINES = (
    """
INSERT INTO customers_orderline (order_id, position, product_id, name, quantity, unit_price, discount, order_discount, tax,
                                 unit_cost, rate, line_class)
SELECT v.order_id, v.position, v.product_id, v.name, v.quantity, v.unit_price, v.discount, v.order_discount, v.tax,
       v.unit_cost, v.rate, v.line_class
"""
    + LINE_VALUES
    + "RETURNING id"
)
UPDATE_LINES = (
    """
UPDATE customers_orderline l
   SET product_id = v.product_id, name = v.name, quantity = v.quantity, unit_price = v.unit_price, discount = v.discount,
       order_discount = v.order_discount, tax = v.tax, unit_cost = v.unit_cost, rate = v.rate, line_class = v.line_class
"""
    + LINE_VALUES
    + " WHERE l.id = v.id"
)
DELETE_LINES = "DELETE FROM customers_orderline WHERE id = ANY(%s::bigint[])"
# Their parts are written anew after the lines.
DELETE_PARTS = """
DELETE FROM customers_refundline p USING customers_refund r WHERE p.refund_id = r.id AND r.order_id = ANY(%s::bigint[])
"""
NEXT_LINE_IDS = "SELECT nextval('customers_orderline_id_seq') FROM generate_series(1, %s)"


@dataclass
class LineChanges:
    """Which lines are new, altered and gone, and the stored orders they belong to."""

    new: list[tuple[Draft, LineDraft]] = field(default_factory=list)
    altered: list[tuple[Draft, LineDraft]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    orders: dict[int, Draft] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.new) + len(self.altered) + len(self.gone)


def save(drafts: list[Draft]) -> None:
    """Insert what is new, rewrite what differs, leave the rest alone."""
    new = [draft for draft in drafts if draft.row is None]
    for draft, (pk, recorded_at) in zip(new, execute(INSERT_ORDERS, order_columns(new)), strict=True):
        draft.item.settle(states.CREATED, pk)
        draft.recorded_at = recorded_at
    lines = compare_lines(drafts)
    with_refunds = [draft for draft in drafts if draft.refunds is not None and refunds_differ(draft)]
    touched = lines.orders.keys() | {draft.row.pk for draft in with_refunds if draft.row is not None}
    stored = [draft for draft in drafts if draft.row is not None]
    dirty = [draft for draft in stored if draft.row.pk in touched or differs(draft)]
    save_lines(lines)
    execute(UPDATE_ORDERS, order_columns(dirty))
    save_refunds(with_refunds)
    for draft in stored:
        draft.item.settle(states.UNCHANGED, draft.row.pk)
    for draft in dirty:
        draft.item.settle(states.UPDATED, draft.row.pk)


def execute(sql: str, columns: list[list[Any]]) -> list[tuple[Any, ...]]:
    """What the statement returns, in the order of what it was given."""
    if not columns[0]:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(sql, [array(column) for column in columns])
        return cursor.fetchall() if cursor.description else []


def next_ids(sql: str, count: int) -> list[int]:
    if not count:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(sql, [count])
        return [pk for (pk,) in cursor.fetchall()]


def as_stored(draft: Draft) -> Order:
    """A new order without refunds as it stands in the database now: what was just written need not be read again."""
    values = {name: draft.values[name] for name in COLUMNS}
    at, fulfilled_at = draft.recorded_at, draft.placed_at if values["status"] == Order.Status.FULFILLED else None
    order = Order(id=draft.pk, recorded_at=at, updated_at=at, fulfilled_at=fulfilled_at, **values)
    lines = [line_as_stored(draft, line) for line in draft.lines]
    return with_names(with_relations(order, {"lines": (OrderLine, lines), "refunds": (Refund, [])}), draft.item.names)


def line_as_stored(draft: Draft, line: LineDraft) -> OrderLine:
    values = {name: getattr(line, name) for name in LINE_COLUMNS}
    row = OrderLine(id=line.pk, order_id=draft.pk, position=line.position, **values)
    row.net_amount, row.sku = line.net, line.sku or None
    return row


def order_columns(drafts: list[Draft]) -> list[list[Any]]:
    values = [draft.values for draft in drafts]
    columns = {name: [each[name] for each in values] for name in COLUMNS}
    columns["utm"] = [msgspec.json.encode(utm).decode() if utm else None for utm in columns["utm"]]
    return [[draft.pk for draft in drafts], *columns.values()]


def line_columns(pairs: list[tuple[Draft, LineDraft]]) -> list[list[Any]]:
    lines = [line for _, line in pairs]
    columns = [[getattr(line, name) for line in lines] for name in ("pk", "position", *LINE_COLUMNS)]
    return [columns[0], [draft.pk for draft, _ in pairs], *columns[1:]]


def differs(draft: Draft) -> bool:
    return any(getattr(draft.row, name) != draft.values[name] for name in COLUMNS)


def refunds_differ(draft: Draft) -> bool:
    stored = list(draft.row.refunds.all()) if draft.row is not None else []
    return len(stored) != len(draft.refunds) or not all(is_same(refund) for refund in draft.refunds)


def compare_lines(drafts: list[Draft]) -> LineChanges:
    """Lines are matched by their position."""
    found = LineChanges()
    for draft in drafts:
        if draft.row is None:
            found.new += [(draft, line) for line in draft.lines]
            continue
        stored = {row.position: row for row in draft.row.lines.all()}
        before = found.count
        for line in draft.lines:
            match_line(draft, line, stored.pop(line.position, None), found)
        found.gone += [row.pk for row in stored.values()]
        if found.count > before:
            found.orders[draft.row.pk] = draft
    give_keys(found.new)
    with_refunds = [pk for pk, draft in found.orders.items() if draft.refunds]
    if with_refunds:
        with prepared_cursor() as cursor:
            cursor.execute(DELETE_PARTS, [with_refunds])
        forget_parts(found.orders)
    return found


def save_lines(lines: LineChanges) -> None:
    if lines.gone:
        with prepared_cursor() as cursor:
            cursor.execute(DELETE_LINES, [lines.gone])
    execute(UPDATE_LINES, line_columns(lines.altered))
    execute(INSERT_KEYED_LINES, line_columns([pair for pair in lines.new if pair[1].pk is not None]))
    keyless = [pair for pair in lines.new if pair[1].pk is None]
    for (_, line), (pk,) in zip(keyless, execute(INSERT_LINES, line_columns(keyless)), strict=True):
        line.pk = pk


def match_line(draft: Draft, line: LineDraft, row: OrderLine | None, found: LineChanges) -> None:
    if row is None:
        found.new.append((draft, line))
        return
    line.row, line.pk = row, row.pk
    if any(getattr(row, name) != getattr(line, name) for name in LINE_COLUMNS):
        found.altered.append((draft, line))


def give_keys(new: list[tuple[Draft, LineDraft]]) -> None:
    """Lines that refunds point at need their keys now; the others get theirs while they are written."""
    wanted = [line for draft, line in new if draft.refunds]
    for line, pk in zip(wanted, next_ids(NEXT_LINE_IDS, len(wanted)), strict=True):
        line.pk = pk


def forget_parts(changed: dict[int, Draft]) -> None:
    """The stored parts are gone from the database: forget what was read of them, too."""
    for draft in changed.values():
        for refund in draft.refunds or []:
            if refund.row is not None:
                refund.row._prefetched_objects_cache["lines"] = refund.row.lines.none()  # noqa: SLF001
