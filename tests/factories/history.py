"""Three years of a small company, the same at every run: what figures are compared on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from campaigns.models import Campaign, Channel, Expense, LandingPage, LeadSource, SocialNetwork
from crm.models import Team, User
from customers.models import Answer, Category, Contract, Customer, Order, OrderLine, Product, Refund, RefundLine, Survey, Ticket
from kpis.engine import drain
from leads.models import Activity, Lead, Opportunity, Quote, Stage, StageChange
from leads.services.merging import merge_leads
from tests.factories.contracts import edit_contracts, make_contracts
from tests.factories.kpis import TEHRAN, analyze
from tests.factories.offers import edit_quotes, make_quotes
from tests.factories.predictions import make_predictions
from tests.factories.traffic import edit_traffic, make_traffic

FIRST, LAST = date(2022, 6, 1), date(2025, 9, 30)
# The last day of the leap month Esfand 1403 and its neighbours, and a day of 25 hours.
SPECIAL_DAYS = (date(2025, 3, 19), date(2025, 3, 20), date(2025, 3, 21), date(2022, 9, 21), date(2022, 9, 22), date(2024, 2, 29))
EDGES = (time(0), time(23, 59, 59, 999_999), time(0, 0, 1))
# Evenings as of which the value of customers was predicted; the last of them is no end of a month.
FITTED = (date(2023, 3, 20), date(2024, 3, 19), date(2025, 2, 28), date(2025, 9, 17))
DRAINED_AT = datetime(2025, 10, 1, 9, tzinfo=UTC)


@dataclass
class History:
    """The rows that the later ones point to, and the dice."""

    dice: Random = field(default_factory=lambda: Random(1403))
    teams: list[Team] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    sources: list[LeadSource] = field(default_factory=list)
    networks: list[SocialNetwork] = field(default_factory=list)
    pages: list[LandingPage] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        if self.dice.random() < 0.1:
            return self.dice.choice(SPECIAL_DAYS)
        return first + timedelta(days=self.dice.randint(0, max((last - first).days, 0)))

    def moment(self, first: date = FIRST) -> datetime:
        """A moment in Tehran, often just before or after midnight."""
        at = self.dice.choice(EDGES) if self.dice.random() < 0.3 else time(self.dice.randint(0, 23), self.dice.randint(0, 59))
        return datetime.combine(self.day(first), at, TEHRAN).astimezone(UTC)

    def later(self, moment: datetime, days: int, chance: float) -> datetime | None:
        seconds = self.dice.randint(1, days * 86_400)
        return moment + timedelta(seconds=seconds) if self.dice.random() < chance else None

    def maybe(self, rows: list) -> Any:
        """One of the rows, or none."""
        return self.dice.choice([None, *rows])

    def touch(self) -> dict:
        names = {"channel": self.channels, "lead_source": self.sources, "campaign": self.campaigns}
        names |= {"landing_page": self.pages, "social_network": self.networks}
        return {name: self.maybe(rows) for name, rows in names.items()}

    def flags(self) -> dict:
        return {"is_test": self.dice.random() < 0.04, "is_spam": self.dice.random() < 0.04}


def make_history() -> None:
    """Everything, drained; then edits of every kind and any age, drained again."""
    past = History()
    make_people(past)
    make_references(past)
    make_customers(past)
    make_orders(past)
    make_leads(past)
    make_pipeline(past)
    make_expenses(past)
    make_support(past)
    make_activities(past)
    make_traffic(past)
    make_quotes(with_own_dice(past, 70))
    make_contracts(past.customers, Random(80))
    drain(at=DRAINED_AT)
    edit(past)
    edit_traffic(past)
    edit_contracts(Random(81))
    drain(at=DRAINED_AT)
    make_predictions(FITTED, Random(82), DRAINED_AT)
    analyze()


def make_people(past: History) -> None:
    past.teams = [Team.objects.create(name=name) for name in ("East", "West")]
    teams = [*past.teams, *past.teams, None]
    past.users = User.objects.bulk_create(
        User(email=f"rep{i}@example.com", name=f"Rep {i}", team=team, visibility="own") for i, team in enumerate(teams)
    )


def make_references(past: History) -> None:
    past.channels = Channel.objects.bulk_create(
        Channel(slug=f"channel-{i}", name=f"Channel {i}", is_marketing=i < 3) for i in range(4)
    )
    past.sources = LeadSource.objects.bulk_create(LeadSource(slug=f"source-{i}", name=f"Source {i}") for i in range(3))
    past.networks = SocialNetwork.objects.bulk_create(SocialNetwork(slug=f"network-{i}", name=f"N {i}") for i in range(2))
    past.pages = LandingPage.objects.bulk_create(LandingPage(url=f"https://example.com/{i}") for i in range(2))
    goals = ("leads", "leads", "awareness", "sales")
    # A short one, one that has not ended, one that nobody says when it began, and one over two years.
    spans = (
        {"starts_on": date(2023, 5, 1), "ends_on": date(2023, 8, 31)},
        {"starts_on": date(2024, 2, 1)},
        {"ends_on": date(2024, 9, 21)},
        {"starts_on": date(2022, 8, 1), "ends_on": date(2024, 8, 15)},
    )
    past.campaigns = Campaign.objects.bulk_create(
        Campaign(name=f"Campaign {i}", goal=goal, channel=past.maybe(past.channels), **span)
        for i, (goal, span) in enumerate(zip(goals, spans, strict=True))
    )
    categories = [None, *Category.objects.bulk_create(Category(name=f"Category {i}") for i in range(3))]
    past.products = Product.objects.bulk_create(
        Product(
            sku=f"P{i}",
            category=categories[i % 4],
            unit_cost=None if i == 5 else 1000 * (i + 1),
            family=("", "tea", "tea", "rice")[i // 2],
            tier=(None, 1, 2, 2, 3, 1, 1, 2)[i],
        )
        for i in range(8)
    )
    kinds = ("nps", "csat", "csat-words", "loyalty", "loyalty")
    past.surveys = Survey.objects.bulk_create(Survey(slug=f"own-{i}", name=kind, kind=kind) for i, kind in enumerate(kinds))


def make_customers(past: History) -> None:
    past.customers = Customer.objects.bulk_create(
        Customer(name=f"Customer {i}", owner=past.maybe(past.users), **past.touch(), **past.flags()) for i in range(160)
    )


def make_orders(past: History, count: int = 700) -> None:
    """Orders of all states, some without a customer, some in a foreign currency; refunds of a part or of all lines."""
    status = ["paid"] * 6 + ["fulfilled"] * 3 + ["draft", "pending", "cancelled"]
    orders = []
    for _ in range(count):
        # Some customers buy often, most rarely.
        customer = past.customers[min(int(past.dice.expovariate(1 / 45)), 159)] if past.dice.random() < 0.96 else None
        rate = past.dice.choice([Decimal(1), Decimal(1), Decimal(1), Decimal("585000.12345678"), Decimal("0.125")])
        facts = {"currency": "IRR" if rate == 1 else "USD", "rate": rate, "status": past.dice.choice(status)}
        orders.append(Order(customer=customer, owner=past.maybe(past.users), placed_at=past.moment(), **facts))
    past.orders += Order.objects.bulk_create(orders)
    lines = OrderLine.objects.bulk_create(line for order in orders for line in lines_of(past, order))
    for line in lines:
        line.refresh_from_db()
    refund(past, lines)


def lines_of(past: History, order: Order) -> list[OrderLine]:
    lines = []
    for position in range(past.dice.choice([0, 1, 1, 2, 2, 3])):
        product = past.maybe(past.products)
        price = past.dice.randint(1, 400_000) if order.rate == 1 else Decimal(past.dice.randint(1, 99_999)) / 100
        lines.append(
            OrderLine(
                order=order,
                position=position,
                product=product,
                quantity=past.dice.randint(1, 4),
                unit_price=price,
                discount=past.dice.choice([0, 0, Decimal("0.25")]),
                rate=order.rate,
                unit_cost=product.unit_cost if product else None,
                line_class=("", "", "", "", "base", "upsell", "cross_sell")[int(price) % 7],
            )
        )
    return lines


def refund(past: History, lines: list[OrderLine]) -> None:
    """One refund for some of the orders, of one of its lines, wholly or in part."""
    refunds, parts = [], []
    for line in lines:
        if line.position or past.dice.random() > 0.2:
            continue
        amount = line.net_amount if past.dice.random() < 0.5 else (line.net_amount // 2)
        given = Refund(order=line.order, amount=amount, refunded_at=past.later(line.order.placed_at, 90, 1))
        refunds.append(given)
        parts.append(RefundLine(refund=given, line=line, quantity=1, amount=amount, cost_amount=line.unit_cost or 0))
    Refund.objects.bulk_create(refunds)
    RefundLine.objects.bulk_create(parts)


def make_leads(past: History, count: int = 420) -> None:
    leads = []
    for i in range(count):
        created = past.moment()
        mql = past.later(created, 30, 0.6)
        # Some jump to SQL, and some histories are out of order.
        sql = past.later(mql, 30, 0.6) if mql else past.later(created, 30, 0.1)
        converted = past.later(created - timedelta(days=2), 120, 0.3)
        moments = {"created_at": created, "mql_at": mql, "sql_at": sql, "converted_at": converted}
        customer = past.dice.choice(past.customers) if past.dice.random() < 0.4 else None
        leads.append(
            Lead(name=f"Lead {i}", owner=past.maybe(past.users), customer=customer, **moments, **past.touch(), **past.flags())
        )
    past.leads = Lead.objects.bulk_create(leads)
    stages = {stage.kind: stage for stage in Stage.objects.all()}
    opportunities = []
    for _ in range(180):
        end = past.dice.choice(["won", "lost", "open"])
        closed = {"created_at": past.moment()} | ({} if end == "open" else {f"{end}_at": past.moment()})
        subject = {"lead": past.maybe(past.leads), "customer": past.maybe(past.customers), "owner": past.maybe(past.users)}
        opportunities.append(Opportunity(name=end, stage=stages[end], amount=100, **subject, **closed))
    for opportunity in Opportunity.objects.bulk_create(opportunities):
        opportunity.products.set(past.dice.sample(past.products, past.dice.randint(0, 2)))


def make_pipeline(past: History) -> None:
    """Moves of every opportunity, two of them sometimes at one moment; orders and quotes that came of some."""
    stages, changes, dice = list(Stage.objects.order_by("position")), [], past.dice
    links, quotes = {}, []
    for opportunity in Opportunity.objects.order_by("pk"):
        at = past.moment()
        for _ in range(dice.randint(0, 4)):
            amount, stage = dice.randint(0, 90_000_000), dice.choice(stages)
            facts = {"amount": amount, "probability": dice.choice([0, Decimal("0.25"), Decimal("0.6"), 1]), "at": at}
            changes.append(StageChange(opportunity=opportunity, to_stage=stage, **facts))
            at = past.later(at, 60, 0.8) or at
        if dice.random() < 0.2:
            order = dice.choice(past.orders)
            links.setdefault(order.pk, Opportunity.orders.through(opportunity=opportunity, order=order))
        if dice.random() < 0.2:
            order = past.maybe(past.orders)
            quotes.append(Quote(opportunity=opportunity, order=order, currency="IRR", issued_at=at))
    quotes += [Quote(lead=lead, order=past.maybe(past.orders), currency="IRR") for lead in past.leads[::12]]
    StageChange.objects.bulk_create(changes)
    Opportunity.orders.through.objects.bulk_create(links.values())
    Quote.objects.bulk_create(quotes)


def make_expenses(past: History) -> None:
    """Of every kind, over a day or over months, in whole rials or with hundredths."""
    expenses = []
    for i in range(80):
        start = past.day()
        days = past.dice.choice([0, 6, 30, 45, 200, 364])
        amount = Decimal(past.dice.randint(1, 90_000_000)) + (Decimal("0.37") if i % 10 == 0 else 0)
        facts = {"kind": Expense.Kind.values[i % 8], "is_estimate": i % 7 == 0, "amount": amount}
        sides = {"campaign": past.maybe(past.campaigns), "channel": past.maybe(past.channels)}
        sides["lead_source"] = past.sources[i % 3] if i % 5 == 0 else None
        expenses.append(Expense(valid_from=start, valid_to=start + timedelta(days=days), **facts, **sides))
    Expense.objects.bulk_create(expenses)


def make_support(past: History) -> None:
    tickets, answers = [], []
    for i in range(160):
        created = past.moment()
        resolved = past.later(created, 12, 0.8)
        reopened = past.later(resolved - timedelta(days=3), 6, 0.3) if resolved else None
        subject = {"customer": past.maybe(past.customers), "owner": past.maybe(past.users), "product": past.maybe(past.products)}
        priority = Ticket.Priority.values[i % 4]
        tickets.append(Ticket(created_at=created, resolved_at=resolved, reopened_at=reopened, priority=priority, **subject))
    for i in range(260):
        survey = past.dice.choice(past.surveys)
        subject = {"survey": survey, "customer": past.maybe(past.customers), "product": past.maybe(past.products)}
        score = past.dice.randint(*survey.scale)
        answers.append(Answer(score=score, answered_at=past.moment(), source="poll", external_id=str(i), **subject))
    Ticket.objects.bulk_create(tickets)
    Answer.objects.bulk_create(answers)


def make_activities(past: History) -> None:
    """With leads, opportunities and customers, booked, done and missed; a call among them."""
    opportunities, activities = list(Opportunity.objects.order_by("pk")), []
    for i in range(200):
        booked = past.moment()
        due = past.later(booked, 20, 0.9)
        done = past.later(booked, 25, 0.7)
        about = {"lead": past.maybe(past.leads), "opportunity": past.maybe(opportunities), "customer": past.maybe(past.customers)}
        if not any(about.values()):
            about["lead"] = past.leads[0]
        # Most hang on one of them only.
        kept = past.dice.choice([name for name, row in about.items() if row] + ["all"])
        about = about if kept == "all" else {kept: about[kept]}
        activities.append(
            Activity(
                kind=("demo", "consultation", "demo", "call")[i % 4],
                outcome="no_show" if past.dice.random() < 0.2 else "",
                owner=past.maybe(past.users),
                booked_at=booked,
                due_at=due,
                done_at=done,
                **about,
            )
        )
    Activity.objects.bulk_create(activities)


def with_own_dice(past: History, seed: int) -> History:
    """The same company, so that what is thrown for it leaves the throws for all else as they were."""
    return replace(past, dice=Random(seed))


def edit(past: History) -> None:
    """What happens to books that are not closed: everything, at any age."""
    dice = past.dice
    make_orders(past, count=60)  # backdated over all three years
    Order.objects.filter(pk__in=[order.pk for order in dice.sample(past.orders, 30)]).update(status="cancelled")
    Order.objects.filter(pk__in=[order.pk for order in dice.sample(past.orders, 10)]).delete()
    for order in Order.objects.order_by("pk")[::40]:
        order.placed_at -= timedelta(days=dice.randint(1, 500))
        order.save()
    for customer in dice.sample(past.customers, 12):
        values = past.touch() | past.flags() | {"owner": past.maybe(past.users)}
        Customer.objects.filter(pk=customer.pk).update(**values)
    for gone, survivor in ((past.customers[1], past.customers[2]), (past.customers[3], past.customers[70])):
        for model in (Order, Contract, Lead, Ticket, Answer, Opportunity):
            model.objects.filter(customer=gone).update(customer=survivor)
        Customer.objects.filter(pk=gone.pk).update(merged_into=survivor)
    OrderLine.objects.filter(pk__in=list(OrderLine.objects.order_by("pk").values_list("pk", flat=True)[::25])).update(quantity=9)
    Product.objects.filter(pk=past.products[1].pk).update(category=past.products[2].category)
    Product.objects.filter(pk=past.products[4].pk).update(family="rice", tier=1)
    OrderLine.objects.filter(pk__in=list(OrderLine.objects.order_by("pk").values_list("pk", flat=True)[::31])).update(
        line_class="upsell"
    )
    Campaign.objects.filter(pk=past.campaigns[0].pk).update(ends_on=date(2023, 9, 10))
    Campaign.objects.filter(pk=past.campaigns[2].pk).update(goal="leads", channel=past.channels[0])
    User.objects.filter(pk=past.users[0].pk).update(team=past.teams[1])
    Survey.objects.filter(pk=past.surveys[3].pk).update(kind="csat")
    for lead, into in zip(past.leads[:20:2], past.leads[1:20:2], strict=True):
        Lead.objects.filter(pk=lead.pk).update(customer=None)
        merge_leads(lead, into=into, by=None, at=DRAINED_AT)
    Lead.objects.filter(pk__in=[lead.pk for lead in past.leads[200:215]], opportunities=None, quotes=None).delete()
    Lead.objects.filter(pk__in=[lead.pk for lead in past.leads[100:130]]).update(customer=past.customers[10], owner=past.users[1])
    Channel.objects.filter(pk=past.channels[1].pk).update(is_marketing=False)
    Activity.objects.filter(kind="call", outcome="").update(kind="demo")
    Activity.objects.filter(pk__in=list(Activity.objects.order_by("pk").values_list("pk", flat=True)[::17])).delete()
    Opportunity.objects.filter(pk__in=list(Opportunity.objects.order_by("pk").values_list("pk", flat=True)[::6])).update(
        lead=past.leads[31], owner=past.users[2]
    )
    StageChange.objects.filter(pk__in=list(StageChange.objects.order_by("pk").values_list("pk", flat=True)[::11])).delete()
    for change in StageChange.objects.order_by("pk")[::13]:
        StageChange.objects.filter(pk=change.pk).update(at=change.at - timedelta(days=dice.randint(1, 200)), amount=7)
    Opportunity.orders.through.objects.order_by("pk").first().delete()
    Quote.objects.filter(pk__in=list(Quote.objects.order_by("pk").values_list("pk", flat=True)[::5])).update(order=None)
    edit_quotes(with_own_dice(past, 71))
    Expense.objects.filter(kind="salary").update(amount=Decimal(31_000_010))
    Ticket.objects.filter(priority="low", resolved_at__isnull=False).update(reopened_at=None, priority="urgent")
    Answer.objects.filter(score=6, survey__kind="nps").update(score=9)
    Refund.objects.filter(pk__in=list(Refund.objects.order_by("pk").values_list("pk", flat=True)[::9])).delete()
