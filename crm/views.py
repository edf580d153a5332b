"""The doors of the floor: the way home, and what a reader prefers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as set_language_cookie

from crm.forms import PreferencesForm
from crm.models import User
from crm.navigation import home_of
from crm.pages import next_url


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(request.user))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """In the cookie for this browser, and with the account for all others."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in User.Language.values:
        User.objects.filter(pk=request.user.pk).update(language=language)
    return set_language_cookie(request)


@require_POST
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    User.objects.filter(pk=request.user.pk).update(**form.chosen)
    return redirect(next_url(request, default="/"))
