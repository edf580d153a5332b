"""What one press changes about a lead. Each says what it did and how to take it back."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages import action, key_in, say
from crm.permissions import colleagues, may_sell
from leads import services
from leads.models import Lead


def _lead(request: HttpRequest, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)


def _page(pk: int) -> str:
    return reverse("leads:lead-detail", args=[pk])


@action(may_sell)
def qualify(request: HttpRequest, pk: int) -> str:
    stage = request.POST.get("stage", "")
    lead = services.qualify_lead(_lead(request, pk), stage=stage, by=request.user, at=timezone.now())
    undo = f"{reverse('leads:lead-unqualify', args=[pk])}?stage={stage}"
    say(request, _("%(lead)s is %(stage)s now.") % {"lead": lead, "stage": stage.upper()}, undo=undo)
    return _page(pk)


@action(may_sell)
def unqualify(request: HttpRequest, pk: int) -> str:
    services.unqualify_lead(_lead(request, pk), stage=request.GET.get("stage", ""), by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return _page(pk)


@action(may_sell)
def disqualify(request: HttpRequest, pk: int) -> str:
    reason = request.POST.get("reason", "").strip() or request.POST.get("other", "")
    lead = services.disqualify_lead(_lead(request, pk), reason=reason, by=request.user, at=timezone.now())
    say(request, _("%(lead)s was disqualified.") % {"lead": lead}, undo=reverse("leads:lead-reopen", args=[pk]))
    return _page(pk)


@action(may_sell)
def reopen(request: HttpRequest, pk: int) -> str:
    lead = services.reopen_lead(_lead(request, pk), by=request.user, at=timezone.now())
    say(request, _("%(lead)s is open again.") % {"lead": lead})
    return _page(pk)


@action(may_sell)
def undo_conversion(request: HttpRequest, pk: int) -> str:
    services.undo_conversion(_lead(request, pk), by=request.user, at=timezone.now())
    say(request, _("The conversion was undone."))
    return _page(pk)


@action(may_sell)
def assign(request: HttpRequest, pk: int) -> str:
    """Somebody who gives their own lead away may not see it any more: then the list is where they go on."""
    lead = _lead(request, pk)
    wish = request.POST.get("owner") or request.GET.get("owner") or ""
    owner = get_object_or_404(colleagues(), pk=key_in(wish) or 0) if wish else None
    before = lead.owner_id or ""
    services.assign_lead(lead, owner=owner, by=request.user, at=timezone.now())
    stays = Lead.objects.visible_to(request.user).filter(pk=pk).exists()
    undo = f"{reverse('leads:lead-assign', args=[pk])}?owner={before}" if stays else ""
    say(request, _("%(lead)s belongs to %(owner)s now.") % {"lead": lead, "owner": owner or _("nobody")}, undo=undo)
    return _page(pk) if stays else reverse("leads:lead-list")


@action(may_sell)
def archive(request: HttpRequest, pk: int) -> str:
    lead = services.archive_lead(_lead(request, pk), by=request.user, at=timezone.now())
    say(request, _("%(lead)s was archived.") % {"lead": lead}, undo=reverse("leads:lead-restore", args=[pk]))
    return reverse("leads:lead-list")


@action(may_sell)
def restore(request: HttpRequest, pk: int) -> str:
    lead = services.restore_lead(_lead(request, pk), by=request.user, at=timezone.now())
    say(request, _("%(lead)s is back in the lists.") % {"lead": lead})
    return _page(pk)
