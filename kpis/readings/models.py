"""Models: values worked out from what flowed in a year, what stood at both ends of it, and how long customers stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext
from functools import cached_property

from crm.periods import Grain
from kpis.definitions import NAIVE_TENURE, TENURE, At, Kpi, Model, Term, is_hidden
from kpis.readings.exact import PRECISION
from kpis.readings.flows import Reader
from kpis.readings.freshness import Freshness
from kpis.readings.lifetimes import Means, Tenures
from kpis.readings.predictions import Fits
from kpis.readings.query import Query

YEAR = 365
Inputs = Mapping[str, Decimal]
# Period index, and member or None for the whole.
Place = tuple[int, int | None]


def compute(model: Model, inputs: Inputs) -> Decimal | None:
    """The value; None where something that divides is nothing, or nobody ever came."""
    if model.tenure and model.tenure not in inputs:
        return None
    with localcontext(prec=PRECISION):
        try:
            return model.compute(inputs)
        except (DivisionByZero, InvalidOperation):
            return None


def amounts_of(model: Model, inputs: Inputs) -> tuple[Decimal, ...]:
    """What the steps of its formula come to, where there is a value."""
    with localcontext(prec=PRECISION):
        return tuple(compute_step(inputs) for _sign, _unit, compute_step in model.steps)


class Models:
    """What the models of one reading ask for, read once for all of them."""

    def __init__(self, kpis: Sequence[Kpi], query: Query) -> None:
        self.query = query
        self._inputs: dict[tuple[int, bool], dict[Place, dict[str, Decimal]]] = {}
        self.terms = tuple(term for kpi in kpis if kpi.model and not is_hidden(kpi, query.viewer) for term in kpi.model.terms)

    def inputs(self, model: Model, *, is_split: bool) -> dict[Place, dict[str, Decimal]]:
        """As of the end of each period: per member where it is split, else under None."""
        key = id(model), is_split
        if key not in self._inputs:
            self._inputs[key] = self._inputs_of(model, self._split if is_split else self._whole)
        return self._inputs[key]

    def _inputs_of(self, model: Model, side: Side) -> dict[Place, dict[str, Decimal]]:
        found: dict[Place, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(model.inputs, Decimal(0)))
        for name, terms in model.inputs.items():
            for term in terms:
                for place, amount in side.amounts_of(term):
                    found[place][name] += term.sign * amount
        for place, means in side.tenures.items() if model.tenure else ():
            found[place] |= zip((TENURE, NAIVE_TENURE), means, strict=True)
        return found

    @cached_property
    def freshness(self) -> Freshness:
        """How fresh the days are on which the values of all periods stand."""
        return Freshness.of(days_before(self.query))

    @cached_property
    def fits(self) -> Fits:
        """What was fitted at night, and stands behind the values of each period."""
        return Fits([last for _, last in self.query.spans])

    @cached_property
    def _whole(self) -> Side:
        return Side(self, days_before(replace(self.query, by=None)))

    @cached_property
    def _split(self) -> Side:
        return Side(self, days_before(self.query))

    @cached_property
    def tenures(self) -> Tenures:
        return Tenures(days_before(self.query))


class Side:
    """The sums and lifetimes of one question, in total or by members."""

    def __init__(self, models: Models, days: Query) -> None:
        self.models = models
        self.reader = Reader(days, [(term.measure, term.at) for term in models.terms])

    def amounts_of(self, term: Term) -> Iterator[tuple[Place, Decimal]]:
        """A term over the days, or at the start or the end of them."""
        if term.at is not At.START:
            yield from self.reader.flows(term.measure).items()
        if term.at is not At.FLOW:
            for index in range(len(self.reader.query.periods)):
                yield from (((index, member), amount) for member, amount in self.reader.before(term.measure, index).items())

    @cached_property
    def tenures(self) -> dict[Place, Means]:
        return self.models.tenures.of_periods(is_split=self.reader.query.by is not None)


def days_before(query: Query) -> Query:
    """The same question of a year's days up to the end of each period.

    Each is asked for as a period with one day more that does not count: so it is read day by day, whatever days it has.
    """
    ends = {index: last for index, (_, last) in enumerate(query.spans)}
    periods = (
        replace(period, grain=Grain.DAY, start=ends[index] - timedelta(days=YEAR - 1), end=ends[index] + timedelta(days=1))
        for index, period in enumerate(query.periods)
    )
    return replace(query, periods=tuple(periods), cuts=ends, window=None)
