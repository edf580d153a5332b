from leads.models.activity import OUTCOMES, Activity
from leads.models.lead import Lead, LeadEvent, Touch
from leads.models.opportunity import Opportunity, Stage, StageChange
from leads.models.quote import Quote, QuoteLine
from leads.models.touchpoint import Touchpoint

__all__ = [
    "OUTCOMES",
    "Activity",
    "Lead",
    "LeadEvent",
    "Opportunity",
    "Quote",
    "QuoteLine",
    "Stage",
    "StageChange",
    "Touch",
    "Touchpoint",
]
