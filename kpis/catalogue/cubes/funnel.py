"""How far leads have come: each counts in every step up to the last one that it reached."""

from __future__ import annotations

from django.db.models import Q

from kpis.catalogue.cubes.sides import LEAD_SIDES
from kpis.definitions import Cube, Fold
from kpis.funnel import STEPS
from kpis.models import FunnelFact

REACHED = Cube(
    key="steps_of_leads",
    code=24,
    rows=FunnelFact.objects.all,
    day="created_on",
    dimensions=LEAD_SIDES,
    folds={step.value: Fold(Q(reach__gte=number) if number else None) for number, step in enumerate(STEPS)},
    resource="leads",
    stores_days=False,
)
