"""The form of a range of days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import DayField
from crm.forms.reader import ReaderForm
from crm.periods import LONGEST_RANGE, Calendar, Grain, Period, period_of, range_of
from crm.preferences import Preferences
from crm.templatetags.crm_format import fanum
from kpis.calendars import FIRST_DAY


def range_between(first: date, last: date, prefs: Preferences) -> Period:
    """From one day to another, in the calendar of a reader."""
    calendar, rules = Calendar(prefs.calendar), prefs.organization.calendar_rules
    return range_of(*(period_of(day, calendar, Grain.DAY, rules) for day in (first, last)))


class RangeForm(ReaderForm):
    """Days of either calendar; `period` is in the one that their reader uses."""

    first = DayField(label=gettext_lazy("First day"))
    last = DayField(label=gettext_lazy("Last day"))

    def clean_first(self) -> Any:
        first = self.cleaned_data["first"]
        if first and not FIRST_DAY <= first <= self.prefs.today(self.at):
            raise forms.ValidationError(_("There are no figures of this day."), code="no-figures")
        return first

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day comes before the first one."))
        elif first and last and (last - first).days >= LONGEST_RANGE:
            most = fanum(LONGEST_RANGE, self.prefs)
            self.add_error("last", _("A range has at most %(most)s days: choose years instead.") % {"most": most})
        return found

    @property
    def period(self) -> Period:
        return range_between(self.cleaned_data["first"], self.cleaned_data["last"], self.prefs)
