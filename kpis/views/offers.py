"""The calculator beside customer lifetime value: somebody offers customers, each for so much."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import AmountField
from crm.forms.reader import ReaderForm
from kpis import addresses
from kpis.catalogue.value import CLV_TO_CAC, CUSTOMER_LIFETIME_VALUE
from kpis.definitions import Kpi, is_hidden
from kpis.readings.cards import reason_text
from kpis.readings.offers import Offer, judge
from kpis.readings.summary import Choice
from kpis.readings.words import value_text


class OfferForm(ReaderForm):
    offer = AmountField(label=_("Price of one customer"))


def calculator(request: HttpRequest, kpi: Kpi, choice: Choice, at: datetime) -> dict[str, Any]:
    """The form, and the verdict where a price was given; of lifetime value only, for those who may see it."""
    if kpi is not CUSTOMER_LIFETIME_VALUE or is_hidden(kpi, request.user):
        return {}
    asked = request.GET if request.GET.get("offer") else None
    form = OfferForm(asked, user=request.user, prefs=request.prefs, at=at)
    offer = judge(form.cleaned_data["offer"], choice) if form.is_valid() else None
    return {
        "calculator": form,
        "carried_to_offer": addresses.carried(request.GET, "offer"),
        "offer": offer and offer_words(offer, request),
    }


def offer_words(offer: Offer, request: HttpRequest) -> dict[str, Any]:
    money, ratio, prefs = CUSTOMER_LIFETIME_VALUE, CLV_TO_CAC, request.prefs
    if offer.left is None:
        return {"reason": reason_text(money, offer.margin)}
    return {
        "is_worth_it": offer.is_worth_it,
        "price": value_text(money, offer.price, prefs),
        "margin": value_text(money, offer.margin.value, prefs),
        "left": value_text(money, offer.left, prefs),
        "ratio": "" if offer.to_cost is None else value_text(ratio, offer.to_cost, prefs),
    }
