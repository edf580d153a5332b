"""What money is credited to."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from crm.models import Organization

# Whoever writes one of these marks what it touches only where more than the first of all touches is looked at.
TOUCHING = ("customers_order", "customers_cart", "leads_lead", "leads_touch", "campaigns_session")


def change_attribution(organization: Organization, *, model: str) -> Organization:
    """Credit money by another model from now on, for the whole history; the drain computes every credit again."""
    return _credit(organization, attribution_model=Organization.AttributionModel(model))


def limit_touches(organization: Organization, *, days: int | None) -> Organization:
    """Credit money only to touches of so many days before an order, each of 24 hours, or to all; as with another model.

    Of money that nothing touched in these days it is not known where it came from. ValidationError for less than a day.
    """
    return _credit(organization, touch_days=days)


def _credit(organization: Organization, **rule: Any) -> Organization:
    """Writers wait, and those that wrote before are waited for, so that each of them knows by which rule it marked."""
    for name, value in rule.items():
        setattr(organization, name, value)
    organization.clean_fields(exclude={field.name for field in organization._meta.fields} - rule.keys())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(TOUCHING)} IN SHARE MODE")
        organization.save(update_fields=list(rule))
    return organization
