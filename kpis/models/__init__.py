from kpis.models.calendar import GRAIN_CODES, CalendarDay
from kpis.models.component import COLUMNS, Component, Rollup
from kpis.models.dirty import BUCKET_DAYS, EPOCH, DirtyCustomer, DirtyDay, DirtyParent, Failure, Refresh
from kpis.models.fact import Batch, BatchLead, CustomerDay, CustomerFact, CustomerSpan, LeadFact
from kpis.models.snapshot import Snapshot

__all__ = [
    "BUCKET_DAYS",
    "COLUMNS",
    "EPOCH",
    "GRAIN_CODES",
    "Batch",
    "BatchLead",
    "CalendarDay",
    "Component",
    "CustomerDay",
    "CustomerFact",
    "CustomerSpan",
    "DirtyCustomer",
    "DirtyDay",
    "DirtyParent",
    "Failure",
    "LeadFact",
    "Refresh",
    "Rollup",
    "Snapshot",
]
