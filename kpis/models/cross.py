"""Sums of several members at once: of one owner and one first touch, or of one first touch in total.

Filters that meet, and a rep's or a team's own figures taken apart, are read from here. Sums of months are unique; those of
a day are what its rows add up to, so that new rows can be added without looking at what is there.
"""

from __future__ import annotations

from django.db import models

from kpis.models.rollup import Folds


class FirstTouch(models.Model):
    """Where it came from; 0 is the unknown member, and stands where the cube does not know the dimension."""

    channel_id = models.BigIntegerField(db_default=0)
    lead_source_id = models.BigIntegerField(db_default=0)
    campaign_id = models.BigIntegerField(db_default=0)
    landing_page_id = models.BigIntegerField(db_default=0)
    social_network_id = models.BigIntegerField(db_default=0)

    class Meta:
        abstract = True


class Cross(Folds, FirstTouch):
    """One cube over one month (what counts once: any period), in total (dimension 0) or of one owner or team, by first touch."""

    pk = models.CompositePrimaryKey(
        "cube",
        "grain",
        "dimension",
        "start",
        "member",
        "channel_id",
        "campaign_id",
        "lead_source_id",
        "landing_page_id",
        "social_network_id",
    )
    cube = models.PositiveSmallIntegerField()
    grain = models.PositiveSmallIntegerField()
    dimension = models.PositiveSmallIntegerField()
    start = models.DateField()
    member = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.cube}/{self.grain} {self.start}"


class CrossDay(Folds, FirstTouch):
    """A part of one day of a cube that stores days, in total or of one owner, by first touch."""

    cube = models.PositiveSmallIntegerField()
    start = models.DateField()
    dimension = models.PositiveSmallIntegerField()
    member = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["cube", "start", "dimension", "member"], name="kpis_crossday_start")]

    def __str__(self) -> str:
        return f"{self.cube} {self.start}"
