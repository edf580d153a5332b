"""The doors of the floor: the way home, and what a reader prefers."""

from __future__ import annotations

import sys
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as set_language_cookie
from redis.exceptions import RedisError

from crm import services
from crm.accounts import keep_until_sign_in
from crm.api.writing import problem_behind
from crm.forms import OrganizationForm, PreferencesForm
from crm.history_views import last_change
from crm.models import Organization, User
from crm.navigation import LISTS, home_of, items_of
from crm.pages import FormPage, next_url, query_with, refusal, say
from crm.permissions import may_manage_people

# How much of a parameter a message repeats.
LONGEST_FOUND = 40


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(request.user))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """In the cookie for this browser, and with the account for all others: at once, or with the next sign-in."""
    language = request.POST.get("language", "")
    response = set_language_cookie(request)
    if language not in User.Language.values:
        return response
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=language)
    else:
        keep_until_sign_in(response, language)
    return response


@require_POST
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return refusal(request, _("This choice is not offered."))
    User.objects.filter(pk=request.user.pk).update(**form.chosen)
    return redirect(next_url(request, default="/"))


class SettingsView(FormPage):
    """The rules of the organisation, and the way to the lists that are settings, too."""

    template_name = "crm/settings.html"
    form_class = OrganizationForm
    permits = staticmethod(may_manage_people)

    def get_initial(self) -> dict[str, Any]:
        organization = Organization.current()
        return {name: getattr(organization, name) for name in OrganizationForm.base_fields}

    def save(self, form: OrganizationForm) -> HttpResponse:
        services.change_rules(**form.cleaned_data)
        say(self.request, _("Saved."))
        return redirect("settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lists = items_of(LISTS, self.request.user)
        return super().get_context_data(lists=lists, last_change=last_change(self.request), **kwargs)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that asks what there is not: the page names the parameter, and leads to itself without it."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return refusal(request, _("This is too much at once: send it in smaller parts."))
    name = asked_wrongly(request, str(exception))
    context = {
        "name": name,
        "found": request.GET.get(name, "")[:LONGEST_FOUND],
        "without_url": request.path + query_with(request.GET, **{name: None, "after": None}) if name else request.path,
    }
    return render(request, "400.html", context, status=400)


def asked_wrongly(request: HttpRequest, problem: str) -> str:
    """The parameter of the address that a `BadRequest` speaks of: by its name, or by what it holds."""
    name, _colon, found = problem.partition(": ")
    if name in request.GET:
        return name
    return next((key for key, text in request.GET.items() if found and text[:LONGEST_FOUND] == found), "")


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where only the database or the cache is away, and trying again helps; 500 for mistakes of our own."""
    error = sys.exc_info()[1]
    problem = problem_behind(error) if isinstance(error, DatabaseError | InterfaceError | RedisError) else None
    if problem is None or problem.code != "service-unavailable":
        return render(None, "500.html", {"request": request}, status=500)
    response = render(None, "500.html", {"request": request}, status=problem.status)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response
