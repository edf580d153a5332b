"""What reading is measured by: every card in its grids of 36 months, and the reports of the same months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ground import NOW
from shop import FIRST

# -- cards -----------------------------------------------------------------------------------------------------------


def periods_of(grain: str) -> tuple:
    """The periods of 36 months."""
    from crm.periods import Calendar, Grain, period_of  # noqa: PLC0415

    found = [period_of(FIRST, Calendar.GREGORIAN, Grain(grain))]
    while found[-1].end < NOW.date():
        found.append(found[-1].next())
    return tuple(found)


def grids() -> Iterator[tuple[str, Any, list]]:
    """(title, query, cards) of months and days, by channel and by campaign; cards that know neither, as they are."""
    from kpis.catalogue import CATALOGUE  # noqa: PLC0415
    from kpis.definitions import Dimension  # noqa: PLC0415
    from kpis.readings import Query  # noqa: PLC0415

    sides = (Dimension.CHANNEL, Dimension.CAMPAIGN)
    for grain in ("month", "day"):
        query = Query(periods_of(grain), NOW.date())
        for side in sides:
            yield f"{grain} × {side}", replace(query, by=side), [kpi for kpi in CATALOGUE.values() if side in kpi.dimensions]
        yield grain, query, [kpi for kpi in CATALOGUE.values() if not set(sides) & set(kpi.dimensions)]


def read_cards(kpis: list, query: Any) -> None:
    """All that the values of some cards are made of: in total, and by members where they are split."""
    from kpis.readings.models import Models  # noqa: PLC0415
    from kpis.readings.values import reader_of  # noqa: PLC0415

    models = Models(kpis, query)
    for side in {None, query.by}:
        asked = replace(query, by=side)
        reader = reader_of(kpis, asked)
        for kpi in kpis:
            for term in kpi.terms:
                measure = term.measure_for(asked.dimensions)
                reader.flows(measure)
                if term.at != "flow":
                    reader.before(measure, 0)
            if kpi.model:
                models.inputs(kpi.model, is_split=side is not None)


def wanted_cubes() -> dict[Any, set]:
    """Each cube that a card reads, with the dimensions by which it does; not what Python's models predict."""
    from kpis.catalogue.measures import PREDICTIONS  # noqa: PLC0415

    wanted: dict[Any, set] = defaultdict(set)
    for _, query, kpis in grids():
        for kpi in kpis:
            for term in (*kpi.terms, *(kpi.model.terms if kpi.model else ())):
                wanted[term.measure_for(query.dimensions).cube] |= {query.by} - {None}
    wanted.pop(PREDICTIONS, None)
    return dict(wanted)


# -- reports ---------------------------------------------------------------------------------------------------------


def evenings() -> list:
    """RFM of the last evening of every month that is over."""
    from kpis.readings.rfm import Rfm  # noqa: PLC0415

    return [Rfm(period.end) for period in periods_of("month") if period.end < NOW.date()]


def read_rfm() -> None:
    """The grid of every evening, and who moved since the one before."""
    from kpis.readings.rfm import movement  # noqa: PLC0415

    for rfm in evenings():
        rfm.grid()
    for then, now in pairwise(evenings()):
        movement(then, now)


def read_cohorts() -> None:
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.cohorts import Cohorts  # noqa: PLC0415

    Cohorts(Query(periods_of("month"), NOW.date())).table()


def read_funnels() -> None:
    """Of every month, with the times that its steps took, and by channel and by campaign."""
    from kpis.definitions import Dimension  # noqa: PLC0415
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.funnel import Funnel  # noqa: PLC0415

    for period in periods_of("month"):
        Funnel(Query((period,), NOW.date())).steps()
        for side in (Dimension.CHANNEL, Dimension.CAMPAIGN):
            Funnel(Query((period,), NOW.date(), by=side)).members()


def read_loyalty() -> int:
    """Everybody who answered, in the matrix of every month."""
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.loyalty import LoyaltyMatrix  # noqa: PLC0415

    return sum(LoyaltyMatrix(Query((period,), NOW.date())).total for period in periods_of("month"))


REPORTS: dict[str, Callable[[], Any]] = {
    "RFM": read_rfm,
    "cohorts": read_cohorts,
    "funnel": read_funnels,
    "loyalty": read_loyalty,
}
