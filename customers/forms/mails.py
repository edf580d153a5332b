"""What people write to the buyer of a sale."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import EmailField, TextField
from crm.forms.reader import ReaderForm
from crm.models import User


class SaleMailForm(ReaderForm):
    """A mail; its language is that of the paper that comes with it."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=User.Language.choices, widget=forms.HiddenInput)
    address = EmailField(label=_("Recipient"))
    subject = TextField(label=_("Subject"), max_length=200)
    body = TextField(label=_("Message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 9}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("subject", "body"):
            self.fields[name].widget.attrs["lang"] = self["language"].value()

    @property
    def words(self) -> dict[str, str]:
        words = {name: self.cleaned_data[name] for name in ("language", "address", "subject", "body")}
        return words | {"subject": " ".join(words["subject"].split())}
