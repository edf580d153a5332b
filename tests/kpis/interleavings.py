"""Scripts: what writers and workers do to one another, step by step, in sessions of their own.

Each is also played against a broken engine, which it must catch: a script that cannot fail proves nothing.
"""

from contextlib import ExitStack
from datetime import date, timedelta

from customers.models import Order
from kpis.catalogue.measures import OPPORTUNITIES_CLOSED, ORDERS
from kpis.engine import cells, customers, drain, find_drift, is_clean
from kpis.engine.customers import drain_customers
from kpis.models import BUCKET_DAYS, EPOCH
from leads.models import Lead, Opportunity, Stage
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import make_books, tehran
from tests.kpis.proof import NOW, assert_right, card
from tests.kpis.sessions import at_the_same_time, session

DAY = date(2025, 9, 23)
BUCKET = (DAY - EPOCH).days // BUCKET_DAYS
KEYS = ["orders", "revenue", "new_customers", "active_customers", "sales_per_customer", "leads", "win_rate"]
NEW_ORDER = """
    INSERT INTO customers_order (number, customer_id, placed_at, status, currency, rate, discount, tax, shipping,
                                 net_amount, cost_amount, unknown_costs)
    VALUES ('', %s, %s, 'paid', 'IRR', 1, 0, 0, 0, 0, 0, 0)
"""
NEW_LEAD = """
    INSERT INTO leads_lead (name, company, phone, email, customer_id, created_at, disqualified_reason, is_test, is_spam,
                            is_archived, notes, visitor)
    VALUES ('Ali', '', '', '', %s, %s, '', false, false, false, '', '')
"""
NEW_SESSION = """
    INSERT INTO campaigns_session (visitor, started_at, created_at, referrer, is_bot, view_count)
    VALUES ('ann', %s, now(), '', false, 0)
"""
MOVE = """
    UPDATE leads_opportunity SET created_at = created_at + make_interval(days => %s)
     WHERE closed_on = %s AND closed_on - created_on = %s
"""
BUYER = "SELECT min(id) FROM customers_customer"


def then_right(keys=KEYS):
    """Drain what is dirty; the invariant holds before and after it."""
    assert find_drift() == []
    assert_right(keys)


def a_writer_commits_after_the_drain():
    """Two orders of one day: the second is written before the drain and committed after it."""
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 9, 23))
    with session() as writer:
        writer.execute(NEW_ORDER, [customer.pk, tehran(2025, 9, 23)])
        drain(at=NOW)
        assert (is_clean(), find_drift()) == (True, [])
        writer.commit()
    then_right()


def a_writer_commits_between_fold_and_commit(monkeypatch):
    """The order comes after the rows were read and before the worker commits."""
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 9, 23))
    fold = cells.refold

    with session() as writer:

        def fold_and_be_overtaken(cursor, cube, marks):
            fold(cursor, cube, marks)
            if cube is ORDERS and DAY in marks.days + marks.days_of_new:
                writer.execute(NEW_ORDER, [customer.pk, tehran(2025, 9, 23)])
                writer.commit()

        with monkeypatch.context() as patched:
            patched.setattr(cells, "refold", fold_and_be_overtaken)
            cells.drain_cells(ORDERS.code, [BUCKET], at=NOW)
    then_right()


def a_row_moves_to_another_day():
    order = make_order(customer=make_customer(), placed_at=tehran(2025, 9, 23))
    drain(at=NOW)
    Order.objects.filter(pk=order.pk).update(placed_at=tehran(2025, 6, 1))
    then_right()


def two_workers_meet_in_one_cell(monkeypatch):
    """The second one begins when the first has folded the day and not yet committed; both fold the whole of it."""
    make_order(customer=make_customer(), placed_at=tehran(2025, 9, 23))
    Order.objects.update(status="fulfilled")
    fold, met = cells.refold, []

    def fold_in_company(cursor, cube, marks):
        fold(cursor, cube, marks)
        if not met:
            met.append(True)
            make_order_beside(tehran(2025, 9, 23))
            company.enter_context(at_the_same_time(lambda: cells.drain_cells(ORDERS.code, [BUCKET], at=NOW, wait=True)))

    with monkeypatch.context() as patched, ExitStack() as company:
        patched.setattr(cells, "refold", fold_in_company)
        cells.drain_cells(ORDERS.code, [BUCKET], at=NOW)
    then_right()


