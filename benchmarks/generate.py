"""A shop of N orders, the same on every machine, loaded by COPY as a restore loads.

Triggers and foreign keys wait and indexes are made afterwards: who measures KPIs rebuilds them first anyway.

N/4 customers over 36 months who buy again as real ones do (a negative binomial: about four in ten buy once, a few very
often), 3 leads a customer, 2 lines an order, 3 % refunded, 8 channels, 200 campaigns with expenses, 20 reps, 500
products; and for the other figures N/8 opportunities, N/20 tickets and N/10 answers.

    python benchmarks/generate.py 100000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random

import psycopg
from ground import database_name, open_database, stopwatch
from psycopg import sql

FIRST = date(2023, 11, 1)
DAYS = 1096
MINUTES = DAYS * 1440
REPS, TEAMS, CHANNELS, CAMPAIGNS, PRODUCTS, CATEGORIES = 20, 4, 8, 200, 500, 12
REPEATS = 3.0  # orders of a customer after the first, on average
UNEVENNESS = 0.5  # shape of the gamma distribution of the customers' rates
CHUNK = 100_000
WORDS = [
    "بهار",
    "پاییز",
    "آسمان",
    "دریا",
    "باران",
    "سپید",
    "زرین",
    "نگین",
    "مهتاب",
    "خورشید",
    "North",
    "South",
    "River",
    "Stone",
    "Cedar",
    "Maple",
    "Harbor",
    "Silver",
    "Amber",
    "Coral",
]
NULL = "\\N"
START = datetime(2023, 10, 31, 20, 30)  # noqa: DTZ001  midnight of FIRST in Tehran, as UTC text

Rows = Iterable[str]


@dataclass(frozen=True)
class Touch:
    """Where a customer or lead came from; landing page, source and network follow from campaign and channel."""

    channel: int
    campaign: int | None

    def columns(self) -> str:
        page = NULL if self.campaign is None else self.campaign % 20 + 1
        network = self.channel - 4 if 5 <= self.channel <= 7 else NULL
        return f"{self.channel}\t{self.campaign or NULL}\t{self.channel}\t{page}\t{network}"


TOUCH_COLUMNS = "channel_id, campaign_id, lead_source_id, landing_page_id, social_network_id"


def moment(minute: int) -> str:
    return f"{START + timedelta(minutes=minute)}+00"


def touch(random: Random, minute: int) -> Touch:
    """A channel, and a campaign of that channel running about then."""
    channel = min(int(random.random() ** 1.4 * CHANNELS), CHANNELS - 1) + 1
    if random.random() < 0.15:
        return Touch(channel, None)
    round_ = min(max(int(minute / MINUTES * 25) + random.randint(-2, 2), 0), 24)
    return Touch(channel, round_ * CHANNELS + channel)


class Shop:
    """The skeleton of the data: who came when, who bought when."""

    def __init__(self, orders: int, seed: int = 1404) -> None:
        self.orders = orders
        self.customers = orders // 4
        self.random = Random(seed)  # noqa: S311  not a secret
        self.arrivals = sorted(int(self.random.random() ** 0.8 * MINUTES) for _ in range(self.customers))
        self.touches = [touch(self.random, minute) for minute in self.arrivals]
        self.owners = [self.random.randint(1, REPS) for _ in range(self.customers)]
        self.placed = self.place_orders()

    def place_orders(self) -> list[int]:
        """Every order as minute * customers + customer, in order of time."""
        found = [minute * self.customers + n for n, minute in enumerate(self.arrivals)]
        draw, wait = self.random.gammavariate, self.random.expovariate
        while len(found) < self.orders:
            for n, minute in enumerate(self.arrivals):
                rate, passed = draw(UNEVENNESS, REPEATS / UNEVENNESS), wait(1)
                while passed < rate:
                    later = minute + int(self.random.random() * (MINUTES - minute))
                    found.append(later * self.customers + n)
                    passed += wait(1)
        del found[self.orders :]
        return sorted(found)

    def customer_rows(self) -> Iterator[str]:
        for n, minute in enumerate(self.arrivals):
            name = f"{WORDS[n % 20]} {WORDS[n // 20 % 20]} {n + 1}"
            yield f"{n + 1}\t{moment(minute)}\t{name}\tperson\t+98912{n:07d}\t\t\tf\tf\tf\t{self.owners[n]}\t{self.touches[n].columns()}\n"

    def order_rows(self) -> Iterator[tuple[str, str, str]]:
        """(order, its lines, its refund or nothing)."""
        random = Random(self.orders)  # noqa: S311
        for number, code in enumerate(self.placed, start=1):
            minute, n = divmod(code, self.customers)
            lines, net, cost, unknown = "", 0, 0, 0
            for position in (1, 2):
                product = int(random.random() ** 2 * PRODUCTS) + 1
                quantity, price = int(random.random() * 3) + 1, (product % 90 + 10) * 10_000
                known = product % 10 != 0
                lines += (
                    f"{number * 2 - 2 + position}\t{number}\t{position}\t{product}\t\t{quantity}\t{price}\t0\t0\t0\t"
                    f"{price * 6 // 10 if known else NULL}\t1\t\n"
                )
                net, cost, unknown = net + quantity * price, cost + known * quantity * price * 6 // 10, unknown + (not known)
            owner = self.owners[n] if random.random() < 0.8 else random.randint(1, REPS)
            state = random.random()
            status = "paid" if state < 0.7 else "fulfilled" if state < 0.95 else "cancelled" if state < 0.98 else "pending"
            order = (
                f"{number}\tS{number}\tbench\t{number}\t{n + 1}\t{moment(minute)}\t{moment(minute)}\t{status}\tIRR\t1\t0\t0\t0\t"
                f"{owner}\t{net}\t{cost}\t{unknown}\n"
            )
            refund = ""
            if random.random() < 0.03:
                at = moment(min(minute + random.randint(1_440, 14_400), MINUTES - 1))
                refund = f"{number}\t{number}\t{net // 2}\t0\t0\t{at}\t{cost // 2}\n"
            yield order, lines, refund

    def lead_rows(self) -> Iterator[str]:
        """Three leads a customer: one that became the customer, two that did not."""
        random = Random(self.customers)  # noqa: S311
        for n, minute in enumerate(self.arrivals):
            for turn in range(3):
                number = n * 3 + turn + 1
                own = turn == 0
                at = max(minute - random.randint(0, 40_000), 0) if own else int(random.random() * MINUTES)
                came = self.touches[n] if own else touch(random, at)
                mql = at + random.randint(60, 10_000) if own or random.random() < 0.4 else MINUTES
                sql_at = mql + random.randint(60, 10_000) if own or random.random() < 0.4 else MINUTES
                dates = "\t".join(moment(when) if when < MINUTES else NULL for when in (mql, sql_at))
                converted = f"{moment(minute)}\t{n + 1}" if own else f"{NULL}\t{NULL}"
                name = f"{WORDS[number % 20]} {WORDS[number // 20 % 20]} {number}"
                phone = f"+98912{n:07d}" if own else f"+98935{number:07d}"
                yield (
                    f"{number}\t{moment(at)}\t{name}\t\t{phone}\t\t{dates}\t{converted}\t\t\tf\tf\tf\t\t"
                    f"{self.owners[n] if own else random.randint(1, REPS)}\t{came.columns()}\n"
                )

    def opportunity_rows(self) -> Iterator[str]:
        random = Random(8)  # noqa: S311
        for number in range(1, self.orders // 8 + 1):
            n = (number * 2 - 1) % self.customers
            opened = self.arrivals[n] * 9 // 10
            closed = min(opened + random.randint(1_440, 90_000), MINUTES - 1)
            won = random.random()
            ends = (moment(closed), NULL) if won < 0.4 else (NULL, moment(closed)) if won < 0.9 else (NULL, NULL)
            stage = "won" if won < 0.4 else "lost" if won < 0.9 else "open"
            yield (
                f"{number}\t{moment(opened)}\tO{number}\t{n * 3 + 1}\t{n + 1}\t{self.owners[n]}\t{random.randint(1, 90)}000000\tIRR\t"
                f"{{{stage}}}\t{ends[0]}\t{ends[1]}\t\n"
            )

    def ticket_rows(self) -> Iterator[str]:
        random = Random(20)  # noqa: S311
        for number in range(1, self.orders // 20 + 1):
            opened = int(random.random() * (MINUTES - 10_000))
            n = random.randrange(self.customers)
            solved = moment(opened + int(random.expovariate(1 / 1_500)) % 9_000) if random.random() < 0.95 else NULL
            priority = ("urgent", "high", "normal", "normal", "low")[number % 5]
            yield f"{number}\t{moment(opened)}\t{priority}\tT{number}\t{n + 1}\t{self.owners[n]}\t{random.randint(1, PRODUCTS)}\t{solved}\n"

    def answer_rows(self) -> Iterator[str]:
        random = Random(10)  # noqa: S311
        for number in range(1, self.orders // 10 + 1):
            survey = number % 3 + 1
            score = (
                int(random.random() ** 0.5 * 11) if survey == 1 else int(random.random() ** 0.6 * (5 if survey == 2 else 4)) + 1
            )
            n = random.randrange(self.customers)
            at = moment(int(random.random() * MINUTES))
            yield f"{number}\tS{number}\tbench\t{100 + survey}\t{n + 1}\t{random.randint(1, PRODUCTS)}\t{score}\t{at}\t\n"


REFERENCE = f"""
INSERT INTO crm_team (id, name) SELECT n, 'Team ' || n FROM generate_series(1, {TEAMS}) n;
INSERT INTO crm_user (id, password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, email, name, role,
                      visibility, language, calendar, money_unit, latin_digits, theme, shortcuts, team_id)
SELECT n, '!', FALSE, '', '', FALSE, TRUE, now(), 'rep' || n || '@example.com', 'Rep ' || n, 'rep', 'own', 'en', 'gregorian',
       'toman', TRUE, 'auto', TRUE, n % {TEAMS} + 1 FROM generate_series(1, {REPS}) n;
INSERT INTO campaigns_socialnetwork (id, slug, name) SELECT n, 'n' || n, 'Network ' || n FROM generate_series(1, 3) n;
INSERT INTO campaigns_leadsource (id, slug, name) SELECT n, 's' || n, 'Source ' || n FROM generate_series(1, {CHANNELS}) n;
INSERT INTO campaigns_landingpage (id, url, title) SELECT n, 'https://example.com/' || n, '' FROM generate_series(1, 20) n;
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
       (103, 'bench-3', 'Words', 'csat-words', '', FALSE);
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
    from crm import embedded  # noqa: PLC0415  ground sets its environment

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
