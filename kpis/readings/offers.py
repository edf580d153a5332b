"""An offer of customers at a price: worth it while a customer leaves more in all their time than they cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from kpis.catalogue.value import CUSTOMER_LIFETIME_MARGIN
from kpis.readings.exact import PRECISION
from kpis.readings.summary import Choice
from kpis.readings.values import Value, read_in_snapshot


@dataclass(frozen=True)
class Offer:
    """`price` is for one customer, instead of what winning one costs otherwise."""

    price: Decimal
    margin: Value

    @property
    def left(self) -> Decimal | None:
        """The lifetime value of a customer who was bought."""
        return None if self.margin.value is None else self.margin.value - self.price

    @property
    def is_worth_it(self) -> bool:
        return self.left is not None and self.left > 0

    @property
    def to_cost(self) -> Decimal | None:
        """CLV:CAC of such a customer."""
        if self.left is None or not self.price:
            return None
        with localcontext(prec=PRECISION):
            return self.left / self.price


def judge(price: Decimal, choice: Choice) -> Offer:
    """As of the end of the period, of the customers that the filters leave; inside a snapshot."""
    tables = read_in_snapshot([CUSTOMER_LIFETIME_MARGIN], choice.trend_query(1), organization=choice.organization)
    return Offer(price, tables[CUSTOMER_LIFETIME_MARGIN.key].total[-1])
