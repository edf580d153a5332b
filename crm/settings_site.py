"""The site of the settings pages: what is written there collides and tries again as on every other page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse

from crm.settings_pages import ReaderAdmin
from crm.transactions import in_transaction

View = Callable[..., HttpResponse]


class SettingsSite(AdminSite):
    def register(self, model_or_iterable: Any, admin_class: type | None = None, **options: Any) -> None:
        """Pages that other packages bring along are left out: nobody needs them, and they know no reader."""
        if admin_class is not None and issubclass(admin_class, ReaderAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        return super().admin_view(in_one_transaction(view), cacheable)


def in_one_transaction(view: View) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        return in_transaction(lambda: view(request, *args, **kwargs))

    return wrapped
