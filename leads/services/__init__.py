from leads.services.activities import (
    complete_activity,
    finish_activity,
    log_activity,
    log_contact,
    reopen_activity,
    reschedule_activity,
)
from leads.services.conversion import convert_lead, customer_of, undo_conversion
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
from leads.services.listing import remove_view, save_view
from leads.services.lists import edit_people_list, remove_people_list, save_people
from leads.services.merging import merge_leads
from leads.services.offered_amounts import accepted_total, final_amount, offered_amount
from leads.services.offers import edit_quote, order_quote, revise_quote, write_quote
from leads.services.opportunities import (
    edit_opportunity,
    lose_opportunity,
    move_opportunity,
    open_opportunity,
    reopen_opportunity,
    win_opportunity,
)
from leads.services.outcomes import hold_deals, link_order, unlink_order, without_deal
from leads.services.quotes import accept_quote, decline_quote, recall_quote, remove_quote, reopen_quote, send_quote
from leads.services.together import archive_leads, assign_leads, qualify_leads, set_campaign_of_leads, undo_bulk_change

__all__ = [
    "accept_quote",
    "accepted_total",
    "archive_lead",
    "archive_leads",
    "assign_lead",
    "assign_leads",
    "complete_activity",
    "convert_lead",
    "customer_of",
    "decline_quote",
    "disqualify_lead",
    "edit_lead",
    "edit_opportunity",
    "edit_people_list",
    "edit_quote",
    "final_amount",
    "finish_activity",
    "hold_deals",
    "link_order",
    "log_activity",
    "log_contact",
    "lose_opportunity",
    "merge_leads",
    "move_opportunity",
    "offered_amount",
    "open_opportunity",
    "order_quote",
    "qualify_lead",
    "qualify_leads",
    "recall_quote",
    "register_lead",
    "remove_people_list",
    "remove_quote",
    "remove_view",
    "reopen_activity",
    "reopen_lead",
    "reopen_opportunity",
    "reopen_quote",
    "reschedule_activity",
    "restore_lead",
    "revise_quote",
    "save_people",
    "save_view",
    "send_quote",
    "set_campaign_of_leads",
    "undo_bulk_change",
    "undo_conversion",
    "unlink_order",
    "unqualify_lead",
    "win_opportunity",
    "without_deal",
    "write_quote",
]
