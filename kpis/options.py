"""What the pages of figures offer to choose from: names, selects, the periods beside the one that is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.models import Campaign, Channel
from crm.models import Team, User
from crm.pages import query_with
from crm.periods import Calendar, Grain, Period, period_of
from crm.permissions import owners_for
from crm.preferences import Preferences
from crm.words import CALENDARS, FISCAL_GRAINS, GRAINS
from customers.models import Category, Product
from kpis.addresses import FILTERS, NARROWER
from kpis.calendars import FIRST_DAY
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Group, Kpi, Timing, is_hidden
from kpis.models import Scope
from kpis.readings.members import UNKNOWN, member_labels, public_id
from kpis.readings.summary import Choice, Compare
from kpis.readings.words import number_text, period_text

MOST_OPTIONS = 200
# Those whose names nobody is kept from.
NAMED_TO_ALL = (*NARROWER, Dimension.PRODUCT)
EARLIER_PERIODS = 24
# How many days after its entry a conversion is usually given.
WINDOWS = (7, 30, 90, 180, 365)
COMPARES = {
    Compare.PREVIOUS: gettext_lazy("Previous period"),
    Compare.LAST_YEAR: gettext_lazy("Same period last year"),
    Compare.NONE: gettext_lazy("No comparison"),
}
TIMINGS = {None: gettext_lazy("All"), Timing.LEADING: gettext_lazy("Leading"), Timing.LAGGING: gettext_lazy("Lagging")}
DIMENSIONS = {
    Dimension.CHANNEL: gettext_lazy("Channel"),
    Dimension.LEAD_SOURCE: gettext_lazy("Lead source"),
    Dimension.CAMPAIGN: gettext_lazy("Campaign"),
    Dimension.OWNER: gettext_lazy("Owner"),
    Dimension.TEAM: gettext_lazy("Team"),
    Dimension.PRODUCT: gettext_lazy("Product"),
    Dimension.CATEGORY: gettext_lazy("Category"),
    Dimension.LANDING_PAGE: gettext_lazy("Landing page"),
    Dimension.SOCIAL_NETWORK: gettext_lazy("Social network"),
    Dimension.SURVEY: gettext_lazy("Survey"),
    Dimension.PRIORITY: gettext_lazy("Priority"),
    Dimension.KIND: gettext_lazy("Kind of expense"),
    Dimension.SEGMENT: gettext_lazy("RFM segment"),
    Dimension.VARIANT: gettext_lazy("Variant"),
}
GROUPS = {
    Group.MARKETING: gettext_lazy("Marketing"),
    Group.SALES: gettext_lazy("Sales"),
    Group.CUSTOMERS: gettext_lazy("Customers"),
    Group.SATISFACTION: gettext_lazy("Satisfaction and support"),
}
SCOPES = {
    Scope.COMPANY: gettext_lazy("Company"),
    Scope.TEAM: gettext_lazy("Team"),
    Scope.OWNER: gettext_lazy("Person"),
    Scope.CHANNEL: gettext_lazy("Channel"),
    Scope.CAMPAIGN: gettext_lazy("Campaign"),
}


@dataclass(frozen=True)
class Link:
    """One of several addresses that differ in one thing."""

    label: str
    url: str
    is_current: bool
    # Where it is asked how much is there, once the page is seen.
    count_url: str = ""


def filter_selects(choice: Choice, kpi: Kpi | None = None, asked: Sequence[Dimension] = FILTERS) -> list[dict[str, Any]]:
    """The selects of the filter bar; of one KPI only those it can be narrowed by, and what else it is narrowed to."""
    names = asked if kpi is None else [name for name in (*FILTERS, *NARROWER) if name in kpi.dimensions]
    options = options_of(names, choice.viewer)
    selects = [select_of(name, options[name], choice.filters.get(name)) for name in names]
    return selects + [select_alone(name, member) for name, member in choice.filters.items() if name not in names]


def selects_for(
    choice: Choice, kpi: Kpi | None, prefs: Preferences, asked: Sequence[Dimension] = FILTERS
) -> list[dict[str, Any]]:
    """The selects of the filter bar, and of a cohort how soon after its entry a conversion counts."""
    selects = filter_selects(choice, kpi, asked)
    return [*selects, window_select(choice, kpi, prefs)] if kpi and kpi.takes_window else selects


def window_select(choice: Choice, kpi: Kpi, prefs: Preferences) -> dict[str, Any]:
    days = sorted({*(days for days in WINDOWS if days <= kpi.longest_window), choice.window} - {None})
    options = [("", _("Window: none"), choice.window is None)]
    options += [(str(each), window_text(each, prefs), each == choice.window) for each in days]
    return {"name": "window", "label": _("Window"), "options": options}


def window_text(days: int | None, prefs: Preferences) -> str:
    """How soon after its entry a conversion counts; nothing where any does."""
    if not days:
        return "" if days is None else _("on the day of entry")
    text = ngettext("at most %(count)s day after entry", "at most %(count)s days after entry", days)
    return text % {"count": number_text(days, prefs)}


def select_alone(name: Dimension, member: int) -> dict[str, Any]:
    """Of a breakdown somebody followed: its one member, or all."""
    label, chosen = str(DIMENSIONS[name]), public_id(name, member)
    text = member_labels(name, [member])[member]
    options = [("", _("%(name)s: all") % {"name": label}, False), ("null" if chosen is None else str(chosen), text, True)]
    return {"name": name.value, "label": label, "options": options}


def options_of(names: Sequence[Dimension], viewer: User) -> dict[Dimension, list[tuple[int, str]]]:
    """Keys and names of what can be chosen, from one statement."""
    options: dict[Dimension, list[tuple[int, str]]] = {name: [] for name in names}
    if not names:
        return options
    first, *others = (rows_of(name, viewer) for name in names)
    for name, pk, text in first.union(*others, all=True):
        options[Dimension(name)].append((pk, text))
    return {name: sorted(found, key=lambda option: option[1]) for name, found in options.items()}


def rows_of(name: Dimension, viewer: User) -> QuerySet:
    """(dimension, key, name) of the newest members of a dimension that a viewer may choose from."""
    match name:
        case Dimension.CAMPAIGN:
            rows, label = Campaign.objects.visible_to(viewer), F("name")
        case Dimension.CHANNEL:
            rows, label = Channel.objects.visible_to(viewer), F("name")
        case Dimension.TEAM:
            rows, label = rows_for(Scope.TEAM, viewer), F("name")
        case Dimension.PRODUCT:
            rows, label = Product.objects.all(), Case(When(name="", then="sku"), default="name")
        case Dimension.CATEGORY:
            rows, label = Category.objects.all(), F("name")
        case _:
            rows, label = owners_for(viewer), Case(When(name="", then="email"), default="name")
    return rows.order_by("-pk").values_list(Value(name.value), "pk", Cast(label, TextField()))[:MOST_OPTIONS]


def select_of(name: Dimension, options: Sequence[tuple[int, str]], chosen: int | None) -> dict[str, Any]:
    label = str(DIMENSIONS[name])
    known = [("", _("%(name)s: all") % {"name": label}, chosen is None)]
    known += [(str(pk), text, pk == chosen) for pk, text in options]
    known.append(("null", _("%(name)s: unknown") % {"name": label}, chosen == UNKNOWN))
    if chosen and all(pk != chosen for pk, _label in options):
        text = member_labels(name, [chosen])[chosen] if name in NAMED_TO_ALL else f"#{chosen}"
        known.append((str(chosen), text, True))
    return {"name": name.value, "label": label, "options": known}


def kpi_choices(user: User, *, without: Collection[str] = ()) -> list[tuple[str, list[tuple[str, Promise]]]]:
    """The KPIs a user may choose from, by their group."""
    seen = [kpi for kpi in CATALOGUE.values() if not is_hidden(kpi, user) and kpi.key not in without]
    groups = ((str(name), [(kpi.key, kpi.name) for kpi in seen if kpi.group is group]) for group, name in GROUPS.items())
    return [(name, kpis) for name, kpis in groups if kpis]


def filter_words(selects: Sequence[Mapping[str, Any]]) -> list[str]:
    """The filters that are on, by the names their reader knows; each name keeps its own direction."""
    return [
        f"{select['label']}: \u2068{label}\u2069"
        for select in selects
        for value, label, is_chosen in select["options"]
        if is_chosen and value
    ]


def compare_options(choice: Choice) -> list[tuple[str, str, bool]]:
    return [(value.value, str(label), value is choice.compare) for value, label in COMPARES.items()]


def earlier_options(choice: Choice, prefs: Preferences) -> list[tuple[str, str, bool]]:
    """Earlier periods of the same length to be compared with, and the one that is, should it be earlier still."""
    found = [choice.period.previous()]
    while len(found) < EARLIER_PERIODS and found[-1].start > FIRST_DAY:
        found.append(found[-1].previous())
    if choice.against and choice.against not in found:
        found.append(choice.against)
    return [(period.key, period_text(period, prefs), period == choice.against) for period in found if period.start >= FIRST_DAY]


def grain_links(query: QueryDict, choice: Choice) -> list[Link]:
    """The same moment in finer and coarser periods; fiscal ones where they are others than those of the calendar."""
    day, period = min(choice.period.end, choice.today), choice.period
    is_fiscal = period.rules.fiscal_month != 1 or period.rules.fiscal_day != 1 or period.grain.is_fiscal
    links = []
    for grain, label in (GRAINS | FISCAL_GRAINS if is_fiscal else GRAINS).items():
        key = period_of(day, period.calendar, grain, period.rules).key
        links.append(Link(str(label), query_with(query, period=key, grain=None, after=None), grain is period.grain))
    return links


def range_link(query: QueryDict, path: str, period: Period) -> Link:
    """Where days are chosen freely for a page."""
    asked = {"next": path + query_with(query, period=period.key, grain=None, after=None)}
    return Link(_("Range"), f"{reverse('kpis:range')}?{urlencode(asked)}", period.grain is Grain.RANGE)


def calendar_links(query: QueryDict, choice: Choice) -> list[Link]:
    """The period of the other calendar that the same day lies in; of a range, the same days."""
    day, period = min(choice.period.end, choice.today), choice.period
    grain = Grain.YEAR if period.grain.is_fiscal else period.grain

    def in_other(calendar: Calendar) -> Period:
        if grain is Grain.RANGE:
            return replace(period, calendar=calendar)
        return period_of(day, calendar, grain, period.rules)

    return [
        Link(str(name), query_with(query, period=in_other(calendar).key, after=None), calendar is period.calendar)
        for calendar, name in CALENDARS.items()
    ]


def steps(query: QueryDict, choice: Choice, prefs: Preferences) -> dict[str, str]:
    """The period's name and the ways to the one before and the one after, where there are any."""
    period = choice.period
    before = period.previous() if period.start > FIRST_DAY else None
    after = period.next()
    return {
        "label": period_text(period, prefs),
        "previous_url": query_with(query, period=before.key, after=None) if before and before.start >= FIRST_DAY else "",
        "next_url": query_with(query, period=after.key, after=None) if after.start <= choice.today else "",
        "today_url": query_with(query, period=None, grain=lasting(period), after=None) if choice.today not in period else "",
    }


