"""Reference data of marketing, and a look at traffic, for superusers."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.models import (
    Campaign,
    Channel,
    Expense,
    LandingPage,
    LeadSource,
    PageView,
    Session,
    SocialNetwork,
    SocialPost,
    Variant,
)
from campaigns.services.keeping import TARGETS
from crm.settings_pages import KeptForever, ReaderPages, ShownInline, ShownOnly, SluggedForever


@admin.register(Channel)
class ChannelAdmin(SluggedForever):
    history_page = "campaigns:channel-history"
    list_display = ("name", "slug", "kind", "social_network", "is_marketing")
    list_filter = ("kind", "is_marketing")
    list_select_related = ("social_network",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "kind", "social_network", "is_marketing")


@admin.register(LeadSource, SocialNetwork)
class NamedAdmin(SluggedForever):
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    fields = ("name", "slug")


# The form of campaigns takes per cent; here stands what is kept.
FRACTIONS = _("Rates and returns are fractions here: 0.35 is 35 per cent.")


@admin.register(Campaign)
class CampaignAdmin(KeptForever):
    list_display = ("name", "channel", "goal", "status", "starts_on", "ends_on", "budget")
    list_filter = ("status", "goal", "channel")
    list_select_related = ("channel",)
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "channel", "goal", "goal_event", "status", "starts_on", "ends_on", "budget", "owner")}),
        (_("Targets of its whole life"), {"fields": TARGETS, "description": FRACTIONS}),
    )


class VariantInline(ReaderPages, admin.TabularInline):
    """Renamed, not deleted: sessions refer to it."""

    model = Variant
    extra = 0
    fields = ("key", "name", "lever")
    can_delete = False


@admin.register(LandingPage)
class LandingPageAdmin(KeptForever):
    list_display = ("url", "title", "published_on")
    search_fields = ("url", "title")
    fields = ("url", "title", "published_on")
    inlines = (VariantInline,)


@admin.register(Expense)
class ExpenseAdmin(ShownOnly):
    list_display = ("kind", "amount", "campaign", "channel", "valid_from", "valid_to", "is_estimate")
    list_filter = ("kind", "is_estimate")
    list_select_related = ("campaign", "channel")
    currencies = {"currency_amount": "currency"}


class PageViewInline(ShownInline):
    model = PageView


@admin.register(Session)
class SessionAdmin(ShownOnly):
    list_display = ("id", "visitor", "started_at", "channel", "landing_page", "view_count", "converted_at", "is_bot")
    list_filter = ("is_bot", "channel")
    list_select_related = ("channel", "landing_page")
    search_fields = ("visitor", "external_id")
    inlines = (PageViewInline,)


@admin.register(SocialPost)
class SocialPostAdmin(ShownOnly):
    list_display = ("id", "social_network", "posted_at", "campaign", "reach", "likes", "comments", "shares")
    list_filter = ("social_network",)
    list_select_related = ("social_network", "campaign")
