from kpis.services.alerts import (
    judge_rules,
    mark_alerts_read,
    mute_alert,
    remove_alert,
    set_alert,
    shared_alert_of,
    switch_alert,
    write_alerts,
)
from kpis.services.annotations import add_annotation, remove_annotation, write_annotations
from kpis.services.attribution import change_attribution, limit_touches
from kpis.services.closing import change_calendar, close_periods
from kpis.services.dashboards import copy_dashboard, remove_dashboard, set_dashboard
from kpis.services.mailings import (
    is_for,
    page_name,
    plan_mailings,
    recipient_of,
    remove_mailing,
    set_mailing,
    subscribe,
    switch_mailing,
    title_of,
)
from kpis.services.pins import pin_kpi, set_pins, undo_pins, unpin_kpi
from kpis.services.reviews import open_sitting, set_review, switch_review, write_note
from kpis.services.samples import ask_samples, do_sample_job, has_no_records, sample_progress
from kpis.services.screens import make_screen, note_screen_use, revoke_screen
from kpis.services.sending_now import send_mailing_now
from kpis.services.targets import TargetCell, set_targets, undo_target_edit, write_targets

__all__ = [
    "TargetCell",
    "add_annotation",
    "ask_samples",
    "change_attribution",
    "change_calendar",
    "close_periods",
    "copy_dashboard",
    "do_sample_job",
    "has_no_records",
    "is_for",
    "judge_rules",
    "limit_touches",
    "make_screen",
    "mark_alerts_read",
    "mute_alert",
    "note_screen_use",
    "open_sitting",
    "page_name",
    "pin_kpi",
    "plan_mailings",
    "recipient_of",
    "remove_alert",
    "remove_annotation",
    "remove_dashboard",
    "remove_mailing",
    "revoke_screen",
    "sample_progress",
    "send_mailing_now",
    "set_alert",
    "set_dashboard",
    "set_mailing",
    "set_pins",
    "set_review",
    "set_targets",
    "shared_alert_of",
    "subscribe",
    "switch_alert",
    "switch_mailing",
    "switch_review",
    "title_of",
    "undo_pins",
    "undo_target_edit",
    "unpin_kpi",
    "write_alerts",
    "write_annotations",
    "write_note",
    "write_targets",
]
