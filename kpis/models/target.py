"""What a KPI should come to in a period, and each change of such figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.fields import ExactField
from crm.history.keeping import keeps_history
from crm.models import User
from crm.periods import Calendar, Grain, Period, period_of
from crm.words import CALENDARS, GRAINS, choices
from kpis.models.scope import COLUMNS, Scoped, ScopedQuerySet

TARGET_GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


class TargetQuerySet(ScopedQuerySet):
    def of_periods(self, periods: Iterable[Period]) -> Self:
        """The targets of some periods, of any calendar and grain."""
        condition = Q(pk__in=[])
        starts: dict[tuple[str, str], set] = {}
        for period in periods:
            starts.setdefault((period.calendar, period.grain), set()).add(period.start)
        for (calendar, grain), days in starts.items():
            condition |= Q(calendar=calendar, grain=grain, start__in=days)
        return self.filter(condition)


@keeps_history
class Target(Scoped):
    """The figure one KPI should come to, in the KPI's own unit: a fraction for a rate, base currency for money."""

    calendar = models.CharField(_("calendar"), max_length=10, choices=choices(CALENDARS))
    grain = models.CharField(_("length of the period"), max_length=15, choices=choices(GRAINS, TARGET_GRAINS))
    start = models.DateField(_("first day"))
    value = ExactField(_("value"))
    set_by = models.ForeignKey(User, verbose_name=_("set by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = TargetQuerySet.as_manager()

    class Meta(Scoped.Meta):
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            *Scoped.Meta.constraints,
            models.UniqueConstraint(
                fields=["kpi", "calendar", "grain", "start", *COLUMNS.values()],
                name="kpis_target_one_a_period",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.period.key}"

    @property
    def period(self) -> Period:
        return period_of(self.start, Calendar(self.calendar), Grain(self.grain))


class TargetEditQuerySet(models.QuerySet):
    def undoable_by(self, user: User) -> Self:
        return self.filter(by=user, undone_at__isnull=True)


class TargetEdit(models.Model):
    """Cells of the grid that were changed together, with what stood there before, so that it can be taken back."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    changes = models.JSONField(help_text="the key of each target, its value before and after")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = TargetEditQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{len(self.changes)} {self.at:%Y-%m-%d}"
