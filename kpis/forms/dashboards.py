"""The form of a dashboard: what it is called, who sees it, what it shows, and how it is narrowed when it is opened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.periods import Grain
from crm.preferences import Preferences
from kpis.addresses import FILTERS
from kpis.catalogue import CATALOGUE
from kpis.dashboards import FUNNEL_OF_PERIOD
from kpis.definitions import Kpi, is_hidden
from kpis.models import Dashboard
from kpis.options import COMPARES, DIMENSIONS, GRAINS, kpi_choices, options_of
from kpis.readings.summary import Compare
from kpis.tiles import MOST_TILES, Shape, Tile, tile_of

# The parameters of which every row has one, each with that of the row to be added.
COLUMNS = {"kpi": "new_kpi", "shape": "new_shape", "by": "new_by"}


class DashboardForm(ReaderForm):
    """`seen` is the state of the one that was changed, so that two people notice each other."""

    name = TextField(label=gettext_lazy("Name"), max_length=100)
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees it"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Whoever looks sees the figures of the records that they may see themselves."),
    )
    grain = forms.ChoiceField(label=gettext_lazy("Length of the period"), choices=[(g.value, name) for g, name in GRAINS.items()])
    compare = forms.ChoiceField(
        label=gettext_lazy("Compare with"), choices=[(each.value, name) for each, name in COMPARES.items()]
    )
    campaign = forms.ChoiceField(label=DIMENSIONS[FILTERS[0]], required=False)
    channel = forms.ChoiceField(label=DIMENSIONS[FILTERS[1]], required=False)
    owner = forms.ChoiceField(label=DIMENSIONS[FILTERS[2]], required=False)
    product = forms.ChoiceField(label=DIMENSIONS[FILTERS[3]], required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, prefs: Preferences, dashboard: Dashboard, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefs=prefs, **kwargs)
        labels, kept = Dashboard.Visibility, self.initial.get("visibility")
        offered = [each for each in labels if each is not labels.TEAM or user.team_id is not None]
        # Whoever tends somebody else's would lose sight of it as anything but what it is.
        offered = [] if dashboard.pk and dashboard.user_id != user.pk else offered
        self.fields["visibility"].choices = [(e.value, e.label) for e in labels if e in offered or e.value == kept]
        options = options_of(FILTERS, user)
        for name in FILTERS:
            self.fields[name].choices = self.options(options[name], self.initial.get(name.value, ""))

    def options(self, known: list[tuple[int, str]], kept: str) -> list[tuple[str, str]]:
        found = [("", _("All")), *((str(pk), text) for pk, text in known), ("null", _("Unknown"))]
        return found if kept in dict(found) else [*found, (kept, f"#{kept}")]

    @cached_property
    def sent(self) -> list[dict[str, str]]:
        """The rows as they came, or as they are kept."""
        if not self.is_bound:
            return self.initial.get("tiles", [])
        lists = (self.data.getlist(name) for name in COLUMNS)
        return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*lists, strict=False)]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [self.row(CATALOGUE[row["kpi"]], row) for row in self.sent if row["kpi"] in CATALOGUE]

    def row(self, kpi: Kpi, row: dict[str, str]) -> dict[str, Any]:
        shapes = [shape for shape in Shape if shape is not Shape.FUNNEL or kpi.key in FUNNEL_OF_PERIOD[1:]]
        splits = [("", _("over time"))] + [(name.value, DIMENSIONS[name]) for name in kpi.dimensions]
        return {
            "kpi": kpi,
            "shapes": [(shape.value, shape.label, shape.value == row["shape"]) for shape in shapes],
            "splits": [(value, label, value == row["by"]) for value, label in splits],
        }

    @property
    def others(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        return kpi_choices(self.user)

    @property
    def new_shapes(self) -> list[tuple[str, Any]]:
        return [(shape.value, shape.label) for shape in Shape if shape is not Shape.FUNNEL]

    @property
    def has_room(self) -> bool:
        return len(self.sent) < MOST_TILES

    def clean(self) -> dict[str, Any]:
        tiles = [self.clean_row(row) for row in self.sent]
        if not tiles:
            raise ValidationError(_("Add a KPI: a dashboard shows at least one."), code="empty")
        if len(tiles) > MOST_TILES:
            raise ValidationError(_("A dashboard has room for 24 figures: take some off."), code="too-many")
        if len(set(tiles)) < len(tiles):
            twice = next(tile for tile in tiles if tiles.count(tile) > 1)
            raise ValidationError(_("“%(kpi)s” stands there twice in the same form."), "twice", {"kpi": twice.kpi.name})
        return self.cleaned_data | {"tiles": tiles}

    def clean_row(self, row: dict[str, str]) -> Tile:
        tile = tile_of(row)
        if tile is None:
            found = " · ".join(row.values())[:100]
            raise ValidationError(_("“%(found)s” is no figure of a dashboard."), "invalid-choice", {"found": found})
        if is_hidden(tile.kpi, self.user):
            raise ValidationError(_("Your role does not see “%(kpi)s”: take it off."), "not-visible", {"kpi": tile.kpi.name})
        return tile

    @property
    def facts(self) -> dict[str, Any]:
        found = self.cleaned_data
        names = ("grain", "compare", *(name.value for name in FILTERS))
        return {
            "name": found["name"],
            "visibility": found["visibility"],
            "tiles": [tile.stored for tile in found["tiles"]],
            "view": {name: found[name] for name in names if found[name]},
        }


def initial_of(dashboard: Dashboard) -> dict[str, Any]:
    known = {name: getattr(dashboard, name) for name in ("name", "visibility", "tiles")}
    return known | {"seen": dashboard.state, **dashboard.view}


def usual_view() -> dict[str, str]:
    return {"grain": Grain.MONTH.value, "compare": Compare.PREVIOUS.value}
