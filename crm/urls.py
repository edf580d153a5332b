"""Every URL prefix of the product on one screen."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from crm import history_views, holiday_views, people_views, team_history, token_views, views
from crm.api.view import NotFoundView

handler400, handler500 = "crm.views.bad_request", "crm.views.server_error"
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include("crm.health")),
    path("api/v1/", include("crm.api.urls")),
    re_path(r"^api(/|\Z)", NotFoundView.as_view()),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", views.home, name="home"),
    path("language/", views.set_language, name="set_language"),
    path("preferences/", views.preferences, name="preferences"),
    path("settings/", views.SettingsView.as_view(), name="settings"),
    path("settings/history/", history_views.SettingsHistoryView.as_view(), {"pk": 1}, name="settings-history"),
    path("settings/tokens/", token_views.TokenListView.as_view(), name="tokens"),
    path("settings/tokens/new/", token_views.TokenCreateView.as_view(), name="token-create"),
    path("settings/tokens/<int:pk>/", token_views.TokenView.as_view(), name="token"),
    path("settings/tokens/<int:pk>/revoke/", token_views.revoke, name="token-revoke"),
    path("settings/tokens/<int:pk>/history/", history_views.TokenHistoryView.as_view(), name="token-history"),
    path("settings/holidays/", holiday_views.HolidayListView.as_view(), name="holidays"),
    path("settings/holidays/paste/", holiday_views.HolidayPasteView.as_view(), name="holiday-paste"),
    path("settings/holidays/fixed/<int:year>/", holiday_views.add_fixed, name="holiday-fixed"),
    path("settings/holidays/remove/", holiday_views.remove, name="holiday-remove"),
    path("settings/holidays/restore/", holiday_views.restore, name="holiday-restore"),
    path("settings/people/", people_views.PersonListView.as_view(), name="people"),
    path("settings/people/new/", people_views.PersonCreateView.as_view(), name="person-create"),
    path("settings/people/<int:pk>/", people_views.PersonEditView.as_view(), name="person-edit"),
    path("settings/people/<int:pk>/history/", history_views.PersonHistoryView.as_view(), name="person-history"),
    path("settings/people/<int:pk>/link/", people_views.give_link, name="person-link"),
    path("settings/people/<int:pk>/switch-off/", people_views.switch_off, name="person-switch-off"),
    path("settings/people/<int:pk>/switch-on/", people_views.switch_on, name="person-switch-on"),
    path("settings/teams/", people_views.TeamListView.as_view(), name="teams"),
    path("settings/teams/<int:pk>/", people_views.TeamEditView.as_view(), name="team-edit"),
    path("settings/teams/<int:pk>/history/", team_history.TeamHistoryView.as_view(), name="team-history"),
    path("", include("campaigns.urls")),
    path("", include("leads.search")),
    path("", include("leads.urls")),
    path("", include("customers.urls")),
    path("", include("kpis.urls")),
]
