"""Whose order it is: customers found by external id, then phone, then e-mail, else made. Nobody loses a key to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

from crm.inputs.arrays import array, arrays
from crm.inputs.caller import Caller
from crm.statements import prepared_cursor
from customers.models import Customer

TOUCH = ("channel_id", "lead_source_id", "campaign_id", "landing_page_id", "social_network_id")
# channel, campaign, social network
Touch = tuple[int | None, int | None, int | None]
NO_TOUCH: Touch = (None, None, None)
BUCKETS, LOCK_SPACE = 128, 7201

LOOK_UP = """
SELECT c.id, c.external_id, c.source, c.name, c.phone, c.email, c.merged_into_id,
       coalesce(c.channel_id, c.lead_source_id, c.campaign_id, c.landing_page_id, c.social_network_id) IS NOT NULL
  FROM customers_customer c
 WHERE (c.external_id = ANY(%(external)s::text[]) AND c.source = ANY(%(sources)s::text[]))
    OR (c.phone = ANY(%(phones)s::text[]) AND c.phone <> '')
    OR (c.email = ANY(%(emails)s::text[]) AND c.email <> '')
 ORDER BY c.id
"""
LOCK = "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket ORDER BY bucket"
INSERT = """
INSERT INTO customers_customer (external_id, source, name, kind, phone, email, national_id, owner_id, channel_id, campaign_id,
                                social_network_id, is_test, is_spam, is_archived, created_at)
SELECT v.external_id, v.source, v.name, 'person', v.phone, v.email, '', v.owner_id, v.channel_id, v.campaign_id,
       v.social_network_id, false, false, false, v.created_at
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
              %s::bigint[], %s::timestamptz[])
       AS v (external_id, source, name, phone, email, owner_id, channel_id, campaign_id, social_network_id, created_at)
RETURNING id
"""
FILL = """
UPDATE customers_customer c
   SET external_id = v.external_id, source = v.source, name = v.name, phone = v.phone, email = v.email, updated_at = now()
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
       AS v (id, external_id, source, name, phone, email)
 WHERE c.id = v.id
"""
# The first order's own touch becomes the customer's, unless they have one or an earlier order.
TOUCH_FIRST = """
UPDATE customers_customer c
   SET channel_id = v.channel_id, campaign_id = v.campaign_id, social_network_id = v.social_network_id, updated_at = now()
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
       AS v (id, channel_id, campaign_id, social_network_id, placed_at)
 WHERE c.id = v.id
   AND coalesce(c.channel_id, c.lead_source_id, c.campaign_id, c.landing_page_id, c.social_network_id) IS NULL
   AND NOT EXISTS (SELECT FROM customers_order o WHERE o.customer_id = c.id AND o.placed_at < v.placed_at)
