"""Campaigns and what belongs to them, as integrations write them: set-wise."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Exists, Model, OuterRef
from django.utils.translation import gettext as _
from msgspec import UNSET

from campaigns.models import Campaign, Channel, Expense, LandingPage, LeadSource, Session, SocialNetwork, Variant
from campaigns.services.inputs import CampaignIn, ChannelIn, ExpenseIn, LandingPageIn, NamedIn, VariantIn
from campaigns.services.spending import LONGEST_DAYS, TOO_LARGE, priced_at
from crm.inputs.caller import Caller
from crm.inputs.items import Item
from crm.inputs.names import give_slugs, refuse_taken_names
from crm.inputs.parts import mark_updated
from crm.inputs.rates import Rates, is_too_fine
from crm.inputs.references import PEOPLE, Target
from crm.inputs.upsert import Recipe, span_is_turned, upsert

CHANNEL = Target(Channel, natural="slug")
LEAD_SOURCE = Target(LeadSource, natural="slug", creates=True)
SOCIAL_NETWORK = Target(SocialNetwork, natural="slug", creates=True)
NOT_MARKETING = {Channel.Kind.DIRECT, Channel.Kind.STORE}
AMOUNTS = ("budget", "target_cost_per_lead", "target_cost_per_converted_lead", "target_revenue")


def complete_names(items: list[Item], model: type[Model]) -> None:
    """A slug stands in for a name; then no two have one name."""
    for item in items:
        slug, name = item.values.get("slug"), item.values.get("name")
        if item.row is None and slug and not name:
            item.values["name"] = slug
    refuse_taken_names(items, model)


def complete_lead_sources(items: list[Item], caller: Caller) -> None:
    complete_names(items, LeadSource)


def complete_social_networks(items: list[Item], caller: Caller) -> None:
    complete_names(items, SocialNetwork)


def complete_channels(items: list[Item], caller: Caller) -> None:
    complete_names(items, Channel)
    for item in items:
        if item.row is None and "is_marketing" not in item.values:
            item.values["is_marketing"] = item.values.get("kind") not in NOT_MARKETING


def complete_campaigns(items: list[Item], caller: Caller) -> None:
    for item in items:
        if span_is_turned(item, "starts_on", "ends_on"):
            item.refuse("/ends_on", "out-of-range")
        for name in AMOUNTS:
            amount = item.values.get(name)
            if amount is not None and is_too_fine(amount, caller.organization.currency):
                item.refuse(f"/{name}", "precision")
        rate = item.values.get("target_lead_conversion_rate")
        if rate is not None and rate < 0:
            item.refuse("/target_lead_conversion_rate", "negative", _("A rate is not negative."))


def complete_expenses(items: list[Item], caller: Caller) -> None:
    """Days in order, and the amount in the base currency with the rate of its first day frozen."""
    rates = Rates(caller.organization)
    for item in items:
        values, row = item.values, item.row
        if row is None:
            values.setdefault("valid_to", values["valid_from"])
        if span_is_turned(item, "valid_from", "valid_to"):
            item.refuse("/valid_to", "out-of-range")
        first, last = (values.get(name, getattr(row, name, None)) for name in ("valid_from", "valid_to"))
        if (last - first).days > LONGEST_DAYS:
            item.refuse("/valid_to", "out-of-range")
        if row is None or {"amount", "currency", "rate"} & values.keys():
            set_amount(item, caller, rates)


def set_amount(item: Item, caller: Caller, rates: Rates) -> None:
    values, row = item.values, item.row
    currency = values.get("currency") or getattr(row, "currency", "") or rates.base
    amount = values.get("amount", None if row is None else row.own_amount)
    if is_too_fine(amount, currency):
        item.refuse("/amount", "precision")
    rate = rates.fixed(currency) or values.get("rate") or kept_rate(item, currency)
    if rate is None:
        rate = rates.on(currency, values.get("valid_from", getattr(row, "valid_from", None)))
    if rate is None:
        item.refuse("/rate", "rate-missing")
        return
    if rates.fixed(currency) and values.get("rate", rate) != rate:
        item.refuse("/rate", "conflict")
    priced = priced_at(amount, currency, rate)
    if priced["amount"] >= TOO_LARGE:
        item.refuse("/amount", "amount-too-large")
    values |= priced


def kept_rate(item: Item, currency: str) -> Decimal | None:
    """A stored expense keeps its rate as long as it keeps its currency."""
    return item.row.rate if item.row is not None and item.row.currency == currency else None


def check_variants(items: list[Item], caller: Caller) -> None:
    """Each key once; a variant that was seen by somebody stays."""
    sent = [item for item in items if item.data.variants is not UNSET]
    stored = Variant.objects.filter(landing_page__in=[item.row for item in sent if item.row is not None])
    seen: dict[int, set[str]] = {}
    for page, key in stored.filter(Exists(Session.objects.filter(variant=OuterRef("pk")))).values_list("landing_page_id", "key"):
        seen.setdefault(page, set()).add(key)
    for item in sent:
        keys = [variant.key for variant in item.data.variants]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                item.refuse(f"/variants/{position}/key", "duplicate")
        if item.row is not None and seen.get(item.row.pk, set()) - set(keys):
            item.refuse("/variants", "conflict")


def save_variants(items: list[Item]) -> None:
    """Those that are sent, by their key; the others go."""
    done = {item.pk: item for item in items if item.pk and not item.failures and item.data.variants is not UNSET}
    stored: dict[int, dict[str, tuple[str, str]]] = {pk: {} for pk in done}
    known = Variant.objects.filter(landing_page__in=done).values_list("landing_page_id", "key", "name", "lever")
    for page, key, name, lever in known:
        stored[page][key] = name, lever
    wanted = {pk: {sent.key: variant_of(sent, stored[pk]) for sent in item.data.variants} for pk, item in done.items()}
    changed = [pk for pk in done if stored[pk] != wanted[pk]]
    for pk in changed:
        Variant.objects.filter(landing_page=pk, key__in=stored[pk].keys() - wanted[pk].keys()).delete()
    Variant.objects.bulk_create(
        [
            Variant(landing_page_id=pk, key=key, name=name, lever=lever)
            for pk in changed
            for key, (name, lever) in wanted[pk].items()
        ],
        update_conflicts=True,
        unique_fields=["landing_page", "key"],
        update_fields=["name", "lever"],
    )
    mark_updated([done[pk] for pk in changed])


def variant_of(sent: VariantIn, stored: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Its name and lever. Who does not know of levers takes none away."""
    kept = stored.get(sent.key, ("", ""))[1]
    return sent.name or "", kept if sent.lever is UNSET else sent.lever or ""


