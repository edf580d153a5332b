"""What must be computed again. Marks are append-only and never unique: a unique key would lose a late committer's mark."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

EPOCH = date(1990, 1, 1)
BUCKET_DAYS = 31


class DirtyDay(models.Model):
    """Days of one cube whose sums may be wrong; `bucket` is the cell that locks and drains together.

    `keys` where all that happened is that a few new rows came: how the drain finds them (`Cube.new_rows_by`).
    """

    id = models.BigAutoField(primary_key=True)
    cube = models.PositiveSmallIntegerField()
    bucket = models.IntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    keys = ArrayField(models.BigIntegerField(), null=True)
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["cube", "bucket"], name="kpis_dirtyday_cell")]

    def __str__(self) -> str:
        return f"{self.cube} {self.first_day}"


class DirtyCustomer(models.Model):
    """A customer whose facts may be wrong: marked once for each part of them, which are computed beside each other."""

    class Part(models.IntegerChoices):
        FACTS = 0
        # What their orders sold beyond the first: the categories of lines.
        SALES = 1

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField()
    part = models.PositiveSmallIntegerField(db_default=Part.FACTS)
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["part", "customer_id"], name="kpis_dirtycustomer_part")]

    def __str__(self) -> str:
        return str(self.customer_id)


class DirtyLead(models.Model):
    """A lead whose steps may be wrong."""

    id = models.BigAutoField(primary_key=True)
    lead_id = models.BigIntegerField()
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["lead_id"], name="kpis_dirtylead_lead")]

    def __str__(self) -> str:
        return str(self.lead_id)


class DirtyVisitor(models.Model):
    """A visitor whose days on landing pages may be wrong, by the key of kpis/catalogue/cubes/landing.py."""

    id = models.BigAutoField(primary_key=True)
    visitor = models.CharField(max_length=101)
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["visitor"], name="kpis_dirtyvisitor_visitor")]

    def __str__(self) -> str:
        return self.visitor


class DirtyParent(models.Model):
    """A changed row on which other rows hang; `mark` names the declaration that finds their days."""

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=60)
    parent_id = models.BigIntegerField()
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["mark"], name="kpis_dirtyparent_mark")]

    def __str__(self) -> str:
        return f"{self.mark} {self.parent_id}"


class Failure(models.Model):
    """A cell that could not be drained: its marks stay, and it waits before it is tried again."""

    pk = models.CompositePrimaryKey("cube", "bucket")
    cube = models.PositiveSmallIntegerField()
    bucket = models.IntegerField()
    attempts = models.PositiveIntegerField(default=1)
    error = models.TextField()
    failed_at = models.DateTimeField()
    retry_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cube}/{self.bucket}: {self.error}"


class Refresh(models.Model):
    """When a cell was last drained."""

    pk = models.CompositePrimaryKey("cube", "bucket")
    cube = models.PositiveSmallIntegerField()
    bucket = models.IntegerField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cube}/{self.bucket}"
