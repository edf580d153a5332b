"""JSON endpoints of leads, opportunities and activities."""

from crm.api.endpoints import routes

RESOURCES = []
urlpatterns = routes(*RESOURCES)
