"""Exchange rates, as an administrator keeps them: what one unit of a currency is worth, from a day on.

What was written at a rate keeps it, so none of these changes a figure: they count for what is written or priced from then on.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.inputs.rates import Rates
from crm.models import ExchangeRate, Organization, User


@transaction.atomic
def add_rate(*, by: User, at: datetime, currency: str, day: date, rate: Decimal) -> ExchangeRate:
    row = ExchangeRate(currency=currency, day=day, rate=rate)
    row.clean()
    _require_foreign(currency)
    _require_free_day(row)
    row.save()
    return row


@transaction.atomic
def edit_rate(row: ExchangeRate, *, by: User, at: datetime, **changes: date | Decimal) -> ExchangeRate:
    """From another day on, or another rate; it stays one of its currency."""
    if unknown := changes.keys() - {"day", "rate"}:
        raise TypeError(f"edit_rate() cannot change {', '.join(sorted(unknown))}")
    row = _lock(row)
    for column, value in changes.items():
        setattr(row, column, value)
    _require_free_day(row)
    if changes:
        row.save(update_fields=list(changes))
    return row


@transaction.atomic
def remove_rate(row: ExchangeRate, *, by: User, at: datetime) -> None:
    _lock(row).delete()


def _lock(row: ExchangeRate) -> ExchangeRate:
    locked = ExchangeRate.objects.select_for_update().filter(pk=row.pk).first()
    if locked is None:
        raise ValidationError(_("This exchange rate was removed in the meantime."), code="gone")
    return locked


def _require_foreign(currency: str) -> None:
    if Rates(Organization.current()).fixed(currency):
        text = _("%(currency)s needs no rate: what it is worth never changes.") % {"currency": currency}
        raise ValidationError({"currency": ValidationError(text, code="conflict")})


def _require_free_day(row: ExchangeRate) -> None:
    if ExchangeRate.objects.filter(currency=row.currency, day=row.day).exclude(pk=row.pk).exists():
        text = _("There is a rate of %(currency)s for this day already: change that one.") % {"currency": row.currency}
        raise ValidationError({"day": ValidationError(text, code="duplicate")})
