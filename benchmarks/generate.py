"""A shop of N orders, the same on every machine, loaded by COPY as a restore loads.

Triggers and foreign keys wait and indexes are made afterwards: who measures KPIs rebuilds them first anyway.

N/4 customers over 36 months who buy again as real ones do (a negative binomial: about four in ten buy once, a few very
often), 3 leads a customer, 2 lines an order, 3 % refunded, 8 channels, 200 campaigns with expenses, 20 reps, 500
products; and for the other figures N/8 opportunities, N/20 tickets, N/10 answers and N/4 visits to the site.

    python benchmarks/generate.py 100000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import psycopg
from ground import database_name, open_database, stopwatch
from psycopg import sql
from shop import CAMPAIGNS, CATEGORIES, CHANNELS, FIRST, LANDING_PAGES, PRODUCTS, REPS, TEAMS, TOUCH_COLUMNS, Shop

CHUNK = 100_000

Rows = Iterable[str]


REFERENCE = f"""
INSERT INTO crm_team (id, name) SELECT n, 'Team ' || n FROM generate_series(1, {TEAMS}) n;
INSERT INTO crm_user (id, password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, email, name, role,
                      visibility, language, calendar, money_unit, latin_digits, theme, shortcuts, columns, team_id)
SELECT n, '!', FALSE, '', '', FALSE, TRUE, now(), 'rep' || n || '@example.com', 'Rep ' || n, 'rep', 'own', 'en', 'gregorian',
       'toman', TRUE, 'auto', TRUE, '{{}}', n % {TEAMS} + 1 FROM generate_series(1, {REPS}) n;
INSERT INTO campaigns_socialnetwork (id, slug, name) SELECT n, 'n' || n, 'Network ' || n FROM generate_series(1, 3) n;
DELETE FROM campaigns_leadsource;
INSERT INTO campaigns_leadsource (id, slug, name) SELECT n, 's' || n, 'Source ' || n FROM generate_series(1, {CHANNELS}) n;
INSERT INTO campaigns_landingpage (id, url, title) SELECT n, 'https://example.com/' || n, '' FROM generate_series(1, {LANDING_PAGES}) n;
INSERT INTO campaigns_channel (id, slug, name, kind, is_marketing)
SELECT n, 'c' || n, 'Channel ' || n, 'other', TRUE FROM generate_series(1, {CHANNELS}) n;
INSERT INTO campaigns_campaign (id, name, goal, goal_event, starts_on, ends_on, status, channel_id)
SELECT n, 'Campaign ' || n, CASE WHEN n % 3 = 0 THEN 'sales' ELSE 'leads' END, 'sale', DATE '{FIRST}' + (n - 1) / 8 * 40,
       DATE '{FIRST}' + (n - 1) / 8 * 40 + 180, 'running', (n - 1) % 8 + 1 FROM generate_series(1, {CAMPAIGNS}) n;
INSERT INTO campaigns_expense (kind, amount, currency, rate, is_estimate, valid_from, valid_to, note, campaign_id)
SELECT 'ads', 90000000 + n * 1000 + m, '', 1, m = 5, DATE '{FIRST}' + (n - 1) / 8 * 40 + m * 30,
       DATE '{FIRST}' + (n - 1) / 8 * 40 + m * 30 + 29, '', n FROM generate_series(1, {CAMPAIGNS}) n, generate_series(0, 5) m;
INSERT INTO campaigns_expense (kind, amount, currency, rate, is_estimate, valid_from, valid_to, note)
SELECT 'salary', 2000000000, '', 1, FALSE, (DATE '{FIRST}' + make_interval(months => m))::date,
       (DATE '{FIRST}' + make_interval(months => m + 1))::date - 1, '' FROM generate_series(0, 35) m;
INSERT INTO customers_category (id, name) SELECT n, 'Category ' || n FROM generate_series(1, {CATEGORIES}) n;
INSERT INTO customers_product (id, sku, name, family, category_id, unit_cost)
SELECT n, 'P' || n, 'Product ' || n, '', n % {CATEGORIES} + 1, CASE WHEN n % 10 <> 0 THEN (n % 90 + 10) * 6000 END
  FROM generate_series(1, {PRODUCTS}) n;
