"""The customer base: who stayed, and who had something to do with us."""

from __future__ import annotations

from django.db.models import DateField, Exists, ExpressionWrapper, OuterRef, QuerySet, Subquery, Value

from crm.models import Organization
from kpis.catalogue.cubes.sides import FACT_SIDES
from kpis.definitions import Day, Dimension, Fold, PeriodCube
from kpis.models import CustomerContact, CustomerDay, CustomerSpan

D = Dimension


def active_spans(day: Day) -> QuerySet:
    """The customers active on a day, one span each."""
    return CustomerSpan.objects.filter(start_day__lte=day, lost_day__gt=day)


def kept_spans(first: Day, last: Day) -> QuerySet:
    """Of those active the evening before the first day, those active on the evening of the last."""
    still = active_spans(last).filter(fact=OuterRef("fact"))
    return CustomerSpan.objects.filter(Exists(still), start_day__lt=first, lost_day__gte=first)


def engaged_spans(first: Day, last: Day) -> QuerySet:
    """Of those active on the evening of the last day, those who ordered, wrote, answered or came to the site in the period."""
    ordered = CustomerDay.objects.filter(day__gte=first, day__lte=last).values("fact_id")
    contacted = CustomerContact.objects.filter(day__gte=first, day__lte=last).values("fact_id")
    # One list of those who did anything, each once: so the database knows how long it is, and looks nobody up in a long one.
    return active_spans(last).filter(fact__in=ordered.union(contacted))


def begun_spans(first: Day, last: Day) -> QuerySet:
    return CustomerSpan.objects.filter(start_day__gte=first, start_day__lte=last)


def anything_done(first: Day, last: Day) -> QuerySet:
    """Whoever became active, ordered, wrote, answered or came to the site."""
    ordered = CustomerDay.objects.filter(day__gte=first, day__lte=last).values("fact_id")
    contacted = CustomerContact.objects.filter(day__gte=first, day__lte=last).values("fact_id")
    return begun_spans(first, last).values("fact_id").union(ordered, contacted, all=True)


def left_by_the_end(first: Day, last: Day, end: Day) -> QuerySet:
    """Of those who did something up to a day, those active on its evening who are lost in the rest of the period.

    An order keeps its customer for the threshold: one that is too late for a loss by the end need not be looked at.
    """
    threshold = Subquery(Organization.objects.values("inactivity_days")[:1])
    early = ExpressionWrapper(Value(end, DateField()) - threshold, DateField())
    ordered = CustomerDay.objects.filter(day__gte=first, day__lte=last).filter(day__lte=early).values("fact_id")
    contacted = CustomerContact.objects.filter(day__gte=first, day__lte=last).values("fact_id")
    left = CustomerSpan.objects.filter(lost_day__gt=last, lost_day__lte=end, start_day__lte=last)
    return left.filter(fact__in=ordered.union(contacted))


KEPT = PeriodCube(
    key="kept",
    code=63,
    rows=CustomerSpan.objects.all,
    rows_in=kept_spans,
    day="start_day",
    dimensions=FACT_SIDES,
    folds={"count": Fold(distinct="fact_id")},
    resource="customers",
    stores_days=False,
)
ENGAGED = PeriodCube(
    key="engaged",
    code=64,
    rows=CustomerSpan.objects.all,
    rows_in=engaged_spans,
    day="start_day",
    # As few as its card has: each is a sum of every day.
    dimensions={name: FACT_SIDES[name] for name in (D.CHANNEL, D.LEAD_SOURCE, D.CAMPAIGN, D.OWNER)},
    folds={"count": Fold(distinct="fact_id")},
    resource="customers",
    stores_days=False,
    later=anything_done,
    rest=left_by_the_end,
)
