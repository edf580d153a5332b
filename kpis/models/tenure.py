"""How long customers stay, as of some evenings: what was found, and what today's was found from."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from crm.fields import ExactField


class TenureEvening(models.Model):
    """The end of a month of either calendar, or the last evening of all; dirty while it has to be computed again."""

    day = models.DateField(primary_key=True)
    is_dirty = models.BooleanField(default=True)
    marked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.day)


class Tenure(models.Model):
    """The mean tenure in days, in total (dimension 0) or of one member of one dimension; beside it the naive mean of the same."""

    pk = models.CompositePrimaryKey("day", "dimension", "member")
    day = models.DateField()
    dimension = models.PositiveSmallIntegerField()
    member = models.BigIntegerField()
    tenure = ExactField()
    naive = ExactField()

    def __str__(self) -> str:
        return f"{self.day}: {self.tenure}"


class Lifetime(models.Model):
    """How many customers of a channel, as of the last evening, had left after so many days or were still here since a day."""

    channel_id = models.BigIntegerField()
    left_after = models.IntegerField(null=True)
    since = models.DateField(null=True)
    customers = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel_id", "left_after", "since"], nulls_distinct=False, name="kpis_lifetime_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel_id}: {self.customers}"