INSERT INTO customers_survey (id, slug, name, kind, question, is_right_to_left)
VALUES (101, 'bench-1', 'NPS', 'nps', '', FALSE), (102, 'bench-2', 'CSAT', 'csat', '', FALSE),
       (103, 'bench-3', 'Words', 'csat-words', '', FALSE), (104, 'bench-4', 'Loyalty', 'loyalty', '', FALSE);
"""
CUSTOMER = f"id, created_at, name, kind, phone, email, national_id, is_test, is_spam, is_archived, owner_id, {TOUCH_COLUMNS}"
ORDER = (
    "id, external_id, source, number, customer_id, created_at, placed_at, status, currency, rate, discount, tax, shipping,"
    " owner_id, net_amount, cost_amount, unknown_costs"
)
LINE = (
    "id, order_id, position, product_id, name, quantity, unit_price, discount, order_discount, tax, unit_cost, rate, line_class"
)
REFUND = "id, order_id, amount, tax, shipping, refunded_at, cost_amount"
REFUND_LINES = """
INSERT INTO customers_refundline (refund_id, line_id, quantity, amount, cost_amount)
SELECT r.id, l.id, 0, CASE WHEN l.position = 1 THEN r.amount ELSE 0 END, CASE WHEN l.position = 1 THEN r.cost_amount ELSE 0 END
  FROM customers_refund r JOIN customers_orderline l ON l.order_id = r.order_id WHERE r.id BETWEEN %s AND %s
"""
LEAD = (
    "id, created_at, name, company, phone, email, mql_at, sql_at, converted_at, customer_id, disqualified_reason, visitor, is_test, is_spam,"
    f" is_archived, notes, owner_id, {TOUCH_COLUMNS}"
)
OPPORTUNITY = "id, created_at, name, lead_id, customer_id, owner_id, amount, currency, stage_id, won_at, lost_at, lost_reason"
TICKET = "id, created_at, priority, subject, customer_id, owner_id, product_id, resolved_at"
SESSION = (
    "id, external_id, source, visitor, started_at, ended_at, channel_id, landing_page_id, campaign_id, referrer, converted_at,"
    " is_bot, view_count"
)
ANSWER = "id, external_id, source, survey_id, customer_id, product_id, score, answered_at, comment"


def copy(cursor: psycopg.Cursor, table: str, columns: str, rows: Rows) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as into:
        for row in rows:
            into.write(row)


def in_chunks(rows: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def load(connection: psycopg.Connection, shop: Shop, report: Callable[[str, int], None]) -> None:
    """Each chunk is a transaction of its own, as an import's would be."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(REFERENCE)
        stages = dict(cursor.execute("SELECT DISTINCT ON (kind) kind, id FROM leads_stage ORDER BY kind, position").fetchall())
    opportunities = (row.format(**stages) for row in shop.opportunity_rows())
    load_table(connection, "customers_customer", CUSTOMER, shop.customer_rows(), report)
    load_orders(connection, shop, report)
    load_table(connection, "leads_lead", LEAD, shop.lead_rows(), report)
    load_table(connection, "leads_opportunity", OPPORTUNITY, opportunities, report)
    load_table(connection, "customers_ticket", TICKET, shop.ticket_rows(), report)
    load_table(connection, "customers_answer", ANSWER, shop.answer_rows(), report)
    load_table(connection, "campaigns_session", SESSION, shop.session_rows(), report)


def load_table(connection: psycopg.Connection, table: str, columns: str, rows: Iterator[str], report: Callable) -> None:
    for chunk in in_chunks(rows):
        with connection.transaction(), connection.cursor() as cursor:
            copy(cursor, table, columns, chunk)
        report(table, len(chunk))


