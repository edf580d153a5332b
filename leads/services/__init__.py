from leads.services.activities import (
    complete_activity,
    finish_activity,
    log_activity,
    log_contact,
    reopen_activity,
    reschedule_activity,
)
from leads.services.conversion import convert_lead, undo_conversion
from leads.services.leads import (
    archive_lead,
    assign_lead,
    disqualify_lead,
    edit_lead,
    qualify_lead,
    register_lead,
    reopen_lead,
    restore_lead,
    unqualify_lead,
)
from leads.services.merging import merge_leads
from leads.services.opportunities import (
    edit_opportunity,
    link_order,
    lose_opportunity,
    move_opportunity,
    open_opportunity,
    reopen_opportunity,
    unlink_order,
    win_opportunity,
)
from leads.services.quotes import accept_quote, decline_quote, send_quote

__all__ = [
    "accept_quote",
    "archive_lead",
    "assign_lead",
    "complete_activity",
    "convert_lead",
    "decline_quote",
    "disqualify_lead",
    "edit_lead",
    "edit_opportunity",
    "finish_activity",
    "link_order",
    "log_activity",
    "log_contact",
    "lose_opportunity",
    "merge_leads",
    "move_opportunity",
    "open_opportunity",
    "qualify_lead",
    "register_lead",
    "reopen_activity",
    "reopen_lead",
    "reopen_opportunity",
    "reschedule_activity",
    "restore_lead",
    "send_quote",
    "undo_conversion",
    "unlink_order",
    "unqualify_lead",
    "win_opportunity",
]
