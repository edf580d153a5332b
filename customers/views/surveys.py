"""The pages of surveys: what was asked, how many answered, and what they said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.database import CountUpTo
from crm.exports import KINDS, Table, file_response
from crm.models import User
from crm.pages import MOST_COUNTED, FormPage, ListPage, action, count_of, counted, say
from crm.permissions import may_enter, may_manage_people
from crm.templatetags.crm_format import format_moment
from customers.answer_filters import AnswerFilters
from customers.forms.answers import AnswerForm
from customers.models import Answer, Invitation, Order, Survey, Ticket
from customers.services import answers as services

EXPORT_CHUNK = 2000
Kind = Survey.Kind
# What the answers of each kind come to, and those of all: keys of KPIs, which the app above knows.
KPIS = {
    Kind.NPS: {"nps": "NPS"},
    Kind.CSAT: {"csat": "CSAT", "csat_mean": gettext_lazy("Mean satisfaction score")},
    Kind.CSAT_WORDS: {"csat": "CSAT"},
    Kind.LOYALTY: {"attitudinal_loyalty": gettext_lazy("Attitudinal loyalty")},
}
KPIS_OF_ALL = {"survey_response_rate": gettext_lazy("Survey response rate")}


def page_of(survey_id: int) -> str:
    return reverse("customers:survey-detail", args=[survey_id])


def with_counts(surveys: QuerySet[Survey], user: User) -> QuerySet[Survey]:
    """Each with what its reader sees of its answers, and of the invitations that arrived."""
    answers = Answer.objects.visible_to(user).filter(survey=OuterRef("pk"))
    delivered = Invitation.objects.visible_to(user).counted().filter(survey=OuterRef("pk"), delivered_at__isnull=False)
    return surveys.annotate(
        answer_count=CountUpTo(answers, MOST_COUNTED),
        last_answered_at=Subquery(answers.order_by("-answered_at", "-pk").values("answered_at")[:1]),
        invitation_count=CountUpTo(delivered, MOST_COUNTED),
    )


class SurveyListView(ListPage):
    template_name = "customers/survey_list.html"
    permits = staticmethod(may_enter)
    is_newest_first = False

    def get_queryset(self) -> QuerySet[Survey]:
        return with_counts(Survey.objects.visible_to(self.request.user), self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for survey in context["rows"]:
            survey.answers_text = counted(survey.answer_count, self.request.prefs)
            survey.invitations_text = counted(survey.invitation_count, self.request.prefs)
        return context | {"may_keep": may_manage_people(self.request.user)}


class SurveyDetailView(ListPage):
    """One survey with its answers, the last one first."""

    template_name = "customers/survey_detail.html"
    permits = staticmethod(may_enter)
    order_by = "answered_at"

    @cached_property
    def survey(self) -> Survey:
        user = self.request.user
        return get_object_or_404(with_counts(Survey.objects.visible_to(user), user), pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Answer]:
        self.filters = AnswerFilters(self.survey, self.request, self.request.prefs.today(self.at))
        self.missing = self.filters.missing
        self.found = self.filters.rows()
        # What was asked about may be a colleague's.
        sees = {
            f"sees_{name}": Exists(model.objects.visible_to(self.request.user).filter(pk=OuterRef(name)))
            for name, model in (("order", Order), ("ticket", Ticket))
        }
        return self.found.select_related("customer", "order", "product", "ticket").annotate(**sees)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, most = super().get_context_data(**kwargs), self.filters.most
        for answer in context["rows"]:
            self.note(answer)
        return context | {
            "survey": self.survey,
            "may_keep": may_manage_people(self.request.user),
            "answers_text": counted(self.survey.answer_count, self.request.prefs),
            "invitations_text": counted(self.survey.invitation_count, self.request.prefs),
            "kpis": list((KPIS[Kind(self.survey.kind)] | KPIS_OF_ALL).items()),
            "filters": self.filters,
            "chips": self.filters.chips(),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), count_of(self.found, most), most)),
            "files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS},
        }

    def note(self, answer: Answer) -> Answer:
        """What its row says: of the survey that all rows have, and of what was asked about as far as the reader sees it."""
        answer.survey = self.survey
        is_hidden = (answer.order_id and not answer.sees_order) or (answer.ticket_id and not answer.sees_ticket)
        answer.about = None if is_hidden else answer.subject
        return answer

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            about = [_("Customer"), _("Score"), _("In words"), _("About"), _("Comment")]
            header = [*about, _("Answered on"), _("Answered on (ISO)")]
            name = _("Answers") + f"-{self.survey.title}"
            return file_response(self.request, kind, Table(name, header, self._cells()))
        return super().render_to_response(context, **kwargs)

    def _cells(self) -> Iterator[list[Any]]:
        prefs = self.request.prefs
        for answer in map(self.note, self.get_queryset().order_by("-answered_at", "-pk").iterator(chunk_size=EXPORT_CHUNK)):
            answered = [format_moment(answer.answered_at, prefs, "short"), answer.answered_at.astimezone(prefs.zone)]
            yield [answer.customer, answer.score, answer.word, answer.about, answer.comment, *answered]


class AnswerCreateView(FormPage):
    """What a customer said on the telephone or on paper."""

    template_name = "customers/answer_form.html"
    form_class = AnswerForm
    permits = staticmethod(may_enter)

    @cached_property
    def survey(self) -> Survey:
        return get_object_or_404(Survey.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"answered_on": self.request.prefs.today(self.at)}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"survey": self.survey}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(survey=self.survey, cancel_url=page_of(self.survey.pk), **kwargs)

    def save(self, form: AnswerForm) -> HttpResponse:
        facts = {"by": self.request.user, "at": self.at}
        answer, is_new = services.enter_answer(self.survey, **form.facts, **facts)
        if is_new:
            undo = reverse("customers:answer-undo", args=[self.survey.pk, services.way_back(answer, **facts)])
            say(self.request, _("The answer was saved."), undo=undo)
        else:
            say(self.request, _("The answer was saved in place of the one of the same day."))
        return redirect(page_of(self.survey.pk))


@action(may_enter)
def take_back(request: HttpRequest, pk: int, way: str) -> str:
    get_object_or_404(Survey.objects.visible_to(request.user), pk=pk)
    services.take_back_answer(way, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return page_of(pk)
