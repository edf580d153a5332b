"""Every column that a figure reads is watched, by triggers that nothing switches off; and no session's clock matters."""

import re
from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Organization
from crm.services import change_time_zone
from customers.models import Order, Ticket
from kpis.catalogue.cubes.landing import LANDINGS
from kpis.catalogue.cubes.support import TICKETS_RESOLVED
from kpis.catalogue.marks import MARKS
from kpis.catalogue.measures import CUBES, DAY_CUBES, FACT_CUBES
from kpis.engine import drain, is_clean
from kpis.engine.folding import fold_margins
from kpis.engine.funnel import steps_of
from kpis.engine.landings import WRITE
from kpis.models import Rollup
from kpis.tracking import trigger_name, triggers_sql
from leads.models import Lead
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import make_books, tehran
from tests.kpis.proof import NOW, assert_right, value_of

pytestmark = pytest.mark.django_db
SOURCE = re.compile(r'(?:FROM|JOIN) "(\w+)"(?: (?:AS )?"?([TUVW]\d+)"?)?')
COLUMN = re.compile(r'"?(\w+)"?\."(\w+)"')
# The view spreads an expense over the days from the first to the last.
VIEWS = {"campaigns_expenseday", "kpis_credit"}
VIEW = {("campaigns_expenseday", "day"): ("valid_from", "valid_to"), ("campaigns_expenseday", "amount"): ("amount",)}


def taken_apart(sql):
    """A statement without the ones in brackets, and those: each gives its own meaning to U0."""
    inner, rest, at = [], "", 0
    while (start := sql.find("(SELECT", at)) >= 0:
        end, depth = start + 1, 1
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        inner.append(sql[start + 1 : end - 1])
        rest, at = rest + sql[at:start], end
    return rest + sql[at:], inner


def named_columns(sql, outer):
    """(table, column) of everything a statement names, by its own aliases or those around it."""
    rest, inner = taken_apart(sql)
    tables = outer | {alias or table: table for table, alias in SOURCE.findall(rest)}
    found = {(tables[alias], column) for alias, column in COLUMN.findall(rest) if alias in tables}
    return found.union(*(named_columns(one, tables) for one in inner))


def columns_read(sql):
    """(table, column) of everything a statement names, keys of rows aside."""
    found = set()
    for table, column in named_columns(sql, {}):
        names = VIEW.get((table, column))
        found |= {("campaigns_expense", name) for name in names} if names else {(table, column)}
    return {(table, column) for table, column in found if column != "id" and table not in VIEWS}


@pytest.mark.parametrize("cube", DAY_CUBES, ids=lambda cube: cube.key)
def test_every_column_of_a_cube_is_watched(cube):
    watched = {(mark.table, column) for mark in MARKS if cube in mark.cubes for column in mark.columns}

    read = columns_read(fold_margins(cube, cube.rows()).sql)

    assert read
    assert read - watched == set()


def test_every_column_of_the_steps_of_leads_is_watched():
    """By marks of leads, or by those of their customers, whose leads are computed after them."""
    watched = {(mark.table, column) for mark in MARKS if not mark.cubes for column in mark.columns}

    read = columns_read(str(steps_of(Lead.objects.all()).query))

    assert {table for table, _ in read} == {
        "customers_customer", "customers_order", "leads_activity", "leads_lead", "leads_opportunity", "leads_opportunity_orders",
        "leads_quote",
    }  # fmt: skip
    # A lead is looked up by day, which stands on its moment.
    assert read - watched - {("customers_order", "placed_on")} == set()


def test_every_table_behind_the_facts_of_customers_is_watched():
    make_books()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        drain(at=NOW)

    statements = [query["sql"] for query in captured]
    others = ("kpis_funnelfact", "kpis_batchvisitor", "kpis_dirtyvisitor")
    facts = " ".join(sql for sql in statements if "kpis_batch" in sql and not any(name in sql for name in others))
    tables = set(re.findall(r'(?:FROM|JOIN) "?((?:crm|campaigns|customers|leads)_\w+)"?', facts))
    assert tables == {
        "campaigns_session",
        "customers_answer",
        "customers_cart",
        "customers_order",
        "customers_orderline",
        "customers_product",
        "customers_refund",
        "customers_customer",
        "customers_contract",
        "customers_ticket",
        "crm_user",
        "crm_organization",
        "leads_activity",
        "leads_lead",
        "leads_opportunity",
        "leads_quote",
    }
    assert tables - {mark.table for mark in MARKS if mark.of_customers} == set()


