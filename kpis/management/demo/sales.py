"""Orders with their lines and refunds, and the opportunities behind the larger ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from crm.inputs.columns import insert_rows
from crm.jalali import to_jalali
from customers.models import Order, OrderLine, Product, Refund, RefundLine
from kpis.management.demo.names import DEMO, LOSS_REASONS, PRODUCTS
from kpis.management.demo.people import Buyer, Crowd
from kpis.management.demo.reference import Frame
from kpis.management.demo.story import Story
from leads.models import Lead, Opportunity, Stage, StageChange

ORDERS = 3_000
YALDA = "بستهٔ یلدا"
TAX = Decimal("0.1")
SHIPPING = Decimal(900_000)
SMALLEST = Decimal(1000)
REFUNDED, CANCELLED = 0.025, 0.035
PENDING_DAYS = 2
B2B_AMOUNTS = (40, 60, 90, 120, 180, 260, 400)


def make_orders(story: Story, frame: Frame, buyers: list[Buyer]) -> tuple[list[Order], dict[str, Order]]:
    """All orders, and each customer's first one by the customer's external id."""
    orders, lines, firsts = [], [], {}
    for number, (moment, buyer, is_first) in enumerate(purchases(story, buyers), start=1):
        order = Order(
            number=f"D-{number:04}", customer=buyer.customer, owner=buyer.customer.owner, placed_at=moment, created_at=moment,
            status=status_of(story, moment, is_first=is_first), currency="IRR", source=DEMO, external_id=f"order-{number}",
        )  # fmt: skip
        if order.status == Order.Status.FULFILLED:
            order.fulfilled_at = min(story.after(moment, 1, 4), story.now)
        own = lines_of(story, frame, buyer, order, is_first=is_first)
        sum_up(story, order, own)
        orders.append(order)
        lines += own
        if is_first:
            firsts[buyer.customer.external_id] = order
    insert_rows(orders)
    insert_rows(lines)
    make_refunds(story, orders, lines)
    return orders, firsts


def purchases(story: Story, buyers: list[Buyer]) -> list[tuple[datetime, Buyer, bool]]:
    """Every customer's first order, and the rest on busy days by those who are there then."""
    found = [(buyer.first_order_at, buyer, True) for buyer in buyers]
    for day, count in sorted(Counter(story.busy_days(ORDERS - len(buyers))).items()):
        there = [buyer for buyer in buyers if any(first < day <= last for first, last in buyer.there)]
        if there:
            chosen = story.rng.choices(there, [buyer.pace for buyer in there], k=count)
            found += [(story.moment(day), buyer, False) for buyer in chosen]
    return sorted(found, key=lambda item: (item[0], item[1].customer.external_id))


def status_of(story: Story, moment: datetime, *, is_first: bool) -> str:
    if is_first:
        return Order.Status.FULFILLED
    if story.happens(CANCELLED):
        return Order.Status.CANCELLED
    if story.now - moment < timedelta(days=PENDING_DAYS) and story.happens(0.4):
        return Order.Status.PENDING
    return Order.Status.PAID if story.now - moment < timedelta(days=5) else Order.Status.FULFILLED


def lines_of(story: Story, frame: Frame, buyer: Buyer, order: Order, *, is_first: bool) -> list[OrderLine]:
    most = 4 if buyer.is_company else 3
    chosen = story.rng.sample(on_sale(frame, order.placed_at.astimezone(story.zone).date()), k=story.rng.randint(1, most))
    return [order_line(story, buyer, order, position, product, is_first=is_first) for position, product in enumerate(chosen)]


def on_sale(frame: Frame, day: date) -> list[Product]:
    """The Yalda box is only sold in Azar."""
    is_azar = to_jalali(day)[1] == 9
    return [product for product in frame.products if is_azar or product.name != YALDA]


