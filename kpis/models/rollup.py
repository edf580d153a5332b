"""Sums by period, in total and per member of a dimension: what every additive number is read from."""

from __future__ import annotations

from django.db import models

from crm.fields import ExactField


class Folds(models.Model):
    """Six exact sums; what each means is the cube's declaration."""

    m1 = ExactField(db_default=0)
    m2 = ExactField(db_default=0)
    m3 = ExactField(db_default=0)
    m4 = ExactField(db_default=0)
    m5 = ExactField(db_default=0)
    m6 = ExactField(db_default=0)

    class Meta:
        abstract = True


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
