"""Carts that wait for their order, and invitations that wait for their answer."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q, QuerySet

from customers.models import Cart, Invitation
from kpis.catalogue.cubes.sides import segment_of
from kpis.definitions import Cube, Dimension, Fold

D = Dimension
# A cart that is not completed a day after its first thing was put in is an abandoned one, whatever comes later.
LATE = Q(completed_at__gt=F("created_at") + timedelta(hours=24))
CART_SIDES = {D.CHANNEL: "channel_id", D.OWNER: "customer__owner_id"}


def recovered_carts() -> QuerySet:
    return Cart.objects.counted().filter(LATE)


CARTS = Cube(
    key="carts",
    code=72,
    rows=Cart.objects.counted,
    left_out=Cart.objects.left_out,
    day="created_on",
    dimensions=CART_SIDES,
    folds={"count": Fold(), "abandoned": Fold(LATE | Q(completed_at__isnull=True))},
    resource="carts",
)
CARTS_RECOVERED = Cube(
    key="carts_recovered",
    code=73,
    rows=recovered_carts,
    left_out=lambda: Cart.objects.left_out().filter(LATE),
    day="completed_on",
    dimensions=CART_SIDES,
    folds={"count": Fold()},
    resource="carts",
)
INVITATIONS = Cube(
    key="invitations",
    code=74,
    rows=Invitation.objects.counted,
    left_out=Invitation.objects.left_out,
    day="delivered_on",
    dimensions={D.OWNER: "customer__owner_id", D.SURVEY: "survey_id", D.PRODUCT: "ticket__product_id"},
    folds={"count": Fold(), "answered": Fold(Q(answered_at__isnull=False), converted_on="answered_on")},
    resource="survey-invitations",
    live={D.SEGMENT: segment_of("customer")},
)
ASKING_CUBES = (CARTS, CARTS_RECOVERED, INVITATIONS)