CHANNELS = Recipe(
    Channel, ChannelIn, {"social_network": SOCIAL_NETWORK}, natural="slug", required=("slug", "name"), completes=complete_channels
)
LEAD_SOURCES = Recipe(LeadSource, NamedIn, natural="slug", required=("slug",), completes=complete_lead_sources)
SOCIAL_NETWORKS = Recipe(SocialNetwork, NamedIn, natural="slug", required=("slug",), completes=complete_social_networks)
LANDING_PAGES = Recipe(
    LandingPage, LandingPageIn, natural="url", required=("url",), apart=frozenset({"variants"}), completes=check_variants
)
CAMPAIGNS = Recipe(Campaign, CampaignIn, {"channel": CHANNEL, "owner": PEOPLE}, required=("name",), completes=complete_campaigns)
EXPENSES = Recipe(
    Expense,
    ExpenseIn,
    {"campaign": Target(Campaign), "channel": CHANNEL, "lead_source": LEAD_SOURCE},
    required=("kind", "amount", "valid_from"),
    completes=complete_expenses,
)


def write_channels(items: list[Item], caller: Caller) -> None:
    give_slugs(items, Channel)
    upsert(CHANNELS, items, caller)


def write_lead_sources(items: list[Item], caller: Caller) -> None:
    give_slugs(items, LeadSource)
    upsert(LEAD_SOURCES, items, caller)


def write_social_networks(items: list[Item], caller: Caller) -> None:
    give_slugs(items, SocialNetwork)
    upsert(SOCIAL_NETWORKS, items, caller)


def write_landing_pages(items: list[Item], caller: Caller) -> None:
    upsert(LANDING_PAGES, items, caller)
    save_variants(items)


def write_campaigns(items: list[Item], caller: Caller) -> None:
    upsert(CAMPAIGNS, items, caller)


def write_expenses(items: list[Item], caller: Caller) -> None:
    upsert(EXPENSES, items, caller)
