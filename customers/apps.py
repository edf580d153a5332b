from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crm.words import call_by
from customers import words


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        call_by(self.get_models(include_auto_created=True), words.COLUMNS, words.TABLES)
