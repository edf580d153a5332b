"""Thin Celery doors. Their messages carry no work: what is dirty stands in the database."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from kpis.engine import drain_step
from kpis.services import close_periods

STEPS = 50


@shared_task
def tick() -> None:
    """Drain what can be locked, a step at a time, until nothing is left or others have it."""
    for _ in range(STEPS):
        if not drain_step(at=timezone.now()):
            return


@shared_task
def close() -> None:
    """Keep what closed periods reported, and restate what changed since."""
    close_periods(at=timezone.now())
