"""Surveys, for those who keep the settings."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.pages import action, say
from crm.permissions import may_manage_people
from crm.views.reference import ReferenceCreateView, ReferenceEditView, row_of_list, say_removed
from customers.forms.surveys import EditSurveyForm, SurveyForm
from customers.models import Survey
from customers.services import surveys as services


class SurveyCreateView(ReferenceCreateView):
    form_class = SurveyForm
    model = Survey
    route = "customers:survey"
    heading = gettext_lazy("New survey")
    add = staticmethod(services.add_survey)


class SurveyEditView(ReferenceEditView):
    template_name = "customers/survey_form.html"
    form_class = EditSurveyForm
    model = Survey
    route = "customers:survey"
    edit = staticmethod(services.edit_survey)


@action(may_manage_people)
def remove(request: HttpRequest, pk: int) -> str:
    survey = row_of_list(Survey.objects.visible_to(request.user), pk, "customers:survey")
    way = services.remove_survey(survey, by=request.user, at=timezone.now())
    return say_removed(request, survey, "customers:survey", way)


@action(may_manage_people)
def restore(request: HttpRequest, way: str) -> str:
    services.restore_survey(way, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return reverse("customers:survey-list")
