"""Everything that happened to a lead, an opportunity or a customer, newest first, and what is to happen next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.ago import ago, days_text, full
from crm.models import User
from crm.money import format_money
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, format_moment, named_apart, reader_digits
from crm.text import left_to_right
from customers.models import Customer
from leads.models import OUTCOMES, Activity, Lead, LeadEvent, Opportunity, Quote, QuoteMail, StageChange
from leads.services.corrections import may_remove_activity

MOST_ENTRIES = 200
EVENT_ICONS = {
    LeadEvent.Kind.CREATED: "user-plus",
    LeadEvent.Kind.MQL: "check",
    LeadEvent.Kind.SQL: "check",
    LeadEvent.Kind.CONVERTED: "hand-coins",
    LeadEvent.Kind.UNCONVERTED: "undo-2",
    LeadEvent.Kind.DISQUALIFIED: "circle-x",
    LeadEvent.Kind.REOPENED: "undo-2",
    LeadEvent.Kind.ASSIGNED: "user",
    LeadEvent.Kind.MERGED: "merge",
    LeadEvent.Kind.ARCHIVED: "inbox",
}
ACTIVITY_ICONS = {
    Activity.Kind.CALL: "phone-call",
    Activity.Kind.MEETING: "users",
    Activity.Kind.DEMO: "monitor",
    Activity.Kind.CONSULTATION: "message-circle",
    Activity.Kind.EMAIL: "mail",
    Activity.Kind.MESSAGE: "message-square",
    Activity.Kind.TASK: "check",
    Activity.Kind.NOTE: "sticky-note",
}

REACHED, HELD = ("talked", "no_answer", "wrong_number"), ("held", Activity.NO_SHOW)
WRITTEN_TO = ("replied", "clicked", "no_answer")
OUTCOMES_BY_KIND = {
    Activity.Kind.CALL: REACHED,
    Activity.Kind.EMAIL: WRITTEN_TO,
    Activity.Kind.MESSAGE: (*WRITTEN_TO, "wrong_number"),
    Activity.Kind.MEETING: HELD,
    Activity.Kind.DEMO: HELD,
    Activity.Kind.CONSULTATION: HELD,
}


@dataclass(frozen=True)
class Reader:
    """Who reads, and when: what every sentence about time needs."""

    prefs: Preferences
    at: datetime
    user: User

    @property
    def today(self) -> date:
        return self.prefs.today(self.at)


@dataclass(frozen=True)
class Others:
    """The records beside that of the page which its reader may see: an entry that is about one of them says so."""

    leads: frozenset[int] = frozenset()
    opportunities: frozenset[int] = frozenset()

    @classmethod
    def of_customer(cls, customer: Customer, user: User) -> Others:
        seen = (rows.visible_to(user).filter(customer=customer) for rows in (Lead.objects, Opportunity.objects))
        return cls(*(frozenset(rows.values_list("pk", flat=True)) for rows in seen))

    def about(self, activity: Activity) -> dict[str, str]:
        if activity.opportunity_id in self.opportunities:
            url = reverse("leads:opportunity-detail", args=[activity.opportunity_id])
            return {"about": str(activity.opportunity), "about_url": url}
        if activity.opportunity_id is None and activity.lead_id in self.leads:
            return {"about": str(activity.lead), "about_url": reverse("leads:lead-detail", args=[activity.lead_id])}
        return {}


ALONE = Others()


def lead_entries(lead: Lead, reader: Reader) -> list[dict[str, Any]]:
    """The lead's own events, and what was done, moved and offered on the way through its opportunities."""
    opportunities = frozenset(lead.opportunities.visible_to(reader.user).values_list("pk", flat=True))
    done = Activity.objects.filter(Q(lead=lead) | Q(opportunity__in=opportunities))
    changes = StageChange.objects.filter(opportunity__in=opportunities)
    quotes = _offers(Quote.objects.for_lead(lead).visible_to(reader.user), reader)
    events = [_event(event, reader) for event in lead.events.select_related("by").order_by("-at", "-id")[:MOST_ENTRIES]]
    return _sorted(events + _done(done, reader, Others(opportunities=opportunities)) + _moves(changes, reader) + quotes)


def opportunity_entries(opportunity: Opportunity, reader: Reader) -> list[dict[str, Any]]:
    """What was done for it and before with its lead, moved, offered and ordered."""
    leads = frozenset(Lead.objects.visible_to(reader.user).filter(pk=opportunity.lead_id).values_list("pk", flat=True))
    done = Activity.objects.filter(Q(opportunity=opportunity) | Q(lead__in=leads, opportunity=None))
    orders = _orders(opportunity.orders.visible_to(reader.user), reader)
    quotes = _offers(opportunity.quotes.visible_to(reader.user), reader)
    return _sorted(_done(done, reader, Others(leads=leads)) + _moves(opportunity.changes.all(), reader) + orders + quotes)


