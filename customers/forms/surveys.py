"""What an administrator types about a survey."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import TextField
from crm.forms.reader import ReaderForm
from customers.models import Survey


class SurveyForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Survey.Kind.choices,
        help_text=_(
            "NPS goes from 0 to 10, CSAT and loyalty from 1 to 5, four words from poor to excellent. It does not change later."
        ),
    )
    question = TextField(label=_("Question"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_right_to_left = forms.BooleanField(
        label=_("Scale runs right to left"),
        required=False,
        initial=True,
        help_text=_("As those who answer see it. It does not change later either: people tend to the side that they read first."),
    )


class EditSurveyForm(EditForm, SurveyForm):
    """Of a survey that others may be changing."""

    kind = None
    is_right_to_left = None
