"""What is done with customers by hand; integrations write theirs set-wise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from customers.models import Customer

EDITABLE = frozenset({"name", "company", "kind", "phone", "email", "national_id", "owner", "is_test", "is_spam", "is_archived"})


@transaction.atomic
def create_customer(
    *, by: User | None, at: datetime, source: str | None = None, external_id: str | None = None, **facts: Any
) -> Customer:
    """A new customer. A known (`source`, `external_id`) answers with the customer it has; `phone` and `email` are clean."""
    _require_identity(facts.get("name", ""), facts.get("phone", ""), facts.get("email", ""))
    if external_id is None:
        return Customer.objects.create(source=source, created_at=at, **facts)
    return Customer.objects.get_or_create(source=source, external_id=external_id, defaults={"created_at": at, **facts})[0]


@transaction.atomic
def edit_customer(customer: Customer, *, by: User | None, at: datetime, **changes: Any) -> Customer:
    """New values for describing columns."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"edit_customer() cannot change {', '.join(sorted(unknown))}")
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if customer.merged_into_id:
        raise ValidationError(_("This customer was merged into another one."), code="conflict")
    changed = [column for column, value in changes.items() if getattr(customer, column) != value]
    for column in changed:
        setattr(customer, column, changes[column])
    _require_identity(customer.name, customer.phone, customer.email)
    if changed:
        customer.save(update_fields=[*changed, "updated_at"])
    return customer


def archive_customer(customer: Customer, *, by: User | None, at: datetime) -> Customer:
    """Take a customer out of the lists; figures keep counting them."""
    return edit_customer(customer, by=by, at=at, is_archived=True)


def restore_customer(customer: Customer, *, by: User | None, at: datetime) -> Customer:
    """Bring an archived customer back into the lists."""
    return edit_customer(customer, by=by, at=at, is_archived=False)


def _require_identity(name: str, phone: str, email: str) -> None:
    if not (name or phone or email):
        raise ValidationError(_("Give at least a name, a phone or an e-mail address."), code="required")
