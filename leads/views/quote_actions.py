"""What one press changes about a quote. Each says what it did and how to take it back."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages import action, say
from crm.permissions import may_sell
from crm.templatetags.crm_format import named_apart
from leads import services
from leads.models import Quote
from leads.offered import kept_amount


def _quote(request: HttpRequest, pk: int) -> Quote:
    return get_object_or_404(Quote.objects.visible_to(request.user), pk=pk)


def _page(pk: int) -> str:
    return reverse("leads:quote-detail", args=[pk])


@action(may_sell)
def send(request: HttpRequest, pk: int) -> str:
    before = _quote(request, pk)
    quote = services.send_quote(before, by=request.user, at=timezone.now())
    undo = "" if before.issued_at else reverse("leads:quote-recall", args=[pk])
    say(request, _("Quote %(quote)s is with the customer.") % {"quote": named_apart(quote, request.prefs)}, undo=undo)
    return _page(pk)


@action(may_sell)
def recall(request: HttpRequest, pk: int) -> str:
    services.recall_quote(_quote(request, pk), by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return _page(pk)


@action(may_sell)
def accept(request: HttpRequest, pk: int) -> str:
    quote = services.order_quote(_quote(request, pk), by=request.user, at=timezone.now())
    names = {"quote": named_apart(quote, request.prefs), "order": named_apart(quote.order, request.prefs)}
    text = _("Quote %(quote)s was accepted; order %(order)s was made from it.") % names
    kept = kept_amount(quote.opportunity, request.prefs) if quote.opportunity else ""
    say(request, f"{text} {kept}".strip(), undo=reverse("leads:quote-reopen", args=[pk]))
    return _page(pk)


@action(may_sell)
def decline(request: HttpRequest, pk: int) -> str:
    reason = request.POST.get("reason", "").strip() or request.POST.get("other", "")
    quote = services.decline_quote(_quote(request, pk), by=request.user, at=timezone.now(), reason=reason)
    say(
        request,
        _("Quote %(quote)s was declined.") % {"quote": named_apart(quote, request.prefs)},
        undo=reverse("leads:quote-reopen", args=[pk]),
    )
    return _page(pk)


@action(may_sell)
def reopen(request: HttpRequest, pk: int) -> str:
    before = _quote(request, pk)
    services.reopen_quote(before, by=request.user, at=timezone.now())
    text = _("Quote %(quote)s is open again; its order is cancelled.") if before.order_id else _("Taken back.")
    say(request, text % {"quote": named_apart(before, request.prefs)})
    return _page(pk)


@action(may_sell)
def remove(request: HttpRequest, pk: int) -> str:
    quote = _quote(request, pk)
    services.remove_quote(quote)
    say(request, _("Quote %(quote)s was deleted.") % {"quote": named_apart(quote, request.prefs)})
    return reverse("leads:opportunity-board")
