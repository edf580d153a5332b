from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Organisation and people")


class SettingsConfig(AdminConfig):
    """Django's admin, on our own site."""

    default_site = "crm.settings_site.SettingsSite"
