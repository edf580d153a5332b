"""The engine by hand: drain what is dirty, rebuild, or compare with a full recompute."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from crm.periods import Calendar, DateError
from crm.typed_dates import parse_date
from kpis.catalogue import CATALOGUE
from kpis.catalogue.measures import DAY_CUBES
from kpis.definitions import Cube
from kpis.engine import drain, find_drift, is_clean, rebuild

REBUILD_BATCH = 500_000


class Command(BaseCommand):
    help = "Compute again what has changed; --rebuild computes everything, --check compares and exits 1 on a difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="mark everything dirty first")
        parser.add_argument("--check", action="store_true", help="compare with a full recompute from the base tables")
        parser.add_argument("--from", dest="first", type=day_typed, help="with --rebuild: the first day, such as 1404-07-01")
        parser.add_argument("--to", dest="last", type=day_typed, help="with --rebuild: the last day")
        parser.add_argument("--kpi", help="with --rebuild: only what this KPI reads")

    def handle(self, **options: Any) -> None:
        if (options["first"] or options["last"] or options["kpi"]) and not options["rebuild"]:
            raise CommandError("--from, --to and --kpi go with --rebuild")
        if options["rebuild"]:
            rebuild(cubes_of(options["kpi"]), first=options["first"], last=options["last"])
        if options["rebuild"] or not options["check"]:
            self.drain()
        if options["check"]:
            self.compare()

    def drain(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("Refreshing KPIs", total=None)
            progress = drain(
                at=timezone.now(),
                batch=REBUILD_BATCH,
                beside=True,
                report=lambda step: bar.update(task, completed=step.done, total=step.total),
            )
            bar.update(task, completed=progress.done, total=max(progress.done, 1))
        if progress.failed:
            raise CommandError(f"{progress.failed} cells failed; they stay dirty and are tried again")
        self.stdout.write(f"{progress.done} cells refreshed")

    def compare(self) -> None:
        drift = find_drift()
        for line in drift:
            self.stderr.write(line)
        if drift:
            raise CommandError(f"{len(drift)} differences")
        rest = "" if is_clean() else ", apart from what is marked dirty"
        self.stdout.write(f"No difference between the stored figures and a full recompute{rest}.")


def day_typed(text: str) -> date:
    """A full date: its year says in which calendar."""
    try:
        return parse_date(text, Calendar.JALALI, timezone.localdate())
    except DateError as error:
        raise ArgumentTypeError(str(error)) from None


def cubes_of(key: str | None) -> tuple[Cube, ...]:
    if key is None:
        return DAY_CUBES
    if key not in CATALOGUE:
        raise CommandError(f"there is no KPI {key!r}")
    read = {measure.cube for term in CATALOGUE[key].terms for measure in (term.measure, *term.instead.values())}
    return tuple(cube for cube in DAY_CUBES if cube in read)
