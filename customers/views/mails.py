"""Sending a sale to its buyer by e-mail: the form, and what became of what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.mails import TONES, has_mail_server, is_on_its_way
from crm.models import User
from crm.pages import FormPage, form_key, say
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_moment
from crm.text import left_to_right
from customers.forms.mails import SaleMailForm
from customers.models import Customer, Order, OrderMail
from customers.models.sale_mail import SaleMail
from customers.printing import SaleSheet, paper_in, sheet_of_order
from customers.services.mails import mail_order

WORDS = ("address", "subject", "body")


class SaleMailPage(FormPage):
    """It starts from what its sender wrote last, else from what such a mail usually says."""

    template_name = "customers/sale_mail.html"
    form_class = SaleMailForm
    model: type[SaleMail]
    kind: str  # of the sale: the name of its column, and of its pages

    @cached_property
    def sale(self) -> Any:
        raise NotImplementedError

    @property
    def buyer(self) -> Any:
        """Whom it is for, where the sender may see them."""
        raise NotImplementedError

    def sheet(self, prefs: Preferences) -> SaleSheet:
        raise NotImplementedError

    def write(self, words: Mapping[str, str], key: Mapping[str, str]) -> str:
        """Send it; the address that takes that back, where there is one."""
        raise NotImplementedError

    def page(self, name: str) -> str:
        raise NotImplementedError

    @cached_property
    def last(self) -> SaleMail | None:
        return self.sale.mails.last()

    @property
    def language(self) -> str:
        wishes = (self.request.GET.get("language"), self.last and self.last.language, settings.LANGUAGE_CODE)
        return next((wish for wish in wishes if wish in User.Language.values), User.Language.ENGLISH)

    def get_initial(self) -> dict[str, Any]:
        first = {"token": uuid4(), "language": self.language}
        known = {"address": self.last.address} if self.last else {}
        if self.last and self.last.language == self.language and self.last.by_id == self.request.user.pk:
            known = {name: getattr(self.last, name) for name in WORDS}
        with paper_in(self.language, self.request.user) as prefs:
            return first | self.usual(self.sheet(prefs), prefs) | known

    def usual(self, sheet: SaleSheet, prefs: Preferences) -> dict[str, str]:
        buyer = self.buyer
        names = {"paper": sheet.name, "organization": prefs.organization.title, "sender": str(self.request.user)}
        text = _("please find attached: %(paper)s.\n\nKind regards\n%(sender)s\n%(organization)s") % names
        return {
            "address": buyer.email if buyer else "",
            "subject": _("%(paper)s from %(organization)s") % names,
            "body": (_("Dear %(buyer)s,") % {"buyer": buyer.name} if buyer and buyer.name else _("Hello,")) + "\n\n" + text,
        }

    def save(self, form: SaleMailForm) -> HttpResponse:
        if not has_mail_server():
            return self.form_invalid(form)
        key = form_key(self.model, form.cleaned_data["token"], form.words | {f"{self.kind}_id": self.sale.pk})
        undo = self.write(form.words, key)
        address = left_to_right(form.words["address"])
        text = _("The e-mail to %(address)s goes out within a minute; what becomes of it stands here.")
        say(self.request, text % {"address": address}, undo=undo)
        return redirect(self.page("detail"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        with paper_in(self.language, self.request.user) as prefs:
            paper = self.sheet(prefs).name
        return super().get_context_data(**kwargs) | {
            "has_mail_server": has_mail_server(),
            "sale": self.sale,
            "kind": self.kind,
            "paper": paper,
            "pdf_url": f"{self.page('pdf')}?language={self.language}",
            "cancel_url": self.page("detail"),
            "languages": [
                {"key": key, "label": label, "is_current": key == self.language} for key, label in User.Language.choices
            ],
        }


class OrderMailView(SaleMailPage):
    model, kind = OrderMail, "order"

    @cached_property
    def sale(self) -> Order:
        return get_object_or_404(Order.objects.visible_to(self.request.user).select_related("customer"), pk=self.kwargs["pk"])

    @property
    def buyer(self) -> Customer | None:
        return Customer.objects.visible_to(self.request.user).filter(pk=self.sale.customer_id).first()

    def sheet(self, prefs: Preferences) -> SaleSheet:
        return sheet_of_order(self.sale, self.request.user, prefs)

    def write(self, words: Mapping[str, str], key: Mapping[str, str]) -> str:
        mail_order(self.sale, words, by=self.request.user, at=self.at, key=key)
        return ""

    def page(self, name: str) -> str:
        return reverse(f"customers:order-{name}", args=[self.sale.pk])


def mails_shown(sale: Any, prefs: Preferences, at: datetime) -> dict[str, Any]:
    """What was sent of a sale, the last one first, and whether one of them is settled within moments."""
    mails = list(sale.mails.select_related("by").order_by("-pk"))
    return {"mails": [mail_shown(mail, prefs) for mail in mails], "is_waiting": any(is_on_its_way(mail, at) for mail in mails)}


def mail_shown(mail: SaleMail, prefs: Preferences) -> dict[str, Any]:
    """Its state as everywhere; one that is put off says when it is tried again."""
    state, when = str(mail.get_mail_display()), format_moment(mail.mail_at or mail.created_at, prefs)
    if mail.mail == SaleMail.Mail.DUE and mail.mail_tries:
        state = _("e-mail is tried again")
    return {"mail": mail, "state": state, "when": when, "tone": TONES.get(mail.mail, ""), "reason": reason_of(mail)}


def reason_of(mail: SaleMail) -> str:
    """Why it was not sent: in the words of whoever refused it."""
    if mail.mail == SaleMail.Mail.NONE:
        return _("it was taken back or answered meanwhile, or whoever wrote this may not see it any more")
    return mail.mail_error if mail.mail != SaleMail.Mail.SENT else ""
