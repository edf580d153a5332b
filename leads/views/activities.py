"""Logging and planning activities."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4, uuid5

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.forms.reader import ReaderForm
from crm.models import User
from crm.pages import FormPage, Page, action, form_key, key_in, next_url, say
from crm.permissions import may_sell
from crm.templatetags.crm_format import named_apart
from customers.models import Customer
from leads import services
from leads.follow_up import FinishForm, PlanForm
from leads.forms.activities import ActivityForm
from leads.models import Activity, Lead, Opportunity
from leads.search import subjects


def activity_of(request: HttpRequest, pk: int) -> Activity:
    rows = Activity.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("lead", "opportunity"), pk=pk)


def page_of(activity: Activity, user: User) -> str:
    """That of the record it is about; of one that is a colleague's by now, their own day."""
    about: list[tuple[Any, int | None, str]] = [
        (Opportunity.objects, activity.opportunity_id, "leads:opportunity-detail"),
        (Lead.objects, activity.lead_id, "leads:lead-detail"),
        (Customer.objects, activity.customer_id, "customers:customer-detail"),
    ]
    rows, pk, page = next(each for each in about if each[1])
    return reverse(page, args=[pk]) if rows.visible_to(user).filter(pk=pk).exists() else reverse("leads:today")


class FollowUpPage(FormPage):
    """Mostly sent from a small form beside the row; a page of its own where something typed cannot be read."""

    template_name = "leads/follow_up.html"
    permits = staticmethod(may_sell)
    heading = ""

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    @property
    def back_url(self) -> str:
        raise NotImplementedError

    @property
    def about(self) -> dict[str, Any]:
        """Whom an activity of this page is about, first of all first."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(heading=self.heading, cancel_url=self.back_url, next=self.return_url, **kwargs)

    @property
    def return_url(self) -> str:
        return next_url(self.request, default=self.back_url)

    def done(self, text: str, undo: str = "") -> HttpResponse:
        say(self.request, text, undo=undo)
        return redirect(self.return_url)

    def noted(self, text: str, *activities: Activity) -> HttpResponse:
        """Done, with the way back to before they were written down."""
        way = services.way_back_of_noted(activities, by=self.request.user, at=self.at)
        undo = reverse("leads:activity-undo-noted", args=[activities[0].pk, way])
        return self.done(text, f"{undo}?{urlencode({'next': self.return_url})}")


def activity_key(form: ReaderForm, subject: Model, facts: dict[str, Any], beside: dict[str, Any] | None = None) -> dict[str, str]:
    """Forms that stand side by side on one page have the same token: what they are about tells them apart."""
    token = form.cleaned_data["token"]
    return form_key(Activity, token and uuid5(token, f"{subject._meta.label_lower} {subject.pk}"), facts, beside)


class OneLeadPage(FollowUpPage):
    @property
    def lead(self) -> Lead:
        if not hasattr(self, "_lead"):
            standing = Lead.objects.visible_to(self.request.user).standing()
            self._lead = get_object_or_404(standing, pk=self.kwargs["pk"])
        return self._lead

    @property
    def back_url(self) -> str:
        return reverse("leads:lead-detail", args=[self.lead.pk])

    @property
    def about(self) -> dict[str, Any]:
        return {"lead": self.lead}


class OneOpportunityPage(FollowUpPage):
    @property
    def opportunity(self) -> Opportunity:
        if not hasattr(self, "_opportunity"):
            rows = Opportunity.objects.visible_to(self.request.user).select_related("lead")
            self._opportunity = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._opportunity

    @property
    def back_url(self) -> str:
        return reverse("leads:opportunity-detail", args=[self.opportunity.pk])

    @property
    def about(self) -> dict[str, Any]:
        return {"opportunity": self.opportunity, "lead": self.opportunity.lead}


class OneCustomerPage(FollowUpPage):
    @property
    def customer(self) -> Customer:
        if not hasattr(self, "_customer"):
            standing = Customer.objects.visible_to(self.request.user).standing()
            self._customer = get_object_or_404(standing, pk=self.kwargs["pk"])
        return self._customer

    @property
    def back_url(self) -> str:
        return reverse("customers:customer-detail", args=[self.customer.pk])

    @property
    def about(self) -> dict[str, Any]:
        return {"customer": self.customer}


class LogPage(FollowUpPage):
    """What was done, or with a day what is planned; with a result as well, both."""

    form_class = ActivityForm

    @property
    def heading(self) -> str:
        return _("Activity: %(subject)s") % {"subject": named_apart(next(iter(self.about.values())), self.request.prefs)}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"kind": Activity.Kind.CALL}

    def save(self, form: ActivityForm) -> HttpResponse:
        typed = {name: form.cleaned_data[name] for name in ("kind", "body", "outcome")}
        if typed["outcome"]:
            return self._done_with_next(form, typed)
        facts = {**typed, "due_at": form.due_at, **self.about}
        key = activity_key(form, next(iter(self.about.values())), facts)
        activity = services.log_activity(by=self.request.user, at=self.at, **facts, **key)
        return self.noted(_("Planned.") if activity.due_at else _("Added."), activity)

    def _done_with_next(self, form: ActivityForm, typed: dict[str, Any]) -> HttpResponse:
        said, following = {**typed, **self.about}, {"next_due_at": form.due_at}
        key = activity_key(form, next(iter(self.about.values())), said, beside=following)
        text = _("Added, with the next step.") if form.due_at else _("Added.")
        return self.noted(text, *services.log_contact(by=self.request.user, at=self.at, **said, **following, **key))


class LeadLogView(LogPage, OneLeadPage):
    pass


class OpportunityLogView(LogPage, OneOpportunityPage):
    pass


class CustomerLogView(LogPage, OneCustomerPage):
    pass


class ContactPage(FollowUpPage):
    """A call that was not planned, written down when it is over."""

    form_class = FinishForm

    @property
    def heading(self) -> str:
        return _("Call with %(person)s") % {"person": named_apart(next(iter(self.about.values())), self.request.prefs)}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"of_kind": Activity.Kind.CALL}

    def save(self, form: FinishForm) -> HttpResponse:
        said = {name: form.cleaned_data[name] for name in ("outcome", "body")}
        key = activity_key(form, next(iter(self.about.values())), said, beside=form.facts)
        return self.noted(
            _("Added."), *services.log_contact(by=self.request.user, at=self.at, **self.about, **said, **form.facts, **key)
        )


class ContactView(ContactPage, OneLeadPage):
    pass


class CustomerContactView(ContactPage, OneCustomerPage):
    pass


class PlanPage(FollowUpPage):
    """A next step where there is none."""

    form_class = PlanForm

    @property
    def heading(self) -> str:
        return _("Next step of %(subject)s") % {"subject": named_apart(next(iter(self.about.values())), self.request.prefs)}

    def save(self, form: PlanForm) -> HttpResponse:
        kind = form.cleaned_data.get("kind") or Activity.Kind.CALL
        facts = {"kind": kind, "due_at": form.due_at(), **self.about}
        key = activity_key(form, next(iter(self.about.values())), facts)
        return self.noted(_("Planned."), services.log_activity(by=self.request.user, at=self.at, **facts, **key))


class LeadPlanView(PlanPage, OneLeadPage):
    pass


class PlanView(PlanPage, OneOpportunityPage):
    pass


class CustomerPlanView(PlanPage, OneCustomerPage):
    pass


class TaskCreateView(Page, TemplateView):
    """A next step begun from anywhere: whom it is about is found here, when it is due is said on the page that follows."""

    template_name = "leads/task_subject.html"
    permits = staticmethod(may_sell)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()[:100]
        found = subjects(text, self.request.user)
        return super().get_context_data(q=text, **found, is_empty=not any(found.values()), **kwargs)


@action(may_sell)
def reopen(request: HttpRequest, pk: int) -> str:
    visible = Activity.objects.visible_to(request.user)
    follow_up = visible.filter(pk=key_in(request.GET.get("follow_up")) or 0).first()
    activity = services.reopen_activity(activity_of(request, pk), by=request.user, at=timezone.now(), follow_up=follow_up)
    say(request, _("It is a next step again."))
    return page_of(activity, request.user)
