from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        from kpis import checks  # noqa: F401, PLC0415 -- registers the catalogue's checks once the models are there
