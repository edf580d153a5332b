"""Whatever is written, money credited to all touches is what a person would work out from them, touch by touch."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from campaigns.models import Session
from crm.models import Organization
from crm.periods import Calendar, Grain
from customers.models import Cart, Customer, Order, OrderLine, Refund
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.engine import drain, find_drift, is_clean
from kpis.readings import Query, list_rows, read
from kpis.services import change_attribution, limit_touches
from leads.models import Lead, Touch, Touchpoint
from tests.factories.kpis import make_books, tehran
from tests.kpis.proof import NOW, TODAY, periods_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAYS_YEAR = date(2025, 3, 21)


def shares_of(amount, weights):
    """Whole units by largest remainder; the earlier touch first where remainders are equal."""
    exact = [Fraction(amount) * weight / sum(weights) for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: int(amount) - sum(parts)]:
        parts[i] += 1
    return parts


def weights_of(model, n):
    match model:
        case "first":
            return [1] + [0] * (n - 1)
        case "linear":
            return [1] * n
        case "last":
            return [0] * (n - 1) + [1]
        case _:
            return [1] * n if n < 3 else [2 * (n - 2)] + [1] * (n - 2) + [2 * (n - 2)]


def worked_out(model, days=None):
    """{channel: money of the year}, from the touches of each order up to its moment, or of so many days before it."""
    found = defaultdict(int)
    orders = Order.objects.counted()
    money = [(order, order.net_amount, order.placed_on) for order in orders]
    money += [(refund.order, -refund.amount, refund.refunded_on) for refund in Refund.objects.filter(order__in=orders)]
    for order, amount, day in money:
        touches = list(Touchpoint.objects.filter(customer=order.customer_id).until(order.placed_at)) if order.customer_id else []
        touches = [each for each in touches if days is None or each.at > order.placed_at - timedelta(days=days)]
        sign = -1 if amount < 0 else 1
        for touch, part in zip(touches, shares_of(abs(amount), weights_of(model, len(touches))) if touches else [], strict=True):
            if TODAYS_YEAR <= day <= TODAY:
                found[touch.channel_id or 0] += sign * part
        if not touches and TODAYS_YEAR <= day <= TODAY:
            found[0] += amount
    return {channel: amount for channel, amount in found.items() if amount}


def shown():
    year = periods_of(Calendar.JALALI, Grain.YEAR, TODAYS_YEAR, TODAY)
    table = read([CATALOGUE["revenue"]], Query(year, TODAY, by=Dimension.CHANNEL))["revenue"]
    assert sum(row[0].value for row in table.members.values()) == table.total[0].value
    return {channel: row[0].value for channel, row in table.members.items() if row[0].value}


def touch(books, at=None):
    Touch.objects.create(lead=books.lead, at=at or tehran(2025, 9, 24), channel=books.channels[1])


def visit(books, at=None):
    Session.objects.create(visitor="v", started_at=at or tehran(2025, 9, 24), channel=books.channels[1])


def known_by_cart(books):
    Lead.objects.update(customer=None)
    Cart.objects.create(visitor="v", customer=books.customer, created_at=tehran(2025, 9, 1))
    visit(books)


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


# name: (what is there before, what is written)
WRITES = {
    "a touch of the lead": (lambda _: None, touch),
    "a touch that was later": (touch, lambda _: Touch.objects.update(at=tehran(2025, 9, 30))),
    "a touch of another channel": (touch, lambda b: Touch.objects.update(channel=b.channels[0])),
    "a touch forgotten": (touch, lambda _: Touch.objects.all().delete()),
    "a visit of a known visitor": (lambda _: Lead.objects.update(visitor="v"), visit),
    "a visitor gets known": (visit, lambda _: Lead.objects.update(visitor="v")),
    "a visit of a robot": (lambda b: (Lead.objects.update(visitor="v"), visit(b)), lambda _: Session.objects.update(is_bot=True)),
    "a visit was somebody else's": (
        lambda b: (Lead.objects.update(visitor="v"), visit(b)),
        lambda _: Session.objects.update(visitor="w"),
    ),
    "a visit forgotten by SQL": (
        lambda b: (Lead.objects.update(visitor="v"), visit(b)),
        lambda _: raw("DELETE FROM campaigns_session"),
    ),
    "touches truncated": (touch, lambda _: raw("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE leads_touch")),
    "visits truncated": (
        lambda b: (Lead.objects.update(visitor="v"), visit(b)),
        lambda _: raw("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE campaigns_session CASCADE"),
    ),
    "a visitor known by a cart": (visit, known_by_cart),
    "a cart of nobody": (known_by_cart, lambda _: Cart.objects.update(customer=None)),
    "a lead given away": (touch, lambda _: Lead.objects.update(customer=None)),
    "a lead merged into another": (
        lambda b: (visit(b), Lead.objects.create(name="M", visitor="v", created_at=tehran(2025, 9, 1))),
        lambda b: Lead.objects.filter(name="M").update(merged_into=b.lead),
    ),
    "an order that says where it came from": (
        touch,
        lambda b: Order.objects.filter(pk=b.order.pk).update(channel=b.channels[1]),
    ),
    "an earlier order that says so": (
        touch,
        lambda b: sell(b, tehran(2025, 8, 1), channel=b.channels[1]),
    ),
    "orders at other moments": (touch, lambda _: Order.objects.update(placed_at=tehran(2025, 9, 24, 18))),
    "another price": (touch, lambda _: OrderLine.objects.update(unit_price=1003)),
    "another refund": (touch, lambda _: Refund.objects.update(amount=1001)),
    "a customer with a first touch of their own": (
        lambda b: (b.quote.delete(), b.demo.delete(), b.opportunity.delete(), b.lead.delete()),
        lambda b: Customer.objects.update(channel=b.channels[1], created_at=tehran(2025, 8, 1)),
    ),
    "only touches of the last days": (touch, lambda _: limit_touches(Organization.current(), days=1)),
    "another model": (touch, lambda _: change_attribution(Organization.current(), model="last")),
}


def sell(books, at, **facts):
    order = Order.objects.create(customer=books.customer, placed_at=at, status="paid", currency="IRR", **facts)
    OrderLine.objects.create(order=order, position=0, quantity=1, unit_price=1001)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_reaches_what_is_credited(name):
    prepare, write = WRITES[name]
    books = make_books()
    change_attribution(Organization.current(), model="linear")
    prepare(books)
    drain(at=NOW)
    before = shown()
    assert before == worked_out("linear")

    write(books)

    assert find_drift() == []  # whatever is wrong now has its mark
    drain(at=NOW)
    assert is_clean()
    assert find_drift() == []
    organization = Organization.current()
    assert shown() == worked_out(organization.attribution_model, organization.touch_days)
    assert shown() != before


@pytest.mark.parametrize("model", ["first", "last", "linear"])
def test_touches_that_lie_too_far_back_get_nothing(model):
    """Those of August 24th and September 24th at noon are 40 and 9 days before the order; a limit of 9 days ends just after."""
    books = make_books()
    late, early = books.channels
    Order.objects.exclude(pk=books.order.pk).delete()
    Lead.objects.update(customer=None)
    Customer.objects.update(channel=early)
    lead = Lead.objects.create(name="N", customer=books.customer, created_at=tehran(2025, 8, 24), channel=early)
    Touch.objects.create(lead=lead, at=tehran(2025, 9, 24), channel=late)
    Order.objects.filter(pk=books.order.pk).update(placed_at=tehran(2025, 10, 3), channel=None, campaign=None)
    change_attribution(Organization.current(), model=model)
    found = {}
    for days in (None, 41, 10, 9):
        limit_touches(Organization.current(), days=days)
        drain(at=NOW)
        found[days] = set(shown())
        assert find_drift() == []

    of_all = {"first": {early.pk}, "last": {late.pk}, "linear": {early.pk, late.pk}}[model]
    assert found == {None: of_all, 41: of_all, 10: {late.pk}, 9: {0}}


def test_touches_leave_marks_where_those_of_some_days_count():
    books = make_books()
    limit_touches(Organization.current(), days=30)
    drain(at=NOW)

    touch(books)

    assert "lead.touches" in marks()


def test_less_than_a_day_is_refused():
    with pytest.raises(ValidationError):
        limit_touches(Organization.current(), days=0)


def test_touches_leave_no_mark_where_only_the_first_one_counts():
    books = make_books()
    drain(at=NOW)

    touch(books)
    visit(books, NOW - timedelta(days=1))

    assert not any(mark in marks() for mark in ("lead.touches", "visitor.touches"))


def marks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM kpis_dirtyparent")
        return {mark for (mark,) in cursor.fetchall()}


def test_a_record_counts_once_however_many_of_its_touches_share_it():
    """The order of 5 Mehr (5,000) is shared by the lead and by two touches of the other channel: 1,667 + 1,667 + 1,666."""
    books = make_books()
    change_attribution(Organization.current(), model="linear")
    touch(books)
    touch(books, tehran(2025, 9, 24, 12))
    drain(at=NOW)
    year = periods_of(Calendar.JALALI, Grain.YEAR, TODAYS_YEAR, TODAY)

    def first_page(key, filters=None):
        page = list_rows(CATALOGUE[key], "numerator", Query(year, TODAY, filters=filters or {}), limit=1)
        return page.total, page.amount, page.results[0].day

    # Two orders and the refund of one; only one order has to do with the other channel.
    assert first_page("marketing_revenue") == (3, 2000 - 1000 + 5000, date(2025, 9, 23))
    assert first_page("revenue", {Dimension.CHANNEL: books.channels[0].pk}) == (3, 2000 - 1000 + 1667, date(2025, 9, 23))
    assert first_page("revenue", {Dimension.CHANNEL: books.channels[1].pk}) == (1, 1667 + 1666, date(2025, 9, 27))
