"""How far the figures are behind the records, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from kpis.engine.drain import dirty_cells, seconds_behind


class Freshness(Collector):
    """What waits to be refreshed, and for how long; asked of the database whenever the page is read."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self.clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            cells, seconds = dirty_cells(), seconds_behind(self.clock())
        except DatabaseError:  # what was counted is told all the same
            return
        yield GaugeMetricFamily("sanjeh_kpis_dirty_cells", "Cells of figures that wait to be refreshed", cells)
        yield GaugeMetricFamily("sanjeh_kpis_oldest_dirty_seconds", "Age of the oldest record that no figure holds yet", seconds)
