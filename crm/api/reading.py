"""The body of a request, read strictly: what two parsers could read in two ways is refused."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from crm.api.problems import Problem
from crm.templatetags.crm_format import fanum

MOST_BYTES, MOST_BULK_BYTES = 1_000_000, 10_000_000
MOST_DEPTH = 20
UTF8 = {"utf-8", "utf8"}
NEITHER_QUOTES_NOR_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))
ONE_KIND = bytes.maketrans(b"{}", b"[]")
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


def read_body(request: HttpRequest, most: int) -> bytes:
    """The raw body, if it is JSON by its headers and not too long."""
    charset = request.content_params.get("charset", "utf-8").strip().lower()
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if request.content_type.lower() != "application/json" or charset not in UTF8 or encoding not in {"", "identity"}:
        raise Problem("unsupported-media-type")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > most:
        raise Problem("payload-too-large", headers={"Connection": "close"})
    try:
        body = request.read(most + 1)
    except (UnreadablePostError, OSError):
        raise Problem("malformed-json", _("The body is incomplete.")) from None
    if len(body) > most:
        raise Problem("payload-too-large")
    if length.isdigit() and len(body) < int(length):
        raise Problem("malformed-json", _("The body is incomplete."))
    return body


class AmbiguousError(ValueError):
    """JSON that two readers may take for two things; the text is for who sent it."""


def parse_json(body: bytes) -> Any:
    """The document, refused where it is ambiguous: repeated keys, NaN, half characters, deeper than 20."""
    if nests_too_deep(body):
        raise Problem("malformed-json", _("The document is nested too deep, or its brackets do not match."))
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_no_constant)
        if HALF_CHARACTER.search(body):
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:  # UnicodeError and JSONDecodeError are ValueErrors
        raise Problem("malformed-json", _place(error)) from None
    return document


def nests_too_deep(body: bytes) -> bool:
    """Without parsing: texts are cut out, then each round of removing empty pairs takes one level away."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    skeleton = body.translate(ONE_KIND, NEITHER_QUOTES_NOR_BRACKETS)
    # Two quotes with nothing between them are a whole text, or the gap between two: either may go.
    brackets = b"".join(skeleton.replace(b'""', b"").split(b'"')[::2])
    for _round in range(MOST_DEPTH):
        if not brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AmbiguousError(_("A key occurs twice in one object."))
    return found


def _no_constant(name: str) -> NoReturn:
    raise AmbiguousError(_("NaN and Infinity are no JSON."))


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return _("Line %(line)s, column %(column)s.") % {"line": fanum(error.lineno), "column": fanum(error.colno)}
    if isinstance(error, UnicodeError):
        return _("The text is not valid UTF-8.")
    if isinstance(error, AmbiguousError):
        return str(error)
    return _("A number has too many digits.")
