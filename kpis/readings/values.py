"""Values: exact numerators and denominators, divided last, with interval, sample, state, quality and reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from campaigns.models import Campaign
from crm import confidence
from crm.models import Organization
from crm.periods import Period
from kpis.definitions import UNKNOWN_COSTS, At, Dimension, Interval, Kind, Kpi, Model, Term, Unit, is_hidden, is_mixed
from kpis.readings.exact import PRECISION, rounded, rounded_interval
from kpis.readings.flows import Flows, Reader
from kpis.readings.freshness import Freshness
from kpis.readings.models import Models, amounts_of, compute
from kpis.readings.query import Query
from kpis.readings.snapshot import one_snapshot

POISSON_BELOW = 30


@dataclass(frozen=True)
class Value:
    """One number with all that explains it; `value` is null exactly where `reason` is given.

    A value that is no sum over a sum, such as a median, has no numerator. `operands` are the amounts of a flow's terms, or of
    a model's steps.
    """

    period: Period
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    sample_size: int | None = None
    reason: str = ""
    quality: str = "exact"
    state: str = "open"
    is_stale: bool = False
    computed_at: datetime | None = None
    operands: tuple[Decimal, ...] = ()

    def is_small_sample(self, kpi: Kpi) -> bool:
        return kpi.minimum_sample > 0 and self.sample_size is not None and self.sample_size < kpi.minimum_sample

    def is_without_spend(self, kpi: Kpi) -> bool:
        """A cost of nothing: the least there is, it says nothing of what it is a cost of."""
        return kpi.is_cost and self.value == 0


@dataclass(frozen=True)
class Table:
    """The total per period, and the values of each member where the query was split."""

    total: list[Value]
    members: dict[int, list[Value]] = field(default_factory=dict)


def read(kpis: Sequence[Kpi], query: Query) -> dict[str, Table]:
    """The values of some KPIs for one query, all from one database snapshot."""
    with one_snapshot():
        return read_in_snapshot(kpis, query)


def read_in_snapshot(
    kpis: Sequence[Kpi], query: Query, *, organization: Organization | None = None, freshness: Freshness | None = None
) -> dict[str, Table]:
    """As `read`, inside a snapshot, where several readings can share what they all ask for."""
    organization = organization or Organization.current()
    freshness = freshness or Freshness.of(query)
    whole, split = reader_of(kpis, replace(query, by=None)), reader_of(kpis, query) if query.by else None
    models = Models(kpis, query)
    return {kpi.key: Evaluation(kpi, query, organization, freshness, models).table(whole, split) for kpi in kpis}


def read_members(kpis: Sequence[Kpi], query: Query, organization: Organization) -> dict[str, dict[int, list[Value]]]:
    """The values of each member of some KPIs alone, inside a snapshot in which somebody else has read the totals."""
    freshness, models, split = Freshness.of(query), Models(kpis, query), reader_of(kpis, query)
    return {kpi.key: Evaluation(kpi, query, organization, freshness, models).members(split) for kpi in kpis}


def reader_of(kpis: Sequence[Kpi], query: Query) -> Reader:
    """A reader that knows all that these KPIs will ask."""
    shown = [kpi for kpi in kpis if not is_hidden(kpi, query.viewer)]
    return Reader(query, [(query.measure_of(kpi, term), term.at) for kpi in shown for term in kpi.terms])


def told_of_all(kpis: Sequence[Kpi], query: Query) -> set[str]:
    """The KPIs whose values hold for every period, not only for those of which rows are read."""
    reader = reader_of(kpis, query)
    terms = {kpi.key: [query.measure_of(kpi, term) for term in kpi.terms] for kpi in kpis}
    return {key for key, measures in terms.items() if all(reader.is_told(measure) for measure in measures)}


def state_of(kpi: Kpi, period: Period, query: Query, organization: Organization) -> str:
    """Whether more may come of a period, which days alone decide: of a number that is not shown, too."""
    if query.today <= period.end + timedelta(days=organization.closing_days):
        return "open"
    window = query.window_of(kpi)
    matures = period.end + timedelta(days=kpi.maturing_days if window is None else window)
    return "maturing" if query.today <= matures else "closed"


@dataclass(frozen=True)
class Evaluation:
    """One KPI for one query."""

    kpi: Kpi
    query: Query
    organization: Organization
    freshness: Freshness
    models: Models

    def table(self, whole: Reader, split: Reader | None) -> Table:
        if is_hidden(self.kpi, self.query.viewer):
            return Table([Value(period, reason="not_visible", state=self._state(period)) for period in self.query.periods])
        campaign = self.query.filters.get(Dimension.CAMPAIGN)
        total = self._values(self._terms(whole), None, applies=campaign is None or campaign in self._meant({campaign}))
        return Table(total, {} if split is None else self.members(split))

    def members(self, split: Reader) -> dict[int, list[Value]]:
        if is_hidden(self.kpi, self.query.viewer):
            return {}
        sums = self._terms(split)
        members = {member for flows in sums.values() for _, member in flows}
        if self.kpi.model:
            members.update(member for _, member in self.models.inputs(self.kpi.model, is_split=True))
        meant = self._meant(members) if self.query.by is Dimension.CAMPAIGN else members
        return {member: self._values(sums, member, applies=member in meant) for member in sorted(members)}

    def _meant(self, campaigns: Collection[int]) -> set[int]:
        """The campaigns for which the KPI has a meaning: some are only of campaigns with a certain goal."""
        if not self.kpi.campaign_goal:
            return set(campaigns)
        return set(Campaign.objects.filter(pk__in=campaigns, goal=self.kpi.campaign_goal).values_list("pk", flat=True))

    def _terms(self, reader: Reader) -> dict[Term, Flows]:
        return {term: self._term(reader, term) for term in self.kpi.terms}

    def _values(self, sums: Mapping[Term, Flows], member: int | None, *, applies: bool) -> list[Value]:
        return [self._value(index, member, sums, applies=applies) for index in range(len(self.query.periods))]

    def _term(self, reader: Reader, term: Term) -> Flows:
        """A term per period and member; a stock is what was before plus all flows up to its moment."""
        measure = reader.query.measure_of(self.kpi, term)
        flows = reader.flows(measure)
        if term.at is At.FLOW:
            return flows
        before = {index: reader.before(measure, index) for index in self.query.anchors}
        members = {member for _, member in flows}.union(*before.values())
        stock: Flows = {}
        for member in members:
            for index in range(len(self.query.periods)):
                if index in before:
                    level = before[index].get(member, Decimal(0))
                after = level + flows.get((index, member), Decimal(0))
                stock[index, member] = level if term.at is At.START else after
                level = after
        return stock

    def _sum(self, terms: Sequence[Term], sums: Mapping[Term, Flows], index: int, member: int | None) -> Decimal:
        return sum((term.sign * sums[term].get((index, member), Decimal(0)) for term in terms), Decimal(0))

    def _value(self, index: int, member: int | None, sums: Mapping[Term, Flows], *, applies: bool) -> Value:
        period = self.query.periods[index]
        base = Value(period, state=self._state(period), **self._fresh(index))
        if not applies:
            return replace(base, reason="not_applicable")
        if self._lacks_data(index):
            return replace(base, reason="no_data")
        numerator = self._sum(self.kpi.numerator, sums, index, member)
        shown = None if self.kpi.is_percentile or self.kpi.model else numerator
        denominator = self._sum(self.kpi.denominator, sums, index, member) if self.kpi.is_ratio else None
        base = replace(
            base,
            numerator=shown,
            denominator=denominator,
            sample_size=self._sample(sums, index, member, numerator, denominator),
        )
        if denominator is not None and denominator == 0:
            reason = self.models.fits.reason(index) if self.kpi.is_fitted else ""
            return replace(base, reason=reason or "no_denominator")
        if self.kpi.model:
            return self._modelled(self.kpi.model, base, index, member)
        lower, upper = self._interval(sums, index, member, numerator, denominator)
        value = self._divide(numerator, denominator)
        quality = self._quality(sums, index, member, value)
        operands = self._addends(sums, index, member)
        return replace(base, value=value, lower=lower, upper=upper, quality=quality, operands=operands)

    def _lacks_data(self, index: int) -> bool:
        """Nothing counts of something that it needs, or the days that count were over before anything was recorded."""
        _first, last = self.query.spans[index]
        is_filled = all(self.freshness.is_filled(cube) for cube in self.kpi.required_cubes)
        return not is_filled or self.freshness.is_before_all(last)

    def _addends(self, sums: Mapping[Term, Flows], index: int, member: int | None) -> tuple[Decimal, ...]:
        """What a flow adds up and takes off, where that is more than one sum."""
        terms = self.kpi.numerator if self.kpi.kind is Kind.FLOW else ()
        return tuple(sums[term].get((index, member), Decimal(0)) for term in terms) if len(terms) > 1 else ()

    def _modelled(self, model: Model, base: Value, index: int, member: int | None) -> Value:
        inputs = self.models.inputs(model, is_split=member is not None).get((index, member), {})
        value = compute(model, inputs)
        if value is None:
            return replace(base, reason="no_denominator")
        quality = "incomplete" if inputs.get(UNKNOWN_COSTS) else "estimated"
        return replace(base, value=rounded(value), quality=quality, operands=amounts_of(model, inputs))

    def _divide(self, numerator: Decimal, denominator: Decimal | None) -> Decimal:
        with localcontext(prec=PRECISION):
            parts = 1 if denominator is None or self.kpi.is_percentile else denominator
            quotient = self.kpi.scale * numerator / (parts * self.kpi.divisor)
        return rounded(quotient) if self.kpi.is_ratio else quotient

    def _fresh(self, index: int) -> dict:
        if self.kpi.is_fitted:
            return {"is_stale": False, "computed_at": self.models.fits.fitted_at(index)}
        measures = [self.query.measure_of(self.kpi, term) for term in self.kpi.needed]
        freshness = self.models.freshness if self.kpi.model else self.freshness
        computed = [at for at in (freshness.computed_at(measure, index) for measure in measures) if at]
        return {
            "is_stale": any(freshness.is_stale(measure, index) for measure in measures),
            "computed_at": max(computed, default=None),
        }

    def _state(self, period: Period) -> str:
        return state_of(self.kpi, period, self.query, self.organization)

    def _sample(
        self, sums: Mapping[Term, Flows], index: int, member: int | None, numerator: Decimal, denominator: Decimal | None
    ) -> int | None:
        if self.kpi.sample:
            return int(self._sum(self.kpi.sample, sums, index, member))
        if denominator is None:
            # Neither an amount of money nor what some flows come to less others is a number of things.
            is_difference = self.kpi.kind is Kind.FLOW and any(term.sign < 0 for term in self.kpi.numerator)
            return None if is_difference or self.kpi.unit is Unit.MONEY else int(numerator)
        return int(denominator)

    def _quality(self, sums: Mapping[Term, Flows], index: int, member: int | None, value: Decimal) -> str:
        # Nothing takes less than no time: dates out of order stay as they were given, and are said to be.
        is_turned = self.kpi.unit is Unit.HOURS and value < 0
        if is_turned or is_mixed(self.kpi, self.query.viewer) or self._sum(self.kpi.incomplete, sums, index, member):
            return "incomplete"
        if self.kpi.estimated and self._sum((self.kpi.estimated,), sums, index, member):
            return "estimated"
        return "exact"

    def _interval(
        self, sums: Mapping[Term, Flows], index: int, member: int | None, numerator: Decimal, denominator: Decimal | None
    ) -> tuple[Decimal | None, Decimal | None]:
        """The 95 % interval by the card's method."""
        method, found = self.kpi.interval, None
        if method is Interval.WILSON and 0 <= numerator <= denominator:
            found = confidence.wilson(int(numerator), int(denominator))
        elif method is Interval.NPS:
            promoters, detractors = (abs(self._sum((term,), sums, index, member)) for term in self.kpi.numerator)
            found = confidence.nps_interval(int(promoters), int(detractors), int(denominator))
        elif method is Interval.POISSON and 0 <= numerator < POISSON_BELOW:
            found = confidence.poisson(int(numerator))
        elif method is Interval.STUDENT:
            squares = self._sum((self.kpi.squares,), sums, index, member)
            found = confidence.student(int(denominator), numerator / self.kpi.divisor, squares / self.kpi.divisor**2)
        return rounded_interval(found) or (None, None)
