"""Reports by e-mail: one's own, those one gets, and the door where a reader says that they want no more."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.generic import TemplateView, View

from crm.mails import TONES, has_mail_server, is_on_its_way
from crm.pages import FormPage, Page, action, form_key, say
from crm.permissions import may_enter
from crm.templatetags.crm_format import format_moment, reader_digits
from kpis.forms.mailings import MailingForm, initial_for, initial_of
from kpis.models import Delivery, Mailing, Recipient
from kpis.readings.words import period_text
from kpis.services import (
    is_for,
    page_name,
    recipient_of,
    remove_mailing,
    send_mailing_now,
    set_mailing,
    subscribe,
    switch_mailing,
    title_of,
)


class MailingsView(Page, TemplateView):
    template_name = "kpis/mailings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        readers = Prefetch("recipients", Recipient.objects.listed().select_related("user").order_by("pk"))
        mine = Mailing.objects.visible_to(user).select_related("user", "dashboard__user").prefetch_related(readers)
        got = Recipient.objects.listed().filter(user=user, mailing__is_on=True).exclude(mailing__user=user)
        rows = list(mine.order_by("-is_on", "-pk"))
        last = self.last(rows)
        return super().get_context_data(**kwargs) | {
            "has_mail_server": has_mail_server(),
            "mine": [self.mailing(mailing, last) for mailing in rows],
            "is_waiting": any(is_on_its_way(delivery, self.at) for delivery in last.values()),
            "got": [
                {"reader": reader, "title": title_of(reader.mailing)}
                for reader in got.select_related("mailing__user", "mailing__dashboard").order_by("pk")
            ],
        }

    def last(self, mailings: list[Mailing]) -> dict[int, Delivery]:
        """What each reader got last."""
        readers = [reader.pk for mailing in mailings for reader in mailing.recipients.all()]
        found = Delivery.objects.filter(recipient__in=readers).order_by("recipient", "-start", "-pk").distinct("recipient")
        return {delivery.recipient_id: delivery for delivery in found}

    def mailing(self, mailing: Mailing, last: dict[int, Delivery]) -> dict[str, Any]:
        prefs, is_gone = self.request.prefs, not is_for(mailing, mailing.user)
        readers = list(mailing.recipients.all())
        wanting = [str(reader.user) for reader in readers if reader.unsubscribed_at is None and reader.user.is_active]
        return {
            "mailing": mailing,
            "page": page_name(mailing),
            "is_gone": is_gone,
            "wanting": wanting if mailing.is_on and not is_gone else [],
            "last_period": period_text(mailing.last_period(self.at, prefs.organization), prefs),
            "hour": reader_digits(f"{mailing.hour:02}:00", prefs),
            "next": format_moment(mailing.next_at, prefs),
            "readers": [self.reader(reader, last.get(reader.pk)) for reader in readers],
        }

    def reader(self, reader: Recipient, delivery: Delivery | None) -> dict[str, Any]:
        return {
            "name": str(reader.user),
            "is_off": reader.unsubscribed_at is not None,
            "state": delivery.get_mail_display() if delivery else "",
            "tone": TONES.get(delivery.mail, "") if delivery else "",
            "reason": reason_of(delivery) if delivery else "",
            "when": format_moment(delivery.mail_at, self.request.prefs) if delivery and delivery.mail_at else "",
        }


def reason_of(delivery: Delivery) -> str:
    """Why it was not sent: in the words of whoever refused it."""
    if delivery.mail == Delivery.Mail.NONE:
        return _("the report was removed, this person wants no more of it or may not see the page")
    return delivery.mail_error if delivery.mail != Delivery.Mail.SENT else ""


class MailingFormView(FormPage):
    template_name = "kpis/mailing_form.html"
    form_class = MailingForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.mailing = Mailing()
        if request.user.is_authenticated and "pk" in kwargs:
            self.mailing = own_mailing(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        if self.mailing.pk:
            return initial_of(self.mailing)
        return initial_for(self.request.GET, self.request.user) | {"token": uuid4()}

    def save(self, form: MailingForm) -> HttpResponse:
        calendar = self.mailing.calendar or self.request.prefs.calendar
        facts, readers = form.facts | {"user": self.request.user, "calendar": calendar}, form.cleaned_data["readers"]
        key = form_key(Mailing, form.cleaned_data["token"], facts | {"reader_keys": sorted(user.pk for user in readers)})
        mailing = set_mailing(self.mailing, facts, readers, at=self.at, key=key)
        when = format_moment(mailing.next_at, self.request.prefs)
        say(self.request, _("The report “%(report)s” was saved. Next: %(when)s.") % {"report": mailing, "when": when})
        return redirect("kpis:mailings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {"mailing": self.mailing, "has_mail_server": has_mail_server(), "cancel_url": reverse("kpis:mailings")}
        return super().get_context_data(**facts, **kwargs)


def own_mailing(request: HttpRequest, pk: int) -> Mailing:
    return get_object_or_404(Mailing.objects.visible_to(request.user), pk=pk)


@action(may_enter)
def switch(request: HttpRequest, pk: int) -> str:
    mailing = own_mailing(request, pk)
    switch_mailing(mailing, on=not mailing.is_on, at=timezone.now())
    text = _("The report “%(report)s” goes on.") if mailing.is_on else _("The report “%(report)s” pauses.")
    say(request, text % {"report": mailing}, undo=reverse("kpis:mailing-switch", args=[pk]))
    return reverse("kpis:mailings")


@action(may_enter)
def send(request: HttpRequest, pk: int) -> str:
    mailing = own_mailing(request, pk)
    count = send_mailing_now(mailing, at=timezone.now())
    words = ngettext(
        "“%(report)s” goes out to one person within a minute; what becomes of it stands here.",
        "“%(report)s” goes out to %(count)s people within a minute; what becomes of it stands here.",
        count,
    )
    say(request, words % {"report": mailing, "count": reader_digits(str(count), request.prefs)})
    return reverse("kpis:mailings")


@action(may_enter)
def remove(request: HttpRequest, pk: int) -> str:
    mailing = own_mailing(request, pk)
    remove_mailing(mailing, at=timezone.now())
    undo = reverse("kpis:mailing-restore", args=[pk])
    say(request, _("The report “%(report)s” was deleted.") % {"report": mailing}, undo=undo)
    return reverse("kpis:mailings")


@action(may_enter)
def restore(request: HttpRequest, pk: int) -> str:
    mailing = get_object_or_404(Mailing.objects.filter(user=request.user), pk=pk)
    remove_mailing(mailing, at=timezone.now(), removed=False)
    return reverse("kpis:mailings")


@action(may_enter)
def choose(request: HttpRequest, pk: int) -> str:
    """Take a report that somebody else sends, or no more of it."""
    reader = get_object_or_404(Recipient.objects.listed().filter(user=request.user), pk=pk)
    subscribe(reader, wants=reader.unsubscribed_at is not None, at=timezone.now())
    return reverse("kpis:mailings")


class DoorOfMails(View):
    """Whoever has the link of a mail, without signing in. Looking changes nothing: scanners of mail look at every link."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.shown(request, self.asked(token))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Also what a mail program sends that has a button of its own."""
        return self.shown(request, self.stop(self.asked(token)))

    def shown(self, request: HttpRequest, asked: Any) -> HttpResponse:
        with override(asked.user.language_without_browser):
            return render(request, "kpis/unsubscribe.html", self.told(asked))


class UnsubscribeView(DoorOfMails):
    def asked(self, token: str) -> Recipient:
        reader = recipient_of(token)
        if reader is None:
            raise Http404
        return reader

    def stop(self, asked: Recipient) -> Recipient:
        return subscribe(asked, wants=False, at=timezone.now())

    def told(self, asked: Recipient) -> dict[str, Any]:
        question = _("This report comes to you by e-mail. Do you want no more of it?")
        return {"title": title_of(asked.mailing), "is_off": asked.unsubscribed_at is not None, "question": question}
