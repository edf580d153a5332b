"""Thin Celery doors. Their messages carry no work: what is dirty stands in the database."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from crm.tasks import post
from kpis.engine import drain_step, is_much_dirty
from kpis.engine.predictions import BusyError, fit_due
from kpis.services import close_periods, do_sample_job, judge_rules, plan_mailings

STEPS = 50


@shared_task
def tick(*, is_helper: bool = False) -> None:
    """Drain what can be locked, a step at a time, until nothing is left or others have it.

    Who was woken first asks another to help where there is much: one is at the customers, one at the cells.
    """
    if not is_helper and is_much_dirty():
        with suppress(OperationalError):  # without help it only takes longer
            tick.apply_async(kwargs={"is_helper": True}, expires=2, retry=False, ignore_result=True)
    for _ in range(STEPS):
        if not drain_step(at=timezone.now()):
            return


@shared_task
def close() -> None:
    """Keep what closed periods reported, and restate what changed since."""
    close_periods(at=timezone.now())


@shared_task
def watch() -> None:
    """Judge the alerts; a message about their mails only wakes somebody, as the mails stand in the database."""
    if judge_rules(at=timezone.now()):
        post.delay()


@shared_task
def plan() -> None:
    """Put the reports by e-mail that are due into the outbox."""
    if plan_mailings(at=timezone.now()):
        post.delay()


@shared_task
def predict() -> None:
    """Fit the models behind the predicted value of customers, for what has not been looked at since midnight."""
    with suppress(BusyError):  # another worker is at it
        fit_due(at=timezone.now())


@shared_task
def samples() -> None:
    """Load or remove the sample data, where an administrator has asked for it."""
    do_sample_job(at=timezone.now())
