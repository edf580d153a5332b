"""Pages of the site: where people enter, which landing pages win them over, and which of their variants does it better.

All of it is read from the rows, for those whose role looks at traffic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Count, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value, When

from campaigns.models import LandingPage, PageView, Session, Variant
from campaigns.services.traffic import path_of
from crm import confidence
from crm.models import User
from kpis.abtests import Arm, Trial
from kpis.catalogue.cubes.landing import CONVERTED, landings_in

A_YEAR = 365
FIRST_PATH = PageView.objects.filter(session=OuterRef("pk")).order_by("at", "id").values("path")[:1]
# A session enters at its landing page, else at the first page it saw.
ENTRY = Case(When(landing_page__isnull=True, then=Subquery(FIRST_PATH)), default=Value(""))


@dataclass(frozen=True)
class Choice:
    """Some days, both included, and what sessions must have."""

    first: date
    last: date
    viewer: User
    filters: Mapping[str, int] = field(default_factory=dict)

    def of(self, sessions: QuerySet) -> QuerySet:
        wanted = {f"{name}_id": member or None for name, member in self.filters.items()}
        conditions = [Q(**{f"{name}__isnull": True}) if key is None else Q(**{name: key}) for name, key in wanted.items()]
        return sessions.visible_to(self.viewer).filter(*conditions)

    @property
    def sessions(self) -> QuerySet:
        return self.of(Session.objects.counted().filter(started_on__range=(self.first, self.last)))


# -- where people enter ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entrance:
    """A page at which sessions began; `page` where it is a known one."""

    path: str
    page: LandingPage | None
    sessions: int
    views: int
    is_old: bool


class Entrances:
    """Sessions by the page at which they began."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self.pages = {page.pk: page for page in LandingPage.objects.all()}
        by_path: dict[str, list[int]] = defaultdict(list)
        for page in self.pages.values():
            by_path[path_of(page.url)].append(page.pk)
        # A path is a landing page's where no other one has it.
        self.page_of = {path: keys[0] for path, keys in by_path.items() if len(keys) == 1}

    def top(self, limit: int) -> list[Entrance]:
        """The most entered first; of equal ones the known page, then by name."""
        counts: Counter[tuple[int, str]] = Counter()
        groups = self.choice.sessions.annotate(entry=ENTRY).order_by().values("landing_page_id", "entry")
        for group in groups.annotate(count=Count("pk")):
            if key := self.key(group["landing_page_id"], group["entry"]):
                counts[key] += group["count"]
        found = sorted(counts.items(), key=lambda each: (-each[1], not each[0][0], each[0]))[:limit]
        paths = {key: path_of(self.pages[key[0]].url) if key[0] else key[1] for key, _ in found}
        views = self.views(set(paths.values()))
        return [self.entrance(key[0], paths[key], count, views.get(paths[key], 0)) for key, count in found]

    def key(self, page: int | None, path: str | None) -> tuple[int, str] | None:
        """(landing page, "") or (0, path); None of a session that saw nothing."""
        known = page or self.page_of.get(path or "")
        if known:
            return known, ""
        return (0, path) if path else None

    def views(self, paths: Iterable[str]) -> dict[str, int]:
        """How often each was seen in these sessions, wherever they began."""
        views = PageView.objects.filter(session__in=self.choice.sessions, path__in=paths)
        return dict(views.order_by().values_list("path").annotate(count=Count("pk")))

    def entrance(self, page: int, path: str, sessions: int, views: int) -> Entrance:
        known = self.pages.get(page)
        published = known.published_on if known else None
        is_old = published is not None and (self.choice.last - published).days > A_YEAR
        return Entrance(path, known, sessions, views, is_old)

    def entering(self, page: int, path: str) -> QuerySet:
        """The sessions behind one of them."""
        own = Q(landing_page__isnull=True, entry=path_of(self.pages[page].url) if page else path)
        if page and self.page_of.get(path_of(self.pages[page].url)) != page:
            own = Q(pk__in=[])
        rows = self.choice.sessions.annotate(entry=ENTRY)
        return rows.filter(Q(landing_page=page) | own if page else own)


# -- which of them win people over -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Landed:
    """A landing page's visitors, each once."""

    page: LandingPage
    visitors: int
    conversions: int
    is_alarm: bool = False

    @property
    def rate(self) -> float:
        return self.conversions / self.visitors

    @property
    def interval(self) -> confidence.Interval | None:
        return confidence.wilson(self.conversions, self.visitors)


