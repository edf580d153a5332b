"""The headings of a table by which it is sorted, and the order that an address asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import BadRequest
from django.http import QueryDict

from crm.pages import query_with

Sorting = TypeVar("Sorting")
# Columns of words, and those that begin with the smallest.
WORDS, RISING = ("day", "name"), ("name",)


def sorting_asked(query: QueryDict, sorting_of: Callable[[str], Sorting]) -> Sorting:
    try:
        return sorting_of(query.get("sort", ""))
    except KeyError:
        raise BadRequest(f"sort: {query['sort'][:40]}") from None


def headings(
    query: QueryDict, labels: Mapping[str, Any], chosen: str, *, is_falling: bool, place: str = "rows"
) -> list[dict[str, Any]]:
    """Each sorts by its column, the largest first, of names the first of the alphabet; pressed again the other way round."""
    found = []
    for column, label in labels.items():
        is_chosen = column == chosen
        is_pressed = is_chosen and is_falling != (column in RISING)
        sort = f"-{column}" if is_pressed else column
        aria = ("descending" if is_falling else "ascending") if is_chosen else ""
        url = query_with(query, sort=sort, after=None) + f"#{place}"
        found.append({"label": str(label), "url": url, "aria": aria, "is_number": column not in WORDS})
    return found
