"""Leads and opportunities for tests: one plain function each, without surprises."""

from datetime import UTC, datetime
from decimal import Decimal

from leads import services
from leads.models import Stage

A_DAY = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)


def make_lead(**facts):
    facts = {"by": None, "at": A_DAY, "name": "Ali Moradi"} | facts
    return services.register_lead(**facts)


def make_opportunity(**facts):
    facts = {"by": None, "at": A_DAY, "name": "Big order", "amount": Decimal(100)} | facts
    if isinstance(facts.get("stage"), str):
        facts["stage"] = stage(facts["stage"])
    return services.open_opportunity(**facts)


def stage(slug):
    return Stage.objects.get(slug=slug)
