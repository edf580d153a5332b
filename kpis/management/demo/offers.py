"""What the demo company offered and agreed on: quotes with their revisions, and contracts."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from crm.inputs.columns import insert_rows
from customers.models import Contract, Order, OrderLine
from kpis.management.demo.names import DEMO, PLANS, PRODUCTS
from kpis.management.demo.people import Buyer
from kpis.management.demo.reference import Frame
from kpis.management.demo.story import Story
from leads.models import Opportunity, Quote, QuoteLine

QUOTED, QUOTED_FIRMS, REVISED, DECLINED = 0.45, 0.85, 0.22, 0.7
CONTRACTS, TRIALS = 40, 0.2
CLASSES = (OrderLine.Class.BASE, OrderLine.Class.UPSELL, OrderLine.Class.CROSS_SELL)
SMALLEST = Decimal(1000)


def make_quotes(story: Story, frame: Frame, opportunities: list[Opportunity], firsts: dict[str, Order]) -> list[Quote]:
    """Firms want a paper more often than people; a won deal's last quote is what was ordered."""
    goods = lines_by_order(list(firsts.values()))
    quotes, lines = [], []
    for opportunity in opportunities:
        if not story.happens(QUOTED_FIRMS if opportunity.lead.company else QUOTED):
            continue
        issued_at = story.after(opportunity.created_at, 0.2, 6)
        decided_at = opportunity.won_at or opportunity.lost_at
        issued_at = min(issued_at, decided_at or issued_at)
        if not story.is_past(issued_at):
            continue
        order = firsts.get(opportunity.customer.external_id) if opportunity.customer else None
        for version in versions(story, opportunity, issued_at, order):
            version.number = f"Q-{len(quotes) + 1:04}"
            version.source, version.external_id = DEMO, f"quote-{len(quotes) + 1}"
            own = lines_of(story, frame, version, goods[order.pk] if order else [])
            version.amount = sum((line.quantity * line.unit_price - line.discount for line in own), Decimal(0))
            quotes.append(version)
            lines += own
    save_quotes(quotes, lines)
    return quotes


def lines_by_order(orders: list[Order]) -> dict[int, list[OrderLine]]:
    found = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=orders).select_related("product").order_by("order", "position"):
        found[line.order_id].append(line)
    return found


def versions(story: Story, opportunity: Opportunity, issued_at: datetime, order: Order | None) -> list[Quote]:
    """One quote, or a first one and the revision that took its place."""
    facts = {"opportunity": opportunity, "lead": opportunity.lead, "customer": opportunity.customer, "currency": "IRR"}
    last_at = min(story.after(issued_at, 1, 5), opportunity.won_at or opportunity.lost_at or story.now)
    moments = [issued_at, last_at] if story.happens(REVISED) else [issued_at]
    found = [
        Quote(issued_at=at, created_at=at, valid_until=(at + timedelta(days=14)).astimezone(story.zone).date(), **facts)
        for at in moments
    ]
    for revision in found[1:]:
        revision.revision_of = revision.original = found[0]
    if order:
        found[-1].order, found[-1].accepted_at = order, opportunity.won_at
    elif opportunity.lost_at and story.happens(DECLINED):
        found[-1].declined_at, found[-1].declined_reason = opportunity.lost_at, opportunity.lost_reason
    return found


def lines_of(story: Story, frame: Frame, quote: Quote, goods: list[OrderLine]) -> list[QuoteLine]:
    """The goods of the order, or some that were thought of."""
    if goods:
        parts = [(line.product, line.quantity, line.unit_price, line.discount) for line in goods]
    else:
        parts = [
            (product, story.rng.randint(1, 8), price_of(product.name), Decimal(0))
            for product in story.rng.sample(frame.products, k=story.rng.randint(1, 3))
        ]
    return [
        QuoteLine(
            quote=quote, position=position, product=product, name=product.name, quantity=quantity, unit_price=price,
            discount=discount, line_class=story.one_of(CLASSES, (6, 1, 2)),
        )
        for position, (product, quantity, price, discount) in enumerate(parts)
    ]  # fmt: skip


def price_of(name: str) -> Decimal:
    return next(row[4] for row in PRODUCTS if row[0] == name) * SMALLEST


def save_quotes(quotes: list[Quote], lines: list[QuoteLine]) -> None:
    """First versions before those that replace them."""
    insert_rows([quote for quote in quotes if quote.revision_of is None])
    insert_rows([quote for quote in quotes if quote.revision_of is not None])
    insert_rows(lines)


def make_contracts(story: Story, buyers: list[Buyer]) -> list[Contract]:
    """Firms that have their coffee delivered by the month; some tried it only."""
    firms = [buyer for buyer in buyers if buyer.is_company]
    rows = []
    for number, buyer in enumerate(story.rng.sample(firms, k=min(CONTRACTS, len(firms)))):
        plan, amount = story.one_of(PLANS)
        is_trial = story.happens(TRIALS)
        start = buyer.first_order_at.astimezone(story.zone).date() + timedelta(days=story.rng.randint(0, 20))
        months = 1 if is_trial else story.one_of((6, 12, 12, None))
        rows.append(
            Contract(
                customer=buyer.customer, plan=plan, starts_on=start, monthly_amount=0 if is_trial else amount * 1_000_000,
                ends_on=start + timedelta(days=30 * months - 1) if months else None, is_trial=is_trial,
                created_at=buyer.first_order_at, source=DEMO, external_id=f"contract-{number}",
            )
        )  # fmt: skip
    insert_rows(rows)
    return rows
