from leads.models.activity import OUTCOMES, Activity
from leads.models.conversion import LandingConversion
from leads.models.lead import Lead, LeadEvent, Touch
from leads.models.listing import BulkChange, ListedLead, SavedView
from leads.models.opportunity import Opportunity, Stage, StageChange
from leads.models.quote import Quote, QuoteLine
from leads.models.quote_mail import QuoteMail
from leads.models.touchpoint import Touchpoint

__all__ = [
    "OUTCOMES",
    "Activity",
    "BulkChange",
    "LandingConversion",
    "Lead",
    "LeadEvent",
    "ListedLead",
    "Opportunity",
    "Quote",
    "QuoteLine",
    "QuoteMail",
    "SavedView",
    "Stage",
    "StageChange",
    "Touch",
    "Touchpoint",
]