class CustomerTimeline:
    """What was done and is planned with a customer, also on the way there: with their leads and opportunities."""

    def __init__(self, customer: Customer, reader: Reader) -> None:
        self.reader, self.others = reader, Others.of_customer(customer, reader.user)
        of_others = Q(lead__in=self.others.leads) | Q(opportunity__in=self.others.opportunities)
        self.rows = Activity.objects.filter(Q(customer=customer) | of_others)

    def entries(self, most: int = MOST_ENTRIES) -> list[dict[str, Any]]:
        return _done(self.rows, self.reader, self.others, most)

    def steps(self) -> list[dict[str, Any]]:
        return planned(self.rows, self.reader, self.others)


def outcomes_of(kind: str) -> list[tuple[str, str]]:
    """What may come of an activity: somebody is reached or not, a meeting takes place or not."""
    keys = OUTCOMES_BY_KIND.get(Activity.Kind(kind), ())
    return [(key, str(OUTCOMES[key])) for key in keys]


def says_nothing(kind: str, outcome: str, body: str) -> bool:
    """Whether something done leaves open what came of it; of an e-mail or a message it is enough that it was sent."""
    return not (outcome or body) and kind not in Activity.WRITTEN


def planned(rows: Any, reader: Reader, others: Others = ALONE) -> list[dict[str, Any]]:
    """The next steps, the most urgent one first."""
    steps = _with_rights(rows.planned(), reader.user).order_by("due_at", "pk")[:20]
    return [step_of(step, reader) | others.about(step) | {"is_changeable": step.is_changeable} for step in steps]


def step_of(activity: Activity, reader: Reader) -> dict[str, Any]:
    """A planned activity as pages show it, with what may come of it."""
    mark = next_mark(activity.due_at, reader)
    return {"activity": activity, "mark": mark, "title": _title(activity), "outcomes": outcomes_of(activity.kind)}


def next_mark(due_at: datetime | None, reader: Reader, *, is_open: bool = True) -> dict[str, str] | None:
    """Overdue, today, later or nothing planned: a colour, a picture and words, as a colour alone tells some people nothing."""
    if due_at is None:
        return {"tone": "warn", "icon": "triangle-alert", "text": _("No next step")} if is_open else None
    prefs, today = reader.prefs, reader.prefs.today(reader.at)
    day = prefs.organization.day_of(due_at)
    clock = reader_digits(f"{due_at.astimezone(prefs.zone):%H:%M}", prefs)
    if day < today:
        late = days_text((today - day).days, prefs)
        return {"tone": "bad", "icon": "circle-alert", "text": _("Overdue by %(days)s") % {"days": late}}
    if day == today and due_at < reader.at:
        return {"tone": "bad", "icon": "circle-alert", "text": _("Overdue since %(time)s") % {"time": clock}}
    if day == today:
        return {"tone": "good", "icon": "clock", "text": _("Today %(time)s") % {"time": clock}}
    return {"tone": "", "icon": "calendar", "text": format_day(day, prefs)}


def _sorted(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda entry: entry["order"], reverse=True)[:MOST_ENTRIES]


def _entry(at: datetime, pk: int, by: Any, reader: Reader, **texts: Any) -> dict[str, Any]:
    when = {"when_iso": at.isoformat(timespec="seconds"), "when_text": ago(at, reader.at, reader.prefs)}
    return {"order": (at, pk), "by": str(by) if by else "", **when, "when_full": full(at, reader.prefs), **texts}


def _event(event: LeadEvent, reader: Reader) -> dict[str, Any]:
    kind = LeadEvent.Kind(event.kind)
    titles = {
        LeadEvent.Kind.CREATED: _("Lead created"),
        LeadEvent.Kind.MQL: _("Qualified as MQL"),
        LeadEvent.Kind.SQL: _("Qualified as SQL"),
        LeadEvent.Kind.CONVERTED: _("Became an opportunity"),
    }
    title = titles.get(kind) or str(kind.label)
    if kind == LeadEvent.Kind.REOPENED and event.detail in (Lead.Stage.MQL, Lead.Stage.SQL):
        title = _("Qualification as %(stage)s taken back") % {"stage": event.detail.upper()}
    elif kind == LeadEvent.Kind.REOPENED and event.detail:
        title = _("Back from the archive")
    text = event.detail if kind in (LeadEvent.Kind.DISQUALIFIED, LeadEvent.Kind.ASSIGNED, LeadEvent.Kind.MERGED) else ""
    return _entry(event.at, event.pk, event.by, reader, kind="change", icon=EVENT_ICONS[kind], title=title, text=text)


