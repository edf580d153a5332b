"""The models behind the predicted value of customers by hand: what is due, or those of one evening."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from crm.models import Organization
from kpis.engine.predictions import BusyError, first_order_day, fit, fit_due, is_installed
from kpis.models import PredictionFit


class Command(BaseCommand):
    help = "Fit BG/NBD and Gamma-Gamma to what customers ordered: what is due tonight, or as of the evening of one day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="a day that is over, such as 2025-09-30")

    @no_translations
    def handle(self, **options: Any) -> None:
        at, day = timezone.now(), options["as_of"]
        if not is_installed():
            raise CommandError("scipy is missing; install it with: .venv/bin/pip install --no-deps -r requirements-predict.lock")
        try:
            self.stdout.write(f"{fit_due(at=at)} fitted" if day is None else fitted(day, at=at))
        except BusyError:
            raise CommandError("another process is fitting them; run this again when it is done") from None


def fitted(day: date, *, at: datetime) -> str:
    """What was found as of the evening of a day."""
    first = first_order_day()
    if day >= Organization.current().day_of(at):
        raise CommandError(f"{day} is not over yet")
    if first is None or day < first:
        raise CommandError(f"nobody had ordered by {day}; the first order is of {first}" if first else "nobody has ordered yet")
    fit(day, at=at)
    found = PredictionFit.objects.get(pk=day)
    return f"{day}: {found.reason or 'fitted'}, of {found.customers} customers"
