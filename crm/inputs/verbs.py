"""What actions on one record are sent."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from crm.inputs.fields import Id, Moment


class Verb(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every action may say: when it happened."""

    at: Moment | UnsetType = UNSET


class MergeIn(Verb):
    """The record that stays."""

    into: Id
