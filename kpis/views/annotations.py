"""Notes on the days of trends."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import DayField, TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.pages import FormPage, action, form_key, next_url, say
from crm.periods import Grain, Period, period_of
from crm.permissions import may_enter
from crm.preferences import Preferences
from kpis.calendars import FIRST_DAY
from kpis.catalogue import CATALOGUE
from kpis.definitions import is_hidden
from kpis.models import Annotation
from kpis.readings.words import period_text
from kpis.services import add_annotation, remove_annotation
from kpis.services.annotations import may_share

LAST_YEAR = 2060


class AnnotationForm(ReaderForm):
    """`token` makes a form that was sent twice one note."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    day = DayField(label=gettext_lazy("Day"))
    text = TextField(label=gettext_lazy("What happened"), max_length=120)
    is_everywhere = forms.BooleanField(label=gettext_lazy("On the trends of all KPIs"), required=False)
    is_shared = forms.BooleanField(label=gettext_lazy("For everybody"), required=False)

    def __init__(self, *args: Any, user: User, prefs: Preferences, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefs=prefs, **kwargs)
        if not may_share(user):
            del self.fields["is_shared"]

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day and not (day >= FIRST_DAY and day.year <= LAST_YEAR):
            raise forms.ValidationError(_("This year is out of range."), code="date-out-of-range")
        return day


class AnnotationFormView(FormPage):
    template_name = "kpis/annotation_form.html"
    form_class = AnnotationForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.kpi = CATALOGUE.get(request.GET.get("kpi", ""))
        if self.kpi is None or (request.user.is_authenticated and is_hidden(self.kpi, request.user)):
            raise BadRequest("kpi")
        return super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        return next_url(self.request, default=reverse("kpis:kpi-detail", args=[self.kpi.key]))

    def get_initial(self) -> dict[str, Any]:
        return {"day": self.request.prefs.today(self.at), "token": uuid4()}

    def save(self, form: AnnotationForm) -> HttpResponse:
        found, user = form.cleaned_data, self.request.user
        facts = {"day": found["day"], "text": found["text"], "is_shared": found.get("is_shared", False)}
        facts["kpi"] = "" if found["is_everywhere"] else self.kpi.key
        key = form_key(Annotation, found["token"], facts | {"user": user, "is_removed": False})
        note = add_annotation(facts, by=user, key=key)
        say(self.request, _("Noted."), undo=reverse("kpis:annotation-remove", args=[note.pk]))
        return redirect(self.back)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kpi=self.kpi, cancel_url=self.back, **kwargs)


def note_row(note: Annotation, period: Period, request: HttpRequest) -> dict[str, Any]:
    """A note below the trend of a period, in whose calendar its day is said."""
    day = period_of(note.day, period.calendar, Grain.DAY, period.rules)
    return {
        "pk": note.pk,
        "iso": note.day.isoformat(),
        "day": period_text(day, request.prefs),
        "text": note.text,
        "is_shared": note.is_shared,
        "is_mine": note.user_id == request.user.pk,
        "author": str(note.user),
    }


@action(may_enter)
def remove(request: HttpRequest, pk: int) -> str:
    note = get_object_or_404(Annotation.objects.visible_to(request.user).filter(user=request.user), pk=pk)
    remove_annotation(note)
    say(request, _("The note was removed."), undo=reverse("kpis:annotation-restore", args=[pk]))
    return page_of(note)


@action(may_enter)
def restore(request: HttpRequest, pk: int) -> str:
    note = get_object_or_404(Annotation.objects.filter(user=request.user), pk=pk)
    remove_annotation(note, removed=False)
    return page_of(note)


def page_of(note: Annotation) -> str:
    return reverse("kpis:kpi-detail", args=[note.kpi]) if note.kpi in CATALOGUE else reverse("kpis:overview")