def lasting(period: Period) -> str | None:
    """The grain by which an address asks for the period that runs; after a range, it is the usual one."""
    return None if period.grain is Grain.RANGE else period.grain.value


def members_for(scope: Scope, user: User) -> list[tuple[int, str]]:
    """Whose targets a user may look at, as far as one can choose from them."""
    return [(row.pk, str(row)) for row in rows_for(scope, user)[:MOST_OPTIONS]]


def member_for(scope: Scope, member: int | None, user: User) -> list[tuple[int, str]]:
    """The one of that key, where the user may look at its targets."""
    return [(row.pk, str(row)) for row in rows_for(scope, user).filter(pk=member)]


def rows_for(scope: Scope, user: User) -> QuerySet:
    """All whose targets a user may look at; those of channels and campaigns are for whoever sees the whole."""
    match scope:
        case Scope.TEAM:
            rows = Team.objects.order_by("name")
            return rows if user.sees_all else rows.filter(pk=user.team_id if user.sees_team else None)
        case Scope.OWNER:
            return owners_for(user)
        case Scope.CHANNEL:
            return Channel.objects.visible_to(user) if user.sees_all else Channel.objects.none()
        case Scope.CAMPAIGN:
            return Campaign.objects.visible_to(user).order_by("-pk") if user.sees_all else Campaign.objects.none()
        case _:
            return Team.objects.none()
