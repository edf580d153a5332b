"""The orders that opportunities end in: each order is the outcome of one sale, bought by the same one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from crm.models import User
from crm.templatetags.crm_format import key_apart
from customers.models import Order
from leads.models import Lead, Opportunity
from leads.services.deal_buyers import has_buyer, people_of, settle_buyer
from leads.services.opportunities import lock_opportunity

LINKS = Opportunity.orders.through


@transaction.atomic
def link_order(opportunity: Opportunity, *, order: Order, by: User | None, at: datetime) -> Opportunity:
    """The invoice an opportunity ended in; who bought is its customer from now on, where that was not known."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    opportunity = hold_deals([opportunity.pk])[opportunity.pk]
    elsewhere = deals_of_orders([order.pk]).get(order.pk)
    if elsewhere == opportunity.pk:
        return opportunity
    if elsewhere:
        raise ValidationError(is_elsewhere(elsewhere), code="conflict")
    if strangers({order.pk: (opportunity, order.customer_id)}):
        raise ValidationError(sold_to_another(opportunity), code="conflict")
    LINKS.objects.create(opportunity=opportunity, order=order)
    if order.customer_id and not opportunity.customer_id:
        settle_buyer(opportunity, order, by=by)
    return opportunity


@transaction.atomic
def unlink_order(opportunity: Opportunity, *, order: Order, by: User | None, at: datetime) -> Opportunity:
    """It was another sale after all."""
    opportunity = lock_opportunity(opportunity)
    opportunity.orders.remove(order)
    return opportunity


def hold_deals(keys: Collection[int]) -> dict[int, Opportunity]:
    """Opportunities, and first their leads, in one order of ids: as whoever converts or merges leads holds them."""
    leads = Opportunity.objects.filter(pk__in=keys, lead__isnull=False).values("lead")
    list(Lead.objects.filter(pk__in=leads).select_for_update().order_by("pk").values_list("pk"))
    rows = Opportunity.objects.filter(pk__in=keys).select_related("lead").select_for_update(of=("self",)).order_by("pk")
    return {row.pk: row for row in rows}


def deals_of_orders(orders: Collection[int]) -> dict[int, int]:
    """The opportunity of each order that has one."""
    return dict(LINKS.objects.filter(order__in=orders).values_list("order_id", "opportunity_id")) if orders else {}


def without_deal(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.exclude(Exists(LINKS.objects.filter(order=OuterRef("pk"))))


def strangers(pairs: Mapping[int, tuple[Opportunity, int | None]]) -> set[int]:
    """Those of some orders that were bought by somebody else than their opportunity's customer or lead."""
    known = {key: pair for key, pair in pairs.items() if pair[1] and has_buyer(pair[0])}
    people = people_of([], [deal for deal, _buyer in known.values()], [buyer for _deal, buyer in known.values()])
    return {key for key, (deal, buyer) in known.items() if not people.is_one(buyer, *people.parties(deal))}


def is_elsewhere(deal: int) -> str:
    return _("This order is the outcome of opportunity %(found)s already: take it from there first.") % {"found": key_apart(deal)}


def is_of_another(deal: int) -> str:
    text = _("This order is the outcome of opportunity %(found)s, whose customer is somebody else: take it from there first.")
    return text % {"found": key_apart(deal)}


def sold_to_another(opportunity: Opportunity) -> str:
    if opportunity.customer_id:
        return _("This order belongs to another customer.")
    return _("This order belongs to somebody else than the lead of the opportunity: set the customer of the opportunity first.")
