"""Lists of people: all that a reader may see, one with its members, and what its keeper changes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db.models import Case, OuterRef, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.database import CountUpTo
from crm.exports import KINDS, Table, file_response
from crm.models import PeopleList
from crm.origins import said
from crm.pages import MOST_FOUND, ListPage, action, count_of, counted, say
from crm.permissions import may_enter
from crm.templatetags.crm_format import format_moment
from customers.models import Customer
from leads import services
from leads.models import Lead
from leads.services.lists import members_of

HERE = OuterRef(OuterRef("pk"))


class PeopleListsView(ListPage):
    """Each list with how many of its people the reader sees."""

    template_name = "leads/people_lists.html"

    def get_queryset(self) -> QuerySet:
        return self.lists(MOST_FOUND)

    def lists(self, most: int | None) -> QuerySet:
        user = self.request.user
        people = {
            PeopleList.Kind.CUSTOMERS: Customer.objects.visible_to(user).listed().in_list(HERE),
            PeopleList.Kind.LEADS: Lead.objects.visible_to(user).listed().in_list(HERE),
        }
        counts = [When(kind=kind, then=CountUpTo(rows, most)) for kind, rows in people.items()]
        return PeopleList.objects.visible_to(user).select_related("owner").annotate(people=Case(*counts))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for row in context["rows"]:
            row.people_text = counted(row.people, self.request.prefs, MOST_FOUND)
            row.origin_text = said(row.origin, self.request.prefs)
        return context | {"files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS}}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            about = [_("Name"), _("Kind"), _("People"), _("Came from"), _("Owner"), _("Who sees it")]
            header = [*about, _("Saved on"), _("Saved on (ISO)")]
            return file_response(self.request, kind, Table(_("Lists of people"), header, self._cells()))
        return super().render_to_response(context, **kwargs)

    def _cells(self) -> Iterator[list[Any]]:
        """Each with all of its people: a file does not break off counting."""
        prefs = self.request.prefs
        for row in self.lists(None).order_by("-pk"):
            about = [row.name, row.get_kind_display(), row.people, said(row.origin, prefs), row.owner, row.get_scope_display()]
            yield [*about, format_moment(row.created_at, prefs, "short"), row.created_at.astimezone(prefs.zone)]


class PeopleListView(ListPage):
    """The members of one list, as far as the reader may see them."""

    template_name = "leads/people_list.html"

    @cached_property
    def people_list(self) -> PeopleList:
        rows = PeopleList.objects.visible_to(self.request.user).select_related("owner")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet:
        return members_of(self.people_list, self.request.user).select_related("owner")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, found = super().get_context_data(**kwargs), self.people_list
        is_of_leads = found.kind == PeopleList.Kind.LEADS
        list_url = f"{reverse('leads:lead-list' if is_of_leads else 'customers:customer-list')}?list={found.pk}"
        total = count_of(members_of(found, self.request.user), MOST_FOUND)
        return context | {
            "people_list": found,
            "origin": said(found.origin, self.request.prefs),
            "is_kept": PeopleList.objects.kept_by(self.request.user).filter(pk=found.pk).exists(),
            "scopes": PeopleList.Scope.choices,
            "detail_url": "leads:lead-detail" if is_of_leads else "customers:customer-detail",
            "list_url": list_url,
            "files": {kind: f"{list_url}&export={kind}" for kind in KINDS},
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), total, MOST_FOUND)),
        }


def kept(request: HttpRequest, pk: int, *, is_removed: bool = False) -> PeopleList:
    return get_object_or_404(PeopleList.objects.kept_by(request.user).filter(is_removed=is_removed), pk=pk)


@action(may_enter)
def edit(request: HttpRequest, pk: int) -> str:
    sent = request.POST
    people_list = services.edit_people_list(kept(request, pk), name=sent.get("name", ""), scope=sent.get("scope", ""))
    say(request, _("Saved."))
    return reverse("leads:people-list", args=[people_list.pk])


@action(may_enter)
def remove(request: HttpRequest, pk: int) -> str:
    people_list = services.remove_people_list(kept(request, pk))
    undo = reverse("leads:people-list-restore", args=[pk])
    say(request, _("The list %(list)s was removed.") % {"list": people_list}, undo=undo)
    return reverse("leads:people-lists")


@action(may_enter)
def restore(request: HttpRequest, pk: int) -> str:
    services.remove_people_list(kept(request, pk, is_removed=True), removed=False)
    return reverse("leads:people-list", args=[pk])
