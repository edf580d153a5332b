from kpis.services.closing import change_calendar, close_periods
from kpis.services.targets import TargetCell, set_targets, undo_target_edit, write_targets

__all__ = [
    "TargetCell",
    "change_calendar",
    "close_periods",
    "set_targets",
    "undo_target_edit",
    "write_targets",
]
