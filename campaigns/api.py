"""JSON endpoints of campaigns, channels, sources, landing pages and expenses."""

from crm.api.endpoints import routes

RESOURCES = []
urlpatterns = routes(*RESOURCES)
