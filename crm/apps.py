from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CrmConfig(AppConfig):
    name = "crm"


class SettingsConfig(AdminConfig):
    """Django's admin, on our own site."""

    default_site = "crm.settings_site.SettingsSite"
