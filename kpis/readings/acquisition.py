"""The cost of winning customers, customer by customer: each part of it falls on somebody, so that all of it adds up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from campaigns.models import Expense
from crm.models import Organization
from crm.money import unit_of
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.models import CustomerFact
from kpis.readings.narrowing import path_of
from kpis.readings.query import Query
from kpis.readings.sources import Source, sources_of

KPI = CATALOGUE["customer_acquisition_cost"]
KINDS = Expense.ACQUISITION_KINDS
ZERO = Decimal(0)
EVERYBODY = ("", 0)
# Those who bear a cost together: the new customers of a campaign, of a channel, or all.
Bearers = tuple[str, int]


@dataclass(frozen=True)
class Share:
    """What one new customer bears of each kind of cost."""

    rank: int
    customer: int
    label: str
    day: date
    parts: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.parts.values(), ZERO)


@dataclass(frozen=True)
class Shares:
    """All new customers of a query's only period.

    The costs of a campaign go in equal parts to its new customers, those of a channel to its own, the rest, and what has
    none of these, to all. A remainder of the smallest units goes to those who came first.
    """

    query: Query
    unit: Decimal = field(default_factory=lambda: unit_of(Organization.current().currency))

    @cached_property
    def sources(self) -> tuple[Source, Source] | None:
        """The costs and the customers; none where the viewer may not see them."""
        found = [source for side in KPI.sides for source in sources_of(KPI, side, self.query)]
        return (found[0], found[1]) if found else None

    @cached_property
    def bearers(self) -> Mapping[Bearers, int]:
        """How many bear a cost together."""
        counts: Counter[Bearers] = Counter()
        if self.sources:
            groups = self.sources[1].rows.order_by().values("campaign_id", "channel_id").annotate(size=Count("pk"))
            for group in groups:
                for each in bearers_of(group["campaign_id"], group["channel_id"]):
                    counts[each] += group["size"]
        return counts

    @cached_property
    def costs(self) -> Mapping[Bearers, Mapping[str, Decimal]]:
        """What they bear, by kind."""
        found: dict[Bearers, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        if not self.sources or not self.bearers:
            return found
        source = self.sources[0]
        cube = KPI.numerator[0].measure.cube
        places = {f"of_{name}": path_of(cube, name) for name in (Dimension.CAMPAIGN, Dimension.CHANNEL)}
        rows = source.rows.order_by().values(**places, of_kind=F("expense__kind")).annotate(spent=Sum(source.amount))
        for row in rows:
            known = bearers_of(row["of_campaign"], row["of_channel"])
            found[next(each for each in known if self.bearers.get(each))][row["of_kind"]] += row["spent"]
        return found

    @property
    def totals(self) -> Mapping[str, Decimal]:
        return {kind.value: sum((parts.get(kind, ZERO) for parts in self.costs.values()), ZERO) for kind in KINDS}

    @property
    def count(self) -> int:
        return self.bearers.get(EVERYBODY, 0)

    def listed(self, *, after: int = 0, limit: int | None = None) -> Iterator[Share]:
        """In the order in which they came, from a place on."""
        if not self.sources:
            return
        rows = ranked(self.sources[1].rows).filter(rank__gt=after).order_by("rank")
        for row in rows[:limit] if limit else rows.iterator(chunk_size=1000):
            yield self.share(row)

    def share_of(self, customer: int) -> Share | None:
        """Of one of them; nothing where they were not won in this period."""
        rows = self.sources[1].rows.order_by() if self.sources else CustomerFact.objects.none()
        row = rows.select_related("customer").filter(pk=customer).first()
        if row is None:
            return None
        earlier = rows.filter(Q(first_day__lt=row.first_day) | Q(first_day=row.first_day, pk__lt=row.pk))
        alike = {name: Count("pk", filter=Q(**{f"{name}_id": getattr(row, f"{name}_id")})) for name in ("campaign", "channel")}
        before = earlier.aggregate(all=Count("pk"), **alike)
        row.rank, row.rank_in_campaign, row.rank_in_channel = (before[name] + 1 for name in ("all", "campaign", "channel"))
        return self.share(row)

    def share(self, row: CustomerFact) -> Share:
        return Share(row.rank, row.pk, str(row.customer), row.first_day, self.parts_of(row))

    def parts_of(self, row: CustomerFact) -> dict[str, Decimal]:
        ranks = {EVERYBODY: row.rank, ("campaign", row.campaign_id): row.rank_in_campaign}
        ranks[("channel", row.channel_id)] = row.rank_in_channel
        parts = dict.fromkeys((kind.value for kind in KINDS), ZERO)
        for each in bearers_of(row.campaign_id, row.channel_id):
            for kind, amount in self.costs.get(each, {}).items():
                parts[kind] += equal_part(amount, self.bearers[each], ranks[each], self.unit)
        return parts


def bearers_of(campaign: int | None, channel: int | None) -> list[Bearers]:
    """Who may bear something together, the nearest first."""
    named = [("campaign", campaign), ("channel", channel)]
    return [*((name, key) for name, key in named if key), EVERYBODY]


def ranked(rows: QuerySet) -> QuerySet:
    """Each new customer's place among all, and among those of the same campaign and channel."""
    order = [F("first_day").asc(), F("pk").asc()]
    return rows.select_related("customer").annotate(
        rank=Window(RowNumber(), order_by=order),
        rank_in_campaign=Window(RowNumber(), partition_by=F("campaign_id"), order_by=order),
        rank_in_channel=Window(RowNumber(), partition_by=F("channel_id"), order_by=order),
    )


def equal_part(amount: Decimal, count: int, rank: int, unit: Decimal) -> Decimal:
    """The part of one of several, counted from 1, of an amount that is at least nothing, as money.spread would make it."""
    units, rest = divmod(amount, unit)
    each, left_over = divmod(int(units), count)
    return (each + (rank <= left_over)) * unit + (rest if rank == 1 else ZERO)
