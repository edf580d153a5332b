"""API tokens, for those who manage people: which there are, a new one, and the end of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm import services
from crm.forms.tokens import TokenForm
from crm.history.changes import Authors
from crm.models import ApiToken, User
from crm.pages import FormPage, ListPage, Page, action, key_in, say
from crm.permissions import may_manage_people
from crm.scopes import in_words

# The forms that have made a token, in the session: sent again they make no other.
MADE, MOST_MADE = "tokens_made", 20


def state_of(token: ApiToken, at: datetime) -> str:
    """Why it is refused by now; empty where it is not."""
    if token.revoked_at:
        return _("Revoked")
    if token.expires_at and token.expires_at <= at:
        return _("Expired")
    return "" if token.user.is_active else _("Account switched off")


class TokenListView(ListPage):
    template_name = "crm/tokens.html"
    permits = staticmethod(may_manage_people)

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.select_related("user")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for token in context["rows"]:
            token.state, token.words = state_of(token, self.at), in_words(token.scopes)
        return context


class TokenView(Page, TemplateView):
    template_name = "crm/token.html"
    permits = staticmethod(may_manage_people)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        token = get_object_or_404(ApiToken.objects.select_related("user"), pk=self.kwargs["pk"])
        author = Authors([token.recorded_by]).of(token.recorded_by) if token.recorded_by else ""
        facts = {"state": state_of(token, self.at), "words": in_words(token.scopes), "author": author}
        return super().get_context_data(token=token, **facts, **kwargs)


class TokenCreateView(FormPage):
    """The key stands on the answer alone: no message, address or session ever holds it."""

    template_name = "crm/token_form.html"
    form_class = TokenForm
    permits = staticmethod(may_manage_people)

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4(), "user": User.objects.filter(pk=key_in(self.request.GET.get("user"))).first()}

    def save(self, form: TokenForm) -> HttpResponse:
        facts, made = form.cleaned_data, self.request.session.get(MADE, [])
        if str(facts["token"]) in made:
            say(
                self.request,
                _("This token was made already, and its key is shown once only. Is it lost, revoke it and make a new one."),
            )
            return redirect("tokens")
        day = facts["expires_on"]
        token, secret = services.add_token(
            facts["user"],
            by=self.request.user,
            at=self.at,
            name=facts["name"],
            scopes=facts["scopes"],
            expires_at=form.end_of(day) if day else None,
        )
        self.request.session[MADE] = [*made, str(facts["token"])][-MOST_MADE:]
        return render(self.request, "crm/token_made.html", {"token": token, "secret": secret})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("tokens"), **kwargs)


@action(may_manage_people)
def revoke(request: HttpRequest, pk: int) -> str:
    token = services.revoke_token(get_object_or_404(ApiToken, pk=pk), at=timezone.now())
    say(request, _("%(token)s was revoked: whatever uses it is refused from now on.") % {"token": token})
    return reverse("tokens")
