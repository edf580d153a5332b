"""Landings that converted."""

from __future__ import annotations

from django.db import models

from campaigns.models import Session


class LandingConversion(models.Model):
    """A row of a view (leads/conversions.py): it does not matter in which order we hear of visits, people and orders."""

    session = models.OneToOneField(Session, primary_key=True, on_delete=models.DO_NOTHING, related_name="conversion")

    class Meta:
        managed = False
        db_table = "leads_landingconversion"

    def __str__(self) -> str:
        return str(self.session_id)
