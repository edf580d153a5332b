"""The pages of quotes: the record, and its forms."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages import DetailPage, say
from crm.permissions import may_sell
from crm.templatetags.crm_format import named_apart
from customers.forms.orders import MOST_LINES
from customers.models import Customer, Order
from customers.services.sales import SaleLine, line_of
from customers.views.mails import mails_shown
from customers.views.orders import SaleFormPage, foreign_currency
from leads import services
from leads.forms.opportunities import LOSS_REASONS, QuoteForm
from leads.models import Lead, Opportunity, Quote
from leads.offered import quotes_shown
from leads.views.orders import DealPage

OPEN = (Quote.Status.DRAFT, Quote.Status.SENT, Quote.Status.EXPIRED)


class QuoteDetailView(DetailPage):
    template_name = "leads/quote_detail.html"
    permits = staticmethod(may_sell)

    def get_object(self) -> Quote:
        rows = Quote.objects.visible_to(self.request.user)
        return get_object_or_404(rows.select_related("opportunity", "lead", "customer", "owner", "order"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        versions = quotes_shown(Quote.objects.family_of(self.object), self)
        quote = next(version for version in versions if version.pk == self.object.pk)
        lines, order = quote.lines.all(), self.object.order
        may_answer = quote.status in OPEN and not any(version.is_accepted for version in versions)
        return context | {
            "quote": quote,
            "lines": lines,
            "tax": sum(line.tax for line in lines),
            "versions": versions if len(versions) > 1 else [],
            "currency": foreign_currency(quote.currency, self),
            "may_answer": may_answer,
            "may_mail": may_answer and not quote.replaced_by.all(),
            "may_reopen": quote.is_accepted and (order is None or order.status == Order.Status.CANCELLED),
            "may_remove": quote.status == Quote.Status.DRAFT and order is None and not quote.replaced_by.all(),
            "is_editable": len(lines) <= MOST_LINES,
            "reasons": LOSS_REASONS,
            **mails_shown(self.object, self.request.prefs, self.at),
            **self._related(),
        }

    def _related(self) -> dict[str, Any]:
        """What it is about, where the reader sees that, too."""
        keys = {"opportunity": Opportunity, "lead": Lead, "customer": Customer, "order": Order}
        found = {}
        for name, model in keys.items():
            key = getattr(self.object, f"{name}_id")
            found[name] = model.objects.visible_to(self.request.user).filter(pk=key).first() if key else None
        return found


class QuoteFormPage(SaleFormPage):
    """It is saved as a draft, or as one that is with the customer already."""

    template_name = "leads/quote_form.html"
    form_class = QuoteForm

    def write(self, form: QuoteForm) -> Quote:
        raise NotImplementedError

    def save(self, form: QuoteForm) -> HttpResponse:
        quote, text, undo = self.write(form), _("Quote %(quote)s was saved."), ""
        if "send" in self.request.POST:
            quote, text = services.send_quote(quote, by=self.request.user, at=self.at), _("Quote %(quote)s is with the customer.")
            undo = reverse("leads:quote-recall", args=[quote.pk])
        say(self.request, text % {"quote": named_apart(quote, self.request.prefs)}, undo=undo)
        return redirect("leads:quote-detail", pk=quote.pk)

    def facts(self, form: QuoteForm) -> dict[str, Any]:
        return form.facts | {"by": self.request.user, "at": self.at}

    def key(self, form: QuoteForm) -> str:
        return str(form.cleaned_data["token"] or uuid4())


class QuoteCreateView(DealPage, QuoteFormPage):
    template_name = "leads/quote_form.html"

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"token": uuid4()}

    def write(self, form: QuoteForm) -> Quote:
        return services.write_quote(self.opportunity, lines=self.lines_of(form), key=self.key(form), **self.facts(form))


class OneQuotePage(QuoteFormPage):
    """A form that starts from a quote."""

    permits = staticmethod(may_sell)

    @property
    def quote(self) -> Quote:
        if not hasattr(self, "_quote"):
            rows = Quote.objects.visible_to(self.request.user).select_related("opportunity")
            self._quote = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._quote

    @property
    def currency(self) -> str | None:
        return foreign_currency(self.quote.currency, self)

    def first_lines(self) -> list[SaleLine]:
        return [line_of(row) for row in self.quote.lines.select_related("product").order_by("position")]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.currency}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = reverse("leads:quote-detail", args=[self.quote.pk])
        return super().get_context_data(quote=self.quote, cancel_url=url, **kwargs)


class QuoteEditView(OneQuotePage):
    def get_initial(self) -> dict[str, Any]:
        facts = {"number": self.quote.number, "valid_until": self.quote.valid_until}
        return facts | {"seen": self.quote.updated_at.isoformat()}

    def write(self, form: QuoteForm) -> Quote:
        seen = form.cleaned_data["seen"]
        return services.edit_quote(self.quote, lines=form.lines.sale_lines, seen=seen, **self.facts(form))


class QuoteReviseView(OneQuotePage):
    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_revision=True, **kwargs)

    def write(self, form: QuoteForm) -> Quote:
        return services.revise_quote(self.quote, lines=form.lines.sale_lines, key=self.key(form), **self.facts(form))
