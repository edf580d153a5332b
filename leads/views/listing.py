"""What is done with the list of leads as a whole: views that are kept, and changes of many rows at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from crm.exports import KINDS, file_response
from crm.money import format_number
from crm.pages import action, key_in, next_url, posted, say
from crm.permissions import colleagues, may_sell
from crm.transactions import in_transaction
from leads import services
from leads.exports import table_of_leads
from leads.filters import LeadFilters
from leads.models import BulkChange, Lead, SavedView
from leads.services.together import MOST_AT_ONCE


@action(may_sell)
def save_view(request: HttpRequest) -> str:
    """The filters come as the query of the address that is posted to."""
    filters = LeadFilters(request, request.prefs.today(timezone.now()))
    view = services.save_view(by=request.user, name=request.POST.get("name") or request.GET.get("name", ""), query=filters.state)
    say(request, _("The view %(view)s was saved.") % {"view": view})
    return f"{reverse('leads:lead-list')}?{view.query}"


@action(may_sell)
def remove_view(request: HttpRequest, pk: int) -> str:
    view = get_object_or_404(SavedView.objects.filter(owner=request.user), pk=pk)
    services.remove_view(view, by=request.user)
    undo = f"{reverse('leads:view-save')}?{view.query}&{urlencode({'name': view.name})}"
    say(request, _("The view %(view)s was removed.") % {"view": view}, undo=undo)
    return reverse("leads:lead-list")


@posted(may_sell)
def bulk(request: HttpRequest) -> HttpResponse:
    """The ticked rows, or all that the filters of this address match."""
    rows = chosen_rows(request)
    back = next_url(request, default=reverse("leads:lead-list"))
    if (kind := request.POST.get("do")) in KINDS:
        return file_response(request, kind, table_of_leads(rows, request.prefs))
    try:
        keys = list(rows.order_by().values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        change = in_transaction(lambda: change_rows(request, keys))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    if change is None:
        messages.info(request, _("Nothing had to be changed."))
        return redirect(back)
    prefs = request.prefs
    count = format_number(change.count, prefs.language, latin_digits=prefs.latin_digits)
    undo = f"{reverse('leads:lead-bulk-undo', args=[change.pk])}?{urlencode({'next': back})}"
    say(request, _("Leads changed: %(count)s.") % {"count": count}, undo=undo)
    return redirect(back)


def chosen_rows(request: HttpRequest) -> QuerySet[Lead]:
    if request.POST.get("everything"):
        return LeadFilters(request, request.prefs.today(timezone.now())).rows()
    keys = [key for key in map(key_in, request.POST.getlist("lead")) if key is not None]
    return Lead.objects.visible_to(request.user).listed().filter(pk__in=keys)


def change_rows(request: HttpRequest, keys: list[int]) -> BulkChange | None:
    sent: Any = request.POST
    if not keys:
        raise ValidationError(
            _("Nothing matches these filters") if sent.get("everything") else _("Tick some leads first."), code="required"
        )
    facts = {"by": request.user, "at": timezone.now()}
    match sent.get("do"):
        case "owner":
            return services.assign_leads(keys, owner=one_of(colleagues(), sent.get("owner")), **facts)
        case "campaign":
            return services.set_campaign_of_leads(keys, campaign=one_of(Campaign.objects.all(), sent.get("campaign")), **facts)
        case "mql" | "sql" as stage:
            return services.qualify_leads(keys, stage=stage, **facts)
        case "archive":
            return services.archive_leads(keys, **facts)
    raise ValidationError(_("Choose what to do with them."), code="required")


def one_of(rows: QuerySet, key: str | None) -> Any:
    """The chosen row; nobody and nothing are choices, too, but an unsaid one is none."""
    if key == "none":
        return None
    row = rows.filter(pk=key_in(key) or 0).first()
    if row is None:
        raise ValidationError(_("Choose from the list first."), code="required")
    return row


@action(may_sell)
def undo_bulk(request: HttpRequest, pk: int) -> str:
    change = get_object_or_404(BulkChange.objects.undoable_by(request.user), pk=pk)
    services.undo_bulk_change(change, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return reverse("leads:lead-list")
