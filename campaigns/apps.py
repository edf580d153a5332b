from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from campaigns import words
from crm.words import call_by


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Marketing")

    def ready(self) -> None:
        call_by(self.get_models(include_auto_created=True), words.COLUMNS, words.TABLES)
