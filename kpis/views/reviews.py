"""Reviews: the same figures every Saturday or on the first of the month, with notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.forms.fields import TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.pages import FormPage, Page, action, say
from crm.permissions import may_enter
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_moment
from kpis import dashboards
from kpis.catalogue import CATALOGUE
from kpis.definitions import is_hidden
from kpis.models import Review
from kpis.options import kpi_choices
from kpis.readings.cards import card_of
from kpis.readings.reviews import Sitting, count_unread, sittings_of
from kpis.readings.summary import Choice, Compare, summarise
from kpis.readings.words import number_text, period_text
from kpis.services import open_sitting, set_review, switch_review, write_note

MOST_KPIS = 12
LONGEST_NOTE = 5_000


def reviews_of(request: HttpRequest) -> QuerySet[Review]:
    return Review.objects.visible_to(request.user).prefetch_related("sessions")


class ReviewForm(ReaderForm):
    name = TextField(label=gettext_lazy("Name"), max_length=100)
    cadence = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Review.Cadence.choices, widget=forms.RadioSelect, initial=Review.Cadence.WEEKLY
    )
    kpis = forms.MultipleChoiceField(label=gettext_lazy("KPIs"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, user: User, prefs: Preferences, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefs=prefs, **kwargs)
        self.fields["kpis"].choices = kpi_choices(user)

    def clean_kpis(self) -> list[str]:
        chosen = self.cleaned_data["kpis"]
        if len(chosen) > MOST_KPIS:
            raise ValidationError(_("Choose at most 12: more is not looked at."), code="too-many")
        return [key for key in CATALOGUE if key in chosen]


class NoteForm(ReaderForm):
    note = TextField(
        label=gettext_lazy("Notes"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class ReviewsView(Page, TemplateView):
    template_name = "kpis/reviews.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(reviews=[self.review(review) for review in reviews_of(self.request)], **kwargs)

    def review(self, review: Review) -> dict[str, Any]:
        prefs = self.request.prefs
        sittings = sittings_of(review, prefs.today(self.at), prefs.organization)
        return {
            "review": review,
            "kpis": [str(CATALOGUE[key].name) for key in review.kpis if key in CATALOGUE],
            "sittings": [
                {
                    "label": period_text(sitting.period, prefs),
                    "url": sitting_url(review, sitting),
                    "open_url": reverse("kpis:sitting-open", args=[review.pk, path_key(sitting)]),
                    "is_unread": sitting.is_unread,
                    "note": sitting.row.note if sitting.row else "",
                }
                for sitting in sittings
            ],
        }


def path_key(sitting: Sitting) -> str:
    """The period in an address: a week's key without its slash."""
    return sitting.period.key.removesuffix("/W")


def sitting_url(review: Review, sitting: Sitting) -> str:
    return reverse("kpis:sitting", args=[review.pk, path_key(sitting)])


class ReviewFormView(FormPage):
    template_name = "kpis/review_form.html"
    form_class = ReviewForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.review = Review()
        if request.user.is_authenticated and "pk" in kwargs:
            self.review = get_object_or_404(reviews_of(request), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        if self.review.pk:
            return {name: getattr(self.review, name) for name in ReviewForm.base_fields}
        return {"kpis": [kpi.key for kpi in dashboards.pinned(self.request.user, None)]}

    def save(self, form: ReviewForm) -> HttpResponse:
        facts = {name: form.cleaned_data[name] for name in ReviewForm.base_fields}
        calendar = self.review.calendar or self.request.prefs.calendar
        review = set_review(self.review, facts | {"user": self.request.user, "calendar": calendar}, at=self.at)
        say(self.request, _("The review “%(review)s” was saved.") % {"review": review})
        return redirect("kpis:reviews")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(review=self.review, cancel_url=reverse("kpis:reviews"), **kwargs)


class SittingView(FormPage):
    """The figures of one period as they are now, beside those of the period before, and what was noted."""

    template_name = "kpis/sitting.html"
    form_class = NoteForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            self.review, self.sitting, self.all = find(request, kwargs["pk"], kwargs["key"], timezone.now())
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"note": self.sitting.row.note if self.sitting.row else ""}

    def save(self, form: NoteForm) -> HttpResponse:
        write_note(self.review, self.sitting.period.start, form.cleaned_data["note"], at=self.at)
        say(self.request, _("Noted."))
        return redirect(sitting_url(self.review, self.sitting))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        prefs, user, period = self.request.prefs, self.request.user, self.sitting.period
        kpis = [CATALOGUE[key] for key in self.review.kpis if key in CATALOGUE and not is_hidden(CATALOGUE[key], user)]
        choice = Choice(period, Compare.PREVIOUS, {}, prefs.today(self.at), user, prefs.organization)
        readings = summarise(kpis, choice)
        place, row = self.all.index(self.sitting), self.sitting.row
        return super().get_context_data(**kwargs) | {
            "review": self.review,
            "period_label": period_text(period, prefs),
            "cards": [card_of(readings[kpi.key], choice, prefs, f"?period={period.key}") for kpi in kpis],
            "is_unread": self.sitting.is_unread,
            "opened_text": format_moment(row.opened_at, prefs) if row else "",
            "open_url": reverse("kpis:sitting-open", args=[self.review.pk, path_key(self.sitting)]),
            "later_url": sitting_url(self.review, self.all[place - 1]) if place else "",
            "earlier_url": sitting_url(self.review, self.all[place + 1]) if place + 1 < len(self.all) else "",
        }


def find(request: HttpRequest, pk: int, key: str, at: Any) -> tuple[Review, Sitting, list[Sitting]]:
    review = get_object_or_404(reviews_of(request), pk=pk)
    sittings = sittings_of(review, request.prefs.today(at), request.prefs.organization)
    sitting = next((each for each in sittings if path_key(each) == key), None)
    if sitting is None:
        raise Http404
    return review, sitting, sittings


class UnreadView(Page, TemplateView):
    """How many sittings wait: a fragment for the link to them."""

    template_name = "kpis/_unread.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        prefs = self.request.prefs
        count = count_unread(self.request.user, prefs.today(self.at), prefs.organization)
        return super().get_context_data(count=count, count_text=number_text(count, prefs), **kwargs)


@action(may_enter)
def open_one(request: HttpRequest, pk: int, key: str) -> str:
    at = timezone.now()
    review, sitting, _all = find(request, pk, key, at)
    open_sitting(review, sitting.period.start, at=at)
    return sitting_url(review, sitting)


@action(may_enter)
def switch(request: HttpRequest, pk: int) -> str:
    review = get_object_or_404(Review.objects.filter(user=request.user), pk=pk)
    switch_review(review, on=not review.is_on)
    if not review.is_on:
        undo = reverse("kpis:review-switch", args=[pk])
        say(request, _("The review “%(review)s” was put away.") % {"review": review}, undo=undo)
    return reverse("kpis:reviews")
