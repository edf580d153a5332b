"""Expenses as they are copied from a spreadsheet: one a row, its day, campaign, amount and note."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from campaigns.forms.expenses import ExpenseForm, offer_currencies
from campaigns.models import Campaign, Channel, Expense
from campaigns.services.spending import priced_on
from crm.forms.fields import AmountField, DayField, TextField
from crm.forms.reader import ReaderForm, in_reader_digits
from crm.inputs.rates import Rates
from crm.templatetags.crm_format import reader_digits
from crm.text import fold, to_latin_digits

MOST_ROWS = 300
LONGEST_TEXT = 60_000
# A spreadsheet parts cells by tabs; a comma also stands within amounts, so it comes last.
SEPARATORS = ("\t", ";", "؛", "|", ",")
COLUMNS = ("day", "campaign", "amount", "note")


@dataclass
class PastedRow:
    """One row: what stood in its cells, what was read in them, and what could not be, by its column."""

    number: int
    cells: list[str]
    facts: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    base_amount: Decimal | None = None
    known: Expense | None = None

    @property
    def shown(self) -> list[tuple[str, str, Any, str]]:
        """Column, the text of its cell, what was read and what is wrong with it."""
        texts = dict(zip(COLUMNS, self.cells, strict=False))
        facts = self.facts | {"day": self.facts.get("valid_from")}
        return [(name, texts.get(name, ""), facts.get(name), self.errors.get(name, "")) for name in COLUMNS]


class ExpenseRowsForm(ReaderForm):
    """Rows of one kind. `rows` says what became of each; nothing is kept unless every one can be read."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Expense.Kind.choices)
    channel = forms.ModelChoiceField(
        label=gettext_lazy("Channel"),
        queryset=Channel.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=ExpenseForm.base_fields["channel"].help_text,
    )
    amount = AmountField(label=gettext_lazy("Amounts in"), required=False, widget=forms.HiddenInput)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Rows of the spreadsheet"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    rows: list[PastedRow]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = []
        # As the sheet runs: by their own letters some rows would begin at the left and some at the right.
        self.fields["text"].widget.attrs["dir"] = "rtl" if get_language_bidi() else "ltr"
        self.fields["channel"].queryset = Channel.objects.visible_to(self.user)
        offer_currencies(self)
        self.amount_field = self.fields.pop("amount")

    @property
    def unit(self) -> str:
        return self.amount_field.unit

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if lines and is_heading(lines[0][1]):
            lines = lines[1:]
        if not lines:
            raise ValidationError(_("Paste at least one row: its day, campaign and amount."), code="required")
        if len(lines) > MOST_ROWS:
            most = {"count": reader_digits(str(MOST_ROWS), self.prefs)}
            raise ValidationError(_("These are more than %(count)s rows: send them in parts.") % most, code="too-many")
        campaigns: dict[str, list[Campaign]] = {}
        for campaign in Campaign.objects.visible_to(self.user):
            campaigns.setdefault(fold(campaign.name), []).append(campaign)
        rates = Rates(self.prefs.organization)
        self.rows = [self._row(number, cells_of(line), campaigns, rates) for number, line in lines]
        if wrong := sum(bool(row.errors) for row in self.rows):
            count = {"count": reader_digits(str(wrong), self.prefs)}
            text = _("Rows that cannot be read: %(count)s. Nothing was saved; correct them above, the reasons stand below.")
            raise ValidationError(text % count, code="invalid")
        return text

    @property
    def total(self) -> Decimal:
        return sum((row.base_amount for row in self.rows if row.base_amount is not None), Decimal(0))

    def facts_of(self, row: PastedRow) -> dict[str, Any]:
        """A row with what holds for them all."""
        common = {name: self.cleaned_data.get(name) for name in ("kind", "channel")}
        return common | row.facts | {"valid_to": row.facts["valid_from"], "currency": self._currency}

    def find_known(self, own: Collection[str]) -> int:
        """Note at each row an expense of the same day, campaign and amount that is there already; how many have one.

        `own` are the keys of the rows themselves: sent twice they are one.
        """
        common = (self.cleaned_data["kind"], self.cleaned_data["channel"], {row.facts["valid_from"] for row in self.rows})
        stored = Expense.objects.visible_to(self.user).spent(*common).exclude(external_id__in=own)
        known = {(one.valid_from, one.campaign_id, one.amount): one for one in stored}
        for row in self.rows:
            campaign = row.facts["campaign"]
            row.known = known.get((row.facts["valid_from"], campaign and campaign.pk, row.base_amount))
        return sum(row.known is not None for row in self.rows)

    @property
    def _currency(self) -> str:
        return self.amount_field.currency or ""

    def _row(self, number: int, cells: list[str], campaigns: dict[str, list[Campaign]], rates: Rates) -> PastedRow:
        row = PastedRow(number, cells)
        texts = dict(zip(COLUMNS, cells + [""] * len(COLUMNS), strict=False))
        day = DayField()
        day.prefs, day.today = self.prefs, self.prefs.today(self.at)
        self._take(row, "day", lambda: {"valid_from": day.clean(texts["day"])})
        self._take(row, "campaign", lambda: {"campaign": campaign_named(texts["campaign"], campaigns)})
        self._take(row, "amount", lambda: {"amount": amount_in(texts["amount"], self.amount_field)})
        self._take(row, "note", lambda: {"note": note_in(texts["note"], cells)})
        if not row.errors:
            self._take(row, "amount", lambda: self._price(row, rates))
        return row

    def _price(self, row: PastedRow, rates: Rates) -> dict[str, Any]:
        day, amount = row.facts["valid_from"], row.facts["amount"]
        row.base_amount = priced_on(day, amount, self._currency or self.prefs.organization.currency, rates)["amount"]
        return {}

    def _take(self, row: PastedRow, column: str, read: Any) -> None:
        try:
            row.facts |= read()
        except ValidationError as error:
            row.errors[column] = " ".join(in_reader_digits(error, self.prefs).messages)


def is_heading(line: str) -> bool:
    """The first row names the columns: there is no digit in it."""
    return not any(letter.isdigit() for letter in to_latin_digits(line))


def cells_of(line: str) -> list[str]:
    separator = next((mark for mark in SEPARATORS if mark in line), "\t")
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]


def campaign_named(name: str, campaigns: dict[str, list[Campaign]]) -> Campaign | None:
    if not name:
        return None
    found = campaigns.get(fold(name), [])
    if not found:
        raise ValidationError(
            _("There is no campaign of this name. Leave the cell empty for an expense of none."), code="unknown"
        )
    if len(found) > 1:
        raise ValidationError(_("There are several campaigns of this name: enter this one by hand."), code="ambiguous")
    return found[0]


def amount_in(text: str, amount: AmountField) -> Decimal:
    if not text:
        raise ValidationError(_("The amount is missing."), code="required")
    return amount.clean(text)


def note_in(text: str, cells: list[str]) -> str:
    if len(cells) > len(COLUMNS):
        raise ValidationError(_("There are more cells than day, campaign, amount and note."), code="too-many")
    return TextField(max_length=5000, required=False).clean(text)
