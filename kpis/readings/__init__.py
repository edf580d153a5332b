"""Reading: from stored sums to the values of a KPI, for one viewer, one calendar and some periods."""

from kpis.readings.query import Query, narrowed_owners
from kpis.readings.values import Table, Value, read

__all__ = ["Query", "Table", "Value", "narrowed_owners", "read"]
