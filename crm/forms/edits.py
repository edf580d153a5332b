"""Forms over a record that somebody else may be changing at the same time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.forms.reader import ReaderForm
from crm.money import NOTHING


def digest(text: str) -> str:
    """Of what a field shows; browsers end lines in their own way."""
    return sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


class EditForm(ReaderForm):
    """Only what its reader changed is saved. What somebody else changed meanwhile stays where the reader left it alone, and
    is told where both changed it: who saves again has seen it. A field that was not sent at all is left alone, too.

    `seen` says what stood in each field when the form was shown.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {field.name: self._stored(field.name) for field in self.visible_fields()}
        self.initial["seen"] = self._marks()
        if self.is_bound:
            self._complete()

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        for name, mark in seen_in(facts.pop("seen", "")).items():
            if name not in self.stored:
                continue
            sent = self.data.get(self.add_prefix(name), "")
            if mark == digest(sent):
                self._leave(name, facts)
            elif mark != digest(self.stored[name]) and digest(sent) != digest(self.stored[name]):
                found = {"value": self._label(name)}
                text = _("Meanwhile this was set to %(value)s. Save again to replace it.") % found
                self.add_error(name, ValidationError(text, code="conflict"))
        if self.errors:
            self._show("seen", self._marks())
        return facts

    def _complete(self) -> None:
        """A browser sends an empty field too: one that is missing was not on the form, and is nothing to empty."""
        for name, text in self.stored.items():
            if self.fields[name].widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name)):
                self._show(name, text)

    def _stored(self, name: str) -> str:
        """What the field shows of the record as it is now."""
        value = self.fields[name].prepare_value(self.get_initial_for_field(self.fields[name], name))
        if isinstance(value, bool):
            return "on" if value else ""  # as browsers send a box
        return "" if value is None else str(value)

    def _marks(self) -> str:
        return json.dumps({name: digest(text) for name, text in self.stored.items()})

    def _leave(self, name: str, facts: dict[str, Any]) -> None:
        """What stands there now is right, whatever was sent; where the form is shown again, it shows that."""
        facts.pop(name, None)
        self.errors.pop(name, None)
        self._show(name, self.stored[name])

    def _show(self, name: str, text: str) -> None:
        self.data = self.data.copy()
        self.data[self.add_prefix(name)] = text

    def _label(self, name: str) -> str:
        """What somebody else chose or wrote, in words."""
        value = self.get_initial_for_field(self.fields[name], name)
        choices: Mapping[Any, Any] = {} if isinstance(value, Model) else dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value) or (value if isinstance(value, Model) else self.stored[name]) or NOTHING)


def seen_in(text: str) -> dict[str, str]:
    """What cannot be read says nothing: then all that was sent is saved."""
    try:
        marks = json.loads(text)
    except ValueError:
        return {}
    return {name: mark for name, mark in marks.items() if isinstance(mark, str)} if isinstance(marks, dict) else {}
