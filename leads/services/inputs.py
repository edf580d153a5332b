"""Leads, opportunities and activities as they are sent."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from crm.inputs.fields import (
    Currency,
    Day,
    Email,
    KeyReference,
    LongText,
    Moment,
    Money,
    Name,
    Number,
    Person,
    Phone,
    Quantity,
    Rate,
    RecordIn,
    Reference,
    Title,
    Utm,
    line,
)
from crm.inputs.verbs import Verb

Outcome = line(
    50,
    "talked, replied, clicked, no_answer, wrong_number, held, no_show, or any other word. An e-mail or a message that was replied"
    " to or clicked is an engagement of its customer, on the day of done_at",
)
MOST_LINES = 1_000


class LeadIn(RecordIn):
    """Somebody who may become a customer: a name, a company, a phone, an e-mail address or a source is enough.

    Without `owner` and `created_at` it is given to the next sales rep of the team that the settings name, if they name one.
    """

    name: Name | UnsetType | None = UNSET
    company: Name | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    lead_source: KeyReference | UnsetType | None = UNSET
    campaign: Reference | UnsetType | None = UNSET
    landing_page: KeyReference | UnsetType | None = UNSET
    social_network: KeyReference | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    mql_at: Moment | UnsetType | None = UNSET
    sql_at: Moment | UnsetType | None = UNSET
    converted_at: Moment | UnsetType | None = UNSET
    disqualified_at: Moment | UnsetType | None = UNSET
    disqualified_reason: Title | UnsetType | None = UNSET
    utm: Utm | UnsetType | None = UNSET
    visitor: Name | UnsetType | None = UNSET
    customer: Reference | UnsetType | None = UNSET
    is_test: bool | UnsetType = UNSET
    is_spam: bool | UnsetType = UNSET
    notes: LongText | UnsetType | None = UNSET


class OpportunityIn(RecordIn):
    """A possible sale."""

    name: Title | UnsetType = UNSET
    lead: Reference | UnsetType | None = UNSET
    customer: Reference | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    amount: Money | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    stage: KeyReference | UnsetType = UNSET
    expected_close_on: Day | UnsetType | None = UNSET
    won_at: Moment | UnsetType | None = UNSET
    lost_at: Moment | UnsetType | None = UNSET
    lost_reason: Title | UnsetType | None = UNSET
    products: Annotated[list[KeyReference], Meta(max_length=100)] | UnsetType = UNSET


class ActivityIn(RecordIn):
    """Something done or planned with a lead, an opportunity or a customer."""

    kind: Literal["call", "meeting", "demo", "consultation", "e-mail", "message", "task", "note"] | UnsetType = UNSET
    lead: Reference | UnsetType | None = UNSET
    opportunity: Reference | UnsetType | None = UNSET
    customer: Reference | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    booked_at: Moment | UnsetType | None = UNSET
    due_at: Moment | UnsetType | None = UNSET
    done_at: Moment | UnsetType | None = UNSET
    outcome: Outcome | UnsetType | None = UNSET
    subject: Title | UnsetType | None = UNSET
    body: LongText | UnsetType | None = UNSET


class QuoteLineIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """One offered position: unit price before tax, discount of the whole line, amounts in the quote's currency."""

    sku: Name | UnsetType | None = UNSET
    name: Title | UnsetType | None = UNSET
    quantity: Quantity
    unit_price: Money
    discount: Money | UnsetType = UNSET
    tax: Money | UnsetType = UNSET
    line_class: Literal["base", "upsell", "cross_sell", ""] | UnsetType | None = msgspec.field(default=UNSET, name="class")


class QuoteIn(RecordIn):
    """An offer. A revision names the quote it replaces; lines that are sent replace the stored ones."""

    number: Number | UnsetType | None = UNSET
    opportunity: Reference | UnsetType | None = UNSET
    lead: Reference | UnsetType | None = UNSET
    customer: Reference | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    issued_at: Moment | UnsetType | None = UNSET
    valid_until: Day | UnsetType | None = UNSET
    revision_of: Reference | UnsetType | None = UNSET
    currency: Currency | UnsetType = UNSET
    rate: Rate | UnsetType = UNSET
    lines: Annotated[list[QuoteLineIn], Meta(min_length=1, max_length=MOST_LINES)] | UnsetType = UNSET
    accepted_at: Moment | UnsetType | None = UNSET
    declined_at: Moment | UnsetType | None = UNSET
    declined_reason: Title | UnsetType | None = UNSET
    order: Reference | UnsetType | None = UNSET


class QualifyIn(Verb):
    stage: Literal["mql", "sql"]


class OpportunityPart(Struct, forbid_unknown_fields=True, kw_only=True):
    """The opportunity that a conversion opens."""

    name: Title | UnsetType = UNSET
    amount: Money | UnsetType = UNSET


class ConvertIn(Verb):
    opportunity: OpportunityPart | UnsetType | None = UNSET
    customer: Reference | UnsetType | None = UNSET


class DisqualifyIn(Verb):
    reason: Title


class StageIn(Verb):
    stage: KeyReference


class WinIn(Verb):
    """Without an `amount` the last word counts: the total of the accepted quotes, else of the quote sent last, where that came
    after the opportunity's own amount (or there is none); else its own. The answer says which it is.
    """

    amount: Money | UnsetType | None = UNSET


class LoseIn(Verb):
    reason: Title


class ReopenIn(Verb):
    stage: KeyReference | UnsetType | None = UNSET


class AcceptIn(Verb):
    """The order that an accepted quote becomes, and whether it is paid already. An opportunity that is won keeps its amount."""

    status: Literal["pending", "paid", "fulfilled"] = "pending"


class DeclineIn(Verb):
    reason: Title | UnsetType | None = UNSET
