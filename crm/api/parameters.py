"""Query parameters, read strictly: an unknown or repeated one is an error, not a surprise."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from crm.api.problems import Problem, bad_parameter, shown
from crm.periods import Calendar
from crm.templatetags.crm_format import fanum
from crm.text import TextError, check_text

MOST_QUERY, MOST_VALUE = 8_000, 500
# Left over from other conventions and without any effect.
IGNORED = {"lang", "callback"}
WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
LARGEST_ID = 2**63 - 1


def read_parameters(request: HttpRequest, allowed: Collection[str]) -> dict[str, str]:
    """The parameters by name; `calendar` may always be given."""
    text = request.META.get("QUERY_STRING", "")
    if len(text) > MOST_QUERY:
        raise Problem("uri-too-long")
    found: dict[str, str] = {}
    for name, values in query_of(text).lists():
        if name in IGNORED:
            continue
        if name not in allowed and name != "calendar":
            names = ", ".join(sorted({*allowed, "calendar"}))
            raise bad_parameter(name, _("There is no such parameter. There are: %(names)s.") % {"names": names})
        if len(values) > 1:
            raise bad_parameter(name, _("The parameter is given more than once."))
        found[name] = checked(name, values[0])
    return found


def query_of(text: str) -> QueryDict:
    try:
        return QueryDict(text.encode("latin-1"), encoding="utf-8")
    except Exception as error:
        raise bad_parameter("", _("The query cannot be read.")) from error


def checked(name: str, value: str) -> str:
    try:
        check_text(value)
    except TextError:
        raise bad_parameter(name) from None
    if len(value) > MOST_VALUE or "\ufffd" in value:
        raise bad_parameter(name)
    return value


def calendar_of(parameters: dict[str, str]) -> Calendar:
    given = parameters.pop("calendar", "gregorian")
    try:
        return Calendar(given)
    except ValueError:
        raise bad_parameter("calendar", one_of(Calendar)) from None


def one_of(names: Iterable[str]) -> str:
    return _("One of: %(names)s.") % {"names": ", ".join(names)}


def whole_number(name: str, value: str, *, least: int = 0, most: int = LARGEST_ID) -> int:
    if not WHOLE.fullmatch(value) or not least <= int(value) <= most:
        is_id = most == LARGEST_ID
        text = _("Give the id of a record, a whole number.") if is_id else _("Give a whole number from %(least)s to %(most)s.")
        raise bad_parameter(name, text % {"least": fanum(least), "most": fanum(most)})
    return int(value)


def key_of(text: str) -> int:
    """An id out of a path: what cannot be one is not found."""
    if not WHOLE.fullmatch(text) or int(text) > LARGEST_ID:
        raise not_found(text)
    return int(text)


def not_found(key: str | int) -> Problem:
    """The same for a record that is not there and for one that the caller may not see."""
    return Problem("not-found", _("There is no such record, or you may not see it: %(found)s.") % {"found": shown(key)})
