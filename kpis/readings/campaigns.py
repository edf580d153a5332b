"""What campaigns cost and brought in, side by side: in some periods, or over their whole lives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from crm.models import Organization, User
from crm.periods import Calendar, Grain, Period, periods_between
from kpis.calendars import FIRST_DAY, LAST_DAY
from kpis.catalogue import CATALOGUE
from kpis.catalogue.cubes.credits import LONG, SHORT
from kpis.definitions import Dimension, Kpi, Term, is_hidden
from kpis.readings.exact import PRECISION, rounded
from kpis.readings.flows import Reader
from kpis.readings.freshness import Freshness
from kpis.readings.members import UNKNOWN
from kpis.readings.query import Query, narrowed_owners
from kpis.readings.rows import RowPage, list_rows
from kpis.readings.targets import Attainment, Standing, adds_up, attainment
from kpis.readings.values import Value

ZERO = Decimal(0)
TOP, BOTTOM, SAMPLE = "numerator", "denominator", "sample"
# One side of a KPI: its sum, and the rows that it is made of; or what its card counts as its sample.
Side = tuple[str, str]
Sums = Mapping[Side, Decimal]


def terms_of(side: Side) -> tuple[Term, ...]:
    kpi = CATALOGUE[side[0]]
    return {TOP: kpi.numerator, BOTTOM: kpi.denominator, SAMPLE: kpi.sample}[side[1]]


@dataclass(frozen=True)
class Figure:
    """A column: the sum of a side, or a quotient of two; `listed` is the side whose rows say whom it is about.

    `unit` names the card by which it is written, where that is not the one it is read from.
    """

    key: str
    top: Side
    bottom: Side | None = None
    listed: Side | None = None
    unit: str = ""

    @property
    def kpi(self) -> Kpi:
        return CATALOGUE[self.unit or self.top[0]]

    @property
    def rows(self) -> Side:
        return self.listed or self.top

    @property
    def sides(self) -> tuple[Side, ...]:
        return tuple(dict.fromkeys(side for side in (self.top, self.bottom, self.counted) if side))

    @property
    def counted(self) -> Side | None:
        """What a quotient stands on: of money by money the orders that its card counts, else what it is divided by."""
        if self.bottom is None:
            return None
        key = self.bottom[0]
        return (key, SAMPLE) if CATALOGUE[key].sample else self.bottom

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(term for side in self.sides for term in terms_of(side))

    @property
    def is_cost(self) -> bool:
        """A cost of one thing: the smaller, the better. Of a sum of money the largest is looked for."""
        return self.bottom is not None and self.kpi.is_cost

    def is_without_spend(self, value: Decimal | None) -> bool:
        return self.is_cost and value == 0

    @property
    def is_return(self) -> bool:
        """What spend brought back, less the spend."""
        return self.key.startswith("romi")

    def is_hidden(self, viewer: User | None) -> bool:
        """A sum may be seen where a quotient of it may not."""
        return is_hidden(replace(self.kpi, numerator=self.terms, denominator=(), model=None), viewer)


SPEND, CONVERTED = ("cost_per_purchase", TOP), ("lead_conversion_rate", TOP)
FIGURES = (
    Figure("spend", SPEND),
    Figure("leads", ("leads", TOP)),
    Figure("mqls", ("mqls", TOP)),
    Figure("sqls", ("sqls", TOP)),
    Figure("converted", CONVERTED, unit="leads"),
    Figure("lead_conversion_rate", CONVERTED, ("lead_conversion_rate", BOTTOM)),
    Figure("cost_per_lead", ("cost_per_lead", TOP), ("cost_per_lead", BOTTOM), listed=("cost_per_lead", BOTTOM)),
    Figure(
        "cost_per_converted_lead",
        ("cost_per_converted_lead", TOP),
        ("cost_per_converted_lead", BOTTOM),
        listed=("cost_per_converted_lead", BOTTOM),
    ),
    Figure("new_customers", ("new_customers", TOP)),
    Figure("orders", ("orders", TOP)),
    Figure("revenue", ("revenue", TOP)),
    Figure("romi_short", ("romi_short", TOP), ("romi_short", BOTTOM)),
    Figure("romi_long", ("romi_long", TOP), ("romi_long", BOTTOM)),
)
BY_KEY = {figure.key: figure for figure in FIGURES}
HEADINGS = {
    "spend": _("Spend"),
    "leads": _("Leads"),
    "mqls": _("MQL"),
    "sqls": _("SQL"),
    "converted": _("Converted leads"),
    "lead_conversion_rate": _("Lead conversion rate"),
    "cost_per_lead": _("Cost per lead"),
    "cost_per_converted_lead": _("Cost per converted lead"),
    "new_customers": _("New customers"),
    "orders": _("Orders"),
    "revenue": _("Net revenue"),
    "romi_short": _("ROMI, short term"),
    "romi_long": _("ROMI, long term"),
}
PARTIAL = _(
    "Of leads, customers and orders only those you may see count here; "
    "spend, visitors and targets are those of the whole company."
)


@dataclass(frozen=True)
class Campaigns:
    """What each campaign did in all periods of a query together; none of them holds a day of another."""

    query: Query

    @classmethod
    def of_lives(cls, viewer: User, today: date) -> Campaigns:
        """All days there are."""
        return cls(Query(tuple(periods_between(FIRST_DAY, today, Calendar.GREGORIAN, Grain.YEAR)), today, viewer=viewer))

    @cached_property
    def shown(self) -> tuple[Figure, ...]:
        """The figures that the viewer's role may see."""
        return tuple(figure for figure in FIGURES if not figure.is_hidden(self.query.viewer))

    @cached_property
    def freshness(self) -> Freshness:
        return Freshness.of(self.query)

    @property
    def is_stale(self) -> bool:
        measures = {term.measure for figure in self.shown for term in figure.terms}
        return any(self.freshness.is_stale(measure, index) for measure in measures for index in self.query.begun)

    @cached_property
    def by_campaign(self) -> dict[int, Sums]:
        """Those of which there is anything; what is under no campaign belongs to none."""
        query = replace(self.query, by=Dimension.CAMPAIGN)
        sides = dict.fromkeys(side for figure in self.shown for side in figure.sides)
        terms = {side: [(term, term.measure_for(query.dimensions)) for term in terms_of(side)] for side in sides}
        reader = Reader(query, [(measure, term.at) for pairs in terms.values() for term, measure in pairs])
        found: dict[int, dict[Side, Decimal]] = defaultdict(lambda: dict.fromkeys(sides, ZERO))
        for side, pairs in terms.items():
            for term, measure in pairs:
                for (_index, member), amount in reader.flows(measure).items():
                    found[member][side] += term.sign * amount
        return {member: sums for member, sums in found.items() if member != UNKNOWN and any(sums.values())}

    def together(self, members: Iterable[int]) -> Sums:
        """Several campaigns as one: its quotients are those of the sums."""
        chosen = [self.by_campaign[member] for member in members if member in self.by_campaign]
        sides = dict.fromkeys(side for figure in self.shown for side in figure.sides)
        return {side: sum((sums[side] for sums in chosen), ZERO) for side in sides}

    def value(self, figure: Figure, sums: Sums) -> Decimal | None:
        """A quotient of nothing, or of costs of which nobody has entered any, is no figure."""
        if figure.bottom is None:
            return sums[figure.top]
        if sums[figure.bottom] == 0 or any(
            term.measure.cube.is_cost and not self.freshness.is_filled(term.measure.cube) for term in figure.terms
        ):
            return None
        with localcontext(prec=PRECISION):
            return rounded(sums[figure.top] / sums[figure.bottom])

    @property
    def is_partial(self) -> bool:
        """Whether only some owners' records count: spend, visitors and targets are those of the whole company."""
        return narrowed_owners(self.query.viewer) is not None

    def is_small_sample(self, figure: Figure, sums: Sums) -> bool:
        """Whether a rate stands on too few to be judged."""
        return figure.counted is not None and sums[figure.counted] < figure.kpi.minimum_sample

    def value_of_paid(self, figure: Figure, members: Iterable[int]) -> Decimal | None:
        """A return of several together, without those that brought something in and cost nothing, where there are such.

        The return of all is that of the sums, as every total is: in a month it holds what campaigns of other months still
        bring in. None of these has a return of its own, so the rows do not lead to that figure; they lead to this one.
        """
        known = [member for member in members if member in self.by_campaign]
        paid = [member for member in known if figure.bottom and self.by_campaign[member][figure.bottom]]
        free = [member for member in known if self.by_campaign[member][figure.top] and member not in set(paid)]
        return self.value(figure, self.together(paid)) if figure.is_return and free else None

    def ranked(self, figure: Figure, *, is_turned: bool = False) -> list[int]:
        """The best first, or with `is_turned` last; what has no figure, or cost nothing, stands at the end either way."""
        values = {member: self.value(figure, sums) for member, sums in self.by_campaign.items()}
        known = sorted(member for member, value in values.items() if value is not None and not figure.is_without_spend(value))
        known.sort(key=lambda member: values[member], reverse=figure.is_cost == is_turned)
        return [*known, *sorted(values.keys() - set(known), key=lambda member: (values[member] is None, member))]


