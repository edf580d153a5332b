"""Leads, opportunities and activities as integrations write them: set-wise, with the dated rows that tell their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from msgspec import UNSET

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork
from campaigns.services import derive_touches
from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.columns import insert_rows
from crm.inputs.fields import FieldError, check_not_future
from crm.inputs.items import Item, is_merged
from crm.inputs.rates import Rates, is_too_fine
from crm.inputs.references import PEOPLE, Target, find, key_of
from crm.inputs.upsert import Recipe, upsert
from crm.models import User
from crm.money import convert
from customers.models import Customer, Product
from leads.models import Activity, Lead, LeadEvent, Opportunity, Stage, StageChange
from leads.services.conversion import carry_plans
from leads.services.inputs import ActivityIn, LeadIn, OpportunityIn
from leads.services.opportunities import BOUGHT_BY_ANOTHER, STAGE_ARCHIVED, has_orders_of_others
from leads.services.turns import give_in_turn

CUSTOMER = Target(Customer)
STAGE = Target(Stage, natural="slug")
PRODUCT = Target(Product, natural="sku")
# column: the event that its first value is, and the one that its loss is
LEAD_EVENTS = {
    "created_at": (LeadEvent.Kind.CREATED, None),
    "mql_at": (LeadEvent.Kind.MQL, LeadEvent.Kind.REOPENED),
    "sql_at": (LeadEvent.Kind.SQL, LeadEvent.Kind.REOPENED),
    "converted_at": (LeadEvent.Kind.CONVERTED, LeadEvent.Kind.UNCONVERTED),
    "disqualified_at": (LeadEvent.Kind.DISQUALIFIED, LeadEvent.Kind.REOPENED),
}
BASE_DATES = tuple(LEAD_EVENTS)
KNOWN_BY = ("name", "company", "phone", "email", "lead_source_id")


def author(caller: Caller) -> User | None:
    """The person behind a change; a token is nobody."""
    return None if caller.token else caller.user


def complete_leads(items: list[Item], caller: Caller) -> None:
    for item in items:
        row, values = item.row, item.values
        if row is not None and row.merged_into_id:
            item.refuse("", "conflict", is_merged(row))
        if not any(values.get(name, getattr(row, name, None)) for name in KNOWN_BY):
            item.refuse("/name", "required")
        if item.data.utm:
            item.keep("channel_id", "campaign_id", "social_network_id")
    new_touches = [item for item in items if item.row is None and (item.data.utm or item.values.get("campaign_id"))]
    derive_touches([(item.values, item.data.utm or None) for item in new_touches])
    give_in_turn([item for item in items if is_waiting(item)], caller.organization.new_leads_team)


def is_waiting(item: Item) -> bool:
    """Whether it arrives now, for somebody to work on, and nobody said whose it is.

    What is loaded with its history was somebody's, or nobody's; what is refused, a test or spam takes no turn.
    """
    if item.failures or item.values.get("is_spam") or item.values.get("is_test"):
        return False
    is_said = item.data.owner is not UNSET or item.data.created_at is not UNSET
    return item.row is None and not is_said and item.values.get("owner_id") is None


def note_lead_events(items: list[Item], caller: Caller) -> None:
    """Every dated change of a lead is a row of its own."""
    owners = User.objects.in_bulk({item.row.owner_id for item in items if "owner_id" in item.before})
    insert_rows([event for item in items for event in lead_events(item, owners, caller)])


def follow_leads(items: list[Item], caller: Caller) -> None:
    note_lead_events(items, caller)
    carry_plans([item.row.pk for item in items if item.row.converted_at and "converted_at" in item.before])


def lead_events(item: Item, owners: Mapping[int, User], caller: Caller) -> Iterable[LeadEvent]:
    lead: Any = item.row
    is_new = item.status == states.CREATED
    for name, (gained, lost) in LEAD_EVENTS.items():
        at = getattr(lead, name)
        if at and (is_new or (name in item.before and not item.before[name])):
            detail = lead.disqualified_reason if name == "disqualified_at" else ""
            yield LeadEvent(lead=lead, kind=gained, at=at, by=author(caller), detail=detail)
        if lost and not at and item.before.get(name):
            yield LeadEvent(lead=lead, kind=lost, at=caller.at, by=author(caller), detail=name.removesuffix("_at"))
    if not is_new and "owner_id" in item.before:
        to = str(owners.get(lead.owner_id, ""))
        yield LeadEvent(lead=lead, kind=LeadEvent.Kind.ASSIGNED, at=caller.at, by=author(caller), detail=to)


def complete_opportunities(items: list[Item], caller: Caller) -> None:
    """Amounts in the base currency, and a stage that agrees with the dates of winning and losing."""
    rates = Rates(caller.organization)
    stages = list(Stage.objects.order_by("is_archived", "position"))
    for item in items:
        set_amount(item, caller, rates)
        set_stage(item, stages)
        check_customer(item)


def check_customer(item: Item) -> None:
    """Only where a stored one is to have another than before: that is rare, and asked for each."""
    row, customer = item.row, item.values.get("customer_id", 0)
    if row is not None and customer not in {0, row.customer_id} and has_orders_of_others(row, customer):
        item.refuse("/customer", "conflict", BOUGHT_BY_ANOTHER)


def set_amount(item: Item, caller: Caller, rates: Rates) -> None:
    values = item.values
    currency, amount = values.pop("currency", rates.base), values.get("amount")
    if amount is None:
        return
    if is_too_fine(amount, currency):
        item.refuse("/amount", "precision")
    day = caller.organization.day_of(values.get("created_at") or getattr(item.row, "created_at", caller.at))
    rate = rates.fixed(currency) or rates.on(currency, day)
    if rate is None:
        text = _("There is no exchange rate for this currency on that day: have one entered, or send the amount in %(currency)s.")
        item.refuse("/currency", "rate-missing", text % {"currency": rates.base})
        return
    values |= {"amount": convert(amount, rate), "currency": rates.base}
    if values["amount"] >= Decimal(10) ** 18:
        item.refuse("/amount", "amount-too-large")


def set_stage(item: Item, stages: list[Stage]) -> None:
    values, row = item.values, item.row
    by_key = {stage.pk: stage for stage in stages}
    won, lost = (values.get(name, getattr(row, name, None)) for name in ("won_at", "lost_at"))
    if won and lost:
        item.refuse("/lost_at", "conflict")
    given = by_key.get(values.get("stage_id"))
    kind = Stage.Kind.WON if won else Stage.Kind.LOST if lost else Stage.Kind.OPEN
    if given is not None and given.kind != kind:
        # Winning and losing ask for more than a stage; a closed one is reopened by its verb.
        item.refuse("/stage", "conflict")
    if given is not None and given.is_archived and given.pk != getattr(row, "stage_id", None):
        item.refuse("/stage", "conflict", STAGE_ARCHIVED)
    current = given or (by_key.get(row.stage_id) if row is not None else None)
    if current is None or current.kind != kind:
        values["stage_id"] = next(stage.pk for stage in stages if stage.kind == kind)
    if row is not None and not lost and row.lost_at:
        values.setdefault("lost_reason", "")


def follow_opportunities(items: list[Item], caller: Caller) -> None:
    stages = {stage.pk: stage for stage in Stage.objects.order_by("is_archived", "position")}
    closed = [item.row.pk for item in items if item.status != states.CREATED and is_closing(item)]
    moved = StageChange.objects.filter(opportunity__in=closed).order_by().values_list("opportunity").annotate(at=Max("at"))
    last = dict(moved) if closed else {}
    insert_rows([change for item in items for change in stage_changes(item, stages, last, caller)])
    # A lead that was loaded as converted has its opportunity only now.
    carry_plans([item.row.lead_id for item in items if is_news_of_a_lead(item)])


def is_news_of_a_lead(item: Item) -> bool:
    row: Any = item.row
    return row.lead_id is not None and (item.status == states.CREATED or "lead_id" in item.before)


def is_closing(item: Item) -> bool:
    return bool(item.row.won_at or item.row.lost_at) and bool({"won_at", "lost_at"} & item.before.keys())


def stage_changes(item: Item, stages: Mapping[int, Stage], last: Mapping[int, datetime], caller: Caller) -> Iterable[StageChange]:
    """The way to where it stands now: a new closed one was open before.

    Whatever day it is said to have been closed on, that was the last of its moves: else it would stay in the pipeline.
    """
    row: Any = item.row
    closed_at, stage = row.won_at or row.lost_at, stages[row.stage_id]
    if item.status == states.CREATED:
        first = next(each for each in stages.values() if each.kind == Stage.Kind.OPEN) if closed_at else stage
        yield change_of(row, None, first, row.created_at, caller)
        if closed_at:
            yield change_of(row, first, stage, max(closed_at, row.created_at), caller)
    elif {"stage_id", "amount"} & item.before.keys():
        before = stages[item.before.get("stage_id", row.stage_id)]
        at = max(closed_at, last.get(row.pk, closed_at)) if is_closing(item) else caller.at
        yield change_of(row, before, stage, at, caller)


def change_of(row: Opportunity, origin: Stage | None, stage: Stage, at: datetime, caller: Caller) -> StageChange:
    return StageChange(
        opportunity=row,
        from_stage=origin,
        to_stage=stage,
        amount=row.amount,
        probability=stage.probability,
        at=at,
        by=author(caller),
    )


def resolve_products(items: list[Item], caller: Caller) -> dict[int, list[int]]:
    """The products of each opportunity, by the item's place."""
    named = [item for item in items if item.data is not None and item.data.products is not UNSET]
    keys = {key_of(value, PRODUCT, caller) for item in named for value in item.data.products}
    found = find(keys, PRODUCT, caller) if keys else {}
    wanted: dict[int, list[int]] = {}
    for item in named:
        wanted[item.index] = []
        for position, value in enumerate(item.data.products):
            key = found.get(key_of(value, PRODUCT, caller))
            if key is None:
                item.refuse(f"/products/{position}", "invalid-reference")
            else:
                wanted[item.index].append(key)
    return wanted