"""


@dataclass(slots=True)
class Identity:
    """What an order says about its buyer."""

    source: str
    external_id: str
    name: str
    phone: str
    email: str

    @property
    def has_key(self) -> bool:
        return bool(self.external_id or self.phone or self.email)

    def all_keys(self) -> Iterable[str]:
        if self.external_id:
            yield f"x{self.source}\n{self.external_id}"
        if self.phone:
            yield f"p{self.phone}"
        if self.email:
            yield f"e{self.email}"


@dataclass(slots=True)
class Known:
    """A customer, stored or about to be."""

    pk: int | None
    external_id: str | None
    source: str | None
    name: str
    phone: str
    email: str
    has_touch: bool = False
    is_visible: bool = True
    is_changed: bool = False
    touch: Touch = NO_TOUCH
    created_at: datetime | None = None


@dataclass
class Register:
    """All customers that the orders of one call may belong to, by each of their keys."""

    by_external: dict[tuple[str, str], Known] = field(default_factory=dict)
    by_phone: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_email: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    new: list[Known] = field(default_factory=list)
    stored: dict[int, Known] = field(default_factory=dict)

    def add(self, known: Known) -> None:
        if known.pk is not None:
            self.stored[known.pk] = known
        self.index(known)

    def index(self, known: Known) -> None:
        """Under its keys, and no more: what a merged record knew is not written to the survivor."""
        if known.external_id:
            self.by_external[known.source or "", known.external_id] = known
        if known.phone:
            self.by_phone[known.phone].append(known)
        if known.email:
            self.by_email[known.email].append(known)

    def find(self, who: Identity) -> Known | None:
        """External id, then phone, then e-mail; a customer with another key of the same source is somebody else."""
        if who.external_id and (found := self.by_external.get((who.source, who.external_id))):
            return found
        for value, index in ((who.phone, self.by_phone), (who.email, self.by_email)):
            for known in index.get(value, ()) if value else ():
                is_other = who.external_id and known.external_id and known.source == who.source
                if known.is_visible and not is_other:
                    return known
        return None

    def fill(self, known: Known, who: Identity) -> None:
        """Complete what is blank; a key that somebody else carries stays theirs."""
        if who.external_id and not known.external_id and (who.source, who.external_id) not in self.by_external:
            known.external_id, known.source, known.is_changed = who.external_id, who.source, True
            self.by_external[who.source, who.external_id] = known
        if who.name and not known.name:
            known.name, known.is_changed = who.name, True
        if who.phone and not known.phone and who.phone not in self.by_phone:
            known.phone, known.is_changed = who.phone, True
            self.by_phone[who.phone].append(known)
        if who.email and not known.email and who.email not in self.by_email:
            known.email, known.is_changed = who.email, True
            self.by_email[who.email].append(known)

    def make(self, who: Identity, at: datetime) -> Known:
        has_external = bool(who.external_id)
        source = who.source if has_external else None
        known = Known(None, who.external_id or None, source, who.name, who.phone, who.email, created_at=at)
        self.new.append(known)
        self.add(known)
        return known


def open_register(identities: list[Identity], caller: Caller) -> Register:
    """Everyone who might be meant. Before somebody new is made, their keys are locked, and looked for once more."""
    register = Register()
    look_up(register, identities, caller)
    missing = [who for who in identities if register.find(who) is None]
    if missing:
        hold_keys(missing)
        look_up(register, missing, caller)
    return register


def hold_keys(identities: Iterable[Identity]) -> None:
    """Whoever else would make a customer with one of these keys goes first or waits, until the transaction ends."""
    buckets = sorted({crc32(key.encode()) % BUCKETS for who in identities for key in who.all_keys()})
    with prepared_cursor() as cursor:
        cursor.execute(LOCK, [LOCK_SPACE, buckets])


def look_up(register: Register, identities: list[Identity], caller: Caller) -> None:
    """Add the stored customers with these keys, unless they are known already."""
    keyed = [who for who in identities if who.has_key]
    if not keyed:
        return
    external = [who for who in keyed if who.external_id]
    wanted = {
        "external": array({who.external_id for who in external}),
        "sources": array({who.source for who in external}),
        "phones": array({who.phone for who in keyed if who.phone}),
        "emails": array({who.email for who in keyed if who.email}),
    }
    with prepared_cursor() as cursor:
        cursor.execute(LOOK_UP, wanted)
        rows = [row for row in cursor.fetchall() if row[0] not in register.stored]
    visible = _visible(rows, caller)
    # Keys of a merged record lead to the survivor, after those of the records that are left.
    for pk, external_id, source, name, phone, email, merged_into, has_touch in sorted(rows, key=lambda row: row[6] is not None):
        known = Known(merged_into or pk, external_id, source, name, phone, email, has_touch, pk in visible)
        if merged_into:
            register.index(known)
        else:
            register.add(known)


def complete(said: Iterable[tuple[int, Identity]], caller: Caller) -> None:
    """What is said of customers who are known otherwise fills their blanks, as where they are found by their keys."""
    keyed, register = [(pk, who) for pk, who in said if who.has_key], Register()
    look_up(register, [who for _, who in keyed], caller)
    others = {pk for pk, _ in keyed} - register.stored.keys()
    rows = Customer.objects.filter(pk__in=others, merged_into=None) if others else ()
    for row in rows:
        register.add(Known(row.pk, row.external_id, row.source, row.name, row.phone, row.email))
    for pk, who in keyed:
        if pk in register.stored:
            register.fill(register.stored[pk], who)
    save(register, caller)


def _visible(rows: list[tuple[Any, ...]], caller: Caller) -> set[int]:
    keys = {row[0] for row in rows}
    if caller.user.sees_all:
        return keys
    return set(Customer.objects.visible_to(caller.user).filter(pk__in=keys).values_list("pk", flat=True))


def save(register: Register, caller: Caller) -> None:
    """Write who is new, and what became known of the others."""
    new, changed = register.new, [known for known in register.stored.values() if known.is_changed]
    owner = caller.default_owner.pk if caller.default_owner else None
    if new:
        rows = [(*facts_of(known), owner, *known.touch, known.created_at) for known in new]
        with prepared_cursor() as cursor:
            cursor.execute(INSERT, arrays(rows))
            for known, (pk,) in zip(new, cursor.fetchall(), strict=True):
                known.pk = pk
    if changed:
        with prepared_cursor() as cursor:
            cursor.execute(FILL, arrays([(known.pk, *facts_of(known)) for known in changed]))


def facts_of(known: Known) -> tuple[str | None, ...]:
    return known.external_id, known.source, known.name, known.phone, known.email


def touch_first(touches: dict[int, tuple[Touch, datetime]]) -> None:
    """Give customers without a first touch the one of their first order."""
    if touches:
        rows = [(pk, *touch, at) for pk, (touch, at) in sorted(touches.items())]
        with prepared_cursor() as cursor:
            cursor.execute(TOUCH_FIRST, arrays(rows))
