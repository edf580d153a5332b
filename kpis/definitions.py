"""The vocabulary of the catalogue: cubes, measures, terms and KPIs.

A *cube* says which rows belong to a day, how to fold them and by what they may be split. A *measure* is one fold of a cube.
A *term* is a measure with a sign, taken as a flow of the period or as a stock at its start or end. A *KPI* is a card: terms
over terms. Nothing about a KPI is written anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import Expression, F, FilteredRelation, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import LessThanOrEqual
from django.utils.functional import Promise

from crm.models import User
from kpis.traits import Cadence, Direction, Group, Interval, Kind, Timing, Unit


class Dimension(StrEnum):
    """By what a number may be split; the public names."""

    CHANNEL = "channel"
    LEAD_SOURCE = "lead_source"
    CAMPAIGN = "campaign"
    OWNER = "owner"
    TEAM = "team"
    PRODUCT = "product"
    CATEGORY = "category"
    LANDING_PAGE = "landing_page"
    SOCIAL_NETWORK = "social_network"
    SURVEY = "survey"
    PRIORITY = "priority"
    KIND = "kind"
    SEGMENT = "segment"
    VARIANT = "variant"


# Where somebody or something first came from.
FIRST_TOUCH = (Dimension.CHANNEL, Dimension.LEAD_SOURCE, Dimension.CAMPAIGN, Dimension.LANDING_PAGE, Dimension.SOCIAL_NETWORK)
CROSSABLE = frozenset({Dimension.OWNER, *FIRST_TOUCH})

# How long what is a model looks back, and the longest window of a cohort.
A_YEAR, LONGEST_WINDOW = 365, 3660
# Codes of the stored tables; 0 is the total. Never renumber.
DIMENSION_CODES: Mapping[str, int] = {"": 0} | {name.value: code for code, name in enumerate(Dimension, start=1)}

# A day, or what stands for one in a statement over many periods.
Day = date | Combinable


class At(StrEnum):
    """When a term is taken."""

    FLOW = "flow"
    START = "start"
    END = "end"


@dataclass(frozen=True)
class Fold:
    """How rows become a number: which rows, and what each adds (1 where no amount is given).

    A `percentile` of the amounts is no sum: only a cube that is read from its rows can have one. What is `distinct` has one
    member of each dimension on a day, unless it `is_shared`: then it counts once for each, and once in total. Of a cohort,
    `converted_on` is the day on which a row that entered on its own day first did what this fold counts. Amounts that are no
    money (`is_money`) are told as plain numbers.
    """

    where: Q | None = None
    amount: Combinable | None = None
    distinct: str | None = None
    is_shared: bool = False
    percentile: Decimal | None = None
    is_money: bool = True
    is_cost: bool = False
    converted_on: str | Combinable | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Cube:
    """A relation of counted rows, the day each belongs to, its dimensions and its folds (at most six)."""

    key: str
    code: int
    rows: Callable[[], QuerySet]
    day: str
    dimensions: Mapping[Dimension, str | Combinable]
    folds: Mapping[str, Fold]
    resource: str
    stores_days: bool = True
    # The rows that it would have if figures left nothing out, without those that it has. None for what is worked out of other
    # records (facts of customers and leads, what follows from them, predictions): who is left out has none of it. And none
    # for medians, whose denominator has the same rows.
    left_out: Callable[[], QuerySet] | None = None
    stock_rows: Callable[[date], QuerySet] | None = None
    span: tuple[str, str] | None = None
    is_cost: bool = False
    # How a row that is new in this table is found among the cube's rows: (table, path). By default its own table and key.
    new_in: tuple[str, str] | None = None
    # The rows, and their day, whose days its own rows have: where those are a view that would be computed as a whole to tell.
    days_of: tuple[tuple[Callable[[], QuerySet], str], ...] = ()
    # What counts the things behind its folds, under their names, where one of them has several rows.
    counted_by: Cube | None = None
    # Dimensions that rows know but that are not stored. A function says by its first day what row of another table, in a column
    # of the dimension's name, tells what they are in a period.
    live: Mapping[Dimension, str | Combinable | Callable[[date | Expression], FilteredRelation]] = field(default_factory=dict)

    def __getitem__(self, fold: str) -> Measure:
        if fold not in self.folds:
            raise KeyError(f"{self.key} has no fold {fold!r}")
        return Measure(self, fold)

    def rows_between(self, first: Day, last: Day) -> QuerySet:
        """The rows of some days, both included."""
        rows = self.rows().filter(**{f"{self.day}__gte": first, f"{self.day}__lte": last})
        if self.span is None:
            return rows
        # Where rows are spread over days, tell the database which base rows can matter.
        return rows.filter(**{f"{self.span[0]}__lte": last, f"{self.span[1]}__gte": first})

    def ends(self) -> list[Day]:
        """Days of which the first is not after its first row, and the last not before its last; none where no row can be."""
        return [end for rows, day in self.days_of or ((self.rows, self.day),) for end in ends_of(rows(), day)]

    @property
    def is_crossed(self) -> bool:
        """Whether what is stored also tells what is of several members at once: of an owner, and of each first touch."""
        return len(CROSSABLE & self.dimensions.keys()) > 1 and not any(fold.distinct for fold in self.folds.values())

    @property
    def table(self) -> str:
        """The table whose new rows add to what is stored, where their marks name them."""
        return self.new_in[0] if self.new_in else self.rows().model._meta.db_table

    @property
    def new_rows_by(self) -> str:
        """The path by which those rows are found."""
        return self.new_in[1] if self.new_in else "pk"


def ends_of(rows: QuerySet, day: str) -> list[Day]:
    """The first and the last day of some rows, each in order of an index: through joins the least of all reads all."""
    known = rows.filter(**{f"{day}__isnull": False}).values_list(day, flat=True)
    return [end for order in (day, f"-{day}") for end in known.order_by(order)[:1]]


@dataclass(frozen=True, eq=False)
class PeriodCube(Cube):
    """A cube that does not add up over days: customers are counted once per period.

    `rows_in(first, last)` gives the rows of a period; `day` is not used for folding. `counts_days`: these are just the rows
    of its days, so that a period with nothing in its last days is that period without them. `overlapping` are the dimensions
    of which one customer may have several members in a period. There are sums of its periods, or percentiles of all but years by
    few dimensions, `spread_by`; all else is read from its rows, or from the stored ones of `told_by`. `later` gives rows: with
    none in its last days a period is that period without those, but for more rows, its `rest`. Or a part of a period is the
    sum of the days of a cube, `from_days`, less some rows.
    """

    rows_in: Callable[[Day, Day], QuerySet] = field(kw_only=True)
    counts_days: bool = False
    later: Callable[[Day, Day], QuerySet] | None = None
    overlapping: frozenset[Dimension] = frozenset()
    spread_by: frozenset[Dimension] = frozenset()
    told_by: PeriodCube | None = None
    rest: Callable[[Day, Day, Day], QuerySet] | None = None
    from_days: tuple[Cube, Callable[[Day, Day], QuerySet]] | None = None

    @property
    def is_crossed(self) -> bool:
        """Where one thing has one first touch."""
        return len(CROSSABLE & self.dimensions.keys()) > 1 and self.overlapping.isdisjoint(FIRST_TOUCH)

    def rows_between(self, first: Day, last: Day) -> QuerySet:
        return self.rows_in(first, last)


@dataclass(frozen=True)
class Measure:
    cube: Cube
    fold: str

    @property
    def definition(self) -> Fold:
        return self.cube.folds[self.fold]

    @property
    def is_cost(self) -> bool:
        return self.cube.is_cost or self.definition.is_cost

    def rows(self, first: Day, last: Day) -> QuerySet:
        """The rows of a period (both days included) that this measure counts."""
        rows, where = self.cube.rows_between(first, last), self.definition.where
        return rows.filter(where) if where is not None else rows

    def within(self, days: int) -> Measure:
        """The same, of conversions at most some days after the day of entry."""
        fold = self.definition
        converted_on = F(fold.converted_on) if isinstance(fold.converted_on, str) else fold.converted_on
        limit = Q(LessThanOrEqual(converted_on, F(self.cube.day) + days))
        where = limit if fold.where is None else fold.where & limit
        return Measure(replace(self.cube, folds={self.fold: replace(fold, where=where)}), self.fold)


@dataclass(frozen=True)
class Term:
    """A measure with its sign; `instead` names the measure to take when split or filtered by a dimension."""

    measure: Measure
    sign: int = 1
    at: At = At.FLOW
    instead: Mapping[Dimension, Measure] = field(default_factory=dict, compare=False)

    def __neg__(self) -> Term:
        return Term(self.measure, -self.sign, self.at, self.instead)

    def measure_for(self, dimensions: set[str]) -> Measure:
        for dimension, measure in self.instead.items():
            if dimension in dimensions:
                return measure
        return self.measure


# The inputs of a model that say what is missing, and how long customers stay.
UNKNOWN_COSTS, TENURE, NAIVE_TENURE = "unknown costs", "tenure", "naive tenure"
Compute = Callable[[Mapping[str, Decimal]], Decimal]


@dataclass(frozen=True)
class Model:
    """How a value is worked out from several sums, as of a period's end; `steps` are its formula: sign, unit and amount each.

    Each input is what its terms come to over the 365 days up to that end, or at the start or end of them; `tenure` is the
    input that is a mean lifetime of customers, where it needs one. Dividing by nothing leaves the value open.
    """

    compute: Compute
    inputs: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    tenure: str = ""
    steps: tuple[tuple[str, Unit, Compute], ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(term for terms in self.inputs.values() for term in terms)


@dataclass(frozen=True, eq=False)
class Kpi:
    """One card of the catalogue.

    `value = scale × Σ numerator ÷ (divisor × Σ denominator)`, without denominator just the numerator. Parts may exceed the
    whole by dimensions that are `not_additive`. `listed` names the rows of a numerator that is worked out from several sums
    (those who stayed: those who were there less those who left). A `model` works the value out in its own way; its
    denominator then lists whom it is about.
    """

    key: str
    name: Promise
    abbreviation: str
    group: Group
    kind: Kind
    formula: Promise
    why: Promise
    numerator: tuple[Term, ...]
    unit: Unit
    direction: Direction
    timing: Timing
    dimensions: tuple[Dimension, ...]
    denominator: tuple[Term, ...] = ()
    scale: Decimal = Decimal(1)
    divisor: Decimal = Decimal(1)
    version: int = 1
    minimum_sample: int = 0
    interval: Interval | None = None
    # Whether the numerator is a part of the denominator by value, as an interval of Wilson says it of rows.
    is_share: bool = False
    squares: Term | None = None
    sample: tuple[Term, ...] = ()
    drivers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    enter_at: str = ""
    not_additive: frozenset[Dimension] = frozenset()
    maturing_days: int = 0
    # The most days after its entry that a conversion of a cohort counts by the formula itself.
    longest_window: int = LONGEST_WINDOW
    # Where these come to anything, an input is missing or cannot be right.
    incomplete: tuple[Term, ...] = ()
    estimated: Term | None = None
    requires: tuple[Cube, ...] = ()
    campaign_goal: str = ""
    listed: Measure | None = None
    model: Model | None = None
    # Fitted at night (readings/predictions.py), and what that needs.
    is_fitted: bool = False
    least: Promise | str = ""

    @property
    def cadence(self) -> Cadence:
        """How often it is reviewed: what foretells every week, what looks back every month, what takes a year every quarter."""
        if self.kind is Kind.MODEL or self.maturing_days >= A_YEAR:
            return Cadence.QUARTERLY
        return Cadence.WEEKLY if self.timing is Timing.LEADING else Cadence.MONTHLY

    @property
    def required_cubes(self) -> tuple[Cube, ...]:
        """The cubes without which the KPI has no data at all; where they are empty it says so instead of 0."""
        base = (self.denominator or self.numerator)[0].measure.cube
        costs = tuple(term.measure.cube for term in self.numerator if term.measure.cube.is_cost)
        return self.requires or (base, *costs)

    @property
    def takes_window(self) -> bool:
        """Whether it can be asked of conversions a number of days after the entry: of a cohort of which these days are known."""
        measures = [measure for term in self.numerator for measure in (term.measure, *term.instead.values())]
        return self.kind is Kind.COHORT and all(measure.definition.converted_on is not None for measure in measures)

    @property
    def is_ratio(self) -> bool:
        return bool(self.denominator)

    @property
    def is_cost(self) -> bool:
        """Whether it is what one thing cost: the less, the better, but for what nothing was spent on."""
        return self.is_ratio and self.direction is Direction.DOWN and any(term.measure.cube.is_cost for term in self.numerator)

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides whose rows can be listed."""
        return tuple(name for name, terms in (("numerator", self.numerator), ("denominator", self.denominator)) if terms)

    @property
    def is_percentile(self) -> bool:
        """Whether the value stands in the middle of its rows instead of being a sum of them."""
        return any(term.measure.definition.percentile is not None for term in self.numerator)

    @property
    def terms(self) -> tuple[Term, ...]:
        extra = self.incomplete + tuple(term for term in (self.squares, self.estimated) if term)
        return self.numerator + self.denominator + self.sample + extra

    @property
    def needs_costs(self) -> bool:
        return any(term.measure.is_cost for term in self.needed)

    @property
    def needed(self) -> tuple[Term, ...]:
        """The terms that the value itself is made of."""
        return self.numerator + self.denominator + (self.model.terms if self.model else ())


