"""manage.py load_demo [--seed N]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from kpis.management import demo
from kpis.management.progress import bars


class Command(BaseCommand):
    help = "Load a believable company of 18 Jalali months that end today; remove_demo takes it away again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        help_text = "the same number gives the same figures on the same day"
        parser.add_argument("--seed", type=int, default=demo.SEED, help=help_text)

    @no_translations
    def handle(self, *args: Any, seed: int, **options: Any) -> None:
        try:
            with bars(self.stdout, 40) as report:
                made = demo.bring(at=timezone.now(), seed=seed, report=report)
        except demo.AlreadyLoadedError:
            self.stdout.write("The demo company is already here. manage.py remove_demo removes it.")
            return
        except demo.BusyError:
            raise CommandError("Somebody is loading or removing the demo company at this moment.") from None
        self.stdout.write(", ".join(f"{count:,} {name}" for name, count in made.items()))