def test_every_table_behind_the_landings_of_visitors_is_watched():
    """By marks of visitors, or by those of the customers as whom they are known."""
    tables = set(re.findall(r"(?:FROM|JOIN) ((?:crm|campaigns|customers|leads)_\w+)", WRITE))

    assert tables == {"campaigns_session", "customers_cart", "customers_customer", "customers_order", "leads_lead"}
    assert tables - {mark.table for mark in MARKS if mark.of_visitors or mark.of_customers} == set()
    watched = {(mark.table, column) for mark in MARKS if mark.of_visitors for column in mark.columns}
    sides = {("campaigns_session", str(column)) for column in LANDINGS.dimensions.values()}
    assert sides | {("campaigns_session", "visitor"), ("leads_lead", "visitor"), ("customers_cart", "visitor")} <= watched


def test_codes_of_cubes_are_their_own():
    codes = [cube.code for cube in CUBES]

    assert len(codes) == len(set(codes))
    assert all(cube.stores_days for cube in DAY_CUBES)
    assert not any(cube.stores_days for cube in FACT_CUBES)


def installed():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgenabled, t.tgrelid::regclass::text, p.prosrc FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgname LIKE 'kpis\\_mark\\_%' ORDER BY 1"
        )
        return cursor.fetchall()


def test_triggers_are_always_on_and_on_every_table():
    names = {name for name, *_ in installed()}

    assert {enabled for _, enabled, *_ in installed()} == {"A"}
    assert {trigger_name(mark.table, "update") for mark in MARKS} - names == set()
    direct = {mark.table for mark in MARKS if not mark.deferred}
    assert {trigger_name(table, event) for table in direct for event in ("insert", "delete", "truncate")} - names == set()


def test_the_migrations_installed_what_is_declared():
    """A changed mark needs a migration, or running installations would keep the old trigger."""
    before = installed()

    with connection.cursor() as cursor:
        cursor.execute(triggers_sql(MARKS))

    assert installed() == before


def test_a_replica_role_marks_too():
    make_order(customer=make_customer())
    drain(at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Order.objects.update(status="cancelled")
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert not is_clean()
    assert_right(["orders"])


def test_the_hours_of_another_zone_are_those_of_its_business_days():
    """A Saturday from 08:30 to 12:30 in Tehran is from 05:00 to 09:00 in London in winter, an hour of whose opening it is."""
    organization = Organization.current()
    organization.business_days, organization.opens_at, organization.closes_at = [5], time(8), time(16)
    organization.save()
    Ticket.objects.create(subject="Late", created_at=tehran(2025, 1, 4, 8, 30), resolved_at=tehran(2025, 1, 4, 12, 30))
    drain(at=NOW)
    stored = Rollup.objects.filter(cube=TICKETS_RESOLVED.code, grain=0, dimension=0)
    assert stored.get().m4 == 4 * 3600

    change_time_zone(organization, zone="Europe/London")
    drain(at=NOW)

    assert stored.get().m4 == 3600


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tehran", "America/St_Johns"])
def test_the_time_zone_of_a_session_moves_nothing(zone):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 9, 22, 23, 59))  # 31 Shahrivar
    make_order(customer=customer, placed_at=tehran(2025, 9, 23, 0, 0))  # 1 Mehr
    make_order(customer=customer, placed_at=tehran(2025, 3, 20, 23, 59))  # 30 Esfand of a leap year
    make_books()

    assert_right()
    days = (date(2025, 9, 22), date(2025, 9, 23), date(2025, 3, 20), date(2025, 3, 21))
    # Mehr: one at midnight and two of the books
    assert [value_of("orders", day) for day in days] == [1, 3, 1, 0]
    assert connection.timezone_name == "UTC"
