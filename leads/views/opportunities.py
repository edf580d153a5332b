"""The pages of opportunities: board, record, forms and moves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.forms.reader import ReaderForm
from crm.pages import DetailPage, FormPage, Page, action, form_key, key_in, next_url, say
from crm.permissions import may_sell
from crm.transactions import in_transaction
from customers.models import Customer, Order
from leads import services
from leads.board import Board
from leads.follow_up import when_choices
from leads.forms.leads import ReasonForm
from leads.forms.opportunities import LOSS_REASONS, EditOpportunityForm, NewOpportunityForm, OpportunityForm, WonForm
from leads.models import Activity, Lead, Opportunity, Stage
from leads.offered import final_amount_hint, money_text, quotes_shown
from leads.timeline import Reader, opportunity_entries, planned
from leads.today import first_of
from leads.views.leads import activity_form


class OpportunityBoardView(Page, TemplateView):
    template_name = "leads/opportunity_board.html"
    permits = staticmethod(may_sell)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board = Board(self.request, self.at)
        return super().get_context_data(board=board, columns=board.columns(), board_label=_("Pipeline"), **kwargs)


class OpportunityDetailView(DetailPage):
    template_name = "leads/opportunity_detail.html"
    ORDERS_OFFERED = 20
    permits = staticmethod(may_sell)

    def get_object(self) -> Opportunity:
        rows = Opportunity.objects.visible_to(self.request.user)
        return get_object_or_404(rows.select_related("stage", "lead", "customer", "owner"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        reader = Reader(self.request.prefs, self.at, self.request.user)
        lead = Lead.objects.visible_to(self.request.user).filter(pk=self.object.lead_id).first()
        customer = Customer.objects.visible_to(self.request.user).filter(pk=self.object.customer_id).first()
        return context | {
            "opportunity": self.object,
            "reach": {name: first_of((lead, customer), name) for name in ("phone", "email")},
            "customer": customer,
            "entries": opportunity_entries(self.object, reader),
            "steps": planned(Activity.objects.filter(opportunity=self.object), reader),
            "stages": Stage.objects.offered(beside=self.object.stage),
            "accepted_total": services.accepted_total(self.object),
            "products": self.object.products.order_by("pk"),
            "quotes": quotes_shown(self.object.quotes.all(), self),
            **self._orders(),
            "when_choices": when_choices(reader.today, reader.prefs),
            "activity_form": activity_form(self.request, self.at),
            "activity_url": reverse("leads:opportunity-activity", args=[self.object.pk]),
        }

    def _orders(self) -> dict[str, Any]:
        """Its orders, and the customer's others that are of no opportunity yet."""
        visible = Order.objects.visible_to(self.request.user).order_by("-placed_at")
        linked = self.object.orders.values("pk")
        others = services.without_deal(visible.filter(customer=self.object.customer_id or 0))
        orders = list(visible.filter(pk__in=linked))
        return {
            "orders": orders,
            "other_orders": others[: self.ORDERS_OFFERED],
            "won_form": self._won_form(orders),
            "orders_cancelled": Opportunity.objects.won_with_cancelled_orders().filter(pk=self.object.pk).exists(),
        }

    def _won_form(self, orders: list[Order]) -> WonForm | None:
        """The question whether it is won, once all of its orders that stand are paid and the reader sees them all."""
        standing = [order for order in orders if order.status != Order.Status.CANCELLED]
        is_paid = bool(standing) and all(order.status in Order.COUNTED for order in standing)
        if not (is_paid and self.object.is_open) or self.object.orders.count() > len(orders):
            return None
        paid = sum(order.net_amount for order in standing)
        return WonForm(initial={"amount": paid}, user=self.request.user, prefs=self.request.prefs, at=self.at)


class OpportunityCreateView(FormPage):
    template_name = "leads/opportunity_form.html"
    form_class = NewOpportunityForm
    permits = staticmethod(may_sell)

    def get_initial(self) -> dict[str, Any]:
        customer = Customer.objects.visible_to(self.request.user).filter(pk=key_in(self.request.GET.get("customer"))).first()
        return {"token": uuid4(), "owner": self.request.user, "customer": customer, "name": str(customer or "")}

    def save(self, form: NewOpportunityForm) -> HttpResponse:
        facts = dict(form.cleaned_data)
        token = facts.pop("token")
        facts["amount"] = facts["amount"] or 0
        key = form_key(Opportunity, token, facts)
        opportunity = services.open_opportunity(by=self.request.user, at=self.at, **facts, **key)
        say(self.request, _("%(opportunity)s was saved.") % {"opportunity": opportunity})
        return redirect("leads:opportunity-detail", pk=opportunity.pk)


