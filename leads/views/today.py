"""The page of the day, and what becomes of what was planned: done, or later."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from campaigns.models import Campaign
from campaigns.services import review_campaign
from crm.pages import Page, action, say
from crm.permissions import may_sell
from crm.templatetags.crm_format import format_moment
from leads import services
from leads.follow_up import FinishForm, SnoozeForm, when_choices
from leads.forms.leads import DISQUALIFY_REASONS
from leads.models import Activity
from leads.today import Today
from leads.views.activities import FollowUpPage, activity_of, page_of


class TodayView(Page, TemplateView):
    template_name = "leads/today.html"
    permits = staticmethod(may_sell)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = Today(self.request, self.at)
        choices = when_choices(today.day, self.request.prefs)
        facts = {"when_choices": choices, "reasons": DISQUALIFY_REASONS, "token": uuid4()}
        return super().get_context_data(today=today, **facts, **kwargs)


def ended_campaign(request: HttpRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.filter(owner=request.user, ends_on__isnull=False), pk=pk)


@action(may_sell)
def review(request: HttpRequest, pk: int) -> str:
    campaign = review_campaign(ended_campaign(request, pk), at=timezone.now())
    undo = reverse("leads:campaign-unreview", args=[pk])
    say(request, _("The report card of %(campaign)s is closed.") % {"campaign": campaign}, undo=undo)
    return reverse("leads:today")


@action(may_sell)
def unreview(request: HttpRequest, pk: int) -> str:
    review_campaign(ended_campaign(request, pk), at=None)
    return reverse("leads:today")


class OneActivityPage(FollowUpPage):
    @property
    def activity(self) -> Activity:
        if not hasattr(self, "_activity"):
            self._activity = activity_of(self.request, self.kwargs["pk"])
        return self._activity

    @property
    def back_url(self) -> str:
        return page_of(self.activity, self.request.user)


class FinishView(OneActivityPage):
    form_class = FinishForm

    @property
    def heading(self) -> str:
        return _("Done: %(activity)s") % {"activity": self.activity}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"of_kind": self.activity.kind}

    def save(self, form: FinishForm) -> HttpResponse:
        said = {name: form.cleaned_data[name] for name in ("outcome", "body")}
        follow_up = services.finish_activity(self.activity, by=self.request.user, at=self.at, **said, **form.facts)
        undo = reverse("leads:activity-reopen", args=[self.activity.pk])
        return self.done(_("Done."), undo=f"{undo}?follow_up={follow_up.pk}" if follow_up else undo)


class SnoozeView(OneActivityPage):
    form_class = SnoozeForm

    @property
    def heading(self) -> str:
        return _("Later: %(activity)s") % {"activity": self.activity}

    def save(self, form: SnoozeForm) -> HttpResponse:
        before = self.activity.due_at
        if before is None:
            return redirect(self.return_url)
        due_at = form.later(before)
        services.reschedule_activity(self.activity, due_at=due_at, by=self.request.user, at=self.at)
        undo = f"{reverse('leads:activity-move-back', args=[self.activity.pk])}?{urlencode({'due': before.isoformat()})}"
        return self.done(_("Moved to %(moment)s.") % {"moment": format_moment(due_at, self.request.prefs)}, undo=undo)


def moment_in(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and 1900 < moment.year < 9000 else None


@action(may_sell)
def move_back(request: HttpRequest, pk: int) -> str:
    """The way back of a snooze."""
    activity = activity_of(request, pk)
    due_at = moment_in(request.GET.get("due", ""))
    if due_at is None:
        raise Http404
    services.reschedule_activity(activity, due_at=due_at, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return page_of(activity, request.user)
