"""Demos and consultations: booked, due and held."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from kpis.definitions import Cube, Dimension, Fold
from leads.models import Activity

D = Dimension
NO_SHOW = Q(outcome=Activity.NO_SHOW)
HELD = ~NO_SHOW & Q(done_at__isnull=False)
SIDES = {
    D.OWNER: Coalesce("owner_id", "lead__owner_id", "opportunity__owner_id", "customer__owner_id"),
    D.CHANNEL: Coalesce("lead__channel_id", "opportunity__lead__channel_id", "customer__channel_id"),
}


def demos() -> QuerySet:
    return Activity.objects.counted().demonstrations()


def left_out_demos() -> QuerySet:
    return Activity.objects.left_out().demonstrations()


DEMOS_BOOKED = Cube(
    key="demos_booked",
    code=41,
    rows=demos,
    left_out=left_out_demos,
    day="booked_on",
    dimensions=SIDES,
    folds={"count": Fold()},
    resource="activities",
)
DEMOS_DONE = Cube(
    key="demos_done",
    code=42,
    rows=demos,
    left_out=left_out_demos,
    day="done_on",
    dimensions=SIDES,
    folds={"held": Fold(HELD)},
    resource="activities",
)
DEMOS_DUE = Cube(
    key="demos_due",
    code=43,
    rows=demos,
    left_out=left_out_demos,
    day="due_on",
    dimensions=SIDES,
    folds={"decided": Fold(HELD | NO_SHOW), "no_show": Fold(NO_SHOW)},
    resource="activities",
)
DEMO_CUBES = (DEMOS_BOOKED, DEMOS_DONE, DEMOS_DUE)
