"""Campaigns kept by hand, one at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from crm.models import User

TARGETS = tuple(field.name for field in Campaign._meta.fields if field.name.startswith("target_"))
EDITABLE = frozenset({"name", "channel", "goal", "goal_event", "starts_on", "ends_on", "budget", "status", "owner", *TARGETS})


@transaction.atomic
def open_campaign(*, by: User, at: datetime, source: str | None = None, external_id: str | None = None, **facts: Any) -> Campaign:
    """A new campaign. A known (`source`, `external_id`) answers with the campaign it has."""
    _require_known(facts)
    _require_span(facts.get("starts_on"), facts.get("ends_on"))
    made = {"created_at": at, **facts}
    if external_id is None:
        return Campaign.objects.create(source=source, **made)
    return Campaign.objects.get_or_create(source=source, external_id=external_id, defaults=made)[0]


@transaction.atomic
def edit_campaign(campaign: Campaign, *, by: User, at: datetime, seen: datetime | None = None, **changes: Any) -> Campaign:
    """Other days, another budget or target. `seen` is the state the writer had before them; sent twice it is one change."""
    _require_known(changes)
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    changed = [column for column, value in changes.items() if getattr(campaign, column) != value]
    if changed and seen is not None and campaign.updated_at != seen:
        raise ValidationError(
            _("Somebody changed this campaign in the meantime: open it again and repeat your change."), code="conflict"
        )
    for column in changed:
        setattr(campaign, column, changes[column])
    _require_span(campaign.starts_on, campaign.ends_on)
    if changed:
        campaign.save(update_fields=[*changed, "updated_at"])
    return campaign


def _require_known(facts: dict[str, Any]) -> None:
    unknown = set(facts) - EDITABLE
    if unknown:
        raise TypeError(f"a campaign cannot be given {', '.join(sorted(unknown))}")


def _require_span(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise ValidationError({"ends_on": ValidationError(_("The first day comes after the last."), code="out-of-range")})
