"""The form of a report by e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import TextField, WholeNumberField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.pages import key_in
from crm.permissions import owners_for
from crm.preferences import Preferences
from crm.templatetags.crm_format import reader_digits
from kpis.addresses import FILTERS, NARROWER
from kpis.catalogue import CATALOGUE
from kpis.definitions import LONGEST_WINDOW, Dimension, is_hidden
from kpis.forms.readers import readers_among, words_of_blind
from kpis.models import Dashboard, Mailing
from kpis.options import COMPARES, DIMENSIONS, GROUPS, MOST_OPTIONS, options_of
from kpis.readings.summary import Compare

# What the pages of single KPIs are narrowed by, too.
NARROWED = (*FILTERS, *NARROWER)
OVERVIEW, DASHBOARD = "overview", "dashboard-"
HOURS, MORNING = 24, 8


class MailingForm(ReaderForm):
    """`token` makes a form that was sent twice one mailing. Its readers are people whose records one may see oneself."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = TextField(label=gettext_lazy("Name"), max_length=100)
    page = forms.ChoiceField(label=gettext_lazy("Page"))
    cadence = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Mailing.Cadence.choices,
        widget=forms.RadioSelect,
        initial=Mailing.Cadence.WEEKLY,
        help_text=gettext_lazy("When a day, a week or a month has ended: its figures, by the organisation's clock."),
    )
    hour = forms.TypedChoiceField(label=gettext_lazy("At"), coerce=int, initial=MORNING)
    compare = forms.ChoiceField(label=gettext_lazy("Compare with"), choices=[(c.value, name) for c, name in COMPARES.items()])
    campaign = forms.ChoiceField(label=DIMENSIONS[Dimension.CAMPAIGN], required=False)
    channel = forms.ChoiceField(label=DIMENSIONS[Dimension.CHANNEL], required=False)
    owner = forms.ChoiceField(label=DIMENSIONS[Dimension.OWNER], required=False)
    product = forms.ChoiceField(label=DIMENSIONS[Dimension.PRODUCT], required=False)
    team = forms.ChoiceField(label=DIMENSIONS[Dimension.TEAM], required=False)
    category = forms.ChoiceField(label=DIMENSIONS[Dimension.CATEGORY], required=False)
    window = WholeNumberField(
        label=gettext_lazy("Window in days"),
        least=0,
        most=LONGEST_WINDOW,
        required=False,
        help_text=gettext_lazy("Of a cohort: the most days after its entry that a conversion counts."),
    )
    readers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Recipients"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each gets the page as they may see it themselves, in their own language."),
    )

    def __init__(self, *args: Any, user: User, prefs: Preferences, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefs=prefs, **kwargs)
        seen = [kpi for kpi in CATALOGUE.values() if not is_hidden(kpi, user)]
        groups = [(str(name), [(kpi.key, kpi.name) for kpi in seen if kpi.group is group]) for group, name in GROUPS.items()]
        boards = [(f"{DASHBOARD}{board.pk}", board.name) for board in self.dashboards]
        self.fields["page"].choices = [(OVERVIEW, _("KPI overview")), *groups, *([(_("Dashboards"), boards)] if boards else [])]
        self.fields["hour"].choices = [(hour, reader_digits(f"{hour:02}:00", prefs)) for hour in range(HOURS)]
        for name, options in options_of(NARROWED, user).items():
            self.fields[name.value].choices = [("", _("All")), *options, ("null", _("Unknown"))]
        self.fields["readers"].queryset = owners_for(user)

    @cached_property
    def dashboards(self) -> list[Dashboard]:
        return list(Dashboard.objects.visible_to(self.user).listed()[:MOST_OPTIONS])

    @property
    def dashboard(self) -> Dashboard | None:
        """Which one was chosen."""
        page = self.cleaned_data.get("page", "")
        return next((board for board in self.dashboards if page == f"{DASHBOARD}{board.pk}"), None)

    def clean_readers(self) -> list[User]:
        return readers_among(self.cleaned_data["readers"])

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        kpi, dashboard = CATALOGUE.get(found.get("page", "")), self.dashboard
        can = kpi.dimensions if kpi else FILTERS
        words = _("This KPI cannot be narrowed to one of these.") if kpi else _("This page cannot be narrowed to one of these.")
        for name in NARROWED:
            if found.get(name.value) and name not in can:
                self.add_error(name.value, words)
        if found.get("window") is not None and not (kpi and kpi.takes_window and found["window"] <= kpi.longest_window):
            self.add_error("window", _("This page has no such window."))
        readers = found.get("readers", ())
        if blind := [str(reader) for reader in readers if kpi and is_hidden(kpi, reader)]:
            self.add_error("readers", words_of_blind(blind))
        if blind := [str(reader) for reader in readers if dashboard and not dashboard.is_visible_to(reader)]:
            text = _("This dashboard is not shared with: %(names)s") % {"names": " · ".join(blind)}
            self.add_error("readers", text)
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """The mailing's columns."""
        found = self.cleaned_data
        kept = {name: found[name] for name in ("name", "cadence", "hour")}
        query = {name: found[name] for name in ("compare", *(each.value for each in NARROWED)) if found[name]}
        query |= {"window": str(found["window"])} if found["window"] is not None else {}
        kpi = found["page"] if found["page"] in CATALOGUE else ""
        return kept | {"kpi": kpi, "dashboard_id": self.dashboard and self.dashboard.pk, "query": query}


def initial_of(mailing: Mailing) -> dict[str, Any]:
    kept = {name: getattr(mailing, name) for name in ("name", "cadence", "hour")}
    page = f"{DASHBOARD}{mailing.dashboard_id}" if mailing.dashboard_id else mailing.kpi or OVERVIEW
    window = key_in(mailing.query.get("window", ""))
    return kept | mailing.query | {"window": window, "page": page, "readers": mailing.reader_keys}


def initial_for(query: Mapping[str, str], user: User) -> dict[str, Any]:
    """What the page says that one came from."""
    kpi = CATALOGUE.get(query.get("kpi", ""))
    kept = {name.value: query.get(name.value, "") for name in NARROWED} | {"window": key_in(query.get("window", ""))}
    # A period by its key is another one next month: what goes out each month is compared with the one before.
    compare = query["compare"] if query.get("compare") in COMPARES else Compare.PREVIOUS.value
    page, name = (kpi.key, kpi.name) if kpi else (OVERVIEW, _("KPI overview"))
    board = Dashboard.objects.visible_to(user).filter(pk=key_in(query.get("dashboard", ""))).first()
    if board:
        page, name = f"{DASHBOARD}{board.pk}", board.name
    return kept | {"page": page, "name": name, "compare": compare, "readers": [user.pk]}
