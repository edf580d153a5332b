"""The days off of the organisation, a year at a time: added one by one, as a list, or those that every Jalali year has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import services
from crm.forms.holidays import HolidayForm, HolidayLinesForm
from crm.inputs.fields import FIRST_YEAR, YEARS_AHEAD
from crm.models import Holiday
from crm.models.holiday import fixed_holidays
from crm.pages import FormPage, action, counted, key_in, say
from crm.periods import Calendar, DateError, Grain, Period, parse_period, parts, period_of
from crm.permissions import may_manage_people
from crm.preferences import Preferences


def year_asked(text: str, prefs: Preferences, at: datetime) -> Period:
    """The year of an address, in whichever calendar it is; without one the year that runs for the reader."""
    today = prefs.today(at)
    if not text:
        return period_of(today, Calendar(prefs.calendar), Grain.YEAR)
    try:
        year = parse_period(text)
    except DateError:
        raise BadRequest("year") from None
    if year.grain is not Grain.YEAR or not FIRST_YEAR <= year.start.year <= today.year + YEARS_AHEAD:
        raise BadRequest("year")
    return year


def page_of(holidays: Iterable[Holiday], prefs: Preferences) -> str:
    """The year in which the first of them lies."""
    days = sorted(holiday.day for holiday in holidays)
    year = f"?year={period_of(days[0], Calendar(prefs.calendar), Grain.YEAR).key}" if days else ""
    return reverse("holidays") + year


def say_added(request: HttpRequest, new: list[Holiday], wanted: int) -> None:
    """How many were new, with the way to take just those back."""
    texts = {"count": counted(len(new), request.prefs), "known": counted(wanted - len(new), request.prefs)}
    undo = f"{reverse('holiday-remove')}?{urlencode([('pk', holiday.pk) for holiday in new])}" if new else ""
    say(request, _("Holidays added: %(count)s; in the list already: %(known)s.") % texts, undo=undo)


class HolidayListView(FormPage):
    template_name = "crm/holidays.html"
    form_class = HolidayForm
    permits = staticmethod(may_manage_people)

    @cached_property
    def year(self) -> Period:
        return year_asked(self.request.GET.get("year", ""), self.request.prefs, self.at)

    def save(self, form: HolidayForm) -> HttpResponse:
        day = form.cleaned_data["day"]
        new = services.add_holidays([(day, form.cleaned_data["name"])])
        say_added(self.request, new, 1)
        return redirect(page_of(new, self.request.prefs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Holiday.objects.filter(day__range=(self.year.start, self.year.end)).order_by("day")
        about = {"year": self.year, "rows": rows, "fixed": self.fixed_years(rows)}
        return super().get_context_data(**about, **self.neighbours(), **kwargs)

    def neighbours(self) -> dict[str, str]:
        bounds = range(FIRST_YEAR, self.request.prefs.today(self.at).year + YEARS_AHEAD + 1)
        near = {"previous": self.year.previous(), "next": self.year.next()}
        return {f"{name}_year": year.key for name, year in near.items() if year.start.year in bounds}

    def fixed_years(self, rows: Iterable[Holiday]) -> list[int]:
        """The Jalali years that touch this one and whose fixed holidays are not all there."""
        known = set(Holiday.objects.values_list("day", flat=True))
        jalali = range(parts(self.year.start, Calendar.JALALI)[0], parts(self.year.end, Calendar.JALALI)[0] + 1)
        return [year for year in jalali if any(day not in known for day, _name in fixed_holidays(year))]


class HolidayPasteView(FormPage):
    template_name = "crm/holiday_paste.html"
    form_class = HolidayLinesForm
    permits = staticmethod(may_manage_people)

    def save(self, form: HolidayLinesForm) -> HttpResponse:
        days = form.cleaned_data["lines"]
        new = services.add_holidays(days)
        say_added(self.request, new, len(days))
        return redirect(page_of(new, self.request.prefs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("holidays"), **kwargs)


@action(may_manage_people)
def add_fixed(request: HttpRequest, year: int) -> str:
    if not FIRST_YEAR <= year + 621 <= request.prefs.today(timezone.now()).year + YEARS_AHEAD:
        raise Http404
    new = services.add_fixed_holidays(year)
    say_added(request, new, len(fixed_holidays(year)))
    return page_of(new, request.prefs)


@action(may_manage_people)
def remove(request: HttpRequest) -> str:
    """One by its button, or those just added by the way back; one can be brought back."""
    sent = request.POST.getlist("pk") or request.GET.getlist("pk")
    found = list(Holiday.objects.filter(pk__in=[key for text in sent if (key := key_in(text))]))
    services.remove_holidays(holiday.pk for holiday in found)
    if len(found) == 1:
        back = urlencode({"day": found[0].day.isoformat(), "name": found[0].name})
        say(request, _("%(holiday)s was removed.") % {"holiday": found[0]}, undo=f"{reverse('holiday-restore')}?{back}")
    else:
        say(request, _("Holidays removed: %(count)s.") % {"count": counted(len(found), request.prefs)})
    return page_of(found, request.prefs)


@action(may_manage_people)
def restore(request: HttpRequest) -> str:
    """One that was removed, as the address of its way back names it."""
    form = HolidayForm(request.GET, user=request.user, prefs=request.prefs, at=timezone.now())
    if not form.is_valid():
        raise ValidationError([f"{form[name].label}: {text}" for name, texts in form.errors.items() for text in texts])
    return page_of(services.add_holidays([(form.cleaned_data["day"], form.cleaned_data["name"])]), request.prefs)
