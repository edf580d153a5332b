"""Every KPI: what it is, how it is computed, and whether there is data for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from crm.exports import FilePage, Table, file_urls
from crm.pages import Page
from kpis import addresses, dashboards, options
from kpis.catalogue import CATALOGUE
from kpis.definitions import Direction, Kpi, Unit
from kpis.readings import Query, read
from kpis.readings.cards import CADENCES, TIMINGS, needs_text, reason_text, reason_url
from kpis.readings.targets import targets_of
from kpis.readings.words import number_text, unit_text, value_text
from kpis.views.pins import pin_button

MISSING = ("no_data", "not_visible", "too_little_data", "too_few_profitable", "not_fitted", "not_installed")

# How units are called that stand in no figure.
UNITS = {Unit.COUNT: gettext_lazy("count"), Unit.RATIO: gettext_lazy("ratio"), Unit.SCORE: gettext_lazy("score")}
DIRECTIONS = {Direction.UP: gettext_lazy("higher"), Direction.DOWN: gettext_lazy("lower")}


class CataloguePage(Page):
    def described(self) -> dict[Promise, list[dict[str, Any]]]:
        """Each KPI in words, group by group."""
        prefs, user = self.request.prefs, self.request.user
        choice = addresses.choice_of({}, prefs, prefs.today(self.at), user)
        kpis = list(CATALOGUE.values())
        tables = read(kpis, Query((choice.period,), choice.today, viewer=user))
        targets = targets_of(kpis, [choice.period], {}, user)
        return {
            name: [
                describe(kpi, tables[kpi.key].total[0], user)
                | facts(kpi, prefs)
                | {"target": value_text(kpi, targets.get((kpi.key, choice.period.start)), prefs)}
                for kpi in kpis
                if kpi.group is group
            ]
            for group, name in options.GROUPS.items()
        }


class CatalogueView(CataloguePage, TemplateView):
    template_name = "kpis/catalogue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, pinned = self.request.user, {kpi.key for kpi in dashboards.own(self.request.user)}
        groups = [
            {"name": name, "rows": [row | {"pin": pin_button(row["kpi"].key, pinned, user)} for row in rows]}
            for name, rows in self.described().items()
        ]
        return super().get_context_data(groups=groups, files=file_urls("kpis:catalogue-file", ""), **kwargs)


class CatalogueFileView(CataloguePage, FilePage):
    """The same words, one KPI a row."""

    def table(self) -> Table:
        name = [_("Group"), _("KPI"), _("Abbreviation"), _("Key"), _("Version"), _("Unit")]
        about = [
            _("Leading or lagging"),
            _("Good direction"),
            _("Review"),
            _("Formula"),
            _("Use"),
            _("What moves it"),
            _("Broken down by"),
        ]
        about += [_("Data needed"), _("Smallest sample"), _("Target of the month"), _("Status")]
        return Table(_("KPI catalogue"), [*name, *about], self.cells())

    def cells(self) -> Iterator[list[object]]:
        for group, rows in self.described().items():
            for row in rows:
                kpi = row["kpi"]
                name = [group, kpi.name, kpi.abbreviation, kpi.key, kpi.version, row["unit"]]
                drivers, dimensions = (joined(row[what]) for what in ("drivers", "dimensions"))
                status = _("computed") if row["is_computed"] else row["reason_text"]
                about = [
                    row["timing"],
                    row["direction"],
                    row["cadence"],
                    row["formula"],
                    kpi.why,
                    drivers,
                    dimensions,
                    row["needs"],
                ]
                yield [*name, *about, kpi.minimum_sample or "", row["target"], status]


def joined(names: Sequence[Any]) -> str:
    return " · ".join(str(getattr(name, "name", name)) for name in names)


def facts(kpi: Kpi, prefs: Any) -> dict[str, Any]:
    """What is true of a card whatever there is of data."""
    return {
        "unit": unit_text(kpi, prefs) or UNITS[kpi.unit],
        "direction": DIRECTIONS[kpi.direction],
        "cadence": CADENCES[kpi.cadence],
        "needs": needs_text(kpi),
        "smallest": number_text(kpi.minimum_sample, prefs) if kpi.minimum_sample else "",
    }


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
