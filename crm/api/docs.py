"""The schema as a document and as pages to try it out, for those who may call the API."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.views.generic import TemplateView
from rest_framework.request import Request

from crm.api.openapi import document
from crm.api.view import ApiView


@lru_cache(maxsize=1)
def rendered() -> bytes:
    return msgspec.json.encode(document(["crm.api.people", *settings.API_MODULES]))


class SchemaView(ApiView):
    """Any token may read it, whatever its scopes."""

    def check_rights(self, user: object, token: object) -> None:
        pass

    def get(self, request: Request) -> HttpResponse:
        self.parameters()
        return HttpResponse(rendered(), content_type="application/json")


class DocsView(LoginRequiredMixin, TemplateView):
    template_name = "api/docs.html"
