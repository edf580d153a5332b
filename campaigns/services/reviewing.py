"""Closing the report card of a campaign that has ended."""

from __future__ import annotations

from datetime import datetime

from campaigns.models import Campaign


def review_campaign(campaign: Campaign, *, at: datetime | None) -> Campaign:
    """From then on it does not wait on its owner's day; without a moment it waits again."""
    campaign.reviewed_at = at
    campaign.save(update_fields=["reviewed_at", "updated_at"])
    return campaign
