"""manage.py remove_demo"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.management import demo
from kpis.engine import drain


class Command(BaseCommand):
    help = "Remove the demo company and nothing else; refuses while real rows refer to it."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = demo.remove()
        except demo.RealRowsError as error:
            raise CommandError(f"Real rows refer to the demo company; change these first:\n{error}") from None
        drain(at=timezone.now())
        self.stdout.write(f"Removed {count:,} rows of the demo company.")
