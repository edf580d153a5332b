from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crm.metrics import STATES
from crm.words import call_by
from kpis import words


class KpisConfig(AppConfig):
    name = "kpis"
    verbose_name = _("KPIs")

    def ready(self) -> None:
        call_by(self.get_models(include_auto_created=True), words.COLUMNS, words.TABLES)
        from kpis import checks  # noqa: F401, PLC0415 -- registers the catalogue's checks once the models are there
        from kpis.metrics import Freshness  # noqa: PLC0415 -- it asks the models

        STATES.register(Freshness())
