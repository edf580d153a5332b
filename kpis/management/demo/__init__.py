"""The demo company: a believable past to look around in, removable without touching real rows."""

from kpis.management.demo.doors import SEED, AlreadyLoadedError, BusyError, Stage, Step, bring, take_away
from kpis.management.demo.loading import is_loaded, load
from kpis.management.demo.removal import STEPS, RealRowsError, remove, size

__all__ = [
    "SEED",
    "STEPS",
    "AlreadyLoadedError",
    "BusyError",
    "RealRowsError",
    "Stage",
    "Step",
    "bring",
    "is_loaded",
    "load",
    "remove",
    "size",
    "take_away",
]
