"""Sending a quote to the customer by e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from django.shortcuts import get_object_or_404
from django.urls import reverse

from crm.permissions import may_sell
from crm.preferences import Preferences
from customers.models import Customer
from customers.printing import SaleSheet
from customers.views.mails import SaleMailPage
from leads import services
from leads.models import Lead, Quote, QuoteMail
from leads.printing import WHOSE, person_of, sheet_of_quote


class QuoteMailView(SaleMailPage):
    permits = staticmethod(may_sell)
    model, kind = QuoteMail, "quote"

    @cached_property
    def sale(self) -> Quote:
        return get_object_or_404(Quote.objects.visible_to(self.request.user).select_related(*WHOSE), pk=self.kwargs["pk"])

    @property
    def buyer(self) -> Customer | Lead | None:
        person = person_of(self.sale)
        return person and type(person).objects.visible_to(self.request.user).filter(pk=person.pk).first()

    def sheet(self, prefs: Preferences) -> SaleSheet:
        return sheet_of_quote(self.sale, self.request.user, prefs, today=prefs.today(self.at))

    def write(self, words: Mapping[str, str], key: Mapping[str, str]) -> str:
        services.mail_quote(self.sale, words, by=self.request.user, at=self.at, key=key)
        return "" if self.sale.issued_at else self.page("recall")

    def page(self, name: str) -> str:
        return reverse(f"leads:quote-{name}", args=[self.sale.pk])
