"""Where people come in: home, and the choices of language, calendar and looks."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordResetFromKeyView
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as set_language_cookie

from crm.accounts import keep_until_sign_in
from crm.forms.settings import PreferencesForm
from crm.models import User
from crm.navigation import home_of
from crm.pages import next_url, refusal


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(request.user))


class PasswordLinkView(PasswordResetFromKeyView):
    """Whoever is signed in and opens somebody else's link becomes nobody else before they say so."""

    LEAVE = "leave"

    def logout(self) -> None:
        """allauth signs out here who is not whom the link is for; what a dead link is for it does not come to."""
        if self.LEAVE not in self.request.POST:
            raise ImmediateHttpResponse(render(self.request, "account/link_of_another.html", {"view": self}))
        super().logout()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(request.path) if self.LEAVE in request.POST else super().post(request, *args, **kwargs)


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
