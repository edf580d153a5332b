from leads.models.activity import Activity
from leads.models.lead import Lead, LeadEvent, Touch
from leads.models.opportunity import Opportunity, Stage, StageChange

__all__ = ["Activity", "Lead", "LeadEvent", "Opportunity", "Stage", "StageChange", "Touch"]
