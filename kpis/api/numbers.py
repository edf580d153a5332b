"""How quotients are written in answers."""

from __future__ import annotations

from decimal import Decimal

from crm.api.output import plain
from kpis.readings.exact import rounded


def quotient(number: Decimal | None) -> str | None:
    """With the places that figures are kept with."""
    return plain(None if number is None else rounded(number))
