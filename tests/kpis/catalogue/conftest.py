"""Mehr 1404: 23 September to 22 October 2025. Examples are read on its ninth day, or a year and a half later."""

from datetime import date
from decimal import Decimal

import pytest

from kpis.engine import drain
from tests.kpis.proof import NOW

LONG_AFTER = date(2027, 4, 1)


def near(*bounds):
    """Bounds as printed, to six digits."""
    return pytest.approx([Decimal(str(bound)) for bound in bounds], abs=Decimal("0.000001"))


@pytest.fixture
def refresh(db):
    return lambda: drain(at=NOW)
