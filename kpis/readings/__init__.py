"""Reading: from stored sums to the values of a KPI, for one viewer, one calendar and some periods."""

from kpis.readings.query import Query, narrowed_owners
from kpis.readings.rows import Row, RowPage, list_rows
from kpis.readings.values import Table, Value, read

__all__ = ["Query", "Row", "RowPage", "Table", "Value", "list_rows", "narrowed_owners", "read"]
