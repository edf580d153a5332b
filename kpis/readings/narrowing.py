"""What a query leaves of a cube: its filters, and the records its viewer may see."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Expression, F, FilteredRelation, QuerySet, Value
from django.db.models.functions import Coalesce

from crm.models import User
from customers.models import Product
from kpis.definitions import Cube, Dimension
from kpis.engine.folding import as_expression
from kpis.readings.members import UNKNOWN
from kpis.readings.query import Query, narrowed_owners

Asked = dict[Dimension, frozenset[int]]
# A member that no row has: of none at all there would be no SQL, and who asks for a colleague's records gets none of them.
NOBODY = -1


class Narrowing:
    """The members a query asks for, in the dimensions that each cube knows."""

    def __init__(self, query: Query) -> None:
        self.query = query

    @cached_property
    def owners(self) -> frozenset[int] | None:
        return narrowed_owners(self.query.viewer)

    def asked(self, cube: Cube) -> Asked:
        """The narrowings that apply to a cube: filters, and the viewer's owners where the cube knows owners."""
        asked: Asked = {name: frozenset({member}) for name, member in self.query.filters.items()}
        if Dimension.TEAM in asked and Dimension.TEAM not in cube.dimensions:
            (team,) = asked.pop(Dimension.TEAM)
            asked[Dimension.OWNER] = self._members_of(team) & asked.get(Dimension.OWNER, self._members_of(team))
        if Dimension.CATEGORY in asked and self._is_told_by_products(cube):
            (category,) = asked.pop(Dimension.CATEGORY)
            products = self._products_of(category)
            asked[Dimension.PRODUCT] = products & asked.get(Dimension.PRODUCT, products)
        if self.owners is None or Dimension.OWNER not in cube.dimensions:
            return asked
        if team := self._team_for(cube, asked):
            return asked | {Dimension.TEAM: asked.get(Dimension.TEAM, team) & team}
        return asked | {Dimension.OWNER: asked.get(Dimension.OWNER, self.owners) & self.owners}

    def _team_for(self, cube: Cube, asked: Asked) -> frozenset[int]:
        """The viewer's team where a cube knows teams: what counts once in a team cannot be added up from its owners."""
        viewer = self.query.viewer
        knows = Dimension.TEAM in cube.dimensions and Dimension.OWNER not in asked
        return frozenset({viewer.team_id}) if knows and viewer.is_active and viewer.sees_team else frozenset()

    def _is_told_by_products(self, cube: Cube) -> bool:
        """Whether products are asked for anyway, and a row's category is that of its product: sums of its products are stored."""
        product, category = cube.dimensions.get(Dimension.PRODUCT), cube.dimensions.get(Dimension.CATEGORY)
        asks = Dimension.PRODUCT in self.query.dimensions
        return asks and isinstance(product, str) and category == product.removesuffix("_id") + "__category_id"

    def split(self, cube: Cube) -> Dimension | None:
        """The dimension to read: a team is the sum of its owners wherever parts add up."""
        if self.query.by is Dimension.TEAM and Dimension.TEAM not in cube.dimensions:
            return Dimension.OWNER
        return self.query.by

    def shown(self, member: int, cube: Cube) -> int:
        """The member that a read one stands for: owners become teams where teams are asked."""
        if self.query.by is Dimension.TEAM and Dimension.TEAM not in cube.dimensions:
            return self._team_of.get(member, UNKNOWN)
        return member

    def narrow(self, rows: QuerySet, cube: Cube, first: date | Expression) -> QuerySet:
        """Rows of a period, from its first day on, that the filters and the viewer's rights leave.

        With what holds of them in that period, for whoever asks for their member.
        """
        rows = rows.alias(**self._holding(cube, first))
        for number, (name, members) in enumerate(self.asked(cube).items()):
            alias, known = f"narrow_{number}", UNKNOWN not in members
            path = path_of(cube, name)
            # Bare where nobody asks for what is unknown, so that an index on the column answers.
            rows = rows.alias(**{alias: path if known else Coalesce(path, Value(UNKNOWN))})
            rows = rows.filter(**{f"{alias}__in": sorted(members) or [NOBODY]})
        return rows

    def member(self, cube: Cube) -> Any:
        """The read member of a row that is left."""
        name = self.split(cube)
        return Coalesce(path_of(cube, name), Value(UNKNOWN)) if name else Value(UNKNOWN)

    def hangs_on_periods(self, cube: Cube) -> bool:
        """Whether the same row has another member in another period."""
        return bool(self._holding(cube, date.min))

    def _holding(self, cube: Cube, first: date | Expression) -> dict[str, FilteredRelation]:
        names = {*self.asked(cube), self.split(cube)} - {None}
        return {holding(name): side(first) for name in names if callable(side := cube.live.get(name))}

    @cached_property
    def _team_of(self) -> dict[int, int]:
        return dict(User.objects.filter(team__isnull=False).values_list("pk", "team_id"))

    def _products_of(self, category: int) -> frozenset[int]:
        products = Product.objects.filter(category=category or None).values_list("pk", flat=True)
        return frozenset({UNKNOWN, *products} if category == UNKNOWN else products)

    def _members_of(self, team: int) -> frozenset[int]:
        if team == UNKNOWN:
            return frozenset({UNKNOWN, *User.objects.filter(team__isnull=True).values_list("pk", flat=True)})
        return frozenset(pk for pk, of in self._team_of.items() if of == team)


def holding(name: Dimension) -> str:
    """Under what a row is joined to the one that tells its member in a period."""
    return f"{name.value}_then"


def path_of(cube: Cube, name: Dimension) -> Any:
    path = cube.dimensions.get(name) or cube.live[name]
    return F(f"{holding(name)}__{name.value}") if callable(path) else as_expression(path)
