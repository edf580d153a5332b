"""The actions on one customer or product: each asks a service."""

from __future__ import annotations

from typing import Literal

from django.core.exceptions import PermissionDenied
from msgspec import UNSET, UnsetType

from crm.api.verbs import facts, referred
from crm.inputs.caller import Caller
from crm.inputs.references import Target
from crm.inputs.verbs import MergeIn, Verb
from customers.models import Customer, Product
from customers.services import customers, merging, products


class CustomerMergeIn(MergeIn):
    """The record that stays, and what it takes over although it has a value of its own."""

    take: list[Literal["name", "company", "kind", "phone", "email", "national_id", "owner"]] | UnsetType = UNSET


def merge(customer: Customer, data: CustomerMergeIn, caller: Caller) -> Customer:
    into = referred(data.into, Target(Customer), "/into", caller)
    return merging.merge_customers(customer, into=into, take=data.take or (), **facts(data, caller))


def unmerge(customer: Customer, data: Verb, caller: Caller) -> Customer:
    if not Customer.objects.separable_by(caller.user).filter(pk=customer.pk).exists():
        raise PermissionDenied
    return merging.undo_merge(customer, **facts(data, caller))


def archive(customer: Customer, data: Verb, caller: Caller) -> Customer:
    return customers.archive_customer(customer, **facts(data, caller))


def restore(customer: Customer, data: Verb, caller: Caller) -> Customer:
    return customers.restore_customer(customer, **facts(data, caller))


def archive_product(product: Product, data: Verb, caller: Caller) -> Product:
    return products.archive_product(product, **facts(data, caller))


def restore_product(product: Product, data: Verb, caller: Caller) -> Product:
    return products.restore_product(product, **facts(data, caller))
