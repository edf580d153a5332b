"""Settings that change every figure: what they touch is rewritten, and the figures are computed anew."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction
from django.db.models import QuerySet

from crm.models import Organization
from crm.periods import Calendar
from crm.services import change_currency, change_time_zone
from kpis.catalogue import CATALOGUE
from kpis.definitions import Unit
from kpis.engine import rebuild
from kpis.models import AlertRule, Target
from kpis.services import change_attribution, change_calendar, limit_touches

CALENDAR_FIELDS = ("week_start", "fiscal_calendar", "fiscal_month")


class Command(BaseCommand):
    help = "Change the organisation's time zone, base currency, first day of the week, fiscal year or attribution."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--time-zone", help="such as Asia/Tehran")
        parser.add_argument("--currency", help="three letters; only while no amounts are stored")
        parser.add_argument("--week-start", type=int, choices=range(7), help="0 is Monday, 5 is Saturday")
        parser.add_argument("--fiscal-calendar", choices=[calendar.value for calendar in Calendar])
        parser.add_argument(
            "--attribution", choices=Organization.AttributionModel.values, help="which touches money is credited to"
        )
        parser.add_argument("--touch-days", type=int, help="credit only touches of so many days before an order; 0: all of them")
        parser.add_argument("--fiscal-month", type=int, choices=range(1, 13), help="the month the fiscal year starts in")

    @no_translations
    def handle(self, **options: Any) -> None:
        try:
            with transaction.atomic():  # all that is asked, or nothing of it
                change(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Done. The worker computes the figures anew; `manage.py refresh_kpis` does it at once.")


def change(options: Mapping[str, Any]) -> None:
    if options["time_zone"]:
        change_time_zone(Organization.current(), zone=options["time_zone"])
    if options["currency"]:
        change_currency(Organization.current(), currency=options["currency"], figures=figures_in_money())
        rebuild()
    if options["attribution"]:
        change_attribution(Organization.current(), model=options["attribution"])
    if options["touch_days"] is not None:
        limit_touches(Organization.current(), days=options["touch_days"] or None)
    given = {name: options[name] for name in CALENDAR_FIELDS if options[name] is not None}
    if given:
        organization = Organization.current()
        for name, value in given.items():
            setattr(organization, name, value)
        change_calendar(organization, fields=given)


def figures_in_money() -> list[QuerySet]:
    """Targets of amounts, and bounds that they are watched for."""
    keys = [key for key, kpi in CATALOGUE.items() if kpi.unit is Unit.MONEY]
    return [Target.objects.filter(kpi__in=keys), AlertRule.objects.filter(kpi__in=keys, is_removed=False)]
