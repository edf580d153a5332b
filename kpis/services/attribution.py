"""What money is credited to."""

from __future__ import annotations

from django.db import connection, transaction

from crm.models import Organization

# Whoever writes one of these marks what it touches only where the model looks at more than the first touch.
TOUCHING = ("customers_order", "customers_cart", "leads_lead", "leads_touch", "campaigns_session")


def change_attribution(organization: Organization, *, model: str) -> Organization:
    """Credit money by another model from now on, for the whole history; the drain computes every credit again.

    Writers wait, and those that wrote before are waited for, so that each of them knows by which model it marked.
    """
    organization.attribution_model = Organization.AttributionModel(model)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(TOUCHING)} IN SHARE MODE")
        organization.save(update_fields=["attribution_model"])
    return organization
