from kpis.models.alert import ALARMING, ALERT_GRAINS, Alert, AlertRule, Condition
from kpis.models.annotation import Annotation
from kpis.models.calendar import DAY_GRAIN, GRAIN_CODES, PARENT_GRAINS, WEEK_GRAIN, CalendarDay
from kpis.models.cohort import CohortCell
from kpis.models.credit import Credit
from kpis.models.cross import Cross, CrossDay
from kpis.models.dashboard import Dashboard
from kpis.models.dirty import (
    BUCKET_DAYS,
    EPOCH,
    DirtyCustomer,
    DirtyDay,
    DirtyLead,
    DirtyParent,
    DirtyVisitor,
    Failure,
    Refresh,
)
from kpis.models.fact import NEVER, Batch, BatchLead, CustomerContact, CustomerDay, CustomerFact, CustomerSpan, LeadFact
from kpis.models.funnel import FunnelFact
from kpis.models.landing import LandingDay
from kpis.models.mailing import Delivery, Mailing, Recipient
from kpis.models.newcomer import NewcomerDay
from kpis.models.pins import Pins
from kpis.models.prediction import HORIZON_WEEKS, Prediction, PredictionFit
from kpis.models.review import Review, ReviewSession
from kpis.models.rfm import FOR_EVER, RfmCell, RfmMove, RfmSnapshot, RfmSpan
from kpis.models.rollup import Rollup
from kpis.models.samples import SampleJob
from kpis.models.scope import Scope
from kpis.models.screen import Screen
from kpis.models.selling import OrderCategory
from kpis.models.snapshot import Snapshot
from kpis.models.target import TARGET_GRAINS, Target, TargetEdit
from kpis.models.tenure import Lifetime, Tenure, TenureEvening

__all__ = [
    "ALARMING",
    "ALERT_GRAINS",
    "BUCKET_DAYS",
    "DAY_GRAIN",
    "EPOCH",
    "FOR_EVER",
    "GRAIN_CODES",
    "HORIZON_WEEKS",
    "NEVER",
    "PARENT_GRAINS",
    "TARGET_GRAINS",
    "WEEK_GRAIN",
    "Alert",
    "AlertRule",
    "Annotation",
    "Batch",
    "BatchLead",
    "CalendarDay",
    "CohortCell",
    "Condition",
    "Credit",
    "Cross",
    "CrossDay",
    "CustomerContact",
    "CustomerDay",
    "CustomerFact",
    "CustomerSpan",
    "Dashboard",
    "Delivery",
    "DirtyCustomer",
    "DirtyDay",
    "DirtyLead",
    "DirtyParent",
    "DirtyVisitor",
    "Failure",
    "FunnelFact",
    "LandingDay",
    "LeadFact",
    "Lifetime",
    "Mailing",
    "NewcomerDay",
    "OrderCategory",
    "Pins",
    "Prediction",
    "PredictionFit",
    "Recipient",
    "Refresh",
    "Review",
    "ReviewSession",
    "RfmCell",
    "RfmMove",
    "RfmSnapshot",
    "RfmSpan",
    "Rollup",
    "SampleJob",
    "Scope",
    "Screen",
    "Snapshot",
    "Target",
    "TargetEdit",
    "Tenure",
    "TenureEvening",
]
