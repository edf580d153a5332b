"""Who landed where on which day: the presence table of visitors, who are counted once per period."""

from __future__ import annotations

from django.db import models

SIDES = ("landing_page_id", "campaign_id", "channel_id", "variant_id")


class LandingDay(models.Model):
    """A day on which a visitor landed on a page, by what brought them; converted where any of it was followed by what counts.

    `visitor` is the key of kpis/catalogue/cubes/landing.py: who has no name is a visitor of their own.
    """

    visitor = models.CharField(max_length=101)
    day = models.DateField()
    landing_page_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField(default=0)
    channel_id = models.BigIntegerField(default=0)
    variant_id = models.BigIntegerField(default=0)
    is_converted = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["visitor"], name="kpis_landingday_visitor"),
            # What no sum holds, as of a page and a channel together, is counted from the index alone.
            models.Index(fields=["day"], include=["visitor", *SIDES, "is_converted"], name="kpis_landingday_day"),
        ]

    def __str__(self) -> str:
        return f"{self.visitor}: {self.day}"