LANDING = "WITH landing AS ({landings}) "
LANDED = """
SELECT landing_page_id, count(DISTINCT person), count(DISTINCT person) FILTER (WHERE is_won) FROM landing GROUP BY 1
"""
# Whoever saw one variant first belongs to it, whatever they see later; what they did before does not count.
ASSIGNED = """
WITH landing AS ({landings}),
assigned AS (
    SELECT DISTINCT ON (landing_page_id, person) landing_page_id, person, variant_id, id AS session_id, started_at
      FROM landing WHERE variant_id IS NOT NULL ORDER BY landing_page_id, person, started_at, id),
won AS (
    SELECT a.landing_page_id, a.variant_id, a.session_id, bool_or(l.is_won) AS is_won
      FROM assigned a JOIN landing l USING (landing_page_id, person)
     WHERE (l.started_at, l.id) >= (a.started_at, a.session_id)
     GROUP BY a.landing_page_id, a.variant_id, a.person, a.session_id)
"""
BY_VARIANT = "SELECT variant_id, count(*), count(*) FILTER (WHERE is_won) FROM won GROUP BY 1"
# A visitor is shown by their first landing, of those who converted by the first that did.
OF_PAGE = "SELECT min(id) FROM landing WHERE landing_page_id = %s AND (NOT %s OR is_won) GROUP BY person"
OF_VARIANT = "SELECT session_id FROM won WHERE variant_id = %s AND (NOT %s OR is_won)"


class Landings:
    """What landing pages and their variants did in some days."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice

    @cached_property
    def relation(self) -> tuple[str, tuple[Any, ...]]:
        is_won = ExpressionWrapper(CONVERTED, output_field=BooleanField())
        rows = self.choice.of(landings_in(self.choice.first, self.choice.last)).order_by()
        columns = ("id", "landing_page_id", "variant_id", "started_at")
        return rows.values(*columns, person=F("visitor_key"), is_won=is_won).query.sql_with_params()

    def ask(self, sql: str, *params: Any) -> list[tuple]:
        landings, values = self.relation
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("{landings}", landings), [*values, *params])
            return cursor.fetchall()

    @cached_property
    def pages(self) -> list[Landed]:
        """The most visited first. An alarm is a page with many visitors that is surely worse than the middle one."""
        counts = {page: (visitors, won) for page, visitors, won in self.ask(LANDING + LANDED)}
        known = LandingPage.objects.in_bulk(counts)
        found = flagged([Landed(known[page], *counts[page]) for page in counts])
        return sorted(found, key=lambda one: (-one.visitors, one.page.pk))

    def tests(self) -> list[Trial]:
        """One per page of which two variants or more are tried out."""
        counts = {variant: (visitors, won) for variant, visitors, won in self.ask(ASSIGNED + BY_VARIANT)}
        by_page: dict[int, list[Arm]] = defaultdict(list)
        for variant in Variant.objects.order_by("landing_page", "key"):
            visitors, won = counts.get(variant.pk, (0, 0))
            by_page[variant.landing_page_id].append(Arm(variant.pk, variant.key, str(variant), visitors, won, variant.lever))
        pages = LandingPage.objects.in_bulk([page for page, arms in by_page.items() if len(arms) > 1])
        trials = [Trial(pages[page], tuple(by_page[page])) for page in sorted(pages)]
        return [trial for trial in trials if trial.visitors]

    def visitors(self, page: int, *, converted: bool) -> list[int]:
        """The session by which each of a page's visitors is shown; of those who converted, or of all."""
        return [session for (session,) in self.ask(LANDING + OF_PAGE, page, converted)]

    def people(self, variant: int, *, converted: bool) -> list[int]:
        """The session in which each of a variant's visitors first saw it; of those who converted, or of all."""
        return [session for (session,) in self.ask(ASSIGNED + OF_VARIANT, variant, converted)]


def bounds(found: Sequence[Landed]) -> tuple[float, float]:
    """What the upper quarter of pages have in visitors at least, and the conversion of the page in the middle."""
    if not found:
        return 0.0, 0.0
    visitors = [one.visitors for one in found]
    many = quantiles(visitors, n=4, method="inclusive")[2] if len(visitors) > 1 else float(visitors[0])
    return many, median(one.rate for one in found)


def flagged(found: Sequence[Landed]) -> list[Landed]:
    many, middle = bounds(found)
    return [replace(one, is_alarm=is_alarm(one, many, middle)) for one in found]


def is_alarm(one: Landed, many: float, middle: float) -> bool:
    interval = one.interval
    return one.visitors >= many and interval is not None and interval.upper < middle
