"""The engine: dirty days and customers in, sums of days and periods and facts of customers out. It has no clock of its own."""

from kpis.engine.drain import Progress, drain, drain_step, is_clean, is_much_dirty, rebuild
from kpis.engine.drift import find_drift

__all__ = ["Progress", "drain", "drain_step", "find_drift", "is_clean", "is_much_dirty", "rebuild"]
