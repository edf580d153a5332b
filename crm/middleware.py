"""The language, direction, calendar and zone of a request are its reader's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from crm.models import User
from crm.pages import refusal
from crm.preferences import Preferences

UNREADABLE = re.compile("[\x00\ud800-\udfff]")


class EntryMiddleware:
    """Who may not change a page is told so before what they sent is read; the API does the same for itself.

    Then what no column can hold (NUL, half characters) is refused before a page reads it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        permits = getattr(getattr(view, "view_class", view), "permits", None)
        if request.method == "POST" and permits:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not permits(request.user):
                raise PermissionDenied
        if _is_too_much(request):
            return refusal(request, _("This is too much at once: send it in smaller parts."), status=413)
        if any(map(_is_unreadable, (request.GET, request.POST))):
            return refusal(request, _("The text contains a character that is not allowed."))
        return None


class NoFiles(FileUploadHandler):
    """No page takes a file: what is sent as one is passed over, and nothing of it kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


def _is_too_much(request: HttpRequest) -> bool:
    """By what it says of itself, before any of it is read. Django's own limit leaves out the files in a form."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _is_unreadable(data: QueryDict) -> bool:
    return any(UNREADABLE.search(text) for name, values in data.lists() for text in (name, *values))


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
        response = self.get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


def _reader(request: HttpRequest) -> User:
    """The signed-in user itself, not the lazy object around it, which every isinstance() would have to see through."""
    user = request.user
    return getattr(user, "_wrapped", user) if user.is_authenticated else user
