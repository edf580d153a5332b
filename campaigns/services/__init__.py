from campaigns.services.bulk import (
    write_campaigns,
    write_channels,
    write_expenses,
    write_landing_pages,
    write_lead_sources,
    write_social_networks,
)
from campaigns.services.keeping import edit_campaign, open_campaign
from campaigns.services.reviewing import review_campaign
from campaigns.services.touches import derive_touches
from campaigns.services.traffic import write_sessions, write_social_posts
from campaigns.services.trials import start_ab_test

__all__ = [
    "derive_touches",
    "edit_campaign",
    "open_campaign",
    "review_campaign",
    "start_ab_test",
    "write_campaigns",
    "write_channels",
    "write_expenses",
    "write_landing_pages",
    "write_lead_sources",
    "write_sessions",
    "write_social_networks",
    "write_social_posts",
]
