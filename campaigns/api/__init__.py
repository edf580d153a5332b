"""JSON endpoints of campaigns, channels, sources, landing pages, expenses, sessions and posts."""

from campaigns.api.reference import CAMPAIGNS, CHANNELS, EXPENSES, LANDING_PAGES, LEAD_SOURCES, SOCIAL_NETWORKS
from campaigns.api.traffic import SESSIONS, SOCIAL_POSTS
from crm.api.endpoints import routes

RESOURCES = [CAMPAIGNS, CHANNELS, LEAD_SOURCES, SOCIAL_NETWORKS, LANDING_PAGES, EXPENSES, SESSIONS, SOCIAL_POSTS]
urlpatterns = routes(*RESOURCES)
