"""What was noted on a timeline is corrected, removed or taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages import action, next_url, say
from crm.permissions import may_sell
from crm.slips import Change
from leads import services
from leads.forms.activities import EditActivityForm
from leads.models import Activity
from leads.views.activities import activity_of, page_of
from leads.views.today import OneActivityPage


def undo_of(request: HttpRequest, activity: Activity, change: Change, at: datetime, page: str) -> str:
    way = services.way_back_of_activity(change, by=request.user, at=at)
    return f"{reverse('leads:activity-undo', args=[activity.pk, way])}?{urlencode({'next': page})}"


class ActivityEditView(OneActivityPage):
    form_class = EditActivityForm

    @property
    def heading(self) -> str:
        return _("Edit: %(activity)s") % {"activity": self.activity}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"activity": self.activity}

    def get_initial(self) -> dict[str, Any]:
        activity = self.activity
        local = (activity.done_at or self.at).astimezone(self.request.prefs.zone)
        return {"outcome": activity.outcome, "body": activity.body, "done_on": local.date(), "done_time": local.time()}

    def save(self, form: EditActivityForm) -> HttpResponse:
        before = services.last_activity_change(self.activity.pk)
        services.edit_activity(self.activity, by=self.request.user, at=self.at, **form.facts)
        change = services.last_activity_change(self.activity.pk)
        is_changed = change is not None and change != before
        page = self.return_url
        return self.done(_("Saved."), undo=undo_of(self.request, self.activity, change, self.at, page) if is_changed else "")


@action(may_sell)
def remove(request: HttpRequest, pk: int) -> str:
    activity, at = activity_of(request, pk), timezone.now()
    change = services.remove_activity(activity, by=request.user, at=at)
    page = next_url(request, default=page_of(activity, request.user))
    say(request, _("The entry was removed."), undo=undo_of(request, activity, change, at, page))
    return page


def refuse_hidden(request: HttpRequest, pk: int) -> None:
    """Of one that is gone the way itself says whose it was."""
    named = Activity.objects.filter(pk=pk)
    if named.exists() and not named.visible_to(request.user).exists():
        raise Http404


@action(may_sell)
def take_back(request: HttpRequest, pk: int, way: str) -> str:
    refuse_hidden(request, pk)
    activity = services.take_back_activity(way, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return page_of(activity, request.user)


@action(may_sell)
def take_back_noted(request: HttpRequest, pk: int, way: str) -> str:
    refuse_hidden(request, pk)
    services.take_back_noted(way, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return reverse("leads:today")
