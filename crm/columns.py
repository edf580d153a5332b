"""The columns of a list: those its address names, else those its reader chose, else the usual ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise

from crm.models import User
from crm.pages import ListPage

PARAMETER = "columns"


@dataclass(frozen=True)
class Column:
    """`joins` are the relations that a row must be read with to show it."""

    key: str
    label: Promise
    is_usual: bool = True
    is_number: bool = False
    joins: tuple[str, ...] = ()


def known(columns: Iterable[Column], keys: Iterable[str]) -> tuple[Column, ...]:
    """Those of the columns that are asked for, in the list's own order; what is no column is as if it were absent."""
    wish = set(keys)
    return tuple(column for column in columns if column.key in wish)


def named_in(columns: Iterable[Column], request: HttpRequest) -> tuple[Column, ...]:
    """Those that the address names."""
    return known(columns, request.GET.get(PARAMETER, "").split(","))


def as_parameter(columns: Iterable[Column]) -> str:
    return ",".join(column.key for column in columns)


class ColumnsPage(ListPage):
    """A list whose reader chooses the columns; what a row is called is always shown."""

    list_name: str
    columns: tuple[Column, ...]

    @cached_property
    def shown(self) -> tuple[Column, ...]:
        kept = self.request.user.columns.get(self.list_name, ())
        usual = tuple(column for column in self.columns if column.is_usual)
        return named_in(self.columns, self.request) or known(self.columns, kept) or usual

    @property
    def joins(self) -> list[str]:
        return [name for column in self.shown for name in column.joins]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        named = as_parameter(named_in(self.columns, self.request))
        facts = {"shown": {column.key for column in self.shown}, "offered_columns": self.columns, "named_columns": named}
        return super().get_context_data(**facts, **kwargs)

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Keeps the ticked columns; with none of them, or when the usual ones are asked for, nothing is kept."""
        ticked = () if "usual" in request.POST else known(self.columns, request.POST.getlist("column"))
        keys = [column.key for column in ticked]
        others = {name: kept for name, kept in request.user.columns.items() if name != self.list_name}
        User.objects.filter(pk=request.user.pk).update(columns=others | ({self.list_name: keys} if keys else {}))
        return redirect(self.url_with(**{PARAMETER: as_parameter(ticked)}))
