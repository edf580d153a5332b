"""Logging, planning and finishing activities."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages import action, key_in, say
from crm.permissions import may_sell
from leads import services
from leads.forms import ActivityForm
from leads.models import Activity, Lead, Opportunity


def activity_of(request: HttpRequest, pk: int) -> Activity:
    rows = Activity.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("lead", "opportunity"), pk=pk)


def page_of(activity: Activity) -> str:
    if activity.opportunity_id:
        return reverse("leads:opportunity-detail", args=[activity.opportunity_id])
    if activity.lead_id:
        return reverse("leads:lead-detail", args=[activity.lead_id])
    return reverse("customers:customer-detail", args=[activity.customer_id])


def _log(request: HttpRequest, **about: Any) -> str:
    at = timezone.now()
    form = ActivityForm(request.POST, user=request.user, prefs=request.prefs, at=at)
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])
    facts = form.cleaned_data
    activity = services.log_activity(by=request.user, at=at, kind=facts["kind"], body=facts["body"], due_at=form.due_at, **about)
    say(request, _("Planned.") if activity.due_at else _("Added."))
    return page_of(activity)


@action(may_sell)
def log_for_lead(request: HttpRequest, pk: int) -> str:
    return _log(request, lead=get_object_or_404(Lead.objects.visible_to(request.user), pk=pk))


@action(may_sell)
def log_for_opportunity(request: HttpRequest, pk: int) -> str:
    opportunity = get_object_or_404(Opportunity.objects.visible_to(request.user).select_related("lead"), pk=pk)
    return _log(request, opportunity=opportunity, lead=opportunity.lead)


@action(may_sell)
def reopen(request: HttpRequest, pk: int) -> str:
    visible = Activity.objects.visible_to(request.user)
    follow_up = visible.filter(pk=key_in(request.GET.get("follow_up")) or 0).first()
    activity = services.reopen_activity(activity_of(request, pk), by=request.user, at=timezone.now(), follow_up=follow_up)
    say(request, _("It is a next step again."))
    return page_of(activity)