def load_orders(connection: psycopg.Connection, shop: Shop, report: Callable) -> None:
    rows = shop.order_rows()
    first = 1
    while chunk := list(islice(rows, CHUNK)):
        with connection.transaction(), connection.cursor() as cursor:
            copy(cursor, "customers_order", ORDER, (order for order, _, _ in chunk))
            copy(cursor, "customers_orderline", LINE, (lines for _, lines, _ in chunk))
            copy(cursor, "customers_refund", REFUND, (refund for _, _, refund in chunk if refund))
            cursor.execute(REFUND_LINES, [first, first + len(chunk) - 1])
        report("orders with lines and refunds", len(chunk))
        first += len(chunk)


INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relname ~ '^(campaigns|customers|leads)_' AND NOT i.indisunique
"""
TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname = 'public' AND c.relname ~ '^(crm|campaigns|customers|leads)_'
"""
ALWAYS = """
SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger WHERE tgenabled = 'A'
"""


@contextmanager
def bare(connection: psycopg.Connection) -> Iterator[None]:
    """Tables without triggers and without indexes but those of keys, until the block ends."""
    indexes = connection.execute(INDEXES).fetchall()
    tables = [name for (name,) in connection.execute(TABLES)]
    always = [statement for (statement,) in connection.execute(ALWAYS)]
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for name in tables:
        connection.execute(f"ALTER TABLE {name} DISABLE TRIGGER ALL")
    yield
    for name in tables:
        connection.execute(f"ALTER TABLE {name} ENABLE TRIGGER ALL")
    for statement in always:
        connection.execute(statement)
    with stopwatch(f"{len(indexes)} indexes"):
        for _, definition in indexes:
            connection.execute(definition)


def set_sequences(cursor: psycopg.Cursor) -> None:
    """Rows came with their ids: the next ones continue after them."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
        " AND n.nspname = 'public' AND c.relname ~ '^(crm|campaigns|customers|leads)_' AND c.relname !~ 'history$'"
    )
    for (name,) in cursor.fetchall():
        sequence = cursor.execute(
            "SELECT pg_get_serial_sequence(%s, attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'id'",
            [name, name],
        ).fetchone()
        if sequence and sequence[0]:
            cursor.execute(
                sql.SQL("SELECT setval(%s, greatest((SELECT max(id) FROM {}), 1))").format(sql.Identifier(name)), [sequence[0]]
            )


def prepare(orders: int, *, fresh: bool = False) -> bool:
    """Make the database of this many orders where it is missing; True when it was made now."""
    from crm.launch import embedded  # noqa: PLC0415  ground sets its environment

    server = embedded.ensure_postgres()
    with psycopg.connect(server.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        name = sql.Identifier(database_name(orders))
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database_name(orders)]).fetchone()
        if known and not fresh:
            return False
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    return True


def generate(orders: int) -> dict[str, tuple[int, float]]:
    """Migrate and fill the open database; rows and seconds of each table."""
    import time  # noqa: PLC0415

    from django.core.management import call_command  # noqa: PLC0415  Django is set up by now
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with stopwatch("shop made"):
        shop = Shop(orders)
    spent: dict[str, tuple[int, float]] = {}
    last = time.perf_counter()

    def report(table: str, rows: int) -> None:
        nonlocal last
        now = time.perf_counter()
        known = spent.get(table, (0, 0.0))
        spent[table] = (known[0] + rows, known[1] + now - last)
        last = now
        print(f"  {table}: {spent[table][0]:,} rows in {spent[table][1]:.1f} s", flush=True)

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}, autocommit=True) as raw:
        with bare(raw):
            load(raw, shop, report)
        with raw.cursor() as cursor:
            set_sequences(cursor)
            with stopwatch("vacuum analyze"):
                cursor.execute("VACUUM ANALYZE")
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orders", type=int)
    parser.add_argument("--fresh", action="store_true", help="drop and load again")
    options = parser.parse_args()
    made = prepare(options.orders, fresh=options.fresh)
    open_database(options.orders)
    if made:
        generate(options.orders)


if __name__ == "__main__":
    main()
