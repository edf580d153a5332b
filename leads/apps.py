from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crm.words import call_by
from leads import words


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = _("Sales")

    def ready(self) -> None:
        call_by(self.get_models(include_auto_created=True), words.COLUMNS, words.TABLES)
