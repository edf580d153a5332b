"""Every KPI: what it is, how it is computed, and whether there is data for it."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.views.generic import TemplateView

from crm.pages import Page
from kpis import addresses, dashboards, options
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi
from kpis.readings import Query, read
from kpis.readings.cards import TIMINGS, reason_text, reason_url
from kpis.views.pins import pin_button

MISSING = ("no_data", "not_visible", "too_little_data", "too_few_profitable", "not_fitted", "not_installed")


class CatalogueView(Page, TemplateView):
    template_name = "kpis/catalogue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        prefs = self.request.prefs
        choice = addresses.choice_of({}, prefs, prefs.today(self.at), self.request.user)
        tables = read(list(CATALOGUE.values()), Query((choice.period,), choice.today, viewer=self.request.user))
        user, pinned = self.request.user, {kpi.key for kpi in dashboards.own(self.request.user)}
        groups = [
            {
                "name": name,
                "rows": [
                    describe(kpi, tables[kpi.key].total[0], user) | {"pin": pin_button(kpi.key, pinned, user)}
                    for kpi in CATALOGUE.values()
                    if kpi.group is group
                ],
            }
            for group, name in options.GROUPS.items()
        ]
        return super().get_context_data(groups=groups, count=len(CATALOGUE), **kwargs)


def describe(kpi: Kpi, value: Any, viewer: Any) -> dict[str, Any]:
    """A card of the catalogue in words; only what is missing or hidden is a status, a quiet month is not."""
    is_missing = value.reason in MISSING
    return {
        "kpi": kpi,
        "formula": capfirst(str(kpi.formula)),
        "timing": TIMINGS[kpi.timing],
        "drivers": [CATALOGUE[key] for key in kpi.drivers if key in CATALOGUE],
        "dimensions": [options.DIMENSIONS[name] for name in kpi.dimensions],
        "is_computed": not is_missing,
        "reason_text": reason_text(kpi, value) if is_missing else "",
        "reason_url": reason_url(kpi, value, viewer) if is_missing else "",
    }