def two_cells_of_one_month_meet(monkeypatch):
    """Three deals of each of two days in one month and two cells; of the second day they change before the first is committed.

    Their sums and squares stay the same (1 + 5 + 6 = 2 + 3 + 7, 1 + 25 + 36 = 4 + 9 + 49), so that nothing but the median keeps
    the workers apart: it was 5, with one day changed it is 4, with both it is 3.
    """
    days = (date(2025, 9, 24), date(2025, 9, 25))
    cells_of_days = [(day - EPOCH).days // BUCKET_DAYS for day in days]
    assert cells_of_days[0] + 1 == cells_of_days[1]
    for day in days:
        won(day, 1, 5, 6)
    drain(at=NOW)
    won(days[0], 2, 3, 7)
    rewrite, met = cells.rewrite_percentiles, []

    def rewrite_in_company(cursor, cube, changed):
        rewrite(cursor, cube, changed)
        if not met:
            met.append(True)
            with session(autocommit=True) as writer:
                for before, after in ((1, 2), (5, 3), (6, 7)):
                    writer.execute(MOVE, [before - after, days[1], before])
            company.enter_context(at_the_same_time(lambda: drain_closed(cells_of_days[1])))

    def drain_closed(bucket):
        cells.drain_cells(OPPORTUNITIES_CLOSED.code, [bucket], at=NOW, wait=True)

    with monkeypatch.context() as patched, ExitStack() as company:
        patched.setattr(cells, "rewrite_percentiles", rewrite_in_company)
        drain_closed(cells_of_days[0])
    then_right(["median_sales_cycle_days"])


def won(day, *lengths):
    """The deals won on a day, each so many days after it was made; in place of those that were."""
    won_at = tehran(day.year, day.month, day.day)
    Opportunity.objects.filter(won_at=won_at).delete()
    for length in lengths:
        made_at = won_at - timedelta(days=length)
        Opportunity.objects.create(name="Deal", stage=Stage.objects.get(kind="won"), created_at=made_at, won_at=won_at)


def make_order_beside(moment):
    """A new order, changed at once: its day is to be folded anew."""
    with session() as writer:
        writer.execute(NEW_ORDER.replace("%s", f"({BUYER})", 1), [moment])
        writer.execute("UPDATE customers_order SET status = 'fulfilled' WHERE status = 'paid'")
        writer.commit()


def two_workers_meet_over_customers(monkeypatch):
    make_order(customer=make_customer(), placed_at=tehran(2025, 9, 23))
    compute, met = customers.recompute, []

    def compute_in_company(cursor):
        compute(cursor)
        if not met:
            met.append(True)
            make_order_beside(tehran(2025, 6, 1))
            company.enter_context(at_the_same_time(lambda: drain_customers(at=NOW, wait=True)))

    with monkeypatch.context() as patched, ExitStack() as company:
        patched.setattr(customers, "recompute", compute_in_company)
        drain_customers(at=NOW)
    then_right()


def a_customer_changes_while_an_order_comes():
    """The channel changes first and is committed last; the order is drained under the old one meanwhile."""
    books = make_books()
    drain(at=NOW)
    with session() as marketer, session() as seller:
        marketer.execute("UPDATE customers_customer SET channel_id = %s", [books.channels[1].pk])
        # It must not wait for the customer's row, which the marketer holds: FOR KEY SHARE passes.
        seller.execute(NEW_ORDER, [books.customer.pk, tehran(2025, 9, 24)])
        seller.commit()
        drain(at=NOW)
        assert find_drift() == []
        marketer.commit()
    then_right()


def a_deal_moves_while_a_product_is_added():
    """The deal is closed on another day, first and not yet committed; its new product must land on that day."""
    books = make_books()
    drain(at=NOW)
    with session() as seller, session() as helper:
        seller.execute("UPDATE leads_opportunity SET won_at = %s", [tehran(2025, 6, 1)])
        add = "INSERT INTO leads_opportunity_products (opportunity_id, product_id) VALUES (%s, %s)"
        with at_the_same_time(lambda: helper.execute(add, [books.opportunity.pk, books.products[1].pk]), helper):
            seller.commit()
        drain(at=NOW)
        assert find_drift() == []
        helper.commit()
    then_right()


def an_order_moves_while_a_line_is_added():
    books = make_books()
    drain(at=NOW)
    with session() as seller, session() as helper:
        seller.execute("UPDATE customers_order SET placed_at = %s WHERE id = %s", [tehran(2025, 6, 1), books.order.pk])
        add = """
            INSERT INTO customers_orderline (order_id, position, quantity, unit_price, discount, order_discount, tax, rate,
                                             name, line_class)
            VALUES (%s, 5, 1, 77, 0, 0, 0, 1, '', '')
        """
        with at_the_same_time(lambda: helper.execute(add, [books.order.pk]), helper):
            seller.commit()
        drain(at=NOW)
        assert find_drift() == []
        helper.commit()
    then_right()


def a_lead_comes_while_its_customer_is_computed(monkeypatch):
    """The lead is committed after the batch's leads were noted and before its customer's facts are written."""
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 9, 23))
    drain(at=NOW)
    Order.objects.update(placed_at=tehran(2025, 9, 24))
    note = customers.note_leads

    def note_and_be_overtaken(cursor):
        note(cursor)
        with session(autocommit=True) as writer:
            writer.execute(NEW_LEAD, [customer.pk, tehran(2025, 9, 22)])

    with monkeypatch.context() as patched:
        patched.setattr(customers, "note_leads", note_and_be_overtaken)
        drain_customers(at=NOW)
    assert Lead.objects.count() == 1
    then_right([*KEYS, "lead_to_customer_rate"])


def a_customer_comes_to_the_site_while_their_lead_is_written():
    """The visit is written before the lead that tells whose it is, and committed after that was drained."""
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 8, 1))
    with session() as visitor:
        visitor.execute(NEW_SESSION, [tehran(2025, 9, 24)])
        Lead.objects.create(name="Ann", customer=customer, visitor="ann")
        drain(at=NOW)
        assert (is_clean(), find_drift()) == (True, [])
        visitor.commit()
    then_right(["customer_engagement_rate"])
    assert card("customer_engagement_rate").numerator == 1


def a_customer_is_deleted_and_written_anew():
    """One transaction takes the row out and puts it back under another channel; its orders never moved."""
    books = make_books()
    drain(at=NOW)
    columns = "id, name, kind, phone, email, national_id, owner_id, is_test, is_spam, is_archived, created_at"
    with session() as importer:
        importer.execute("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM customers_customer")
        importer.execute("DELETE FROM customers_customer")
        importer.execute(
            f"INSERT INTO customers_customer ({columns}, channel_id) SELECT {columns}, %s FROM kept", [books.channels[1].pk]
        )
        drain(at=NOW)
        assert find_drift() == []
        importer.commit()
    then_right()
