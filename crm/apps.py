from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.translation import gettext_lazy as _

# `celery`: the application that tasks belong to; in crm/__init__.py the launcher would load it too.
from crm import celery, checks, words  # noqa: F401


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Organisation and people")

    def ready(self) -> None:
        others = apps.get_app_config("mfa").get_models()
        words.call_by([*self.get_models(include_auto_created=True), *others], words.COLUMNS, words.TABLES)


class SettingsConfig(AdminConfig):
    """Django's admin, on our own site."""

    default_site = "crm.settings_site.SettingsSite"


class FilesConfig(StaticFilesConfig):
    """Without what no page of ours loads: two fifths of all that a first start would hash and compress."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc", "swagger-ui-standalone-preset.js*"]
