"""A look at targets, alerts and notes, for superusers; they are written on their own pages."""

from django.contrib import admin

from crm.admin import ShownOnly
from kpis.models import Alert, AlertRule, Annotation, Target


@admin.register(Target)
class TargetAdmin(ShownOnly):
    list_display = ("kpi", "calendar", "grain", "start", "team", "person", "channel", "campaign", "value", "set_by")
    list_filter = ("calendar", "grain", "kpi")
    list_select_related = ("team", "person", "channel", "campaign", "set_by")


@admin.register(AlertRule)
class AlertRuleAdmin(ShownOnly):
    list_display = ("kpi", "condition", "bound", "grain", "user", "is_on", "is_ringing", "muted_until")
    list_filter = ("is_on", "is_ringing", "kpi")
    list_select_related = ("user",)


@admin.register(Alert)
class AlertAdmin(ShownOnly):
    """How the mails are doing."""

    list_display = ("rule", "start", "value", "bound", "raised_at", "mail", "mail_tries", "mail_error")
    list_filter = ("mail",)
    list_select_related = ("rule",)
    date_hierarchy = "raised_at"


@admin.register(Annotation)
class AnnotationAdmin(ShownOnly):
    list_display = ("day", "text", "kpi", "user", "is_shared")
    list_select_related = ("user",)
    date_hierarchy = "day"
