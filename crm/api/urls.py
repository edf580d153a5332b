"""Everything under /api/v1/. The applications' own endpoints are included by name: the floor knows no app."""

from django.conf import settings
from django.urls import include, path, re_path

from crm.api.docs import DocsView, SchemaView
from crm.api.endpoints import routes
from crm.api.people import RESOURCES
from crm.api.view import NotFoundView

urlpatterns = [
    re_path(r"^schema/?\Z", SchemaView.as_view(), name="api-schema"),
    re_path(r"^docs/?\Z", DocsView.as_view(), name="api-docs"),
    *routes(*RESOURCES),
    *(path("", include(name)) for name in settings.API_MODULES),
    re_path(r"", NotFoundView.as_view()),
]
