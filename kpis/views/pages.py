"""Pages of the site: where people enter, and which landing pages win them over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Min, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from campaigns.models import LandingPage, Session, Variant
from crm import origins
from crm.exports import FilePage, Table, file_urls
from crm.origins import Part
from crm.pages import query_with
from crm.templatetags.crm_format import format_day
from kpis import exports, options
from kpis.abtests import Arm, Trial, Verdict
from kpis.readings.pages import Entrance, Entrances, Landed, Landings
from kpis.readings.snapshot import one_snapshot
from kpis.readings.words import isolated, number_text, period_text, signed
from kpis.views.visits import PagesPage, days_text

TOP = 5
MOST_PAGES = 1000  # of a file
WHO_CONVERTED, ALL_VISITORS = gettext_lazy("%(name)s: who converted"), gettext_lazy("%(name)s: all visitors")
VERDICTS = {
    Verdict.MISMATCH: (
        "bad",
        "triangle-alert",
        gettext_lazy("The variants were not shown equally often: look for a fault before believing any of it."),
    ),
    Verdict.TOO_LITTLE: ("warn", "clock", gettext_lazy("Too few visitors to say anything yet.")),
    Verdict.NO_WINNER: ("", "minus", gettext_lazy("No winner: chance alone may explain the difference.")),
    Verdict.WINNER: ("good", "circle-check", gettext_lazy("%(name)s wins, with at least 95%% certainty.")),
}


class TopPages(PagesPage):
    source = "top-pages"

    def visits(self) -> tuple[str, QuerySet] | None:
        return self.entering(self.entrances())

    def entrances(self) -> Entrances:
        period = self.choice.period
        return Entrances(self.choice_of(period.start, min(period.end, self.choice.today)))

    def entering(self, entrances: Entrances) -> tuple[str, QuerySet] | None:
        """The sessions that began at the page of the address."""
        page, path = self.key_asked("page"), self.request.GET.get("path", "")
        if page is None and not path:
            return None
        if page is not None and page not in entrances.pages:
            raise BadRequest("page")
        return str(entrances.pages[page]) if page else path, entrances.entering(page or 0, path)


class TopPagesView(TopPages, TemplateView):
    template_name = "kpis/top_pages.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | self.filters()
        files = {what: self.files(what) for what in ("pages", "sessions")}
        with one_snapshot():
            entrances = self.entrances()
            rows = [self.entrance(entrance) for entrance in entrances.top(TOP)]
            return context | {"rows": rows, "files": files} | self.opened(entrances)

    def files(self, what: str) -> dict[str, str]:
        return file_urls("kpis:top-pages-file", query_with(self.request.GET, what=what, after=None))

    def entrance(self, found: Any) -> dict[str, Any]:
        query, page = self.request.GET, found.page
        chosen = {"page": str(page.pk), "path": None} if page else {"page": None, "path": found.path}
        return {
            "name": str(page) if page else found.path,
            "path": found.path,
            "url": query_with(query, after=None, **chosen) + "#rows",
            "sessions": number_text(found.sessions, self.prefs),
            "views": number_text(found.views, self.prefs),
            "published": format_day(page.published_on, self.prefs) if page and page.published_on else "—",
            "is_old": found.is_old,
        }

    def opened(self, entrances: Entrances) -> dict[str, Any]:
        found = self.entering(entrances)
        if found is None:
            return {}
        title, sessions = found
        return self.listed(sessions, title, page=None, path=None) | {"is_path": self.key_asked("page") is None}


class TopPagesFileView(TopPages, FilePage):
    """The pages at which visits began, or the visits of one of them."""

    def table(self) -> Table:
        self.ask()
        entrances, name = self.entrances(), _("Top pages") + f"-{period_text(self.choice.period, self.prefs)}"
        match self.request.GET.get("what", "pages"):
            case "pages":
                header = [_("Page"), _("Path"), _("Visits that begin here"), _("Views"), _("Published"), _("Older than a year")]
                return Table(name, header, (entrance_cells(found) for found in entrances.top(MOST_PAGES)))
            case "sessions":
                found = self.entering(entrances)
                if found is None:
                    raise BadRequest("page")
                return self.sessions_table(f"{name}-{found[0]}", found[1])
        raise BadRequest("what")


def entrance_cells(found: Entrance) -> list[object]:
    published = found.page.published_on if found.page else None
    return [found.page or found.path, found.path, found.sessions, found.views, published, int(found.is_old)]


class LandingPages(PagesPage):
    source = "landing-pages"

    def visits(self) -> tuple[str, QuerySet] | None:
        return self.chosen(Landings(self.choice_of(*self.span())))

    @property
    def is_whole(self) -> bool:
        return "period" not in self.request.GET

    def span(self) -> tuple[Any, Any]:
        period, today = self.choice.period, self.choice.today
        if not self.is_whole:
            return period.start, min(period.end, today)
        shown = Session.objects.counted().filter(variant__isnull=False).aggregate(day=Min("started_on"))["day"]
        return min(shown or period.start, today), today

    def chosen(self, landings: Landings) -> tuple[str, QuerySet] | None:
        """The visitors of the page or variant of the address."""
        asked = self.asked(landings)
        if asked is None:
            return None
        name, people = asked
        return str(self.title) % {"name": name}, Session.objects.filter(pk__in=people)

    def origin(self) -> Part:
        asked = self.asked(Landings(self.choice_of(*self.span())))
        return origins.words(self.title, name=origins.name(asked[0] if asked else ""))

    @property
    def is_of_converted(self) -> bool:
        return bool(self.request.GET.get("converted"))

    @property
    def title(self) -> Promise:
        return WHO_CONVERTED if self.is_of_converted else ALL_VISITORS

    def asked(self, landings: Landings) -> tuple[str, QuerySet] | None:
        """The page or variant by its name, and the sessions of its people."""
        converted = self.is_of_converted
        if (key := self.key_asked("variant")) is not None:
            variant = named(Variant.objects.select_related("landing_page"), key)
            name = f"{apart(str(variant.landing_page))} · {apart(str(variant))}"
            people = landings.people(key, converted=converted)
        elif (key := self.key_asked("landed")) is not None:
            name = apart(str(named(LandingPage.objects.all(), key)))
            people = landings.visitors(key, converted=converted)
        else:
            return None
        return name, people


class LandingPagesView(LandingPages, TemplateView):
    """The pages that visitors land on, and what is tried out on them: since the beginning, or in one period."""

    template_name = "kpis/landing_pages.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, is_whole = self.request.GET, self.is_whole
        context = super().get_context_data(**kwargs) | self.filters() | {"is_whole": is_whole}
        key = self.choice.period.key
        context["tabs"] = [
            options.Link(_("Since the tests began"), query_with(query, period=None, grain=None, after=None), is_whole),
            options.Link(_("In one period"), query_with(query, period=key, after=None), not is_whole),
        ]
        context["files"] = {what: self.files(what) for what in ("pages", "tests", "visitors")}
        with one_snapshot():
            first, last = self.span()
            context["span"] = days_text(first, last, self.prefs)
            landings = Landings(self.choice_of(first, last))
            trials, pages = landings.tests(), landings.pages
            context |= {"trials": [self.trial(trial) for trial in trials], "pages": [self.landed(page) for page in pages]}
            return context | self.opened(landings)

    def files(self, what: str) -> dict[str, str]:
        return file_urls("kpis:landing-pages-file", query_with(self.request.GET, what=what, after=None))

    def landed(self, found: Landed) -> dict[str, Any]:
        return {
            "name": str(found.page),
            "url": self.opening("landed", found.page.pk),
            "won_url": self.opening("landed", found.page.pk, converted="1"),
            "visitors": number_text(found.visitors, self.prefs),
            "conversions": number_text(found.conversions, self.prefs),
            "rate": self.percent(found.rate),
            "range": self.range(found.interval),
            "is_alarm": found.is_alarm,
            "levers_url": reverse("kpis:levers", args=[found.page.pk])
            + query_with(self.request.GET, landed=None, variant=None, converted=None, after=None),
        }

    def trial(self, trial: Trial) -> dict[str, Any]:
        tone, icon, text = VERDICTS[trial.verdict]
        difference, found = trial.difference, trial.comparison
        bounds = (difference.lower, difference.upper) if difference else ()
        shown = [isolated(signed(bound * 100, self.prefs, 1), self.prefs) for bound in bounds]
        return {
            "name": str(trial.page),
            "key": f"test-{trial.page.pk}",
            "arms": [self.arm(arm, is_winner=arm is trial.winner) for arm in trial.arms],
            "tone": tone,
            "icon": icon,
            "verdict": str(text) % {"name": apart(trial.winner.name) if trial.winner else ""},
            "z": number_text(found.z, self.prefs, decimals=2) if found else "—",
            "p": self.chance(found.p if found else None),
            "mismatch": self.chance(trial.mismatch),
            "difference": _("%(low)s to %(high)s points") % {"low": shown[0], "high": shown[1]} if shown else "—",
            "against": trial.challenger.name,
            "control": trial.control.name,
        }

    def chance(self, p: float | None) -> str:
        return "—" if p is None else number_text(p, self.prefs, decimals=4 if p >= 0.0001 else 6)

    def opening(self, name: str, key: int, converted: str | None = None) -> str:
        """This page with the visitors of one page or variant listed."""
        chosen = {"landed": None, "variant": None, name: str(key)}
        return query_with(self.request.GET, **chosen, converted=converted, after=None) + "#rows"

    def arm(self, arm: Arm, *, is_winner: bool) -> dict[str, Any]:
        return {
            "name": arm.name,
            "url": self.opening("variant", arm.variant),
            "won_url": self.opening("variant", arm.variant, converted="1"),
            "visitors": number_text(arm.visitors, self.prefs),
            "conversions": number_text(arm.conversions, self.prefs),
            "rate": self.percent(arm.rate),
            "range": self.range(arm.interval),
            "is_winner": is_winner,
        }

    def opened(self, landings: Landings) -> dict[str, Any]:
        found = self.chosen(landings)
        return {} if found is None else self.listed(found[1], found[0], variant=None, landed=None, converted=None)


class LandingPagesFileView(LandingPages, FilePage):
    """The landing pages, the variants that are tried out, or the visitors of one of them."""

    def table(self) -> Table:
        self.ask()
        first, last = self.span()
        landings, days = Landings(self.choice_of(first, last)), f"{first.isoformat()}-{last.isoformat()}"
        match self.request.GET.get("what", "pages"):
            case "pages":
                return table_of_landings(landings, _("Landing pages") + f"-{days}")
            case "tests":
                header = [
                    _("Page"),
                    _("Variant"),
                    _("Key"),
                    *count_headings(),
                    _("Verdict"),
                    "z",
                    "p",
                    _("Equal split by chance (p)"),
                ]
                return Table(_("A/B tests") + f"-{days}", header, trial_rows(landings))
            case "visitors":
                found = self.chosen(landings)
                if found is None:
                    raise BadRequest("landed")
                return self.sessions_table(_("Visitors") + f"-{days}", found[1])
        raise BadRequest("what")


def table_of_landings(landings: Landings, name: str) -> Table:
    return Table(name, [_("Page"), *count_headings(), _("Alarm")], page_rows(landings))


def count_headings() -> list[str]:
    return [_("Visitors"), _("Conversions"), _("Rate"), _("Lower"), _("Upper")]


def count_cells(found: Landed | Arm) -> list[object]:
    bounds = (found.interval.lower, found.interval.upper) if found.interval else (None, None)
    return [found.visitors, found.conversions, *(exports.percent(share) for share in (found.rate, *bounds))]


def page_rows(landings: Landings) -> Iterator[list[object]]:
    for found in landings.pages:
        yield [found.page, *count_cells(found), int(found.is_alarm)]


def trial_rows(landings: Landings) -> Iterator[list[object]]:
    """One row a variant; what is said of the test stands in each of its rows."""
    for trial in landings.tests():
        found = trial.comparison
        verdict = str(VERDICTS[trial.verdict][2]) % {"name": trial.winner.name if trial.winner else ""}
        chances = [exports.rounded(number) for number in (found and found.z, found and found.p, trial.mismatch)]
        for arm in trial.arms:
            yield [trial.page, arm.name, arm.key, *count_cells(arm), verdict, *chances]


def named(rows: QuerySet, key: int) -> Any:
    """The row that an address names."""
    row = rows.filter(pk=key).first()
    if row is None:
        raise BadRequest(str(key))
    return row


def apart(name: str) -> str:
    """A name that keeps its own direction within a sentence."""
    return f"\u2068{name}\u2069"
