"""Pages by keyset: stable while rows are added, and as fast on the last page as on the first."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.api.parameters import LARGEST_ID, whole_number
from crm.api.problems import bad_parameter

DEFAULT_LIMIT, MOST_LIMIT = 50, 200
CURSOR = re.compile(r"([np])([0-9]{1,19})", re.ASCII)
NO_CURSOR = _("Take the cursor from an answer, as it is.")
PAGE_PARAMETERS = ("limit", "cursor")


@dataclass(frozen=True)
class Page:
    """The rows of one page, newest first, and the cursors of its neighbours."""

    rows: list[Any]
    next: str | None
    previous: str | None

    def links(self, path: str, parameters: dict[str, str]) -> dict[str, str | None]:
        """Addresses of the neighbours; `parameters` are the request's own."""
        kept = {name: value for name, value in parameters.items() if name != "cursor"}
        return {
            name: f"{path}?{urlencode(kept | {'cursor': cursor})}" if cursor else None
            for name, cursor in (("next", self.next), ("previous", self.previous))
        }


def page_of(rows: QuerySet, parameters: dict[str, str]) -> Page:
    """One page of rows by descending id."""
    limit = whole_number("limit", parameters.get("limit", str(DEFAULT_LIMIT)), least=1, most=MOST_LIMIT)
    direction, key = decode(parameters["cursor"]) if "cursor" in parameters else ("n", None)
    backwards = direction == "p"
    if key is not None:
        rows = rows.filter(pk__gt=key) if backwards else rows.filter(pk__lt=key)
    found = list(rows.order_by("pk" if backwards else "-pk")[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    before = found and (has_more if backwards else key is not None)
    after = found and (has_more or backwards)
    return Page(found, encode("n", found[-1].pk) if after else None, encode("p", found[0].pk) if before else None)


def encode(direction: str, key: int) -> str:
    return urlsafe_b64encode(f"{direction}{key}".encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[str, int]:
    """Direction and key; the whole link of a page will do too."""
    cursor = cursor.rpartition("cursor=")[2]
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (Base64Error, ValueError):
        raise bad_parameter("cursor", NO_CURSOR) from None
    match = CURSOR.fullmatch(text)
    if not match or int(match[2]) > LARGEST_ID:
        raise bad_parameter("cursor", NO_CURSOR)
    return match[1], int(match[2])
