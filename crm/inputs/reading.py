"""From parsed JSON to a clean struct, or to the list of everything wrong with it."""

from __future__ import annotations

import re
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from crm.inputs.caller import Caller
from crm.inputs.failures import Failure, pointer_of
from crm.inputs.fields import Clean, clean_long_text

T = TypeVar("T", bound=Struct)

MOST_FAILURES = 50
TEXTS, NUMBERS_TOO = frozenset({str}), frozenset({str, int, float})
PATH = re.compile(r"\.(\w+)|\[(\d+)\]")
QUOTED = re.compile(r"`(.*)`", re.DOTALL)
# How msgspec begins its messages, and what we call the fault.
KINDS = (
    ("Object contains unknown field", "unknown-field"),
    ("Object missing required field", "required"),
    ("Invalid enum value", "invalid-choice"),
    ("Expected `str` of length <=", "too-long"),
    ("Expected `str` of length >=", "blank"),
    ("Expected `array` of length <=", "too-many"),
    ("Expected `array` of length >=", "too-few"),
    ("Expected `int` <=", "out-of-range"),
    ("Expected `int` >=", "out-of-range"),
    ("Integer value out of range", "out-of-range"),
)


class Step(NamedTuple):
    """How one field is made clean, and which types of values; where it may also hold a key or a struct, only texts."""

    name: str
    clean: Clean | None
    types: frozenset[type]


def read_struct(kind: type[T], data: Any, caller: Caller, *, base: str = "") -> tuple[T | None, list[Failure]]:
    """The struct, or None and what is wrong."""
    try:
        struct = msgspec.convert(data, kind)
    except msgspec.ValidationError:
        return None, explain(kind, data, base, caller)[:MOST_FAILURES]
    cleaner = _Cleaner(caller)
    cleaner.clean(struct, data, base)
    failures = cleaner.failures
    return (None if failures else struct), failures[:MOST_FAILURES]


class _Cleaner:
    """Makes a struct clean in place, and remembers what could not be."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.failures: list[Failure] = []

    def clean(self, struct: Struct, data: dict[str, Any], base: str) -> None:
        """`data` is the struct as it was sent: it tells which fields there are to look at."""
        steps, caller = plan(type(struct)), self.caller
        for key, sent in data.items():
            if sent is None or key not in steps:
                continue
            name, clean, types = steps[key]
            value = sent if type(sent) is str else getattr(struct, name)
            if type(value) in types:
                try:
                    setattr(struct, name, clean(value, caller))
                except ValueError as error:
                    self.fail(f"{base}/{key}", error)
            elif type(value) is list:
                self.clean_list(steps[key], value, sent, f"{base}/{key}")
            elif isinstance(value, Struct):
                self.clean(value, sent, f"{base}/{key}")

    def clean_list(self, step: Step, values: list[Any], sent: list[Any], base: str) -> None:
        for index, value in enumerate(values):
            if isinstance(value, Struct):
                self.clean(value, sent[index], f"{base}/{index}")
            elif type(value) in step.types:
                values[index] = self.clean_value(step, value, f"{base}/{index}")

    def clean_value(self, step: Step, value: Any, pointer: str) -> Any:
        try:
            return step.clean(value, self.caller)
        except ValueError as error:
            self.fail(pointer, error)
            return None

    def fail(self, pointer: str, error: ValueError) -> None:
        self.failures.append(Failure(pointer, getattr(error, "code", "wrong-type")))


@cache
def plan(kind: type[Struct]) -> dict[str, Step]:
    """The fields that need more than their type: texts, amounts, times, and everything nested."""
    steps = {}
    for field in msgspec.structs.fields(kind):
        clean, texts_only = _clean_of(field.type)
        if clean is not None or _holds_struct(field.type):
            types = TEXTS if texts_only else NUMBERS_TOO
            steps[field.encode_name] = Step(field.name, clean, types if clean else frozenset())
    return steps


def _clean_of(hint: Any) -> tuple[Clean | None, bool]:
    """The cleaning function of a type. A bare text is checked too: no text is stored unseen."""
    if get_origin(hint) is Annotated:
        inner, *metas = get_args(hint)
        for meta in metas:
            if isinstance(meta, Meta) and meta.extra and "clean" in meta.extra:
                return meta.extra["clean"], inner is str
        return _clean_of(inner)
    if hint is str:
        return clean_long_text, True
    if get_origin(hint) in (Union, UnionType, list):
        found = [_clean_of(part) for part in get_args(hint)]
        return next((each for each in found if each[0] is not None), (None, True))
    return None, True


def _holds_struct(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return True
    return any(_holds_struct(part) for part in get_args(hint))


def explain(kind: type[Struct], data: Any, base: str, caller: Caller) -> list[Failure]:
    """Every fault of a record, in its parts too: the first pass stops at the first one, and the cleaning waits for it."""
    if not isinstance(data, dict):
        return [Failure(base, "wrong-type")]
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    failures = [Failure(base + pointer_of(name), "unknown-field") for name in data if name not in fields]
    for name, field in fields.items():
        if len(failures) >= MOST_FAILURES:
            break
        if name in data:
            failures += _faults_of(field.type, data[name], base + pointer_of(name), caller)
        elif field.required:
            failures.append(Failure(base + pointer_of(name), "required"))
    return failures or [Failure(base, "wrong-type")]


def _faults_of(hint: Any, value: Any, pointer: str, caller: Caller) -> list[Failure]:
    """What is wrong with the value of one field."""
    whole, entry = _struct_in(hint), _struct_in(hint, listed=True)
    if whole and isinstance(value, dict):
        return read_struct(whole, value, caller, base=pointer)[1]
    if entry and isinstance(value, list):
        failures: list[Failure] = []
        for index, each in enumerate(value):
            if len(failures) >= MOST_FAILURES:
                break
            failures += read_struct(entry, each, caller, base=f"{pointer}/{index}")[1]
        if failures:
            return failures
    try:
        read = msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        return [_failure_of(str(error), pointer)]
    clean, texts_only = _clean_of(hint)
    step = Step("", clean, (TEXTS if texts_only else NUMBERS_TOO) if clean else frozenset())
    cleaner = _Cleaner(caller)
    if isinstance(read, list):
        cleaner.clean_list(step, read, value, pointer)
    elif type(read) in step.types:
        cleaner.clean_value(step, value if type(value) is str else read, pointer)
    return cleaner.failures


def _struct_in(hint: Any, *, listed: bool = False) -> type[Struct] | None:
    """The struct that a value of this type may be, or `listed`: that the entries of such a list may be."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        return None if listed else hint
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list:
        return _struct_in(parts[0]) if listed else None
    if origin not in (Annotated, Union, UnionType):
        return None
    return next((found for part in parts if (found := _struct_in(part, listed=listed))), None)


def _failure_of(message: str, base: str) -> Failure:
    text, _, path = message.rpartition(" - at `$")
    text = text or message
    pointer = base + "".join(pointer_of(name or index) for name, index in PATH.findall(path))
    code = next((code for beginning, code in KINDS if text.startswith(beginning)), "wrong-type")
    named = QUOTED.search(text)
    if code in {"unknown-field", "required"} and named:
        pointer += pointer_of(named[1])
    return Failure(pointer, code)
