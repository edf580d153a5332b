"""The pages of leads: list, quick add, record, and its forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.ago import ago
from crm.columns import ColumnsPage
from crm.exports import KINDS, file_response
from crm.models import User
from crm.pages import DetailPage, FormPage, counted, form_key, next_url, query_with, say
from crm.permissions import colleagues, may_sell
from customers.models import Customer
from customers.views.duplicates import SHOWN_DUPLICATES, Duplicates, DuplicatesView, PersonFormPage, duplicates_of
from leads import services
from leads.columns import COLUMNS
from leads.exports import table_of_leads
from leads.filters import LeadFilters
from leads.follow_up import when_choices
from leads.forms.activities import ActivityForm
from leads.forms.leads import DISQUALIFY_REASONS, ConvertForm, EditLeadForm, LeadForm, MergeForm, NewLeadForm
from leads.models import Activity, Lead, Opportunity, Quote
from leads.models.planning import next_due_at
from leads.offered import quotes_shown
from leads.timeline import Reader, lead_entries, next_mark, planned

QUICK_ADD = "quick-add"
MERGE_CANDIDATES, MOST_QUOTES = 20, 20


class LeadListView(ColumnsPage):
    template_name = "leads/lead_list.html"
    permits = staticmethod(may_sell)
    order_by = "created_at"
    list_name = "leads"
    columns = COLUMNS

    def get_queryset(self) -> Any:
        self.filters = LeadFilters(self.request, self.request.prefs.today(self.at))
        self.missing = self.filters.missing
        rows = self.filters.rows()
        return rows.select_related(*self.joins).annotate(next_due=next_due_at("lead"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        prefs, reader = self.request.prefs, Reader(self.request.prefs, self.at, self.request.user)
        for lead in context["rows"]:
            lead.mark = next_mark(lead.next_due, reader, is_open=lead.is_open)
            lead.age = ago(lead.created_at, self.at, prefs)
        return context | {
            "filters": self.filters,
            "chips": self.filters.chips(),
            "clear_url": self.request.path + query_with(QueryDict(), view=self.filters.named_view),
            "tabs": self.filters.tabs(),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), self.filters.total, self.filters.most)),
            "bulk_url": f"{reverse('leads:lead-bulk')}?{self.filters.state}",
            "total_text": counted(self.filters.total, prefs, self.filters.most),
            "form": new_lead_form(self.request, self.at, self.filters.sources),
            "quick_add": QUICK_ADD,
            "files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS},
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            return file_response(self.request, kind, table_of_leads(self.filters.rows(), self.request.prefs))
        return super().render_to_response(context, **kwargs)


class LeadCreateView(PersonFormPage):
    """Quick add."""

    template_name = "leads/lead_form.html"
    form_class = NewLeadForm
    rows = Lead.objects.all()
    permits = staticmethod(may_sell)

    def get_initial(self) -> dict[str, Any]:
        return initial_lead(self.request)

    def get_form(self, form_class: type[NewLeadForm] | None = None) -> NewLeadForm:
        return begins_with(super().get_form(form_class), "name")

    def save(self, form: NewLeadForm) -> HttpResponse:
        facts = {name: form.cleaned_data[name] for name in LeadForm.base_fields}
        facts["channel"] = facts["channel"] or (facts["campaign"].channel if facts["campaign"] else None)
        key = form_key(Lead, form.cleaned_data["token"], facts)
        if (question := self.asks_first(form, facts, key)) is not None:
            return question
        lead = services.register_lead(by=self.request.user, at=self.at, owner=self.request.user, **facts, **key)
        if lead.lead_source_id:
            self.request.session["lead_source"] = lead.lead_source_id
        say(self.request, _("%(lead)s was saved.") % {"lead": lead}, undo=reverse("leads:lead-archive", args=[lead.pk]))
        if "another" in self.request.POST:
            return redirect("leads:lead-create")
        return redirect(next_url(self.request, default=reverse("leads:lead-detail", args=[lead.pk])))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"quick_add": QUICK_ADD} | kwargs))


def begins_with(form: Form, name: str) -> Form:
    """Whoever opens it begins there."""
    if not form.is_bound:
        form.fields[name].widget.attrs["autofocus"] = True
    return form


def initial_lead(request: HttpRequest) -> dict[str, Any]:
    """The source used last stays chosen: at a stand in an exhibition it is the same all day."""
    return {"token": uuid4(), "lead_source": request.session.get("lead_source")}


def new_lead_form(request: HttpRequest, at: datetime, sources: list[tuple[str, Any]]) -> NewLeadForm:
    """The quick add above the list; the page has read the sources already."""
    form = NewLeadForm(user=request.user, prefs=request.prefs, at=at, initial=initial_lead(request))
    form.fields["lead_source"].choices = [("", form.fields["lead_source"].empty_label), *sources]
    return form


class LeadDuplicatesView(DuplicatesView):
    template_name = "leads/_duplicates.html"
    permits = staticmethod(may_sell)
    rows = Lead.objects.all()


class LeadPage(DetailPage):
    """What the record page and its forms have in common: the lead, among those its reader may see."""

    permits = staticmethod(may_sell)

    def get_object(self) -> Lead:
        rows = Lead.objects.visible_to(self.request.user)
        related = rows.select_related("lead_source", "channel", "campaign", "landing_page", "owner", "customer")
        return get_object_or_404(related, pk=self.kwargs["pk"])


class LeadDetailView(LeadPage):
    template_name = "leads/lead_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        lead, reader = self.object, Reader(self.request.prefs, self.at, self.request.user)
        opportunities = lead.opportunities.visible_to(self.request.user).select_related("stage")
        return context | {
            "lead": lead,
            "customer": Customer.objects.visible_to(self.request.user).filter(pk=lead.customer_id).first(),
            "survivor": self.survivor(),
            "entries": lead_entries(lead, reader),
            "steps": planned(Activity.objects.filter(lead=lead), reader),
            "opportunities": opportunities,
            # A deal that is closed was worked on.
            "may_undo_conversion": lead.converted_at and any(each.is_open for each in opportunities),
            "quotes": quotes_shown(Quote.objects.for_lead(lead), self, MOST_QUOTES),
            "similar": self.similar(),
            "buyers": buyers_of(lead, self.request.user),
            "age": ago(lead.created_at, self.at, self.request.prefs),
            "colleagues": colleagues(),
            "reasons": DISQUALIFY_REASONS,
            "when_choices": when_choices(reader.today, reader.prefs),
            "activity_form": activity_form(self.request, self.at),
            "activity_url": reverse("leads:lead-activity", args=[lead.pk]),
        }

    def similar(self) -> QuerySet[Lead]:
        lead, leads = self.object, Lead.objects.visible_to(self.request.user)
        if lead.merged_into_id:
            return leads.none()
        found = leads.listed().resembling(phone=lead.phone, email=lead.email).exclude(pk=lead.pk)
        return found.select_related("owner")[:SHOWN_DUPLICATES]

    def survivor(self) -> Lead | None:
        """The record that a merged one became, where the reader may see it."""
        key = self.object.merged_into_id
        return Lead.objects.visible_to(self.request.user).filter(pk=key).first() if key else None


def buyers_of(lead: Lead, user: User) -> Duplicates | None:
    """The customers with an open lead's number or address, as far as its customer is not settled."""
    if lead.customer_id or lead.merged_into_id or not (lead.phone or lead.email):
        return None
    return duplicates_of(Customer.objects.all(), user, {"phone": lead.phone, "email": lead.email})


