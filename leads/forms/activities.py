"""What is typed about calls, meetings and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import ClockField, DayField, TextField
from crm.forms.reader import ReaderForm
from leads.follow_up import ASKED_OF_WHAT_WAS_DONE, DAY_IS_OVER, is_over
from leads.models import OUTCOMES, Activity
from leads.timeline import outcomes_of, says_nothing


class ActivityForm(ReaderForm):
    """What was done, or with a day what is planned; with a result and a day what was done, and the next step after it.

    `token` makes a form that was sent twice one activity.
    """

    kind = forms.ChoiceField(label=_("Kind"), choices=Activity.Kind.choices, widget=forms.Select(attrs={"aria-label": _("Kind")}))
    body = TextField(
        label=_("Text"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "aria-label": _("Text"), "placeholder": _("What was said, what was agreed")}),
    )
    outcome = forms.ChoiceField(
        label=_("Result"),
        choices=[("", _("Result?")), *OUTCOMES.items()],
        required=False,
        widget=forms.Select(attrs={"aria-label": _("Result")}),
    )
    due_on = DayField(label=_("Planned for"), required=False)
    due_time = ClockField(label=_("At"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and not facts["due_on"] and says_nothing(facts["kind"], facts["outcome"], facts["body"]):
            self.ask_for_words(facts["kind"])
        if not self.errors and is_over(facts["due_on"], self.prefs.today(self.at)):
            self.add_error("due_on", ValidationError(DAY_IS_OVER, code="past-date"))
        if not self.errors and facts.get("outcome") and (fault := self.fault_of_outcome(facts)):
            self.add_error("outcome", ValidationError(fault, code="invalid"))
        return facts

    def ask_for_words(self, kind: str) -> None:
        if outcomes_of(kind):
            self.add_error("outcome", ValidationError(ASKED_OF_WHAT_WAS_DONE, code="required"))
        else:
            self.add_error("body", ValidationError(_("Write something, or choose a day."), code="required"))

    def fault_of_outcome(self, facts: dict[str, Any]) -> str:
        """Why this cannot have come of it."""
        fitting = dict(outcomes_of(facts["kind"]))
        if facts["outcome"] in fitting:
            return ""
        words = {"kind": Activity.Kind(facts["kind"]).label, "outcome": OUTCOMES[facts["outcome"]]}
        if not fitting:
            return _("“%(outcome)s” does not fit “%(kind)s”, of which no result is noted.") % words
        return _("“%(outcome)s” does not fit “%(kind)s”. What fits: %(fitting)s.") % (
            words | {"fitting": " · ".join(fitting.values())}
        )

    @property
    def due_at(self) -> datetime | None:
        day = self.cleaned_data.get("due_on")
        return self.moment(day, self.cleaned_data.get("due_time")) if day else None


class EditActivityForm(EditForm):
    """What was noted of something done."""

    outcome = forms.ChoiceField(label=_("Result"), required=False)
    body = TextField(label=_("Text"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    done_on = DayField(label=_("Day"))
    done_time = ClockField(label=_("At"))

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Other programs send other words than the usual ones: such a one may stay.
        fitting = dict(outcomes_of(activity.kind)) | ({activity.outcome: activity.outcome_label} if activity.outcome else {})
        self.fields["outcome"].choices = [("", _("Not said")), *fitting.items()]
        if not fitting:
            del self.fields["outcome"], self.stored["outcome"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and "done_at" in self.facts and self.facts["done_at"] > self.at:
            self.add_error("done_on", ValidationError(_("The moment lies in the future."), code="future-date"))
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        """What was changed; the moment only where it was, as the form leaves its seconds out."""
        facts = {name: value for name, value in self.cleaned_data.items() if name in ("outcome", "body")}
        when = {name: self.cleaned_data.get(name, self.initial[name]) for name in ("done_on", "done_time")}
        if self.cleaned_data.keys() & when.keys():
            facts["done_at"] = self.moment(when["done_on"], when["done_time"])
        return facts
