"""What an administrator types about a new API token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import DayField, TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.scopes import EVERYTHING, GROUPS, SCOPES, scopes_of
from crm.text import left_to_right

Box = tuple[str, Promise, bool]  # a scope, its word, whether it is chosen


class AccountField(forms.ModelChoiceField):
    def label_from_instance(self, account: User) -> str:
        return f"{account} · {left_to_right(account.email)} · {account.get_role_display()}"


class TokenForm(ReaderForm):
    token = forms.UUIDField(widget=forms.HiddenInput)
    name = TextField(
        label=_("Name"),
        max_length=100,
        help_text=_("The program that uses it, such as Shop. The records it sends carry this name."),
    )
    user = AccountField(
        label=_("Acts as"),
        queryset=User.objects.filter(is_active=True).order_by("name", "email"),
        empty_label=_("Choose an account"),
        help_text=_("The token sees and does what this account may, and never more."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Allowed"),
        choices=[(scope, scope) for scope in sorted(SCOPES)],
        error_messages={"required": _("Choose what the token may do.")},
    )
    expires_on = DayField(
        label=_("Last day"), required=False, help_text=_("Works until this day is over. Left empty, until it is revoked.")
    )

    def clean_scopes(self) -> list[str]:
        chosen = self.cleaned_data["scopes"]
        return [EVERYTHING] if EVERYTHING in chosen else chosen

    def clean_expires_on(self) -> date | None:
        day = self.cleaned_data["expires_on"]
        if day and self.end_of(day) <= self.at:
            raise ValidationError(_("This day is over: give today or a later one."), code="out-of-range")
        return day

    def end_of(self, day: date) -> datetime:
        return self.moment(day + timedelta(days=1), time(0))

    @property
    def everything(self) -> Box:
        return EVERYTHING, _("Everything that the account may do, also what comes to it later"), EVERYTHING in self._chosen

    @property
    def groups(self) -> Iterator[tuple[Promise, list[tuple[Promise, list[Box]]]]]:
        """The boxes of each kind of record, under the headings they stand in."""
        for title, kinds in GROUPS:
            yield title, [(label, [*self._boxes(resource)]) for resource, label in kinds.items()]

    def _boxes(self, resource: str) -> Iterator[Box]:
        yield from ((scope, word, scope in self._chosen) for scope, word in scopes_of(resource).items())

    @property
    def _chosen(self) -> set[str]:
        return set(self["scopes"].value() or ())
