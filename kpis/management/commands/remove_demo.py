"""manage.py remove_demo [--unlink]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from kpis.management import demo
from kpis.management.progress import bars


class Command(BaseCommand):
    help = "Remove the demo company and nothing else; refuses while real rows refer to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--unlink",
            action="store_true",
            help="take references to the demo company out of real rows, which stay, with what they cannot be without;"
            " targets and alerts about its members go",
        )

    @no_translations
    def handle(self, *args: Any, unlink: bool = False, **options: Any) -> None:
        try:
            with bars(self.stdout, 60) as report:
                done = demo.take_away(at=timezone.now(), unlink=unlink, report=report)
        except demo.RealRowsError as error:
            raise CommandError(refusal(error, unlink=unlink)) from None
        except demo.BusyError:
            raise CommandError("Somebody is loading or removing the demo company at this moment.") from None
        for text in done.told:
            self.stdout.write(text)
        self.stdout.write(f"Removed {done.removed:,} rows of the demo company.")


def refusal(error: demo.RealRowsError, *, unlink: bool) -> str:
    if unlink:
        return f"Nothing was changed. These real rows cannot be without the demo company; change or delete them first:\n{error}"
    return (
        f"Real rows refer to the demo company; nothing was removed:\n{error}\n"
        "Change them first, or let --unlink take these references out: the rows stay, but targets and alerts about a person,"
        " a team, a channel or a campaign of it go with it, and what a row cannot be without, such as the opportunity of a"
        " quote, stays with it."
    )
