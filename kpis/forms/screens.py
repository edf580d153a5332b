"""The form of a link for a screen."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from crm.forms.fields import TextField
from crm.forms.reader import ReaderForm


class ScreenForm(ReaderForm):
    """`token` makes a form that was sent twice one link."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = TextField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("Where the screen hangs, for your list of links.")
    )
