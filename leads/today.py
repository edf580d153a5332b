"""What somebody must do now: what is due, who is waiting, and what has no next step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from crm.ago import lasting
from crm.models import User
from crm.pages import key_in
from crm.periods import Calendar, Grain, localise, period_of
from crm.permissions import owners_for
from customers.models import Answer, Customer
from leads.models import Activity, Lead, Opportunity
from leads.models.planning import has_activity_since, has_next_step
from leads.timeline import Reader, outcomes_of, step_of

MOST_ROWS = 50
EVERYBODY = "all"
# Who was not called in so many days is not new any more; the list of leads has a view for them.
NEW_DAYS = 7
# Who was unhappy longer ago will not be won back by a call.
UNHAPPY_DAYS = 30


class Today:
    """One person's day, or that of everybody whose records the reader sees."""

    def __init__(self, request: HttpRequest, at: datetime) -> None:
        self.user, self.prefs, self.at = request.user, request.prefs, at
        self.reader = Reader(self.prefs, at, self.user)
        self.day = self.prefs.today(at)
        self.sees_others = self.user.sees_all or self.user.sees_team
        self.wish = request.GET.get("owner", "")

    @cached_property
    def owners(self) -> list[User]:
        return list(owners_for(self.user)) if self.sees_others else []

    @cached_property
    def owner(self) -> User | None:
        """Whose day it is; None for everybody's."""
        if self.sees_others and self.wish == EVERYBODY:
            return None
        return next((owner for owner in self.owners if owner.pk == key_in(self.wish)), self.user)

    def _of_owner(self, rows: QuerySet) -> QuerySet:
        visible = rows.visible_to(self.user)
        return visible.filter(owner=self.owner) if self.owner else visible

    @cached_property
    def _due(self) -> QuerySet[Activity]:
        tomorrow = localise(datetime.combine(self.day + timedelta(days=1), time()), self.prefs.zone)
        return self._of_owner(Activity.objects.planned().filter(due_at__lt=tomorrow))

    @cached_property
    def due_counts(self) -> dict[str, int]:
        late = Q(due_at__lt=self.at)
        return self._due.aggregate(overdue=Count("pk", filter=late), today=Count("pk", filter=~late))

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        """Overdue first, then by the time of day."""
        people = ("lead", "opportunity__lead", "opportunity__customer", "customer", "owner")
        rows = self._due.select_related(*people).order_by("due_at", "pk")[:MOST_ROWS]
        return [step_of(row, self.reader) | about(row) for row in rows]

    @cached_property
    def _new(self) -> QuerySet[Lead]:
        """Those that nobody looks after wait for whoever sees them all, as they stand in no other day."""
        since = self.at - timedelta(days=NEW_DAYS)
        heard = Exists(Activity.objects.filter(lead=OuterRef("pk")))
        untouched = (
            Lead.objects.listed().open().filter(mql_at__isnull=True, sql_at__isnull=True, created_at__range=(since, self.at))
        )
        waiting = untouched.filter(~heard)
        if self.user.sees_all and self.owner == self.user:
            return waiting.visible_to(self.user).filter(Q(owner=self.user) | Q(owner=None))
        return self._of_owner(waiting)

    @cached_property
    def new_count(self) -> int:
        return self._new.count()

    @cached_property
    def leads(self) -> list[Lead]:
        """Those who wait for the first call, the longest first."""
        rows = list(self._new.select_related("lead_source", "owner").order_by("created_at", "pk")[:MOST_ROWS])
        for lead in rows:
            lead.mark = self._waiting(lead)
        return rows

    def _waiting(self, lead: Lead) -> dict[str, str]:
        waited = self.at - lead.created_at
        is_late = waited >= self.prefs.organization.first_contact
        text = _("Waiting for %(time)s") % {"time": lasting(waited.total_seconds(), self.prefs)}
        return {"tone": "warn" if is_late else "info", "icon": "triangle-alert" if is_late else "clock", "text": text}

    @cached_property
    def _adrift(self) -> QuerySet[Opportunity]:
        return self._of_owner(Opportunity.objects.open()).filter(~Q(has_next_step("opportunity")))

    @cached_property
    def adrift_count(self) -> int:
        return self._adrift.count()

    @cached_property
    def opportunities(self) -> list[Opportunity]:
        """Without a next step, the largest first."""
        moved = self._adrift.annotate(moved_at=Max("changes__at"), last_done=Max("activities__done_at"))
        rows = list(moved.select_related("stage", "owner", "customer", "lead").order_by("-amount", "pk")[:MOST_ROWS])
        for row in rows:
            last = max(filter(None, (row.moved_at, row.last_done, row.created_at)))
            row.quiet = _("quiet for %(days)s") % {"days": lasting((self.at - last).total_seconds(), self.prefs)}
        return rows

    @cached_property
    def _unhappy(self) -> QuerySet[Answer]:
        """Low answers of customers with whom nothing was done or planned since."""
        low = Answer.objects.visible_to(self.user).counted().unhappy(self.prefs.organization.csat_low_score)
        recent = low.filter(answered_on__gte=self.day - timedelta(days=UNHAPPY_DAYS), answered_at__lte=self.at)
        theirs = recent.filter(customer__owner=self.owner) if self.owner else recent.filter(customer__isnull=False)
        return theirs.filter(~has_activity_since("customer", "answered_at"), customer__is_archived=False)

    @cached_property
    def unhappy_count(self) -> int:
        return self._unhappy.aggregate(customers=Count("customer", distinct=True))["customers"]

    @cached_property
    def answers(self) -> list[Answer]:
        """The last one of each customer, the longest ago first."""
        last = self._unhappy.order_by("customer", "-answered_at", "-pk").distinct("customer")
        rows = Answer.objects.filter(pk__in=last.values("pk")).select_related("survey", "customer__owner")
        return list(rows.order_by("answered_at", "pk")[:MOST_ROWS])

    @cached_property
    def done(self) -> dict[str, int]:
        """What was done today and in the running week."""
        week = period_of(self.day, Calendar(self.prefs.calendar), Grain.WEEK, self.prefs.organization.calendar_rules)
        rows = self._of_owner(Activity.objects.filter(done_on__range=(week.start, self.day)))
        return rows.aggregate(week=Count("pk"), today=Count("pk", filter=Q(done_on=self.day)))

    @cached_property
    def campaigns(self) -> list[Campaign]:
        """Those that have ended and whose report card waits, the oldest first: of one person, as campaigns are seen by all."""
        ended = Campaign.objects.visible_to(self.user).to_review(self.day).filter(owner=self.owner or self.user)
        return list(ended.order_by("ends_on", "pk")[:MOST_ROWS])

    @property
    def is_clear(self) -> bool:
        return not (self.steps or self.leads or self.answers or self.opportunities or self.campaigns)

    @property
    def call_outcomes(self) -> list[tuple[str, str]]:
        return outcomes_of(Activity.Kind.CALL)


def about(activity: Activity) -> dict[str, Any]:
    """Whom it is about, and the number to call."""
    opportunity = activity.opportunity
    people = [activity.lead, activity.customer, *((opportunity.lead, opportunity.customer) if opportunity else ())]
    return {"phone": first_of(people, "phone"), "opportunity": opportunity, "lead": activity.lead, "customer": activity.customer}


def first_of(people: Iterable[Lead | Customer | None], name: str) -> str:
    """The phone number or e-mail address of whoever has one, first of all first."""
    return next((getattr(person, name) for person in people if person and getattr(person, name)), "")
