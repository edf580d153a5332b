"""A look at stages, leads, opportunities, quotes and activities, for superusers."""

from django.contrib import admin

from crm.settings_pages import ShownInline, ShownOnly
from leads.models import Activity, Lead, LeadEvent, Opportunity, Quote, QuoteLine, Stage, StageChange, Touch


@admin.register(Stage)
class StageAdmin(ShownOnly):
    history_page = "leads:stage-history"
    list_display = ("position", "name", "name_fa", "kind", "probability", "stale_days")


class LeadEventInline(ShownInline):
    model = LeadEvent


class TouchInline(ShownInline):
    model = Touch


@admin.register(Lead)
class LeadAdmin(ShownOnly):
    list_display = ("id", "name", "company", "phone", "lead_source", "owner", "created_at")
    list_filter = ("lead_source", "is_spam", "is_test")
    list_select_related = ("lead_source", "owner")
    search_fields = ("name", "company", "phone", "email", "external_id")
    inlines = (LeadEventInline, TouchInline)


class StageChangeInline(ShownInline):
    model = StageChange


@admin.register(Opportunity)
class OpportunityAdmin(ShownOnly):
    list_display = ("id", "name", "stage", "amount", "owner", "created_at")
    list_filter = ("stage",)
    list_select_related = ("stage", "owner")
    search_fields = ("name", "external_id")
    inlines = (StageChangeInline,)


@admin.register(Activity)
class ActivityAdmin(ShownOnly):
    list_display = ("id", "kind", "subject", "owner", "due_at", "done_at")
    list_filter = ("kind",)
    list_select_related = ("owner",)


class QuoteLineInline(ShownInline):
    model = QuoteLine
    currencies = dict.fromkeys(("unit_price", "discount", "tax"), "quote.currency")


@admin.register(Quote)
class QuoteAdmin(ShownOnly):
    list_display = ("id", "number", "opportunity", "issued_at", "amount", "accepted_at", "declined_at")
    list_select_related = ("opportunity",)
    search_fields = ("number", "external_id")
    inlines = (QuoteLineInline,)