def order_line(story: Story, buyer: Buyer, order: Order, position: int, product: Product, *, is_first: bool) -> OrderLine:
    price = next(row[4] for row in PRODUCTS if row[0] == product.name) * SMALLEST
    # Prices rise by a quarter over the story.
    rise = Decimal(buyer_day(story, order) * 25 // max(len(story.days), 1)) / 100
    price = (price * (1 + rise)).quantize(SMALLEST)
    cost = None if product.unit_cost is None else (product.unit_cost * (1 + rise)).quantize(SMALLEST)
    quantity = story.rng.randint(3, 14) if buyer.is_company else story.rng.choice((1, 1, 1, 2, 2, 3))
    discount = (price * quantity * story.rng.choice((5, 10)) / 100).quantize(SMALLEST) if story.happens(0.15) else Decimal(0)
    kind = OrderLine.Class.BASE
    if not is_first and story.happens(0.2):
        kind = story.one_of((OrderLine.Class.UPSELL, OrderLine.Class.CROSS_SELL), (2, 3))
    return OrderLine(
        order=order, position=position, product=product, name=product.name, quantity=quantity, unit_price=price,
        discount=discount, unit_cost=cost, line_class=kind,
    )  # fmt: skip


def buyer_day(story: Story, order: Order) -> int:
    return (order.placed_at.astimezone(story.zone).date() - story.first_day).days


def net_of(line: OrderLine) -> Decimal:
    return line.quantity * line.unit_price - line.discount


def sum_up(story: Story, order: Order, lines: list[OrderLine]) -> None:
    """The totals stand on the order when it is written, so that the database has nothing to put right."""
    order.net_amount = sum((net_of(line) for line in lines), Decimal(0))
    order.cost_amount = sum((line.quantity * line.unit_cost for line in lines if line.unit_cost is not None), Decimal(0))
    order.unknown_costs = sum(line.unit_cost is None for line in lines)
    order.tax = (order.net_amount * TAX).quantize(Decimal(1))
    order.shipping = SHIPPING if story.happens(0.5) else Decimal(0)


def make_refunds(story: Story, orders: list[Order], lines: list[OrderLine]) -> None:
    """Now and then a whole line comes back, some days later."""
    first_line: dict[int, OrderLine] = {}
    for line in lines:
        first_line.setdefault(line.order_id, line)
    refunds, parts = [], []
    for order in orders:
        if order.status not in Order.COUNTED or not story.happens(REFUNDED):
            continue
        at, line = story.after(order.placed_at, 3, 14), first_line[order.pk]
        if not story.is_past(at):
            continue
        cost = line.quantity * line.unit_cost if line.unit_cost is not None else Decimal(0)
        refund = Refund(
            order=order, amount=net_of(line), refunded_at=at, created_at=at, cost_amount=cost, source=DEMO,
            external_id=f"refund-{order.external_id}",
        )  # fmt: skip
        refunds.append(refund)
        parts.append(RefundLine(refund=refund, line=line, quantity=line.quantity, amount=net_of(line), cost_amount=cost))
    insert_rows(refunds)
    insert_rows(parts)


def make_opportunities(story: Story, frame: Frame, crowd: Crowd, firsts: dict[str, Order]) -> list[Opportunity]:
    stages = list(Stage.objects.offered())
    decided = {lead.external_id: (at, is_won) for lead, at, is_won in crowd.decisions}
    rows, changes, links = [], [], []
    for lead in crowd.leads:
        if not lead.converted_at:
            continue
        at, is_won = decided.get(lead.external_id, (None, False))
        order = firsts.get(f"customer-{lead.external_id}") if is_won else None
        opportunity = new_opportunity(story, lead, at, order)
        changes += moves_of(story, opportunity, stages)
        rows.append(opportunity)
        if order:
            links.append((opportunity, order))
    insert_rows(rows)
    insert_rows(changes)
    link(frame, story, rows, links)
    return rows


def new_opportunity(story: Story, lead: Lead, decided_at: datetime | None, order: Order | None) -> Opportunity:
    guess = Decimal(story.one_of(B2B_AMOUNTS) if lead.company else story.rng.randint(5, 45)) * 1_000_000
    return Opportunity(
        name=f"خرید {lead.company or lead.name}", lead=lead, customer=lead.customer if order else None, owner=lead.owner,
        amount=order.net_amount if order else guess, created_at=lead.converted_at,
        expected_close_on=story.today + timedelta(days=story.rng.randint(-6, 30)) if not decided_at else None,
        won_at=decided_at if order else None, lost_at=None if order else decided_at,
        lost_reason=story.one_of(LOSS_REASONS) if decided_at and not order else "",
        source=DEMO, external_id=f"opportunity-{lead.external_id}",
    )  # fmt: skip


def moves_of(story: Story, opportunity: Opportunity, stages: list[Stage]) -> Iterator[StageChange]:
    """From the first stage on, through as many as there was time for, to the end it has."""
    open_stages = [stage for stage in stages if stage.kind == Stage.Kind.OPEN]
    closed_at = opportunity.won_at or opportunity.lost_at
    depth = story.rng.randint(1, len(open_stages))
    path = open_stages[:depth]
    last = closed_at or story.now
    step = (last - opportunity.created_at) / (depth + 1)
    moments = [opportunity.created_at + step * number for number in range(depth)]
    if closed_at:
        kind = Stage.Kind.WON if opportunity.won_at else Stage.Kind.LOST
        path = [*path, next(stage for stage in stages if stage.kind == kind)]
        moments.append(closed_at)
    opportunity.stage = path[-1]
    origin = None
    for stage, at in zip(path, moments, strict=True):
        yield StageChange(
            opportunity=opportunity, from_stage=origin, to_stage=stage, amount=opportunity.amount,
            probability=stage.probability, at=at, by=opportunity.owner,
        )  # fmt: skip
        origin = stage


def link(frame: Frame, story: Story, rows: list[Opportunity], links: list[tuple[Opportunity, Order]]) -> None:
    """What each opportunity is about, and the order it ended in."""
    about, became = Opportunity.products.through, Opportunity.orders.through
    insert_rows(
        [about(opportunity_id=row.pk, product_id=product.pk) for row in rows for product in story.rng.sample(frame.products, k=2)]
    )
    insert_rows([became(opportunity_id=row.pk, order_id=order.pk) for row, order in links])
