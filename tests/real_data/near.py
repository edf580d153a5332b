"""How close two figures must be: counts and money are exact, rates agree to six decimals."""

from decimal import Decimal

import pytest


def near(expected):
    return pytest.approx(Decimal(expected), abs=Decimal("0.000001"), rel=0)
