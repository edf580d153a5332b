"""What happened on a day, so that whoever looks at a trend knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Record, RecordQuerySet, User
from kpis.definitions import visible_cards


class AnnotationQuerySet(RecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own, and what others wrote for everybody, on the trends that the role may see."""
        if not user.is_active:
            return self.none()
        return self.filter(Q(user=user) | Q(is_shared=True), is_removed=False, kpi__in=["", *visible_cards(user)])

    def about_any(self, kpis: Iterable[str], first: date, last: date) -> Self:
        """The notes that the trends of some KPIs show between two days."""
        return self.filter(kpi__in=("", *kpis), day__range=(first, last)).order_by("day", "pk")

    def about(self, kpi: str, first: date, last: date) -> Self:
        """The notes that the trend of a KPI shows between two days."""
        return self.about_any([kpi], first, last)


class Annotation(Record):
    """A note on a day, on the trend of one KPI or of all."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    text = models.CharField(_("text"), max_length=120)
    kpi = models.CharField(_("KPI"), max_length=60, blank=True)
    is_shared = models.BooleanField(_("for everybody"), default=False)
    is_removed = models.BooleanField(default=False, editable=False)

    objects = AnnotationQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("note on a trend")
        verbose_name_plural = _("notes on trends")
        indexes = [models.Index(fields=["day"], name="kpis_annotation_day")]

    def __str__(self) -> str:
        return self.text
