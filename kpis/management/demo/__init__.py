"""The demo company: a believable past to look around in, removable without touching real rows."""

from kpis.management.demo.loading import is_loaded, load
from kpis.management.demo.removal import STEPS, RealRowsError, remove

__all__ = ["STEPS", "RealRowsError", "is_loaded", "load", "remove"]
