"""The catalogue: every KPI, chapter by chapter, in the order in which it is shown."""

from kpis.catalogue import customers, marketing, sales, satisfaction

CHAPTERS = (marketing.KPIS, sales.KPIS, customers.KPIS, satisfaction.KPIS)
CATALOGUE = {kpi.key: kpi for chapter in CHAPTERS for kpi in chapter}

__all__ = ["CATALOGUE", "CHAPTERS"]