def activity_form(request: HttpRequest, at: datetime) -> ActivityForm:
    initial = {"kind": Activity.Kind.CALL, "token": uuid4()}
    return ActivityForm(user=request.user, prefs=request.prefs, at=at, initial=initial)


class LeadFormPage(FormPage):
    """A form about one lead."""

    permits = staticmethod(may_sell)

    @property
    def lead(self) -> Lead:
        if not hasattr(self, "_lead"):
            standing = Lead.objects.visible_to(self.request.user).standing()
            self._lead = get_object_or_404(standing, pk=self.kwargs["pk"])
        return self._lead

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(lead=self.lead, cancel_url=self.lead_url, **kwargs)

    @property
    def lead_url(self) -> str:
        return reverse("leads:lead-detail", args=[self.lead.pk])


class LeadEditView(LeadFormPage, PersonFormPage):
    template_name = "leads/lead_edit.html"
    form_class = EditLeadForm
    rows = Lead.objects.all()

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.lead, name) for name in LeadForm.base_fields}

    def save(self, form: EditLeadForm) -> HttpResponse:
        changed = {name: form.cleaned_data[name] for name in LeadForm.base_fields if name in form.cleaned_data}
        if (question := self.asks_first(form, form.initial | changed, record=self.lead)) is not None:
            return question
        services.edit_lead(self.lead, by=self.request.user, at=self.at, **changed)
        say(self.request, _("Saved."))
        return redirect(self.lead_url)


class LeadConvertView(LeadFormPage):
    template_name = "leads/lead_convert.html"
    form_class = ConvertForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead, user = self.lead, self.request.user
        customer = lead.customer or (self.deal and self.deal.customer) or services.customer_of(lead, seen_by=user)
        known = Customer.objects.visible_to(user).filter(pk=customer.pk).first() if customer else None
        buyers = None if customer else buyers_of(lead, user)
        return super().get_context_data(customer=known, is_new=customer is None, buyers=buyers, **kwargs)

    def get_form(self, form_class: type[ConvertForm] | None = None) -> ConvertForm:
        return begins_with(super().get_form(form_class), "opportunity_name")

    def get_initial(self) -> dict[str, Any]:
        if self.deal:
            return {"opportunity_name": self.deal.name, "amount": self.deal.amount}
        return {"opportunity_name": str(self.lead)}

    @cached_property
    def deal(self) -> Opportunity | None:
        """One that the lead has already: the conversion goes on with it."""
        return self.lead.opportunities.select_related("customer").order_by("pk").first()

    def save(self, form: ConvertForm) -> HttpResponse:
        facts = form.cleaned_data
        opportunity = services.convert_lead(
            self.lead, by=self.request.user, at=self.at, opportunity_name=facts["opportunity_name"], amount=facts["amount"]
        )
        undo = reverse("leads:lead-undo-conversion", args=[self.lead.pk])
        say(self.request, _("%(lead)s is an opportunity now.") % {"lead": self.lead}, undo=undo)
        return redirect("leads:opportunity-detail", pk=opportunity.pk)


class LeadMergeView(LeadFormPage):
    template_name = "leads/lead_merge.html"
    form_class = MergeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        visible = Lead.objects.visible_to(self.request.user).listed().exclude(pk=self.lead.pk)
        similar = visible.resembling(phone=self.lead.phone, email=self.lead.email)
        found = similar if similar.exists() else visible.resembling(name=self.lead.name, company=self.lead.company)
        offered = list(found.values_list("pk", flat=True)[:MERGE_CANDIDATES])
        return super().get_form_kwargs() | {"candidates": Lead.objects.filter(pk__in=offered)}

    def save(self, form: MergeForm) -> HttpResponse:
        survivor = services.merge_leads(self.lead, into=form.cleaned_data["into"], by=self.request.user, at=self.at)
        say(self.request, _("The two records are one now."))
        return redirect("leads:lead-detail", pk=survivor.pk)
