"""Every URL prefix of the product on one screen."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from crm.api.view import NotFoundView
from crm.views import entrance, exchange_rates, history, holidays, people, settings, team_history, tokens

handler400, handler500 = "crm.views.errors.bad_request", "crm.views.errors.server_error"
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include("crm.health")),
    path("api/v1/", include("crm.api.urls")),
    re_path(r"^api(/|\Z)", NotFoundView.as_view()),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.PasswordLinkView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", entrance.home, name="home"),
    path("language/", entrance.set_language, name="set_language"),
    path("preferences/", entrance.preferences, name="preferences"),
    path("settings/", settings.SettingsView.as_view(), name="settings"),
    path("settings/history/", history.SettingsHistoryView.as_view(), {"pk": 1}, name="settings-history"),
    path("settings/tokens/", tokens.TokenListView.as_view(), name="tokens"),
    path("settings/tokens/new/", tokens.TokenCreateView.as_view(), name="token-create"),
    path("settings/tokens/<int:pk>/", tokens.TokenView.as_view(), name="token"),
    path("settings/tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
    path("settings/tokens/<int:pk>/history/", history.TokenHistoryView.as_view(), name="token-history"),
    path("settings/holidays/", holidays.HolidayListView.as_view(), name="holidays"),
    path("settings/holidays/paste/", holidays.HolidayPasteView.as_view(), name="holiday-paste"),
    path("settings/holidays/fixed/<int:year>/", holidays.add_fixed, name="holiday-fixed"),
    path("settings/holidays/remove/", holidays.remove, name="holiday-remove"),
    path("settings/holidays/restore/", holidays.restore, name="holiday-restore"),
    path("settings/exchange-rates/", exchange_rates.RateListView.as_view(), name="exchange-rates"),
    path("settings/exchange-rates/new/", exchange_rates.RateCreateView.as_view(), name="exchange-rate-create"),
    path("settings/exchange-rates/restore/", exchange_rates.restore, name="exchange-rate-restore"),
    path("settings/exchange-rates/<int:pk>/", exchange_rates.RateEditView.as_view(), name="exchange-rate-edit"),
    path("settings/exchange-rates/<int:pk>/remove/", exchange_rates.remove, name="exchange-rate-remove"),
    path("settings/exchange-rates/<int:pk>/history/", exchange_rates.RateHistoryView.as_view(), name="exchange-rate-history"),
    path("settings/people/", people.PersonListView.as_view(), name="people"),
    path("settings/people/new/", people.PersonCreateView.as_view(), name="person-create"),
    path("settings/people/<int:pk>/", people.PersonEditView.as_view(), name="person-edit"),
    path("settings/people/<int:pk>/history/", history.PersonHistoryView.as_view(), name="person-history"),
    path("settings/people/<int:pk>/link/", people.give_link, name="person-link"),
    path("settings/people/<int:pk>/switch-off/", people.switch_off, name="person-switch-off"),
    path("settings/people/<int:pk>/switch-on/", people.switch_on, name="person-switch-on"),
    path("settings/teams/", people.TeamListView.as_view(), name="teams"),
    path("settings/teams/<int:pk>/", people.TeamEditView.as_view(), name="team-edit"),
    path("settings/teams/<int:pk>/history/", team_history.TeamHistoryView.as_view(), name="team-history"),
    path("", include("campaigns.urls")),
    path("", include("leads.search")),
    path("", include("leads.urls")),
    path("", include("customers.urls")),
    path("", include("kpis.urls")),
]
