"""Which of two records' values stays, where both have one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.reader import ReaderForm
from customers.models import Customer
from customers.services.merging import CHOSEN

STAYS, GOES = "stays", "goes"
LABELS = {
    "name": _("Name"),
    "company": _("Company"),
    "kind": _("Kind"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "national_id": _("National ID"),
    "owner": _("Owner"),
}


@dataclass(frozen=True)
class Row:
    """One line of the comparison; without a choice only one of the two has a value, or both have the same."""

    name: str
    label: str
    goes: Any
    stays: Any
    field: forms.BoundField | None

    @property
    def takes_over(self) -> bool:
        return bool(self.goes) and not self.stays


class CustomerMergeForm(ReaderForm):
    """`customer` goes, `other` stays; a field for each value that has to be decided on."""

    def __init__(self, *args: Any, customer: Customer, other: Customer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer, self.other = customer, other
        for name in CHOSEN if other else ():
            goes, stays = getattr(customer, name), getattr(other, name)
            if goes and stays and goes != stays:
                sides = [(GOES, str(goes)), (STAYS, str(stays))]
                widget = forms.RadioSelect(attrs={"aria-label": LABELS[name]})
                self.fields[name] = forms.ChoiceField(label=LABELS[name], choices=sides, initial=STAYS, widget=widget)

    @property
    def rows(self) -> list[Row]:
        return [Row(name, str(LABELS[name]), *self._shown(name), self[name] if name in self.fields else None) for name in CHOSEN]

    @property
    def taken(self) -> list[str]:
        """What the record that stays takes from the other one."""
        return [name for name, side in self.cleaned_data.items() if side == GOES]

    def _shown(self, name: str) -> tuple[Any, Any]:
        read = f"get_{name}_display" if name == "kind" else name
        values = (getattr(record, read) for record in (self.customer, self.other))
        goes, stays = (value() if callable(value) else value for value in values)
        return goes, stays
