"""Saving the people behind a report or a number as a list with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from campaigns.models import Campaign
from crm import origins
from crm.models import PeopleList
from crm.origins import Part
from crm.pages import action, key_in, query_with, say
from crm.permissions import may_enter, may_see_traffic, may_sell
from kpis import addresses
from kpis.catalogue import CATALOGUE
from kpis.models import RfmSnapshot
from kpis.readings.campaigns import HEADINGS, Campaigns, Life
from kpis.readings.funnel import Funnel
from kpis.readings.loyalty import LoyaltyMatrix
from kpis.readings.people import people_behind
from kpis.readings.promoters import answerers
from kpis.readings.rfm import Part as Shown
from kpis.readings.rfm import Rfm, moved
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice
from kpis.readings.words import number_text
from kpis.views import cohorts, detail, funnel, loyalty, pages, rfm_asked, visits
from leads import services

AGAIN = gettext_lazy("First order in %(cohort)s, again in %(month)s")
NOT_AGAIN = gettext_lazy("First order in %(cohort)s, none in %(month)s")
REACHED, DROPPED = gettext_lazy("Reached: %(step)s"), gettext_lazy("Dropped out before: %(step)s")
WITHIN = gettext_lazy("up to day %(days)s after entry")
CUSTOMERS, LEADS = PeopleList.Kind.CUSTOMERS, PeopleList.Kind.LEADS


@dataclass(frozen=True)
class People:
    """Whom a page shows, what it calls them, where it is, and of when where its address does not say."""

    kind: PeopleList.Kind
    keys: Iterable[int]
    origin: list[Part]
    url: str
    pinned: dict[str, str | None] = field(default_factory=dict)


def pinned(choice: Choice) -> dict[str, str | None]:
    """The period by its name: without one the address would mean another month to whoever comes back."""
    return {"period": choice.period.key, "grain": None}


def of_rfm(request: HttpRequest, at: datetime) -> People:
    """A segment, a cell of the grid, all that are scored, or who moved from one segment to another."""
    latest = RfmSnapshot.objects.filter(computed_at__isnull=False).aggregate(day=Max("day"))["day"]
    day, then, move = (
        rfm_asked.day_asked(request, "as_of", latest),
        rfm_asked.day_asked(request, "compare", None),
        rfm_asked.move_asked(request),
    )
    now = Rfm(day, request.user) if day else None
    if move:
        if now is None or then is None:
            raise BadRequest("compare")
        months = origins.words(rfm_asked.MOVE, before=origins.evening(then), after=origins.evening(now.as_of))
        parts, keys = [rfm_asked.move_part(*move), months], moved(Rfm(then, request.user), now, *move)
    else:
        segment, cell = rfm_asked.segment_asked(request), rfm_asked.cell_asked(request)
        parts = [*rfm_asked.chosen_parts(segment, cell), *([origins.evening(day)] if day else [])]
        keys = now.keys(Shown(segment, cell)) if now else []
    place = {"as_of": day.isoformat()} if day else {}
    return People(CUSTOMERS, keys, [origins.name("RFM"), *parts], reverse("kpis:rfm"), place)


def of_loyalty(request: HttpRequest, at: datetime) -> People:
    """A cell of the matrix, or all who answered."""
    choice, asked = loyalty.matrix_asked(request, at), loyalty.loyalty_asked(request)
    keys = LoyaltyMatrix(choice.trend_query(1)).keys(asked)
    cell = origins.words(asked.label if asked else gettext_lazy("All who answered"))
    parts = [origins.words(gettext_lazy("Loyalty")), cell, origins.period(choice.period)]
    return People(CUSTOMERS, keys, parts, reverse("kpis:loyalty"), pinned(choice))


def of_nps(request: HttpRequest, at: datetime) -> People:
    """Promoters, passives or detractors of a season."""
    choice = loyalty.seasons_asked(request, at)
    asked = loyalty.group_asked(request, choice)
    if asked is None:
        raise BadRequest("group")
    query, group = asked
    keys = answerers(query, group).values_list("customer_id", flat=True)
    parts = [origins.name("NPS"), origins.words(loyalty.GROUPS[group]), origins.period(query.periods[0])]
    return People(CUSTOMERS, keys, parts, reverse("kpis:nps-seasons"), pinned(choice))


def of_visits(view: type[visits.PagesPage], url: str) -> Callable[[HttpRequest, datetime], People]:
    """The leads that the visitors of a page or of a variant have become."""

    def found(request: HttpRequest, at: datetime) -> People:
        if not (may_see_traffic(request.user) and may_sell(request.user)):
            raise PermissionDenied
        page = view(request=request, at=at)
        page.ask()
        asked = page.visits()
        if asked is None:
            raise BadRequest("landed")
        leads = page.leads(asked[1]).values_list("pk", flat=True)
        if page.is_whole:
            return People(LEADS, leads, [page.origin()], reverse(url))
        return People(LEADS, leads, [page.origin(), origins.period(page.choice.period)], reverse(url), pinned(page.choice))

    return found


def of_cohorts(request: HttpRequest, at: datetime) -> People:
    """The customers of a cell, or those who are missing from it."""
    choice, length = cohorts.choice_asked(request, at), cohorts.length_asked(request)
    found = cohorts.cohorts_asked(choice, length)
    asked = cohorts.cell_asked(request, found.table(length))
    if asked is None:
        raise BadRequest("cohort")
    cohort, cell, is_absent = asked
    words = NOT_AGAIN if is_absent else AGAIN
    part = origins.words(words, cohort=origins.period(cohort), month=origins.period(cell.month))
    keys = (member.customer.pk for member in found.everybody(cohort, cell.month, absent=is_absent))
    return People(CUSTOMERS, keys, [part], reverse("kpis:cohorts"), pinned(choice))


def of_funnel(request: HttpRequest, at: datetime) -> People:
    """Who came to a step, or dropped out before it."""
    choice, (step, is_dropped) = funnel.choice_asked(request, at), funnel.people_asked(request)
    found = Funnel(choice.trend_query(1))
    if found.is_hidden:
        raise PermissionDenied
    part = origins.words(DROPPED if is_dropped else REACHED, step=origins.words(step.label))
    keys = (person.lead.pk for person in found.everybody(step, dropped=is_dropped))
    return People(LEADS, keys, [part, origins.period(choice.period)], reverse("kpis:funnel"), pinned(choice))


def of_kpi(request: HttpRequest, at: datetime) -> People:
    """The leads or customers behind one side of a figure."""
    kpi = detail.kpi_of(request.GET.get("kpi", ""))
    addresses.refuse_unknown_filters(request.GET, kpi)
    choice, side = detail.choice_for(request, kpi, at), detail.side_asked(request, kpi)
    found = people_behind(kpi, side, choice.trend_query(1))
    if found is None:
        raise BadRequest("kpi")
    parts = [origins.words(kpi.name), origins.period(choice.period)]
    # Who entered did so whatever became of them, and when.
    if choice.window is not None and side == "numerator":
        parts.append(origins.words(WITHIN, days=origins.number(choice.window)))
    return People(*found, parts, reverse("kpis:kpi-detail", args=[kpi.key]), pinned(choice))


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
    parts = [origins.name(campaign), origins.words(HEADINGS[figure.key])]
    return People(*found, parts, reverse("kpis:campaign-detail", args=[campaign.pk]))


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
        place = people.url + query_with(request.GET, after=None, kpi=None, next=None, **people.pinned)
        facts = {"kind": people.kind, "name": sent.get("name", ""), "scope": sent.get("scope", ""), "origin": people.origin}
        people_list, count = services.save_people(people.keys, by=user, origin_url=place, **facts)
    words = ngettext("%(list)s was saved with one person.", "%(list)s was saved with %(count)s people.", count)
    say(
        request,
        words % {"list": people_list, "count": number_text(count, request.prefs)},
        undo=reverse("leads:people-list-remove", args=[people_list.pk]),
    )
    return reverse("leads:people-list", args=[people_list.pk])
