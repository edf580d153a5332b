"""The customer base: who stayed, and who had something to do with us."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

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
    """Of those active on the evening of the last day, those who ordered, wrote a ticket or answered in the period."""
    ordered = CustomerDay.objects.filter(day__gte=first, day__lte=last).values("fact_id")
    wrote = CustomerContact.objects.filter(day__gte=first, day__lte=last).values("fact_id")
    # One list of those who did anything, gone through once, instead of two questions for each active customer.
    return active_spans(last).filter(fact__in=ordered.union(wrote, all=True))


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
    is_stored=True,
)