def _done(rows: Any, reader: Reader, others: Others, most: int = MOST_ENTRIES) -> list[dict[str, Any]]:
    done = _with_rights(rows.filter(done_at__isnull=False), reader.user)
    return [
        _entry(
            activity.done_at,
            activity.pk,
            activity.owner,
            reader,
            kind=activity.kind,
            icon=ACTIVITY_ICONS[Activity.Kind(activity.kind)],
            title=_title(activity),
            text="\n".join(filter(None, (activity.outcome_label, activity.body))),
            **_ways(activity, reader.user),
            **others.about(activity),
        )
        for activity in done.order_by("-done_at", "-pk")[:most]
    ]


def _with_rights(rows: Any, user: User) -> Any:
    """Activities as pages show them: of a record one sees all, also those of colleagues, which are theirs to change."""
    changeable = Exists(Activity.objects.visible_to(user).filter(pk=OuterRef("pk")))
    return rows.select_related("owner", "lead", "opportunity").annotate(is_changeable=changeable)


def _ways(activity: Any, user: User) -> dict[str, str]:
    """What the reader may do with an entry."""
    wished = {
        "edit": activity.is_changeable,
        "remove": activity.is_changeable and may_remove_activity(activity, user),
        "reopen": activity.is_changeable and activity.due_at,
    }
    return {f"{name}_url": reverse(f"leads:activity-{name}", args=[activity.pk]) for name, may in wished.items() if may}


def _title(activity: Activity) -> str:
    label = str(Activity.Kind(activity.kind).label)
    return f"{label}: {activity.subject}" if activity.subject else label


def _orders(rows: Any, reader: Reader) -> list[dict[str, Any]]:
    found = []
    for order in rows.select_related("owner").order_by("-placed_at", "-pk")[:MOST_ENTRIES]:
        title = _("Order %(order)s") % {"order": named_apart(order, reader.prefs)}
        text = f"{order.get_status_display()} · {_amount_text(order.net_amount, reader.prefs)}"
        found.append(_entry(order.placed_at, order.pk, order.owner, reader, kind="order", icon="package", title=title, text=text))
    return found


def _offers(rows: Any, reader: Reader) -> list[dict[str, Any]]:
    return _quotes(rows, reader) + _mails(QuoteMail.objects.filter(quote__in=rows), reader)


def _quotes(rows: Any, reader: Reader) -> list[dict[str, Any]]:
    """What became of each, and when. An answer follows its sending, also where both are of one moment."""
    found = []
    for quote in rows.select_related("owner").order_by("-pk")[:MOST_ENTRIES]:
        amount = _amount_text(quote.amount, reader.prefs)
        for at, title, text in (
            (quote.accepted_at, _("Quote %(quote)s was accepted"), amount),
            (quote.declined_at, _("Quote %(quote)s was declined"), quote.declined_reason),
            (quote.issued_at, _("Quote %(quote)s was sent"), amount),
        ):
            if at:
                facts = {
                    "kind": "quote",
                    "icon": "file-text",
                    "title": title % {"quote": named_apart(quote, reader.prefs)},
                    "text": text,
                }
                found.append(_entry(at, quote.pk, quote.owner, reader, **facts))
    return found


def _mails(rows: Any, reader: Reader) -> list[dict[str, Any]]:
    """What was written to the customer, and what became of it."""
    found = []
    for mail in rows.select_related("by", "quote").order_by("-pk")[:MOST_ENTRIES]:
        names = {"quote": named_apart(mail.quote, reader.prefs), "address": left_to_right(mail.address)}
        title = _("Quote %(quote)s by e-mail to %(address)s") % names
        facts = {"kind": "quote", "icon": "mail", "title": title, "text": mail.get_mail_display()}
        found.append(_entry(mail.created_at, mail.pk, mail.by, reader, **facts))
    return found


def _amount_text(amount: Decimal, prefs: Preferences) -> str:
    return format_money(amount, prefs.unit, prefs.language, latin_digits=prefs.latin_digits)


def _moves(rows: Any, reader: Reader) -> list[dict[str, Any]]:
    moves = rows.select_related("by", "from_stage", "to_stage").order_by("-at", "-id")[:MOST_ENTRIES]
    return [_entry(move.at, move.pk, move.by, reader, kind="change", **_move_texts(move, reader.prefs)) for move in moves]


def _move_texts(move: StageChange, prefs: Preferences) -> dict[str, Any]:
    amount = _amount_text(move.amount, prefs) if move.amount else _("no amount yet")
    if move.from_stage_id is None:
        return {"icon": "hand-coins", "title": _("Opportunity opened"), "text": amount}
    if move.from_stage_id == move.to_stage_id:
        return {"icon": "pencil", "title": _("Amount changed"), "text": amount}
    stages = {"label": _("Stage"), "old": str(move.from_stage), "new": str(move.to_stage)}
    return {"icon": "kanban", "title": _("Stage changed"), "changes": [stages]}


def due_text(due_at: datetime, prefs: Preferences) -> str:
    return format_moment(due_at, prefs)