def link_products(items: list[Item], wanted: dict[int, list[int]]) -> None:
    links = Opportunity.products.through
    done = {item.pk: set(wanted[item.index]) for item in items if item.pk and item.index in wanted}
    stored: dict[int, set[int]] = {pk: set() for pk in done}
    for pk, product in links.objects.filter(opportunity__in=done).values_list("opportunity_id", "product_id"):
        stored[pk].add(product)
    changed = [pk for pk in done if stored[pk] != done[pk]]
    links.objects.filter(opportunity__in=changed).delete()
    insert_rows([links(opportunity_id=pk, product_id=product) for pk in changed for product in sorted(done[pk])])
    for item in items:
        if item.pk in changed and item.status == states.UNCHANGED:
            item.settle(states.UPDATED, item.pk)


def complete_activities(items: list[Item], caller: Caller) -> None:
    """About somebody, by somebody; what is not planned is done unless it says no, and a demo is booked when it is written."""
    for item in items:
        values, row = item.values, item.row
        if not any(values.get(name, getattr(row, name, None)) for name in ("lead_id", "opportunity_id", "customer_id")):
            item.refuse("/lead", "required")
        check_done(item, caller)
        if row is not None:
            if values.get("kind", row.kind) in Activity.DEMONSTRATIONS:
                item.keep("booked_at")
            continue
        if values.get("owner_id") is None and not caller.token:
            values["owner_id"] = caller.user.pk
        happened = values.get("created_at", caller.at)
        if values.get("due_at") is None and "done_at" not in values and values.get("booked_at") is None:
            values["done_at"] = happened
        if values.get("booked_at") is None and values.get("kind") in Activity.DEMONSTRATIONS:
            values["booked_at"] = happened


