"""What a target or an alert is about: a KPI of the company, or of one team, person, channel or campaign."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel
from crm.models import Record, RecordQuerySet, Team, User
from kpis.definitions import Dimension, visible_cards


class Scope(StrEnum):
    COMPANY = "company"
    TEAM = "team"
    OWNER = "owner"
    CHANNEL = "channel"
    CAMPAIGN = "campaign"


# The column that names the member of each scope. A person who is measured is no owner of the row.
COLUMNS: Mapping[Scope, str] = MappingProxyType(
    {Scope.TEAM: "team", Scope.OWNER: "person", Scope.CHANNEL: "channel", Scope.CAMPAIGN: "campaign"}
)
MEMBERS = tuple(f"{column}_id" for column in COLUMNS.values())
MODELS: Mapping[Scope, type[models.Model]] = MappingProxyType(
    {Scope.TEAM: Team, Scope.OWNER: User, Scope.CHANNEL: Channel, Scope.CAMPAIGN: Campaign}
)


def names_one_scope() -> Q:
    """At most one column is filled: all others are empty."""
    condition = Q()
    for kept in COLUMNS.values():
        condition |= Q(**{f"{column}__isnull": True for column in COLUMNS.values() if column != kept})
    return condition


class ScopedQuerySet(RecordQuerySet):
    def of_scope(self, scope: Scope, member: int | None = None) -> Self:
        """The rows of the company, or of one member."""
        wanted = dict.fromkeys(MEMBERS)
        if scope is not Scope.COMPANY:
            wanted[f"{COLUMNS[scope]}_id"] = member
        return self.filter(**{f"{name}__isnull" if key is None else name: key is None or key for name, key in wanted.items()})

    def visible_to(self, user: User) -> Self:
        """The company's, one's own and one's team's, of the KPIs that the role may see."""
        if not user.is_active:
            return self.none()
        rows = self.filter(kpi__in=visible_cards(user))
        if user.sees_all:
            return rows
        mine = Q(person=user)
        if user.sees_team:
            mine = Q(team=user.team_id) | Q(person__team=user.team_id)
        return rows.filter(mine | Q(**dict.fromkeys((f"{name}__isnull" for name in COLUMNS.values()), True)))


class Scoped(Record):
    """A row about one KPI of one scope."""

    kpi = models.CharField(_("KPI"), max_length=60)
    team = models.ForeignKey(Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(
        Channel, verbose_name=_("channel"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=names_one_scope(), name="%(app_label)s_%(class)s_one_scope"),
        ]

    @property
    def scope(self) -> Scope:
        return next((scope for scope, column in COLUMNS.items() if getattr(self, f"{column}_id")), Scope.COMPANY)

    @property
    def member(self) -> int | None:
        """The key of the team, person, channel or campaign."""
        return None if self.scope is Scope.COMPANY else getattr(self, f"{COLUMNS[self.scope]}_id")

    @property
    def filters(self) -> dict[Dimension, int]:
        """What a query of this scope is narrowed by."""
        return {} if self.member is None else {Dimension(self.scope): self.member}
