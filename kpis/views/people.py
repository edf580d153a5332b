"""Saving the people behind a report or a number as a list with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from crm.models import PeopleList
from crm.pages import action, key_in, query_with, say
from crm.permissions import may_enter, may_see_traffic, may_sell
from kpis import addresses
from kpis.catalogue import CATALOGUE
from kpis.models import RfmSnapshot
from kpis.readings.campaigns import Campaigns, Life
from kpis.readings.funnel import Funnel
from kpis.readings.loyalty import LoyaltyMatrix
from kpis.readings.people import people_behind
from kpis.readings.promoters import answerers
from kpis.readings.rfm import Part, Rfm, moved
from kpis.readings.snapshot import one_snapshot
from kpis.readings.words import number_text, period_text
from kpis.views import cohorts, detail, funnel, loyalty, pages, rfm
from kpis.views.campaigns import HEADINGS
from leads import services

CUSTOMERS, LEADS = PeopleList.Kind.CUSTOMERS, PeopleList.Kind.LEADS


@dataclass(frozen=True)
class People:
    """Whom a page shows, what it calls them, and where it is."""

    kind: PeopleList.Kind
    keys: Iterable[int]
    title: str
    url: str


def of_rfm(request: HttpRequest, at: datetime) -> People:
    """A segment, a cell of the grid, all that are scored, or who moved from one segment to another."""
    latest = RfmSnapshot.objects.filter(computed_at__isnull=False).aggregate(day=Max("day"))["day"]
    day, then, move = rfm.day_asked(request, "as_of", latest), rfm.day_asked(request, "compare", None), rfm.move_asked(request)
    now = Rfm(day, request.user) if day else None
    if move:
        if now is None or then is None:
            raise BadRequest("compare")
        words, keys = rfm.move_words(*move), moved(Rfm(then, request.user), now, *move)
    else:
        segment, cell = rfm.segment_asked(request), rfm.cell_asked(request)
        words = " · ".join(rfm.chosen_words(segment, cell, request.prefs)) or _("All segments")
        keys = now.keys(Part(segment, cell)) if now else []
    return People(CUSTOMERS, keys, f"RFM · {words}", reverse("kpis:rfm"))


def of_loyalty(request: HttpRequest, at: datetime) -> People:
    """A cell of the matrix, or all who answered."""
    choice, asked = loyalty.matrix_asked(request, at), loyalty.loyalty_asked(request)
    keys = LoyaltyMatrix(choice.trend_query(1)).keys(asked)
    words = [_("Loyalty"), asked.label if asked else _("All who answered"), period_text(choice.period, request.prefs)]
    return People(CUSTOMERS, keys, " · ".join(map(str, words)), reverse("kpis:loyalty"))


def of_nps(request: HttpRequest, at: datetime) -> People:
    """Promoters, passives or detractors of a season."""
    asked = loyalty.group_asked(request, loyalty.seasons_asked(request, at))
    if asked is None:
        raise BadRequest("group")
    query, group = asked
    words = f"NPS · {loyalty.GROUPS[group]} · {period_text(query.periods[0], request.prefs)}"
    return People(CUSTOMERS, answerers(query, group).values_list("customer_id", flat=True), words, reverse("kpis:nps-seasons"))


def of_visits(view: type[pages.PagesPage], url: str) -> Callable[[HttpRequest, datetime], People]:
    """The leads that the visitors of a page or of a variant have become."""

    def found(request: HttpRequest, at: datetime) -> People:
        if not (may_see_traffic(request.user) and may_sell(request.user)):
            raise PermissionDenied
        page = view(request=request, at=at)
        page.ask()
        asked = page.visits()
        if asked is None:
            raise BadRequest("landed")
        title, sessions = asked
        return People(LEADS, page.leads(sessions).values_list("pk", flat=True), title, reverse(url))

    return found


def of_cohorts(request: HttpRequest, at: datetime) -> People:
    """The customers of a cell, or those who are missing from it."""
    choice, length = cohorts.choice_asked(request, at), cohorts.length_asked(request)
    found = cohorts.cohorts_asked(choice, length)
    asked = cohorts.cell_asked(request, found.table(length))
    if asked is None:
        raise BadRequest("cohort")
    cohort, cell, is_absent = asked
    words = _("First order in %(cohort)s, none in %(month)s") if is_absent else _("First order in %(cohort)s, again in %(month)s")
    title = words % {"cohort": period_text(cohort, request.prefs), "month": period_text(cell.month, request.prefs)}
    keys = (member.customer.pk for member in found.everybody(cohort, cell.month, absent=is_absent))
    return People(CUSTOMERS, keys, title, reverse("kpis:cohorts"))


def of_funnel(request: HttpRequest, at: datetime) -> People:
    """Who came to a step, or dropped out before it."""
    choice, (step, is_dropped) = funnel.choice_asked(request, at), funnel.people_asked(request)
    found = Funnel(choice.trend_query(1))
    if found.is_hidden:
        raise PermissionDenied
    words = _("Dropped out before: %(step)s") if is_dropped else _("Reached: %(step)s")
    title = f"{words % {'step': step.label}} · {period_text(choice.period, request.prefs)}"
    keys = (person.lead.pk for person in found.everybody(step, dropped=is_dropped))
    return People(LEADS, keys, title, reverse("kpis:funnel"))


def of_kpi(request: HttpRequest, at: datetime) -> People:
    """The leads or customers behind one side of a figure."""
    kpi = detail.kpi_of(request.GET.get("kpi", ""))
    addresses.refuse_unknown_filters(request.GET, kpi)
    choice, side = detail.choice_for(request, kpi, at), detail.side_asked(request, kpi)
    found = people_behind(kpi, side, choice.trend_query(1))
    if found is None:
        raise BadRequest("kpi")
    title = f"{kpi.name} · {period_text(choice.period, request.prefs)}"
    return People(*found, title, reverse("kpis:kpi-detail", args=[kpi.key]))


def of_campaign(request: HttpRequest, at: datetime) -> People:
    """Whom a campaign brought, over its whole life."""
    if not may_sell(request.user):
        raise PermissionDenied
    rows = Campaign.objects.visible_to(request.user)
    campaign = get_object_or_404(rows, pk=key_in(request.GET.get("campaign")) or 0)
    campaigns = Campaigns.of_lives(request.user, request.prefs.today(at))
    figure = next((each for each in campaigns.shown if each.key == request.GET.get("rows")), None)
    found = people_behind(CATALOGUE[figure.rows[0]], figure.rows[1], Life(campaign, campaigns).query) if figure else None
    if figure is None or found is None:
        raise BadRequest("rows")
    return People(*found, f"{campaign} · {HEADINGS[figure.key]}", reverse("kpis:campaign-detail", args=[campaign.pk]))


SOURCES: dict[str, Callable[[HttpRequest, datetime], People]] = {
    "rfm": of_rfm,
    "cohorts": of_cohorts,
    "funnel": of_funnel,
    "kpi": of_kpi,
    "campaign": of_campaign,
    "loyalty": of_loyalty,
    "nps": of_nps,
    "top-pages": of_visits(pages.TopPagesView, "kpis:top-pages"),
    "landing-pages": of_visits(pages.LandingPagesView, "kpis:landing-pages"),
}


@action(may_enter)
def save(request: HttpRequest, source: str) -> str:
    """The people of the page whose query this address carries."""
    if source not in SOURCES:
        raise Http404
    sent, user = request.POST, request.user
    with one_snapshot():
        people = SOURCES[source](request, timezone.now())
        place = people.url + query_with(request.GET, after=None, kpi=None, next=None)
        facts = {"kind": people.kind, "name": sent.get("name", ""), "scope": sent.get("scope", ""), "origin": people.title}
        people_list, count = services.save_people(people.keys, by=user, origin_url=place, **facts)
    words = ngettext("%(list)s was saved with one person.", "%(list)s was saved with %(count)s people.", count)
    say(
        request,
        words % {"list": people_list, "count": number_text(count, request.prefs)},
        undo=reverse("leads:people-list-remove", args=[people_list.pk]),
    )
    return reverse("leads:people-list", args=[people_list.pk])