def check_done(item: Item, caller: Caller) -> None:
    """Anybody may write down what they did yesterday, nobody what they did tomorrow."""
    done_at = item.values.get("done_at")
    if done_at is not None:
        try:
            check_not_future(done_at, caller)
        except FieldError as error:
            item.refuse("/done_at", error.code)


LEADS = Recipe(
    model=Lead,
    struct=LeadIn,
    references={
        "owner": PEOPLE,
        "channel": Target(Channel, natural="slug"),
        "lead_source": Target(LeadSource, natural="slug", creates=True),
        "campaign": Target(Campaign),
        "landing_page": Target(LandingPage, natural="url"),
        "social_network": Target(SocialNetwork, natural="slug", creates=True),
        "customer": CUSTOMER,
    },
    history=BASE_DATES,
    completes=complete_leads,
    follows=follow_leads,
    fresh={"opportunities": Opportunity},
)
OPPORTUNITIES = Recipe(
    model=Opportunity,
    struct=OpportunityIn,
    references={"lead": Target(Lead), "customer": CUSTOMER, "owner": PEOPLE, "stage": STAGE},
    apart=frozenset({"products"}),
    required=("name",),
    history=("created_at", "won_at", "lost_at"),
    completes=complete_opportunities,
    follows=follow_opportunities,
)
ACTIVITIES = Recipe(
    model=Activity,
    struct=ActivityIn,
    references={"lead": Target(Lead), "opportunity": Target(Opportunity), "customer": CUSTOMER, "owner": PEOPLE},
    required=("kind",),
    completes=complete_activities,
    fresh={},
)


def write_leads(items: list[Item], caller: Caller) -> None:
    upsert(LEADS, items, caller)


def write_opportunities(items: list[Item], caller: Caller) -> None:
    wanted = resolve_products(items, caller)
    upsert(OPPORTUNITIES, items, caller)
    link_products(items, wanted)


def write_activities(items: list[Item], caller: Caller) -> None:
    upsert(ACTIVITIES, items, caller)
