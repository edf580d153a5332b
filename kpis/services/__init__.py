from kpis.services.alerts import judge_rules, mark_alerts_read, mute_alert, set_alert, switch_alert, write_alerts
from kpis.services.closing import change_calendar, close_periods
from kpis.services.mails import send_mails
from kpis.services.targets import TargetCell, set_targets, undo_target_edit, write_targets

__all__ = [
    "TargetCell",
    "change_calendar",
    "close_periods",
    "judge_rules",
    "mark_alerts_read",
    "mute_alert",
    "send_mails",
    "set_alert",
    "set_targets",
    "switch_alert",
    "undo_target_edit",
    "write_alerts",
    "write_targets",
]
