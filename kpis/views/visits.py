"""What the pages about visits of the site share: their filters, and the visits behind a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Session
from crm import origins
from crm.confidence import Interval
from crm.exports import Table
from crm.origins import Part
from crm.pages import Page, Pager, key_in, query_with
from crm.permissions import may_see_traffic, may_sell
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, format_moment
from kpis import addresses
from kpis.catalogue import CATALOGUE
from kpis.readings.pages import Choice
from kpis.readings.words import number_text, percent_text
from kpis.views.overview import filter_bar
from leads.models import Lead

PAGE, CHUNK = 25, 2000
# What the filters of these pages are of.
KPI = CATALOGUE["landing_page_conversion_rate"]


class PagesPage(Page):
    """Filters and sessions of both pages and of their files."""

    permits = staticmethod(may_see_traffic)
    source = ""
    # Whether it is of all that there is, not of one period.
    is_whole = False

    @property
    def prefs(self) -> Preferences:
        return self.request.prefs

    def ask(self) -> None:
        """The period and filters that the address asks for."""
        self.choice = addresses.choice_of(
            self.request.GET, self.prefs, self.prefs.today(self.at), self.request.user, addresses.FILTERS_OF_REPORTS
        )

    def filters(self) -> dict[str, Any]:
        """The bar that shows them; nothing to compare with."""
        self.ask()
        bar = filter_bar(self, KPI)
        return bar | {"compares": [], "carried": addresses.carried(self.request.GET, *(each["name"] for each in bar["selects"]))}

    def choice_of(self, first: Any, last: Any) -> Choice:
        filters = {name.value: member for name, member in self.choice.filters.items() if name in KPI.dimensions}
        return Choice(first, last, self.request.user, filters)

    def key_asked(self, name: str) -> int | None:
        text = self.request.GET.get(name)
        if not text:
            return None
        key = key_in(text)
        if key is None:
            raise BadRequest(f"{name}: {text[:40]}")
        return key

    def visits(self) -> tuple[str, QuerySet] | None:
        """The sessions that the address asks for, and what they are called."""
        raise NotImplementedError

    def origin(self) -> Part:
        """What they are called, for whoever reads it later."""
        asked = self.visits()
        return origins.name(asked[0] if asked else "")

    def leads(self, sessions: QuerySet) -> QuerySet[Lead]:
        """Those whom the visitors of some sessions have become, as far as one may see them."""
        visitors = sessions.exclude(visitor="").order_by().values("visitor")
        return Lead.objects.visible_to(self.request.user).exclude(visitor="").filter(visitor__in=visitors)

    def saving(self, sessions: QuerySet) -> dict[str, Any]:
        """Where these leads are saved as a list, if there are any."""
        count = self.leads(sessions).count() if may_sell(self.request.user) else 0
        url = reverse("kpis:people-save", args=[self.source]) + query_with(self.request.GET, after=None)
        return {"save_url": url if count else "", "lead_count": number_text(count, self.prefs)}

    def listed(self, sessions: QuerySet, title: str, **closed: None) -> dict[str, Any]:
        """One page of the sessions behind a number."""
        query, after = self.request.GET, self.key_asked("after") or 0
        rows = sessions.select_related("channel", "campaign").order_by("pk")
        found = list(rows.filter(pk__gt=after)[: PAGE + 1])
        following = str(found[PAGE - 1].pk) if len(found) > PAGE else None
        return {
            "listed": title,
            "total": number_text(rows.count(), self.prefs),
            "sessions": [self.row(session) for session in found[:PAGE]],
            "close_url": query_with(query, after=None, **closed),
            **self.saving(sessions),
            "pager": Pager.within(query, "rows", after=after, following=following),
        }

    def row(self, session: Session) -> dict[str, str]:
        return {
            "at": format_moment(session.started_at, self.prefs),
            "iso": session.started_at.isoformat(),
            "channel": str(session.channel or _("Unknown")),
            "campaign": str(session.campaign or "—"),
            "views": number_text(session.view_count, self.prefs),
            "converted": format_moment(session.converted_at, self.prefs) if session.converted_at else "—",
        }

    def percent(self, share: float | None) -> str:
        return percent_text(share, self.prefs)

    def range(self, interval: Interval | None) -> str:
        """“8.1% to 12.3%”: a dash between Persian digits would be read from the wrong side."""
        if interval is None:
            return ""
        return _("%(lower)s to %(upper)s") % {"lower": self.percent(interval.lower), "upper": self.percent(interval.upper)}

    def sessions_table(self, name: str, sessions: QuerySet) -> Table:
        header = [_("Number"), _("Began"), _("Channel"), _("Campaign"), _("Pages viewed"), _("Converted")]
        return Table(name, header, self.session_rows(sessions.select_related("channel", "campaign").order_by("pk")))

    def session_rows(self, sessions: QuerySet) -> Iterator[list[object]]:
        for one in sessions.iterator(chunk_size=CHUNK):
            source = [str(one.channel or _("Unknown")), one.campaign, one.view_count]
            moments = [moment and moment.astimezone(self.prefs.zone) for moment in (one.started_at, one.converted_at)]
            yield [one.pk, moments[0], *source, moments[1]]


def days_text(first: date, last: date, prefs: Preferences) -> str:
    """In words: a dash between Persian dates would be read from the wrong side."""
    return _("%(lower)s to %(upper)s") % {"lower": format_day(first, prefs), "upper": format_day(last, prefs)}
