"""Terms that several cards share."""

from __future__ import annotations

from kpis.catalogue.cubes.credits import CREDITS
from kpis.catalogue.cubes.sides import FIRST_TOUCH
from kpis.catalogue.measures import (
    ACQUIRED,
    CATEGORY_ORDERS,
    LINES,
    LOST,
    ORDERS,
    REFUND_LINES,
    REFUNDS,
    STARTED,
)
from kpis.definitions import At, Dimension, Measure, Term

D = Dimension


def by_product(measure: Measure) -> dict[Dimension, Measure]:
    """What to take instead when split by product or category."""
    return {D.PRODUCT: measure, D.CATEGORY: measure}


SOLD = Term(ORDERS["net"], instead=by_product(LINES["net"]))
REFUNDED = Term(REFUNDS["amount"], sign=-1, instead=by_product(REFUND_LINES["amount"]))
COST_OF_SOLD = Term(ORDERS["cost"], sign=-1, instead=by_product(LINES["cost"]))
COST_RETURNED = Term(REFUNDS["cost"], instead=by_product(REFUND_LINES["cost"]))
ORDER_COUNT = Term(ORDERS["count"], instead={D.PRODUCT: LINES["orders"], D.CATEGORY: CATEGORY_ORDERS["orders"]})
UNKNOWN_COSTS = Term(ORDERS["unknown_costs"], instead=by_product(LINES["unknown_costs"]))
NET_REVENUE = (SOLD, REFUNDED)


def credited(term: Term, measure: Measure) -> Term:
    """The same money where it is credited to touches."""
    return Term(term.measure, term.sign, instead={**term.instead, **dict.fromkeys(FIRST_TOUCH, measure)})


CREDITED_REVENUE = (credited(SOLD, CREDITS["sold"]), credited(REFUNDED, CREDITS["refunded"]))
MARGIN = (SOLD, REFUNDED, COST_OF_SOLD, COST_RETURNED)

NEW = Term(ACQUIRED["count"])
LEFT = Term(LOST["count"])
RETURNED = Term(STARTED["reactivated"])
ACQUIRED_AT_END = Term(ACQUIRED["count"], at=At.END)
# Customers active on a day: those whose spans started by then, less those lost by then.
ACTIVE_AT_START = (Term(STARTED["count"], at=At.START), Term(LOST["count"], sign=-1, at=At.START))
ACTIVE_AT_END = (Term(STARTED["count"], at=At.END), Term(LOST["count"], sign=-1, at=At.END))
