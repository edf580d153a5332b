"""How exact figures are: computed with sixty digits, kept with twelve places."""

from __future__ import annotations

from decimal import Context, Decimal

from crm.confidence import Interval
from kpis.engine.lifetimes import PRECISION

PLACES = Decimal(1).scaleb(-12)


def rounded(number: Decimal) -> Decimal:
    """A quotient at the places figures are kept with, however large it is."""
    return number.quantize(PLACES, context=Context(prec=PRECISION))


def rounded_interval(found: Interval | None) -> tuple[Decimal, Decimal] | None:
    """Both ends at those places."""
    return None if found is None else (rounded(Decimal(repr(found.lower))), rounded(Decimal(repr(found.upper))))
