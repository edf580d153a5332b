"""What a card of the catalogue says of itself: its unit, good direction, timing, how often it is reviewed, and what it is."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    COUNT = "count"
    PERCENT = "percent"
    MONEY = "money"
    RATIO = "ratio"
    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    SCORE = "score"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


class Timing(StrEnum):
    LEADING = "leading"
    LAGGING = "lagging"
    BOTH = "both"


class Cadence(StrEnum):
    """How often a figure is to be reviewed."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class Kind(StrEnum):
    FLOW = "flow"
    RATIO = "ratio"
    COHORT = "cohort ratio"
    STOCK = "stock"
    DISTINCT = "distinct"
    DISTRIBUTION = "distribution"
    MODEL = "model"


class Group(StrEnum):
    MARKETING = "marketing"
    SALES = "sales"
    CUSTOMERS = "customers"
    SATISFACTION = "satisfaction"


class Interval(StrEnum):
    WILSON = "wilson"
    NPS = "nps"
    POISSON = "poisson"
    STUDENT = "student"
