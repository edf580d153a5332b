"""Surveys, for those who keep the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from crm.views.reference import ReferenceCreateView, ReferenceEditView, removing_and_restoring
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


remove, restore = removing_and_restoring(
    Survey, "customers:survey", remove=services.remove_survey, restore=services.restore_survey
)
