"""A look at targets, for superusers; they are set on their own page."""

from django.contrib import admin

from crm.admin import ShownOnly
from kpis.models import Target


@admin.register(Target)
class TargetAdmin(ShownOnly):
    list_display = ("kpi", "calendar", "grain", "start", "team", "person", "channel", "campaign", "value", "set_by")
    list_filter = ("calendar", "grain", "kpi")
    list_select_related = ("team", "person", "channel", "campaign", "set_by")
