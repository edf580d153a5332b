"""What every page knows: the reader's preferences, the direction of the text and where one can go."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language_bidi, gettext

from crm.navigation import NEW, for_thumbs, items_for, items_of


def page(request: HttpRequest) -> dict[str, Any]:
    return {
        "product_name": gettext("Sanjeh"),
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "prefs": getattr(request, "prefs", None),
    }


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not user or not user.is_authenticated:
        return {"navigation": [], "thumbs": [], "beyond": [], "creations": []}
    items = items_for(user, request.path)
    thumbs, beyond = for_thumbs(items, user)
    return {"navigation": items, "thumbs": thumbs, "beyond": beyond, "creations": items_of(NEW, user)}
