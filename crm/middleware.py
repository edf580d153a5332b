"""The language, direction, calendar and zone of a request are its reader's."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from crm.models import User
from crm.preferences import Preferences


class PreferencesMiddleware:
    """Stands after authentication: a known reader's language wins over the cookie and the browser's wish."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        prefs = Preferences(_reader(request), translation.get_language() or "fa")
        if prefs.language != translation.get_language():
            translation.activate(prefs.language)
        request.LANGUAGE_CODE = prefs.language
        request.prefs = prefs
        return self.get_response(request)


def _reader(request: HttpRequest) -> User:
    """The signed-in user itself, not the lazy object around it, which every isinstance() would have to see through."""
    user = request.user
    return getattr(user, "_wrapped", user) if user.is_authenticated else user