# -- one campaign ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Life:
    """One campaign, from the first to the last of its days, beside those that had ended when it began."""

    campaign: Campaign
    campaigns: Campaigns

    @cached_property
    def sums(self) -> Sums:
        return self.campaigns.together([self.campaign.pk])

    @cached_property
    def earlier(self) -> Sums | None:
        """The earlier campaigns as one; none where there were none."""
        if self.campaign.starts_on is None:
            return None
        known = Campaign.objects.filter(pk__in=self.campaigns.by_campaign, ends_on__lt=self.campaign.starts_on)
        keys = list(known.values_list("pk", flat=True))
        return self.campaigns.together(keys) if keys else None

    def window_end(self, figure: Figure) -> date | None:
        """The last day that a return counts; of a campaign without a last day there is none yet."""
        starts, ends = self.campaign.starts_on, self.campaign.ends_on
        if ends is None or ends > LAST_DAY:
            return None
        short = ends + timedelta(days=SHORT)
        if figure.key == "romi_short" or starts is None:
            return short
        return max(short, starts + timedelta(days=LONG))

    def is_maturing(self, figure: Figure) -> bool:
        """Whether more of it may still come back."""
        if not figure.is_return:
            return False
        end = self.window_end(figure)
        return end is None or self.campaigns.query.today <= end

    def target(self, figure: Figure) -> Decimal | None:
        """What it was to come to; of spend that is the budget, which is told apart."""
        given = getattr(self.campaign, f"target_{figure.key}", None)
        return None if given is None else Decimal(given)

    def is_small_sample(self, figure: Figure) -> bool:
        return self.campaigns.is_small_sample(figure, self.sums)

    def attainment(self, figure: Figure, organization: Organization) -> Attainment | None:
        """How far a figure is from its target; missed only when nothing more of it is waited for."""
        target, kpi = self.target(figure), figure.kpi
        if target is None:
            return None
        # A part of its records says nothing about a target that was set for all of them.
        if self.is_small_sample(figure) or self.campaigns.is_partial:
            return Attainment(target, Standing.UNKNOWN)
        first, last = self.campaign.starts_on, self.window_end(figure) if figure.is_return else self.campaign.ends_on
        value = Value(
            Period(Calendar.GREGORIAN, Grain.DAY, first or FIRST_DAY, last or LAST_DAY),
            value=self.campaigns.value(figure, self.sums),
        )
        found = attainment(kpi, value, target, self.campaigns.query.today, organization)
        if not adds_up(kpi) or (first and last):
            return found
        # Without both its days there is no pace to be behind.
        is_settled = found.standing in (Standing.REACHED, Standing.MISSED)
        return Attainment(target, found.standing if is_settled else Standing.UNKNOWN, found.share)

    @property
    def query(self) -> Query:
        """All its days at once: for rows alone, as there are no sums of such a period."""
        today, viewer = self.campaigns.query.today, self.campaigns.query.viewer
        whole = Period(Calendar.GREGORIAN, Grain.DAY, FIRST_DAY, today)
        return Query((whole,), today, filters={Dimension.CAMPAIGN: self.campaign.pk}, viewer=viewer)

    def rows(self, figure: Figure, *, after: str, limit: int) -> RowPage:
        """The records behind a figure. Raises ValueError for a cursor that is none."""
        key, side = figure.rows
        return list_rows(CATALOGUE[key], side, self.query, after=after, limit=limit)
