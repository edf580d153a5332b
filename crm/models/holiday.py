"""Days on which the organisation does not work, besides the days off of each week."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history.keeping import keeps_history
from crm.jalali import from_jalali

# The official holidays of Iran that have their place in the Jalali year; those of the lunar year are entered by hand.
FIXED = (
    ((1, 1), "نوروز"),
    ((1, 2), "نوروز"),
    ((1, 3), "نوروز"),
    ((1, 4), "نوروز"),
    ((1, 12), "روز جمهوری اسلامی"),
    ((1, 13), "روز طبیعت"),
    ((3, 14), "رحلت امام خمینی"),
    ((3, 15), "قیام ۱۵ خرداد"),
    ((11, 22), "پیروزی انقلاب اسلامی"),
    ((12, 29), "روز ملی شدن صنعت نفت"),
)


@keeps_history
class Holiday(models.Model):
    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ["-day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")

    def __str__(self) -> str:
        return self.name


def fixed_holidays(year: int) -> list[tuple[date, str]]:
    """Those of a Jalali year."""
    return [(from_jalali(year, month, day), name) for (month, day), name in FIXED]
