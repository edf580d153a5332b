"""The catalogue: every KPI, chapter by chapter, in the order in which it is shown."""

from kpis.catalogue import (
    base,
    customers,
    deals,
    demos,
    marketing,
    profit,
    quotes,
    returns,
    sales,
    satisfaction,
    selling,
    traffic,
    value,
)
from kpis.definitions import CARDS

CHAPTERS = (
    marketing.KPIS,
    demos.KPIS,
    returns.KPIS,
    traffic.KPIS,
    sales.KPIS,
    selling.KPIS,
    deals.KPIS,
    quotes.KPIS,
    profit.KPIS,
    customers.KPIS,
    base.KPIS,
    value.KPIS,
    satisfaction.KPIS,
)
CARDS.update({kpi.key: kpi for chapter in CHAPTERS for kpi in chapter})
CATALOGUE = CARDS

__all__ = ["CATALOGUE", "CHAPTERS"]
