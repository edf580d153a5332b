"""The models behind the predicted value of customers by hand: what is due, or those of one evening."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from crm.models import Organization
from kpis.engine.predictions import fit, fit_due, is_installed
from kpis.models import PredictionFit


class Command(BaseCommand):
    help = "Fit BG/NBD and Gamma-Gamma to what customers ordered: what is due tonight, or as of the evening of one day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="a day that is over, such as 2025-09-30")

    @no_translations
    def handle(self, **options: Any) -> None:
        at, day = timezone.now(), options["as_of"]
        if not is_installed():
            raise CommandError("scipy is missing; install it with: pip install --no-deps -r requirements-predict.lock")
        if day is None:
            self.stdout.write(f"{fit_due(at=at)} fitted")
            return
        if day >= Organization.current().day_of(at):
            raise CommandError(f"{day} is not over yet")
        fit(day, at=at)
        found = PredictionFit.objects.get(pk=day)
        self.stdout.write(f"{day}: {found.reason or 'fitted'}, of {found.customers} customers")
