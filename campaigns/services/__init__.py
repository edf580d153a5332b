from campaigns.services.bulk import (
    write_campaigns,
    write_channels,
    write_expenses,
    write_landing_pages,
    write_lead_sources,
    write_social_networks,
)
from campaigns.services.touches import derive_touches

__all__ = [
    "derive_touches",
    "write_campaigns",
    "write_channels",
    "write_expenses",
    "write_landing_pages",
    "write_lead_sources",
    "write_social_networks",
]
