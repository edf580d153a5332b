"""What people type about an answer to a survey."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import DayField, TextField
from crm.forms.reader import ReaderForm
from crm.templatetags.crm_format import reader_digits
from customers.forms.customers import CustomerField
from customers.models import Survey


class AnswerForm(ReaderForm):
    """The day is asked of those who may state one; what others enter was said now."""

    customer = CustomerField()
    score = forms.TypedChoiceField(label=_("Score"), coerce=int, widget=forms.RadioSelect(attrs={"class": "scale"}))
    comment = TextField(label=_("Comment"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    answered_on = DayField(label=_("Answered on"))

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lowest, highest = survey.scale
        scores = {score: reader_digits(str(score), self.prefs) for score in range(lowest, highest + 1)}
        words = Survey.WORDS if survey.kind == Survey.Kind.CSAT_WORDS else {}
        self.fields["score"].choices = [(score, words.get(score, digits)) for score, digits in scores.items()]
        if not self.user.may_give_history:
            del self.fields["answered_on"]

    @property
    def answered_at(self) -> datetime | None:
        """On the day of today it is now."""
        day = self.cleaned_data.get("answered_on")
        return self.moment(day, None) if day and day != self.prefs.today(self.at) else None

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("customer", "score", "comment")} | {"answered_at": self.answered_at}
