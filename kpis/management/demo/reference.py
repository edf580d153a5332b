"""The frame of the demo company: people, channels, campaigns, products and what all of it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from campaigns.models import Campaign, Channel, Expense, LandingPage, LeadSource, SocialNetwork
from crm.models import Team, User
from crm.periods import Period
from crm.services import SEES
from customers.models import Category, Product
from kpis.management.demo.names import (
    CAMPAIGNS,
    CATEGORIES,
    CHANNELS,
    DEMO,
    DOMAIN,
    MANAGER,
    MARKETER,
    NETWORKS,
    PAGES,
    PRODUCTS,
    REPS,
    SITE_CHANNELS,
    SOURCES,
    SUPPORT,
    TAG,
    TEAMS,
)
from kpis.management.demo.story import Story

MILLION = Decimal(1_000_000)
DAYS_OF_A_MONTH = 30
# kind: (million rial a month at first, and at the end)
MONTHLY_COSTS = {
    Expense.Kind.SALARY: (300, 420),
    Expense.Kind.COMMISSION: (40, 85),
    Expense.Kind.CONTENT: (45, 60),
    Expense.Kind.TECHNICAL: (30, 38),
    Expense.Kind.MAINTENANCE: (18, 22),
    Expense.Kind.RETENTION: (25, 40),
    Expense.Kind.OPERATING: (260, 330),
}


@dataclass(frozen=True)
class Frame:
    reps: list[User]
    teams: list[Team]
    support: User
    channels: dict[str, Channel]
    sources: dict[str, LeadSource]
    networks: list[SocialNetwork]
    pages: dict[str, LandingPage]
    campaigns: dict[str, Campaign]
    products: list[Product]


def make_frame(story: Story) -> Frame:
    teams = [Team.objects.create(name=f"{name} ({TAG})") for name in TEAMS]
    reps = make_reps(teams)
    _manager, marketer, support = make_others(teams)
    started = story.moment(story.first_day)
    facts = {"source": DEMO, "created_at": started}
    channels = Channel.objects.bulk_create(
        Channel(slug=f"{DEMO}-{slug}", name=name, kind=kind, is_marketing=is_marketing, external_id=slug, **facts)
        for slug, name, kind, is_marketing, *_ in CHANNELS
    )
    by_slug = {channel.external_id: channel for channel in channels} | site_channels(facts)
    networks = SocialNetwork.objects.bulk_create(
        SocialNetwork(slug=f"{DEMO}-{slug}", name=name, external_id=slug, **facts) for slug, name in NETWORKS
    )
    pages = LandingPage.objects.bulk_create(
        LandingPage(
            url=f"https://shop.{DOMAIN}/{key}", title=title, external_id=key, **facts,
            published_on=story.today - timedelta(days=DAYS_OF_A_MONTH * months),
        )
        for key, title, months in PAGES
    )  # fmt: skip
    campaigns = make_campaigns(story, by_slug, marketer, facts)
    make_expenses(story, campaigns, facts)
    return Frame(
        reps=reps,
        teams=teams,
        support=support,
        channels=by_slug,
        sources=usual_sources(facts),
        networks=networks,
        pages={page.external_id: page for page in pages},
        campaigns=campaigns,
        products=make_products(facts),
    )


def site_channels(facts: dict) -> dict[str, Channel]:
    """The channels that visits are put under by rule; what the installation has already is used."""
    found = {channel.slug: channel for channel in Channel.objects.filter(slug__in=[row[0] for row in SITE_CHANNELS])}
    for slug, name, kind, is_marketing in SITE_CHANNELS:
        if slug not in found:
            found[slug] = Channel.objects.create(
                slug=slug, name=name, kind=kind, is_marketing=is_marketing, external_id=slug, **facts
            )
    return found


def usual_sources(facts: dict) -> dict[str, LeadSource]:
    """Those that a new installation has; what was taken out since is made."""
    found = {source.slug: source for source in LeadSource.objects.filter(slug__in=dict(SOURCES))}
    missing = [LeadSource(slug=slug, name=name, external_id=slug, **facts) for slug, name in SOURCES if slug not in found]
    return found | {source.slug: source for source in LeadSource.objects.bulk_create(missing)}


def make_reps(teams: list[Team]) -> list[User]:
    return save_users(
        User(email=f"{mailbox}@{DOMAIN}", name=name, role=User.Role.REP, team=teams[team]) for name, mailbox, team, *_ in REPS
    )


def make_others(teams: list[Team]) -> list[User]:
    """A manager, a marketer and somebody of support; each sees what their role usually does."""
    (name, mailbox, team), by_role = MANAGER, {User.Role.MARKETER: MARKETER, User.Role.SUPPORT: SUPPORT}
    leads = User(email=f"{mailbox}@{DOMAIN}", name=name, role=User.Role.MANAGER, team=teams[team])
    others = [User(email=f"{mailbox}@{DOMAIN}", name=name, role=role) for role, (name, mailbox) in by_role.items()]
    for user in (leads, *others):
        user.visibility = SEES[user.role]
    return save_users((leads, *others))


def save_users(users: Iterable[User]) -> list[User]:
    """People nobody can sign in as: they have no password."""
    rows = list(users)
    for user in rows:
        user.set_unusable_password()
    return User.objects.bulk_create(rows)


def make_campaigns(story: Story, channels: dict[str, Channel], marketer: User, facts: dict) -> dict[str, Campaign]:
    rows = []
    for number, (name, channel, first, months, spend, _, _, _, goal) in enumerate(CAMPAIGNS):
        start, end = campaign_days(story, first, months)
        rows.append(
            Campaign(
                name=name, channel=channels[channel], goal=goal, starts_on=start, ends_on=end, budget=spend * MILLION,
                status=Campaign.Status.RUNNING if end >= story.today else Campaign.Status.ENDED,
                goal_event=Campaign.GoalEvent.SALE if goal == Campaign.Goal.SALES else Campaign.GoalEvent.OPPORTUNITY,
                owner=marketer, external_id=f"campaign-{number}", **aims_of(goal, spend), **facts,
            )
        )  # fmt: skip
    return {campaign.name: campaign for campaign in Campaign.objects.bulk_create(rows)}


def aims_of(goal: str, spend: int) -> dict[str, Any]:
    """What a campaign was to bring for its money."""
    if goal == Campaign.Goal.SALES:
        return {"target_orders": spend // 8, "target_revenue": 4 * spend * MILLION}
    aims = {"target_lead_conversion_rate": Decimal("0.25"), "target_romi_long": Decimal(1)}
    return {"target_leads": spend // 80 * 10, "target_cost_per_lead": 8 * MILLION, **aims}


def campaign_days(story: Story, first: int, months: int) -> tuple[date, date]:
    return story.months[first].start, story.months[first + months - 1].end


def make_expenses(story: Story, campaigns: dict[str, Campaign], facts: dict) -> None:
    rows = []
    for name, channel, first, months, spend, *_ in CAMPAIGNS:
        shares = spread(story, spend, months)
        for number, month in enumerate(story.months[first : first + months]):
            rows.append(
                Expense(
                    kind=Expense.Kind.ADS, campaign=campaigns[name], amount=shares[number] * MILLION, valid_from=month.start,
                    valid_to=month.end, external_id=f"ads-{channel}-{first}-{number}", note=name, **facts,
                )
            )  # fmt: skip
    for number, month in enumerate(story.months):
        rows += monthly_expenses(story, number, month, facts)
    Expense.objects.bulk_create(rows)


def spread(story: Story, spend: int, months: int) -> list[int]:
    """A budget over its months, none of which costs what another did."""
    weights = [story.rng.uniform(0.75, 1.25) for _ in range(months)]
    ends = [round(spend * sum(weights[:number]) / sum(weights)) for number in range(months + 1)]
    return [end - start for start, end in pairwise(ends)]


def monthly_expenses(story: Story, number: int, month: Period, facts: dict) -> list[Expense]:
    """The running month's salaries are not paid yet: an estimate."""
    progress = Decimal(number) / (len(story.months) - 1)
    return [
        Expense(
            kind=kind, amount=(least + (most - least) * progress).quantize(Decimal(1)) * MILLION,
            valid_from=month.start, valid_to=month.end, is_estimate=kind == Expense.Kind.SALARY and story.today in month,
            external_id=f"{kind}-{number}", **facts,
        )
        for kind, (least, most) in MONTHLY_COSTS.items()
    ]  # fmt: skip


def make_products(facts: dict) -> list[Product]:
    categories = Category.objects.bulk_create(Category(name=f"{name} ({TAG})") for name in CATEGORIES)
    return Product.objects.bulk_create(
        Product(
            sku=f"DEMO-{number:02}", name=name, family=family, tier=tier, category=categories[category],
            list_price=Decimal(price) * 1000, unit_cost=None if cost is None else Decimal(cost) * 1000,
            external_id=f"product-{number}", **facts,
        )
        for number, (name, category, family, tier, price, cost) in enumerate(PRODUCTS, start=1)
    )  # fmt: skip
