"""The exchange rates of each currency, the newest first, for those who keep the settings."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import exchange_rates as services
from crm.forms.exchange_rates import EditRateForm, RateForm, rate_text
from crm.history.changes import Telling
from crm.models import ExchangeRate
from crm.pages import FormPage, ListPage, action, row_or_gone, say
from crm.permissions import may_manage_people
from crm.preferences import Preferences
from crm.slips import SLIP
from crm.templatetags.crm_format import format_day
from crm.views.history import HistoryPage


def page_of(currency: str) -> str:
    return f"{reverse('exchange-rates')}?{urlencode({'currency': currency})}"


class RateListView(ListPage):
    template_name = "crm/exchange_rates.html"
    permits = staticmethod(may_manage_people)
    order_by = "day"

    def value_in(self, stamp: str) -> Any:
        try:
            return date.fromisoformat(stamp)
        except ValueError:
            return None

    def get_queryset(self) -> QuerySet[ExchangeRate]:
        """Of the currency that is asked for, else of the first one; each with the day on which the next one begins."""
        self.codes = list(ExchangeRate.objects.order_by("currency").values_list("currency", flat=True).distinct())
        asked = self.request.GET.get("currency", "")
        self.currency = asked if asked in self.codes else next(iter(self.codes), "")
        later = ExchangeRate.objects.filter(currency=OuterRef("currency"), day__gt=OuterRef("day")).order_by("day")
        rows = ExchangeRate.objects.filter(currency=self.currency)
        return rows.annotate(next_day=Subquery(later.values("day")[:1]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, prefs = super().get_context_data(**kwargs), self.request.prefs
        today = prefs.today(self.at)
        for row in context["rows"]:
            row.text = rate_text(row.rate, prefs)
            row.until = row.next_day and row.next_day - timedelta(days=1)
            row.is_current = row.day <= today and (row.until is None or row.until >= today)
        tabs = [{"label": code, "url": page_of(code), "is_current": code == self.currency} for code in self.codes]
        return context | {"tabs": tabs, "unit": prefs.plain_unit.name(prefs.language)}


class RateCreateView(FormPage):
    template_name = "crm/exchange_rate_form.html"
    form_class = RateForm
    permits = staticmethod(may_manage_people)

    def get_initial(self) -> dict[str, Any]:
        return {"currency": self.request.GET.get("currency", "")[:3], "day": self.request.prefs.today(self.at)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=page_of(self.request.GET.get("currency", "")), **kwargs)

    def save(self, form: RateForm) -> HttpResponse:
        row = services.add_rate(by=self.request.user, at=self.at, **form.cleaned_data)
        undo = reverse("exchange-rate-remove", args=[row.pk])
        say(self.request, _("The rate of %(currency)s was saved.") % {"currency": row.currency}, undo=undo)
        return redirect(page_of(row.currency))


def rate_or_gone(request: HttpRequest, pk: int) -> ExchangeRate:
    return row_or_gone(ExchangeRate.objects.all(), pk, lambda row: page_of(row.currency), lambda row: name_of(row, request.prefs))


def name_of(row: ExchangeRate, prefs: Preferences) -> str:
    return f"{row.currency} · {format_day(row.day, prefs)}"


class RateEditView(FormPage):
    """What changes for days that have passed is asked about once, with everything typed kept."""

    template_name = "crm/exchange_rate_form.html"
    form_class = EditRateForm
    permits = staticmethod(may_manage_people)

    @cached_property
    def rate(self) -> ExchangeRate:
        return rate_or_gone(self.request, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"day": self.rate.day, "rate": self.rate.rate}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rate=self.rate, cancel_url=page_of(self.rate.currency), **kwargs)

    def save(self, form: EditRateForm) -> HttpResponse:
        changes = {name: form.cleaned_data[name] for name in ("day", "rate") if name in form.cleaned_data}
        changes = {name: value for name, value in changes.items() if getattr(self.rate, name) != value}
        days = (self.rate.day, changes.get("day", self.rate.day))
        if changes and min(days) < self.request.prefs.today(self.at) and not form.cleaned_data["anyway"]:
            return self.render_to_response(self.get_context_data(form=form, asks=True))
        services.edit_rate(self.rate, by=self.request.user, at=self.at, **changes)
        say(self.request, _("Saved."))
        return redirect(page_of(self.rate.currency))


class RateHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = ExchangeRate
    page = "exchange-rate-edit"
    telling = Telling(texts={"rate": lambda row, prefs: f"{rate_text(row.rate, prefs)} {prefs.plain_unit.name(prefs.language)}"})

    @property
    def record(self) -> str:
        return name_of(self.object, self.request.prefs)


@action(may_manage_people)
def remove(request: HttpRequest, pk: int) -> str:
    row = rate_or_gone(request, pk)
    services.remove_rate(row, by=request.user, at=timezone.now())
    way = signing.dumps([row.currency, row.day.isoformat(), str(row.rate)], salt=way_of(request))
    undo = f"{reverse('exchange-rate-restore')}?{urlencode({'way': way})}"
    say(request, _("The rate of %(currency)s was deleted.") % {"currency": row.currency}, undo=undo)
    return page_of(row.currency)


@action(may_manage_people)
def restore(request: HttpRequest) -> str:
    """One that was removed just now, at the rate it had: the reader may have chosen another unit since."""
    try:
        currency, day, rate = signing.loads(request.GET.get("way", ""), salt=way_of(request), max_age=SLIP)
    except signing.BadSignature:
        raise ValidationError(_("Only your own change can be taken back.")) from None
    facts = {"currency": currency, "day": date.fromisoformat(day), "rate": Decimal(rate)}
    services.add_rate(by=request.user, at=timezone.now(), **facts)
    say(request, _("Taken back."))
    return page_of(currency)


def way_of(request: HttpRequest) -> str:
    return f"{ExchangeRate._meta.label_lower}.{request.user.pk}"
