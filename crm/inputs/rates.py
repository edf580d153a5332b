"""Foreign amounts: the rate of a currency on a day, and the decimals it allows."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from decimal import Decimal

from crm.models import ExchangeRate, Organization
from crm.money import CURRENCY_DIGITS, unit_of

TOMAN = Decimal(10)
ONE = Decimal(1)
FIXED = {("IRT", "IRR"): TOMAN, ("IRR", "IRT"): ONE / TOMAN}


class Rates:
    """Base units for one unit of each currency. The table is read once, and only where a foreign currency occurs."""

    def __init__(self, organization: Organization) -> None:
        self.base = organization.currency
        self._table: dict[str, list[tuple[date, Decimal]]] | None = None

    def fixed(self, currency: str) -> Decimal | None:
        """A rate that is no question of the day."""
        return ONE if currency == self.base else FIXED.get((currency, self.base))

    def on(self, currency: str, day: date) -> Decimal | None:
        """The latest known rate up to that day."""
        if self._table is None:
            self._table = defaultdict(list)
            for code, since, rate in ExchangeRate.objects.order_by("day").values_list("currency", "day", "rate"):
                self._table[code].append((since, rate))
        known = self._table.get(currency, [])
        index = bisect_right(known, day, key=lambda entry: entry[0])
        return known[index - 1][1] if index else None

    def smallest(self, currency: str) -> Decimal:
        """The unit that an amount is spread in: what one base unit is in this currency, where that is fixed."""
        if (currency, self.base) == ("IRT", "IRR"):
            return ONE / TOMAN
        return unit_of(currency)


def is_without_decimals(currency: str) -> bool:
    return CURRENCY_DIGITS[currency] == 0


def has_decimals(amount: Decimal) -> bool:
    return amount != amount.to_integral_value()


def is_too_fine(amount: Decimal, currency: str) -> bool:
    """More decimals than the currency has."""
    return is_without_decimals(currency) and has_decimals(amount)