# Every card by its key, filled by the catalogue, for what stands beneath it.
CARDS: dict[str, Kpi] = {}
SALES_RESOURCES = frozenset({"leads", "opportunities", "activities", "quotes"})
TRAFFIC_RESOURCES = frozenset({"sessions", "social-posts"})


def is_hidden(kpi: Kpi, viewer: User | None) -> bool:
    """Whether a KPI needs records that the viewer's role may not see at all."""
    if viewer is None:
        return False
    resources = {term.measure.cube.resource for term in kpi.needed}
    return (
        (kpi.needs_costs and not viewer.may_see_costs)
        or (bool(resources & SALES_RESOURCES) and not viewer.may_sell)
        or (bool(resources & TRAFFIC_RESOURCES) and not viewer.may_see_traffic)
    )


def is_mixed(kpi: Kpi, viewer: User | None) -> bool:
    """Whether a KPI sets what belongs to the whole company, as spend does, against the records of a viewer or team alone."""
    if viewer is None or viewer.sees_all:
        return False
    return len({Dimension.OWNER in term.measure.cube.dimensions for term in kpi.needed}) > 1


def visible_cards(viewer: User) -> list[str]:
    """The keys of the KPIs that a viewer's role may see."""
    return [key for key, kpi in CARDS.items() if not is_hidden(kpi, viewer)]
