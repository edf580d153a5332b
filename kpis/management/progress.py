"""Bars for whoever waits at a terminal for the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from kpis.management.demo import Stage, Step
from kpis.management.demo.doors import Report


@contextmanager
def bars(out: Any, width: int) -> Iterator[Report]:
    """One bar for each stage, from when it begins."""
    columns = (TextColumn(f"{{task.description:<{width}}}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=out)) as progress:
        tasks: dict[Stage, Any] = {}

        def report(step: Step) -> None:
            name = step.stage.capitalize()
            if step.stage not in tasks:
                tasks[step.stage] = progress.add_task(name, total=None)
            text = f"{name}: {step.text}" if step.text else name
            progress.update(tasks[step.stage], description=text, completed=step.done, total=step.total or None)

        yield report
