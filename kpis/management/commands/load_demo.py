"""manage.py load_demo [--seed N]"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from crm.models import Organization
from kpis.engine import drain
from kpis.engine.predictions import fit, is_installed
from kpis.management import demo

SEED = 1405


class Command(BaseCommand):
    help = "Load a believable company of 18 Jalali months that end today; remove_demo takes it away again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED, help="the same number gives the same figures on the same day")

    def handle(self, *args: Any, seed: int, **options: Any) -> None:
        if demo.is_loaded():
            self.stdout.write("The demo company is already here. manage.py remove_demo removes it.")
            return
        at = timezone.now()
        columns = (TextColumn("{task.description:<40}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(file=self.stdout)) as progress:
            rows = progress.add_task("Rows", total=5)
            made = demo.load(at=at, seed=seed, note=lambda text: step(progress, rows, f"Rows: {text}"))
            progress.update(rows, description="Rows", completed=5)
            figures = progress.add_task("Figures", total=None)
            drain(at=at, report=lambda state: progress.update(figures, completed=state.done, total=state.total))
            progress.update(figures, completed=1, total=1)
            if is_installed():
                # Of the last evening; the worker goes back from there to the ends of months.
                predictions = progress.add_task("Predictions", total=1)
                fit(Organization.current().day_of(at) - timedelta(days=1), at=at)
                progress.update(predictions, completed=1)
        self.stdout.write(", ".join(f"{count:,} {name}" for name, count in made.items()))


def step(progress: Progress, task: Any, text: str) -> None:
    progress.update(task, description=text, advance=1)
