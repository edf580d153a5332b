"""Daily components and their sums by period: what every additive number is read from."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models

from crm.fields import ExactField
from kpis.definitions import Dimension

# Columns of a dimension's member in `Component`; 0 is the unknown member. The team is the owner's, joined at read time.
COLUMNS: Mapping[Dimension, str] = {
    dimension: f"{dimension.value}_id" for dimension in Dimension if dimension is not Dimension.TEAM
}


class Folds(models.Model):
    """Six exact sums; what each means is the cube's declaration."""

    m1 = ExactField(default=0)
    m2 = ExactField(default=0)
    m3 = ExactField(default=0)
    m4 = ExactField(default=0)
    m5 = ExactField(default=0)
    m6 = ExactField(default=0)

    class Meta:
        abstract = True


class Component(Folds):
    """One row per cube, day and combination of dimension members."""

    cube = models.PositiveSmallIntegerField()
    day = models.DateField()
    channel_id = models.BigIntegerField(default=0)
    lead_source_id = models.BigIntegerField(default=0)
    campaign_id = models.BigIntegerField(default=0)
    owner_id = models.BigIntegerField(default=0)
    product_id = models.BigIntegerField(default=0)
    category_id = models.BigIntegerField(default=0)
    landing_page_id = models.BigIntegerField(default=0)
    social_network_id = models.BigIntegerField(default=0)
    survey_id = models.BigIntegerField(default=0)
    priority_id = models.BigIntegerField(default=0)
    kind_id = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["cube", "day"], name="kpis_component_cell")]

    def __str__(self) -> str:
        return f"{self.cube} {self.day}"


class Rollup(Folds):
    """The sums of one cube over one period, in total (dimension 0) or for one member of one dimension."""

    pk = models.CompositePrimaryKey("cube", "grain", "dimension", "start", "member")
    cube = models.PositiveSmallIntegerField()
    grain = models.PositiveSmallIntegerField()
    dimension = models.PositiveSmallIntegerField()
    start = models.DateField()
    member = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.cube}/{self.grain} {self.start}"
