"""Whether DuckDB's figures are those that the product reads: how many groups of them differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

from grids import evenings, periods_of
from ground import NOW
from rival import sums_of
from shop import FIRST

Figures = Mapping[tuple, Any]


def differing(title: str, ours: Figures, theirs: Figures) -> int:
    """How many groups differ; the first few are printed. One that is all zero is as good as none."""
    names = [name for name in ours.keys() | theirs.keys() if worth(ours.get(name)) != worth(theirs.get(name))]
    for name in sorted(names, key=str)[:5]:
        print(f"different in {title}: {name} {ours.get(name)} {theirs.get(name)}")
    return len(names)


def worth(sums: Any) -> Any:
    return sums if not isinstance(sums, tuple) or any(sums) else None


def of_sums(source: Any, rival: Any, cubes: Iterable[Any]) -> int:
    """What is stored of days and months: per cube, grain and dimension all its sums, weighted."""
    from kpis.catalogue.measures import CUBE_BY_CODE  # noqa: PLC0415  Django is set up by now
    from kpis.definitions import DIMENSION_CODES  # noqa: PLC0415

    stored = [cube for cube in cubes if cube.code in CUBE_BY_CODE and not is_of_months(cube)]
    groups = {cube.code: [0, *(DIMENSION_CODES[s] for s in ("channel", "campaign") if s in cube.dimensions)] for cube in stored}
    condition = " OR ".join(f"(cube = {code} AND dimension IN {(*sides, -1)})" for code, sides in groups.items())
    where = f"grain IN (0, 2) AND start BETWEEN DATE '{FIRST}' AND DATE '{NOW.date()}' AND ({condition})"
    return differing("sums", sums_of(source, where), sums_of(rival.duck, where))


def of_rows(rival: Any, wanted: Mapping[Any, set], grids: Iterable[tuple]) -> int:
    """What the product reads from rows, and percentiles of months, which are stored."""
    from kpis.catalogue.measures import LIVE_BY_CODE  # noqa: PLC0415
    from kpis.definitions import DIMENSION_CODES  # noqa: PLC0415
    from kpis.engine.folding import FOLDS  # noqa: PLC0415
    from kpis.models import Rollup  # noqa: PLC0415
    from kpis.readings.live import read_rows  # noqa: PLC0415
    from kpis.readings.narrowing import Narrowing  # noqa: PLC0415
    from kpis.readings.stored import spans_of  # noqa: PLC0415

    found = 0
    live = [cube for cube in wanted if cube.code in LIVE_BY_CODE or is_of_months(cube)]
    for title, query, _ in grids:
        grain, side = 2 if query.periods[0].grain == "month" else 0, DIMENSION_CODES[query.by or ""]
        asked = [cube for cube in live if query.by is None or query.by in wanted[cube]]
        months = [cube.code for cube in asked if grain == 2 and is_of_months(cube)]
        read = read_rows(Narrowing(query), [(cube, spans_of(query)) for cube in asked if cube.code not in months])
        ours = {
            (code, query.periods[index].start, member): rounded(sums)
            for code, table in read.items()
            for index, members in table.items()
            for member, sums in members.items()
        }
        stored = Rollup.objects.filter(cube__in=months, grain=2, dimension=side, start__range=(FIRST, NOW.date()))
        ours |= {row[:3]: rounded(row[3:]) for row in stored.values_list("cube", "start", "member", *FOLDS) if any(row[3:])}
        codes = ", ".join(["-1", *(str(cube.code) for cube in asked)])
        rows = rival.duck.execute(
            f"FROM kpis_rollup WHERE grain = {grain} AND dimension = {side} AND cube IN ({codes})"
        ).fetchall()
        found += differing(title, ours, {(code, start, member): rounded(sums) for code, _, _, start, member, *sums in rows})
    return found


def is_of_months(cube: Any) -> bool:
    """Whether it has percentiles of months, and of all else only rows."""
    return bool(getattr(cube, "spread_by", ()))


def rounded(sums: Iterable[Any]) -> tuple:
    return tuple(round(value or 0, 2) for value in sums)


def of_reports(source: Any, rival: Any, answers: Mapping[str, list[list[tuple]]]) -> int:
    """The cells of RFM and of cohorts, and the steps of funnels; of matrices how many are where."""
    day = f"day >= DATE '{FIRST}' AND day < DATE '{NOW.date()}' AND extract(day FROM day + 1) = 1"  # months have two calendars
    cells = "SELECT day, recency, frequency, monetary, customers, revenue FROM"
    rfm = differing(
        "RFM",
        {row[:4]: rounded(row[4:]) for row in source.execute(f"{cells} kpis_rfmcell WHERE {day}").fetchall()},
        {row[:4]: rounded(row[4:]) for row in rival.duck.execute(f"{cells} kpis_rfmcell WHERE {day}").fetchall()},
    )
    moves = differing("moves", moves_read(), {row[:3]: row[3] for row in rival.duck.execute("FROM moves").fetchall()})
    columns = "SELECT cohort, month, customers FROM"
    cohorts = differing(
        "cohorts",
        {row[:2]: row[2] for row in source.execute(f"{columns} kpis_cohortcell WHERE grain = 2 AND dimension = 0").fetchall()},
        {row[:2]: row[2] for row in rival.duck.execute(f"{columns} cohorts").fetchall()},
    )
    others = sum(
        differing(title, {n: counted(rows) for n, rows in enumerate(ours)}, {n: counted(rows) for n, rows in enumerate(theirs)})
        for title, ours in answers.items()
        for theirs in [rival.answers[title]]
    )
    return rfm + moves + cohorts + of_funnels(rival) + others


def of_funnels(rival: Any) -> int:
    """How many leads came to each step and, of all of them, how many microseconds it took."""
    from kpis.definitions import Dimension  # noqa: PLC0415
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.funnel import Funnel  # noqa: PLC0415

    ours, times = {}, {}
    for period in periods_of("month"):
        for side in (None, Dimension.CHANNEL, Dimension.CAMPAIGN):
            funnel = Funnel(Query((period,), NOW.date(), by=side))
            ours |= {(period.start, side, member): tuple(counts) for member, counts in funnel.counts.items()}
        pairs = [pair for figures in funnel.steps()[1:] for pair in (figures.since_previous, figures.since_first)]
        times[(period.start,)] = tuple(None if time is None else time // timedelta(microseconds=1) for time in pairs)
    sides = {(True, False): Dimension.CHANNEL, (False, True): Dimension.CAMPAIGN, (False, False): None}
    theirs = {
        (month, sides[channel is not None, campaign is not None], campaign if channel is None else channel): tuple(counts)
        for month, channel, campaign, *counts in rival.duck.execute("FROM funnels").fetchall()
    }
    rows = rival.duck.execute("FROM times").fetchall()
    took = {(month,): tuple(None if time is None else int(time) for time in found) for month, *found in rows}
    return differing("funnels", ours, theirs) + differing("times of funnels", times, took)


def of_lifetimes(rival: Any) -> int:
    """How long customers of each channel have stayed, on the last evening of every month: what is known, and the means stored."""
    from kpis.definitions import Dimension  # noqa: PLC0415
    from kpis.engine.lifetimes import restricted_mean  # noqa: PLC0415
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.lifetimes import Tenures, known_to, lifetimes_of  # noqa: PLC0415
    from kpis.readings.narrowing import Narrowing  # noqa: PLC0415

    periods = periods_of("month")
    query, evenings = Query(periods, NOW.date(), by=Dimension.CHANNEL), [period.end for period in periods]
    ours = lifetimes_of(known_to(Narrowing(query), evenings), evenings, is_split=True)
    rows = rival.duck.execute(
        "SELECT channel, evening::date, days, since, n FROM lifetimes WHERE grain = 2 AND channel IS NOT NULL"
    ).fetchall()
    theirs: dict[tuple, dict[int, tuple[int, int]]] = defaultdict(dict)
    for evening in evenings:
        left, stayed = Counter(), Counter()
        for channel, month, days, since, count in rows:
            if month <= evening and days is not None:
                left[channel, days] += int(count)
            elif month <= evening:
                stayed[channel, (evening - since).days] += int(count)
        for channel, days in left.keys() | stayed.keys():
            if any(both := (left[channel, days], stayed[channel, days])):
                theirs[evening, channel][days] = both
    stored = {(periods[i].end, one): days for (i, one), days in Tenures(query).of_periods(is_split=True).items()}
    means = {place: restricted_mean(lifetimes) for place, lifetimes in theirs.items()}
    return differing("lifetimes", ours, theirs) + differing("tenures", stored, means)


def moves_read() -> Figures:
    """{(evening, segment a month before, segment): customers}."""
    from kpis.readings.rfm import movement  # noqa: PLC0415
    from kpis.rfm import SEGMENT_CODES  # noqa: PLC0415

    code = {None: 0} | SEGMENT_CODES
    pairs = pairwise(evenings())
    return {(now.as_of, code[a], code[b]): count for then, now in pairs for (a, b), count in movement(then, now).items()}


def counted(rows: Iterable[tuple]) -> Counter:
    return Counter(row[:3] for row in rows)
