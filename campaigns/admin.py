"""Reference data of marketing, for superusers."""

from django.contrib import admin

from campaigns.models import Campaign, Channel, Expense, LandingPage, LeadSource, SocialNetwork
from crm.admin import KeptForever, ShownOnly


@admin.register(Channel)
class ChannelAdmin(KeptForever):
    list_display = ("name", "slug", "kind", "social_network", "is_marketing")
    list_filter = ("kind", "is_marketing")
    list_select_related = ("social_network",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "kind", "social_network", "is_marketing")


@admin.register(LeadSource, SocialNetwork)
class NamedAdmin(KeptForever):
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    fields = ("name", "slug")


@admin.register(Campaign)
class CampaignAdmin(KeptForever):
    list_display = ("name", "channel", "goal", "status", "starts_on", "ends_on", "budget")
    list_filter = ("status", "goal", "channel")
    list_select_related = ("channel",)
    search_fields = ("name",)
    fields = ("name", "channel", "goal", "goal_event", "status", "starts_on", "ends_on", "budget", "owner")


@admin.register(LandingPage)
class LandingPageAdmin(KeptForever):
    list_display = ("url", "title", "published_on")
    search_fields = ("url", "title")
    fields = ("url", "title", "published_on")


@admin.register(Expense)
class ExpenseAdmin(ShownOnly):
    list_display = ("kind", "amount", "campaign", "channel", "valid_from", "valid_to", "is_estimate")
    list_filter = ("kind", "is_estimate")
    list_select_related = ("campaign", "channel")
    date_hierarchy = "valid_from"
