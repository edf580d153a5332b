"""When something is done next: the few days people mean, as words to press, and any other day as a date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import ClockField, DayField, TextField
from crm.forms.reader import ReaderForm
from crm.jalali import weekday_name
from crm.periods import Calendar, Grain, period_of
from crm.preferences import Preferences
from leads.models import Activity
from leads.timeline import outcomes_of, says_nothing

TOMORROW, WEEK_START, WEEK, MONTH, DATE = "tomorrow", "week-start", "week", "month", "date"
AN_HOUR = "hour"
ASKED_OF_WHAT_WAS_DONE = _("Choose a result, or write what was said.")
DAY_IS_OVER = _("This day is over: plan for today or a later one.")


def days_ahead(today: date, prefs: Preferences) -> dict[str, tuple[str | Promise, date]]:
    """The days that have a name, in order of nearness."""
    rules = prefs.organization.calendar_rules
    week = period_of(today, Calendar(prefs.calendar), Grain.WEEK, rules).end + timedelta(days=1)
    return {
        TOMORROW: (_("Tomorrow"), today + timedelta(days=1)),
        WEEK_START: (weekday_name(week, prefs.language), week),
        WEEK: (_("In a week"), today + timedelta(days=7)),
        MONTH: (_("In a month"), today + timedelta(days=30)),
    }


def when_choices(today: date, prefs: Preferences) -> list[tuple[str, str]]:
    return [(key, str(label)) for key, (label, _day) in days_ahead(today, prefs).items()]


def is_over(day: date | None, today: date) -> bool:
    return day is not None and day < today


class WhenForm(ReaderForm):
    """A day by its name or as a date, and a time of day."""

    is_required = False

    when = forms.ChoiceField(label=_("Next step"), required=False, widget=forms.RadioSelect)
    on = DayField(label=_("On another day"), required=False)
    clock = ClockField(label=_("At"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = self.prefs.today(self.at)
        nothing = [] if self.is_required else [("", _("Nothing for now"))]
        self.fields["when"].choices = [*nothing, *when_choices(self.today, self.prefs), (DATE, _("Another day"))]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and facts.get("when") == DATE and not facts.get("on"):
            self.add_error("on", ValidationError(_("Say which day."), code="required"))
        elif not self.errors and is_over(facts.get("on"), self.today):
            self.add_error("on", ValidationError(DAY_IS_OVER, code="past-date"))
        elif not self.errors and self.is_required and self.day is None:
            self.add_error("when", ValidationError(_("Say which day."), code="required"))
        return facts

    @property
    def day(self) -> date | None:
        """A date that was typed means that day, whichever name stays pressed beside it."""
        if self.cleaned_data.get("on"):
            return self.cleaned_data["on"]
        named = days_ahead(self.today, self.prefs).get(self.cleaned_data.get("when") or "")
        return named[1] if named else None

    def due_at(self, usual: time | None = None) -> datetime | None:
        """`usual` is the time of day where none is said."""
        return self.moment(self.day, self.cleaned_data.get("clock") or usual) if self.day else None


class FollowUpForm(WhenForm):
    """`token` makes a form that was sent twice one activity."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Activity.Kind.choices, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @property
    def facts(self) -> dict[str, Any]:
        return {"next_kind": self.cleaned_data.get("kind") or "", "next_due_at": self.due_at()}


class FinishForm(FollowUpForm):
    """What came of it, and what is next, in one go."""

    outcome = forms.ChoiceField(label=_("Result"), required=False, widget=forms.RadioSelect)
    body = TextField(label=_("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    field_order = ("outcome", "body", "when", "on", "clock", "kind")

    def __init__(self, *args: Any, of_kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_kind, self.outcomes = of_kind, outcomes_of(of_kind)
        self.fields["outcome"].choices = [("", _("Not said")), *self.outcomes]

    def clean(self) -> dict[str, Any]:
        """Of a call or a meeting something is said, whether it was planned or not; a task is just done."""
        facts = super().clean()
        if not self.errors and self.outcomes and says_nothing(self.of_kind, facts["outcome"], facts["body"]):
            self.add_error("outcome", ValidationError(ASKED_OF_WHAT_WAS_DONE, code="required"))
        return facts


class PlanForm(FollowUpForm):
    is_required = True


class SnoozeForm(WhenForm):
    """Later: within the day, or on another one at the same time of day."""

    is_required = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["when"].choices = [(AN_HOUR, _("In an hour")), *self.fields["when"].choices]

    @property
    def is_in_an_hour(self) -> bool:
        return self.cleaned_data.get("when") == AN_HOUR and not self.cleaned_data.get("on")

    @property
    def day(self) -> date | None:
        return self.today if self.is_in_an_hour else super().day

    def later(self, due_at: datetime) -> datetime:
        if self.is_in_an_hour:
            return self.at + timedelta(hours=1)
        return self.due_at(due_at.astimezone(self.prefs.zone).time())
