"""Channels, lead sources and social networks, as an administrator keeps them one at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from campaigns.models import Channel, LeadSource, SocialNetwork
from crm import reference
from crm.models import User

M = TypeVar("M", Channel, LeadSource, SocialNetwork)


def add_channel(
    *, by: User, at: datetime, name: str, kind: str, social_network: Any = None, is_marketing: bool = True
) -> Channel:
    facts = {"kind": kind, "social_network": social_network, "is_marketing": is_marketing}
    return reference.add_row(Channel(name=name, **facts), at=at)


def edit_channel(channel: Channel, *, by: User, at: datetime, **changes: Any) -> str:
    """Figures of the past go by the new name and kind: they name the channel, and keep nothing of it."""
    _require_known(changes, {"name", "kind", "social_network", "is_marketing"})
    return reference.edit_row(channel, by=by, at=at, **changes)


def add_lead_source(*, by: User, at: datetime, name: str) -> LeadSource:
    return reference.add_row(LeadSource(name=name), at=at)


def edit_lead_source(source: LeadSource, *, by: User, at: datetime, **changes: Any) -> str:
    _require_known(changes, {"name"})
    return reference.edit_row(source, by=by, at=at, **changes)


def add_social_network(*, by: User, at: datetime, name: str) -> SocialNetwork:
    return reference.add_row(SocialNetwork(name=name), at=at)


def edit_social_network(network: SocialNetwork, *, by: User, at: datetime, **changes: Any) -> str:
    _require_known(changes, {"name"})
    return reference.edit_row(network, by=by, at=at, **changes)


def remove(row: Channel | LeadSource | SocialNetwork, *, by: User, at: datetime) -> str:
    """One that no record names; the way that brings it back."""
    return reference.remove_row(row, by=by, at=at)


def restore(model: type[M], way: str, *, by: User, at: datetime) -> M:
    """As it was before it was changed or removed."""
    return reference.take_back(model.objects.visible_to(by), way, by=by, at=at)


def _require_known(changes: dict[str, Any], editable: set[str]) -> None:
    unknown = set(changes) - editable
    if unknown:
        raise TypeError(f"this cannot be changed: {', '.join(sorted(unknown))}")
