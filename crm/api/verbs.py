"""What the actions of all resources have in common: when it happened, who did it, and whom it refers to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.failures import Failure, Refused
from crm.inputs.fields import FieldError, check_not_future
from crm.inputs.rates import is_too_fine
from crm.inputs.references import Target, find, key_of
from crm.inputs.verbs import Verb
from crm.models import User


def moment_of(data: Verb, caller: Caller) -> datetime:
    """When it happened: now, unless the caller may say otherwise."""
    if data.at is UNSET:
        return caller.at
    if not caller.may_give_history:
        raise Refused([Failure("/at", "not-allowed")])
    try:
        check_not_future(data.at, caller)
    except FieldError as error:
        raise Refused([Failure("/at", error.code)]) from None
    return data.at


def facts(data: Verb, caller: Caller) -> dict[str, Any]:
    by: User | None = None if caller.token else caller.user
    return {"by": by, "at": moment_of(data, caller)}


def referred(value: Any, target: Target, pointer: str, caller: Caller) -> Any:
    key = key_of(value, target, caller)
    found = find({key}, target, caller)
    if key not in found:
        raise Refused([Failure(pointer, "invalid-reference")])
    return target.model.objects.get(pk=found[key])


def amount_of(given: Any, pointer: str, caller: Caller) -> Any:
    if given is UNSET or given is None:
        return None
    if is_too_fine(given, caller.organization.currency):
        raise Refused([Failure(pointer, "precision")])
    return given
