"""Reports of pages: where people enter, and the tests of landing pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db.models import Min
from django.http import HttpResponse
from django.utils.translation import gettext as _
from msgspec import Struct
from rest_framework.request import Request

from campaigns.models import LandingPage, Session, Variant
from crm import confidence
from crm.api.openapi import Operation
from crm.api.parameters import whole_number
from crm.api.problems import Problem, bad_parameter
from crm.api.view import ApiView, answer
from crm.periods import Calendar, Grain, period_of
from kpis.abtests import Arm, Trial
from kpis.api.numbers import quotient
from kpis.api.parameters import day_of, help_of, members_asked, one_period_of
from kpis.api.views import DEFAULT_ROWS, MOST_ROWS
from kpis.definitions import Dimension
from kpis.readings.pages import Choice, Entrance, Entrances, Landed, Landings
from kpis.readings.snapshot import one_snapshot

TOP, MOST_PAGES = 5, 50
SPAN = ("period", "from", "to")
FILTERS = (Dimension.CHANNEL, Dimension.CAMPAIGN, Dimension.SOCIAL_NETWORK)
NAMES = tuple(name.value for name in FILTERS)


class PageOut(Struct):
    """`id` is null for a page that is no landing page."""

    id: int | None
    url: str | None
    title: str | None


class EntranceOut(Struct):
    page: PageOut
    path: str
    sessions: int
    views: int
    published_on: str | None
    older_than_a_year: bool


class TopPagesOut(Struct):
    first: str
    last: str
    results: list[EntranceOut]


class SessionOut(Struct):
    id: int
    external_id: str | None
    visitor: str
    started_at: str
    channel: int | None
    campaign: int | None
    landing_page: int | None
    variant: int | None
    page_views: int
    converted_at: str | None


class SessionsOut(Struct):
    total: int
    results: list[SessionOut]
    next: str | None


class ArmOut(Struct):
    key: str
    name: str
    visitors: int
    conversions: int
    value: str | None
    lower: str | None
    upper: str | None


class TrialOut(Struct):
    """The first variant against the other one, of several against the best of them (then p is multiplied by their number).

    `lower` and `upper` bound by how much the other one's share is larger. `verdict` is sample_ratio_mismatch,
    too_little_data, no_winner or winner.
    """

    landing_page: PageOut
    variants: list[ArmOut]
    z: str | None
    p_value: str | None
    lower: str | None
    upper: str | None
    srm_p_value: str | None
    verdict: str
    winner: str | None


class LandedOut(Struct):
    """`alarm`: many visitors, and surely fewer of them convert than on the page in the middle."""

    landing_page: PageOut
    visitors: int
    conversions: int
    value: str
    lower: str
    upper: str
    alarm: bool


class TestsOut(Struct):
    first: str
    last: str
    results: list[TrialOut]
    pages: list[LandedOut]


class PagesView(ApiView):
    resource: ClassVar = "kpis"
    allowed: ClassVar = (*SPAN, *NAMES, "limit")

    def choice(self, parameters: Mapping[str, str]) -> Choice:
        """What is asked, by one whose role and token look at traffic."""
        if not self.caller.user.may_see_traffic:
            raise Problem("permission-denied")
        if self.caller.token and not self.caller.token.allows("sessions:read"):
            raise Problem("insufficient-scope")
        first, last = self.span(parameters)
        if first > last:
            raise bad_parameter("from", _("The first day comes after the last."))
        return Choice(first, last, self.caller.user, members_asked(FILTERS, parameters, self.caller))

    def span(self, parameters: Mapping[str, str]) -> tuple[date, date]:
        """A period by its key, or days; by default what `since` says, up to today."""
        today = self.caller.organization.day_of(self.caller.at)
        if "period" in parameters:
            period = one_period_of(parameters, self.caller)
            return period.start, min(period.end, max(today, period.start))
        days = {name: day_of(name, parameters[name], self.caller.calendar) for name in ("from", "to") if name in parameters}
        return days.get("from") or self.since(today), days.get("to", today)

    def since(self, today: date) -> date:
        rules = self.caller.organization.calendar_rules
        return period_of(today, Calendar(self.caller.calendar), Grain.MONTH, rules).start

    def page_asked(self, parameters: Mapping[str, str], known: Mapping[int, LandingPage]) -> int:
        page = whole_number("landing_page", parameters["landing_page"], least=1, most=2**63 - 1)
        if page not in known:
            raise bad_parameter("landing_page")
        return page


class TopPagesView(PagesView):
    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(self.allowed)
        limit = whole_number("limit", parameters.get("limit", str(TOP)), least=1, most=MOST_PAGES)
        choice = self.choice(parameters)
        with one_snapshot():
            found = Entrances(choice).top(limit)
        return answer(
            TopPagesOut(choice.first.isoformat(), choice.last.isoformat(), [entrance_out(entrance) for entrance in found])
        )


class EntrancesView(PagesView):
    """The sessions that entered at one page."""

    allowed: ClassVar = (*SPAN, *NAMES, "landing_page", "path", "cursor", "limit")

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(self.allowed)
        if ("landing_page" in parameters) == ("path" in parameters):
            raise bad_parameter("landing_page", _("Name one page, by landing_page or by path."))
        entrances = Entrances(self.choice(parameters))
        page = self.page_asked(parameters, entrances.pages) if "landing_page" in parameters else 0
        with one_snapshot():
            rows = entrances.entering(page, parameters.get("path", ""))
            return answer(sessions_out(rows.order_by("pk"), parameters))


class TestsView(PagesView):
    allowed: ClassVar = (*SPAN, *NAMES)

    def since(self, today: date) -> date:
        return first_trial() or today

    def get(self, request: Request) -> HttpResponse:
        choice = self.choice(self.parameters(self.allowed))
        with one_snapshot():
            landings = Landings(choice)
            trials, pages = landings.tests(), landings.pages
        return answer(
            TestsOut(
                choice.first.isoformat(),
                choice.last.isoformat(),
                [trial_out(trial) for trial in trials],
                [landed_out(page) for page in pages],
            )
        )


class TestRowsView(TestsView):
    """The sessions in which visitors first landed on a page, or first saw one of its variants."""

    allowed: ClassVar = (*SPAN, *NAMES, "landing_page", "variant", "converted", "cursor", "limit")

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(self.allowed)
        if "landing_page" not in parameters:
            raise bad_parameter("landing_page", _("Name a landing page, and the key of one of its variants or none."))
        choice, converted = self.choice(parameters), parameters.get("converted", "false")
        if converted not in ("true", "false"):
            raise bad_parameter("converted")
        page = self.page_asked(parameters, LandingPage.objects.in_bulk())
        with one_snapshot():
            people = visitors_of(Landings(choice), page, parameters.get("variant"), converted=converted == "true")
            return answer(sessions_out(Session.objects.filter(pk__in=people).order_by("pk"), parameters))


def visitors_of(landings: Landings, page: int, key: str | None, *, converted: bool) -> list[int]:
    if key is None:
        return landings.visitors(page, converted=converted)
    variant = Variant.objects.filter(landing_page=page, key=key).first()
    if variant is None:
        raise bad_parameter("variant")
    return landings.people(variant.pk, converted=converted)


def first_trial() -> date | None:
    """The day on which somebody was first shown a variant."""
    return Session.objects.counted().filter(variant__isnull=False).aggregate(day=Min("started_on"))["day"]


def sessions_out(rows: object, parameters: Mapping[str, str]) -> SessionsOut:
    limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
    after = whole_number("cursor", parameters.get("cursor", "0"))
    found = list(rows.filter(pk__gt=after)[: limit + 1])
    following = str(found[limit - 1].pk) if len(found) > limit else None
    return SessionsOut(rows.count(), [session_out(session) for session in found[:limit]], following)


def session_out(session: Session) -> SessionOut:
    return SessionOut(
        id=session.pk,
        external_id=session.external_id,
        visitor=session.visitor,
        started_at=session.started_at.isoformat(),
        channel=session.channel_id,
        campaign=session.campaign_id,
        landing_page=session.landing_page_id,
        variant=session.variant_id,
        page_views=session.view_count,
        converted_at=session.converted_at.isoformat() if session.converted_at else None,
    )


def page_out(page: LandingPage | None) -> PageOut:
    return PageOut(page.pk, page.url, page.title) if page else PageOut(None, None, None)


def entrance_out(entrance: Entrance) -> EntranceOut:
    published = entrance.page.published_on if entrance.page else None
    return EntranceOut(
        page=page_out(entrance.page),
        path=entrance.path,
        sessions=entrance.sessions,
        views=entrance.views,
        published_on=published.isoformat() if published else None,
        older_than_a_year=entrance.is_old,
    )


def arm_out(arm: Arm) -> ArmOut:
    lower, upper = bounds(arm.interval)
    return ArmOut(arm.key, arm.name, arm.visitors, arm.conversions, figure(arm.rate), lower, upper)


def trial_out(trial: Trial) -> TrialOut:
    lower, upper = bounds(trial.difference)
    return TrialOut(
        landing_page=page_out(trial.page),
        variants=[arm_out(arm) for arm in trial.arms],
        z=figure(trial.comparison.z if trial.comparison else None),
        p_value=figure(trial.comparison.p if trial.comparison else None),
        lower=lower,
        upper=upper,
        srm_p_value=figure(trial.mismatch),
        verdict=trial.verdict.value,
        winner=trial.winner.key if trial.winner else None,
    )


def landed_out(one: Landed) -> LandedOut:
    lower, upper = bounds(one.interval)
    return LandedOut(page_out(one.page), one.visitors, one.conversions, figure(one.rate), lower, upper, one.is_alarm)


def bounds(interval: confidence.Interval | None) -> tuple[str | None, str | None]:
    return (figure(interval.lower), figure(interval.upper)) if interval else (None, None)


def figure(value: float | None) -> str | None:
    return quotient(None if value is None else Decimal(repr(value)))


SPAN_HELP = {"period": "a period's key", "from": "the first day", "to": "the last day; today by default"}
FILTER_HELP = {name.value: help_of(name) for name in FILTERS}
PAGED_HELP = {"cursor": "from next", "limit": f"1 to {MOST_ROWS}"}
SINCE_HELP = SPAN_HELP | {"from": "the first day; by default the one on which a variant was first shown"}
OPERATIONS = [
    Operation(
        "get",
        "/reports/top-pages/",
        "The pages at which most sessions begin",
        "kpis:read",
        SPAN_HELP | FILTER_HELP | {"limit": f"1 to {MOST_PAGES}; {TOP} by default"},
        None,
        TopPagesOut,
    ),
    Operation(
        "get",
        "/reports/top-pages/rows/",
        "The sessions that began at one page",
        "kpis:read",
        SPAN_HELP
        | FILTER_HELP
        | {"landing_page": "an id; this or path", "path": "of a page that is no landing page"}
        | PAGED_HELP,
        None,
        SessionsOut,
    ),
    Operation(
        "get",
        "/reports/ab-tests/",
        "Tests of landing pages, and the pages that win too few over",
        "kpis:read",
        SINCE_HELP | FILTER_HELP,
        None,
        TestsOut,
    ),
    Operation(
        "get",
        "/reports/ab-tests/rows/",
        "The sessions in which visitors first landed on a page, or first saw one of its variants",
        "kpis:read",
        SINCE_HELP
        | FILTER_HELP
        | {"landing_page": "an id", "variant": "the key of one of its variants", "converted": "true: only of those who converted"}
        | PAGED_HELP,
        None,
        SessionsOut,
        required=("landing_page",),
    ),
]
