"""A range of days instead of a month: chosen here, then shown by the page it was chosen for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages import FormPage, next_url, query_with
from crm.periods import Calendar, Grain, Period, period_of
from kpis.addresses import period_called
from kpis.forms.ranges import RangeForm, range_between
from kpis.readings.words import number_text

# How many days up to today are offered at once.
USUAL = (7, 30, 90, 365)


class RangeView(FormPage):
    template_name = "kpis/range.html"
    form_class = RangeForm

    @property
    def back(self) -> str:
        return next_url(self.request, default=reverse("kpis:overview"))

    def address_of(self, period: Period) -> str:
        """The page that it was chosen for, of these days."""
        asked = urlsplit(self.back)
        return asked.path + query_with(QueryDict(asked.query), period=period.key, grain=None, after=None)

    def get_initial(self) -> dict[str, Any]:
        """The days of the page, as far as they have come."""
        prefs, today = self.request.prefs, self.request.prefs.today(self.at)
        try:
            shown = period_called(QueryDict(urlsplit(self.back).query).get("period", ""), prefs.organization.calendar_rules)
        except ValueError:
            shown = period_of(today, Calendar(prefs.calendar), Grain.MONTH)
        return {"first": shown.start, "last": max(shown.start, min(shown.end, today))}

    def save(self, form: RangeForm) -> HttpResponse:
        return redirect(self.address_of(form.period))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        prefs, today = self.request.prefs, self.request.prefs.today(self.at)
        last_days = ((count, range_between(today - timedelta(days=count - 1), today, prefs)) for count in USUAL)
        usual = [
            (_("Last %(count)s days") % {"count": number_text(count, prefs)}, self.address_of(period))
            for count, period in last_days
        ]
        return super().get_context_data(cancel_url=self.back, usual=usual, submit_label=_("Show"), **kwargs)
