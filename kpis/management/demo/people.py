"""Leads, and the customers some of them become."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from campaigns.models import Campaign
from crm.inputs.columns import insert_rows
from customers.models import Customer
from kpis.management.demo.names import (
    CAMPAIGNS,
    CHANNELS,
    DEMO,
    DISQUALIFY_REASONS,
    DOMAIN,
    FIRMS,
    FIRST_NAMES,
    LOYAL_CAMPAIGN,
    REPS,
    SOURCE_OF_CHANNEL,
    SURNAMES,
    TAG,
    TREES,
)
from kpis.management.demo.reference import Frame, campaign_days
from kpis.management.demo.story import Story
from leads.models import Lead, LeadEvent

LEADS, CUSTOMERS = 2_000, 600
COMPANY_SHARE = 0.25
MQL, SQL, CONVERTED, WON, SHOP = 0.56, 0.66, 0.76, 0.56, 0.07
STALE_DAYS = 12
FIRST_TOUCH = ("channel", "lead_source", "campaign", "landing_page", "social_network")


@dataclass
class Buyer:
    """A customer in the making: when they first order, and when they are there to order again."""

    customer: Customer
    first_order_at: datetime
    lead: Lead | None = None
    is_loyal: bool = False
    pace: float = 1.0
    there: list[tuple[date, date]] = field(default_factory=list)

    @property
    def is_company(self) -> bool:
        return self.customer.kind == Customer.Kind.COMPANY


@dataclass
class Crowd:
    """All the people of the demo company, and who is still being talked to."""

    leads: list[Lead]
    buyers: list[Buyer]
    # lead, moment of the decision, won?
    decisions: list[tuple[Lead, datetime, bool]]


class PhoneBook:
    """Numbers of a range that belongs to nobody: 0900 000 xxxx."""

    def __init__(self) -> None:
        self.numbers = count(1)

    def next(self) -> str:
        return f"+98900000{next(self.numbers):04}"


def make_leads(story: Story, frame: Frame) -> Crowd:
    book, crowd = PhoneBook(), Crowd([], [], [])
    for number, day in enumerate(story.busy_days(LEADS)):
        lead, strength = new_lead(story, frame, number, day, book)
        qualify(story, lead, strength)
        crowd.leads.append(lead)
        if lead.converted_at:
            decide(story, crowd, lead, strength)
        elif not lead.disqualified_at and story.happens(SHOP * strength):
            bought_at = story.after(lead.created_at, 0, 10)
            if story.is_past(bought_at):
                crowd.buyers.append(Buyer(customer_of(lead, bought_at), bought_at, lead))
    add_walk_ins(story, frame, crowd, book)
    crowd.buyers.sort(key=lambda buyer: buyer.first_order_at)
    return crowd


def new_lead(story: Story, frame: Frame, number: int, day: date, book: PhoneBook) -> tuple[Lead, float]:
    """A lead, and how promising it is: by channel, campaign and the rep who takes it."""
    slug, *_, channel_strength = story.one_of(CHANNELS, [row[4] for row in CHANNELS])
    rep = story.rng.choices(range(len(REPS)), [row[3] for row in REPS])[0]
    strength = channel_strength * REPS[rep][4]
    campaign, page, campaign_strength = campaign_on(story, frame, slug, day)
    is_company = story.happens(COMPANY_SHARE)
    lead = Lead(
        name=person_name(story), company=firm_name(story) if is_company else "", phone=book.next(),
        email=f"user{number}@{DOMAIN}" if story.happens(0.4) else "", channel=frame.channels[slug],
        lead_source=frame.sources["e-mail" if story.happens(0.08) else SOURCE_OF_CHANNEL[slug]], campaign=campaign,
        landing_page=frame.pages[page] if slug in ("search", "social") else None,
        social_network=story.one_of(frame.networks) if slug == "social" else None,
        owner=frame.reps[rep], created_at=story.moment(day), source=DEMO, external_id=f"lead-{number}",
        visitor=f"{DEMO}-lead-{number}" if slug in ("search", "social") else "",
    )  # fmt: skip
    return lead, strength * campaign_strength


def campaign_on(story: Story, frame: Frame, channel: str, day: date) -> tuple[Campaign | None, str, float]:
    for name, of_channel, first, months, _, share, strength, page, _ in CAMPAIGNS:
        start, end = campaign_days(story, first, months)
        if of_channel == channel and start <= day <= end and story.rng.random() * 100 < share:
            return frame.campaigns[name], page, strength
    return None, "start", 1.0


def qualify(story: Story, lead: Lead, strength: float) -> None:
    """The way of a lead: MQL, SQL, opportunity; each step at its own moment, if that has come."""
    at = lead.created_at
    for name, chance, most_days in (("mql_at", MQL, 4), ("sql_at", SQL, 6), ("converted_at", CONVERTED, 5)):
        at = story.after(at, 0.05, most_days)
        if not story.happens(min(chance * strength**0.5, 0.97)) or not story.is_past(at):
            break
        setattr(lead, name, at)
    age = (story.now - lead.created_at).days
    if not lead.mql_at and age > STALE_DAYS and story.happens(0.55):
        lead.disqualified_at = story.after(lead.created_at, 1, STALE_DAYS)
        lead.disqualified_reason = story.one_of(DISQUALIFY_REASONS)


def decide(story: Story, crowd: Crowd, lead: Lead, strength: float) -> None:
    """Won, lost, or not decided yet."""
    decided_at = story.after(lead.converted_at, 3, 45)
    is_won = story.happens(min(WON * strength**0.35, 0.9))
    if not story.is_past(decided_at):
        return
    crowd.decisions.append((lead, decided_at, is_won))
    if is_won:
        crowd.buyers.append(Buyer(customer_of(lead, decided_at), decided_at, lead))


def customer_of(lead: Lead, at: datetime) -> Customer:
    is_company = bool(lead.company)
    return Customer(
        name=lead.company or lead.name, kind=Customer.Kind.COMPANY if is_company else Customer.Kind.PERSON,
        phone=lead.phone, email=lead.email, owner=lead.owner, created_at=at, source=DEMO,
        external_id=f"customer-{lead.external_id}", **{name: getattr(lead, name) for name in FIRST_TOUCH},
    )  # fmt: skip


def add_walk_ins(story: Story, frame: Frame, crowd: Crowd, book: PhoneBook) -> None:
    """Customers without a lead: the base the company started with, and people who came to the shop."""
    missing = CUSTOMERS - len(crowd.buyers)
    early = [story.first_day + timedelta(days=story.rng.randrange(50)) for _ in range(missing // 2)]
    for number, day in enumerate(sorted(early + story.busy_days(missing - len(early)))):
        at = story.moment(day)
        customer = Customer(
            name=person_name(story), phone=book.next(), owner=story.one_of(frame.reps), channel=frame.channels["store"],
            lead_source=frame.sources["store-visit"], created_at=at, source=DEMO, external_id=f"customer-{number}",
        )  # fmt: skip
        crowd.buyers.append(Buyer(customer, at))


def settle(story: Story, buyers: list[Buyer]) -> None:
    """Who comes back and how often: some never, some for a while, some until today, a few after a long pause."""
    loyal = LOYAL_CAMPAIGN
    for buyer in buyers:
        first, today = buyer.first_order_at.astimezone(story.zone).date(), story.today
        buyer.is_loyal = bool(buyer.customer.campaign and buyer.customer.campaign.name == loyal)
        buyer.pace = story.rng.lognormvariate(0, 0.7) * (2.2 if buyer.is_loyal else 1.0)
        fate = 1.0 if buyer.is_loyal else story.rng.random()
        stay = timedelta(days=story.rng.expovariate(1 / 120))
        if fate < 0.3:
            continue
        if fate < 0.55:
            buyer.there = [(first, min(first + stay, today))]
        elif fate < 0.61:
            back = first + stay + timedelta(days=story.rng.randrange(195, 260))
            buyer.there = [(first, min(first + stay, today)), (back, today)]
        else:
            buyer.there = [(first, today)]


def save_people(crowd: Crowd) -> None:
    insert_rows([buyer.customer for buyer in crowd.buyers])
    for buyer in crowd.buyers:
        if buyer.lead:
            buyer.lead.customer = buyer.customer
    insert_rows(crowd.leads)
    insert_rows([event for lead in crowd.leads for event in events_of(lead)])


def events_of(lead: Lead) -> Iterator[LeadEvent]:
    kinds = LeadEvent.Kind
    steps = ((kinds.CREATED, lead.created_at), (kinds.MQL, lead.mql_at), (kinds.SQL, lead.sql_at))
    ends = ((kinds.CONVERTED, lead.converted_at), (kinds.DISQUALIFIED, lead.disqualified_at))
    for kind, at in (*steps, *ends):
        if at:
            detail = lead.disqualified_reason if kind == kinds.DISQUALIFIED else ""
            yield LeadEvent(lead=lead, kind=kind, at=at, by=lead.owner, detail=detail)


def person_name(story: Story) -> str:
    return f"{story.one_of(FIRST_NAMES)} {story.one_of(SURNAMES)}"


def firm_name(story: Story) -> str:
    return f"{story.one_of(FIRMS)} {TAG}ٔ {story.one_of(TREES)}"