class OpportunityFormPage(FormPage):
    """A form about one opportunity."""

    permits = staticmethod(may_sell)

    @property
    def opportunity(self) -> Opportunity:
        if not hasattr(self, "_opportunity"):
            rows = Opportunity.objects.visible_to(self.request.user).select_related("stage", "customer", "owner")
            self._opportunity = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._opportunity

    @property
    def page_url(self) -> str:
        return reverse("leads:opportunity-detail", args=[self.opportunity.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(opportunity=self.opportunity, cancel_url=self.page_url, **kwargs)


class OpportunityEditView(OpportunityFormPage):
    template_name = "leads/opportunity_form.html"
    form_class = EditOpportunityForm

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.opportunity, name) for name in OpportunityForm.base_fields}

    def save(self, form: EditOpportunityForm) -> HttpResponse:
        services.edit_opportunity(self.opportunity, by=self.request.user, at=self.at, **form.cleaned_data)
        say(self.request, _("Saved."))
        return redirect(self.page_url)


class OpportunityMoveView(OpportunityFormPage):
    """Moves to an open stage at once; won asks for the amount and lost for the reason, on a page of their own."""

    template_name = "leads/opportunity_close.html"

    @property
    def stage(self) -> Stage:
        slug = self.request.POST.get("stage") or self.request.GET.get("stage") or ""
        return get_object_or_404(Stage, slug=slug)

    def get_form_class(self) -> type[ReaderForm]:
        return WonForm if self.stage.kind == Stage.Kind.WON else ReasonForm

    def get_initial(self) -> dict[str, Any]:
        return {"amount": services.final_amount(self.opportunity) or None}

    def get_form(self, form_class: type[ReaderForm] | None = None) -> ReaderForm:
        form = super().get_form(form_class)
        if "amount" in form.fields:
            form.fields["amount"].help_text = final_amount_hint(self.opportunity, self.request.prefs)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(stage=self.stage, reasons=LOSS_REASONS, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        stage, form_was_shown = self.stage, "answered" in request.POST
        if stage.kind == Stage.Kind.OPEN:
            return self._move(stage)
        if not form_was_shown:
            return redirect(f"{request.path}?stage={stage.slug}")
        return super().post(request, *args, **kwargs)

    def save(self, form: ReaderForm) -> HttpResponse:
        facts = {"by": self.request.user, "at": self.at}
        if self.stage.kind == Stage.Kind.WON:
            opportunity = services.win_opportunity(self.opportunity, amount=form.cleaned_data["amount"], **facts)
            text = _("%(opportunity)s is won with %(amount)s.") if opportunity.amount else _("%(opportunity)s is won.")
        else:
            opportunity = services.lose_opportunity(self.opportunity, reason=form.cleaned_data["reason"], **facts)
            text = _("%(opportunity)s is lost.")
        undo = f"{reverse('leads:opportunity-reopen', args=[opportunity.pk])}?from={opportunity.stage.slug}"
        amount = money_text(opportunity.amount, self.request.prefs)
        say(self.request, text % {"opportunity": opportunity, "amount": amount}, undo=undo)
        return redirect(self.page_url)

    def _move(self, stage: Stage) -> HttpResponse:
        before = self.opportunity.stage
        verb = services.move_opportunity if self.opportunity.is_open else services.reopen_opportunity
        try:
            about = {"stage": stage, "seen": seen_in(self.request), "by": self.request.user, "at": self.at}
            moved = in_transaction(lambda: verb(self.opportunity, **about))
        except ValidationError as error:
            return self._refused(" ".join(error.messages))
        board_url = self._board_url()
        undo = (
            f"{self.request.path}?{urlencode({'stage': before.slug, 'from': stage.slug, 'next': board_url})}"
            if before.kind == Stage.Kind.OPEN
            else ""
        )
        say(self.request, _("%(opportunity)s: %(stage)s") % {"opportunity": moved, "stage": stage}, undo=undo)
        return self._moved(before, stage, board_url) if self.request.htmx else redirect(board_url)

    def _refused(self, text: str) -> HttpResponse:
        if self.request.htmx:
            return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")
        messages.error(self.request, text)
        return redirect(self._board_url())

    def _board_url(self) -> str:
        """The board as it was shown, with its filter."""
        shown = self.request.htmx.current_url_abs_path if self.request.htmx else ""
        return shown or next_url(self.request, default=reverse("leads:opportunity-board"))

    def _moved(self, before: Stage, stage: Stage, board_url: str) -> HttpResponse:
        """The two columns as the server sees them now, with all sums."""
        board = Board(self.request, self.at, url=board_url)
        columns = board.columns(beside=before)
        touched = [column for column in columns if column["key"] in {before.slug, stage.slug}]
        context = {"board": board, "columns": columns, "touched": touched}
        return render(self.request, "leads/_board_moved.html", context)


def seen_in(request: HttpRequest) -> str:
    """The stage in which a page showed the opportunity, or to which the change had moved it that is taken back."""
    return request.POST.get("from") or request.GET.get("from") or ""


@action(may_sell)
def reopen(request: HttpRequest, pk: int) -> str:
    opportunity = get_object_or_404(Opportunity.objects.visible_to(request.user), pk=pk)
    services.reopen_opportunity(opportunity, by=request.user, at=timezone.now(), seen=seen_in(request))
    say(request, _("%(opportunity)s is open again.") % {"opportunity": opportunity})
    return reverse("leads:opportunity-detail", args=[pk])
