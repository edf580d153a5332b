"""What the commands and the button of the settings both do: rows, then figures, and nobody else at it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection

from crm.models import Organization
from kpis.engine import drain
from kpis.engine.predictions import fit, is_installed
from kpis.management.demo.loading import LOADING_STEPS, is_loaded, load
from kpis.management.demo.removal import STEPS, Removal, remove

SEED = 1405
LOCK = "SELECT pg_try_advisory_lock(hashtextextended('demo company', 0))"
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('demo company', 0))"


class Stage(StrEnum):
    ROWS = "rows"
    FIGURES = "figures"
    PREDICTIONS = "predictions"


@dataclass(frozen=True)
class Step:
    """How far one stage has come; `text` says what it is at, `total` is 0 as long as nobody knows it."""

    stage: Stage
    done: int = 0
    total: int = 0
    text: str = ""


Report = Callable[[Step], None]


class BusyError(Exception):
    """Somebody else is loading or removing the demo company."""


class AlreadyLoadedError(Exception):
    """It is here."""


@contextmanager
def alone() -> Iterator[None]:
    """Held by the session rather than in a transaction: figures are computed in many, and it ends with whoever dies."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            raise BusyError
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(UNLOCK)


def bring(*, at: datetime, seed: int = SEED, report: Report) -> dict[str, int]:
    """The demo company with its figures; returns how much of what."""
    with alone():
        if is_loaded():
            raise AlreadyLoadedError
        made = load(at=at, seed=seed, note=notes(LOADING_STEPS, report))
        report(Step(Stage.ROWS, LOADING_STEPS, LOADING_STEPS))
        compute(at, report)
        predict(at, report)
    return made


def take_away(*, at: datetime, unlink: bool, report: Report) -> Removal:
    """Nothing of it left, neither rows nor figures."""
    with alone():
        done = remove(unlink=unlink, note=notes(STEPS, report))
        report(Step(Stage.ROWS, STEPS, STEPS))
        compute(at, report)
    return done


def notes(total: int, report: Report) -> Callable[[str], None]:
    """What is said as each step of the rows begins."""
    begun = iter(range(total + 1))
    return lambda text: report(Step(Stage.ROWS, next(begun), total, text))


def compute(at: datetime, report: Report) -> None:
    report(Step(Stage.FIGURES))
    drain(at=at, report=lambda state: report(Step(Stage.FIGURES, state.done, state.total)))
    report(Step(Stage.FIGURES, 1, 1))


def predict(at: datetime, report: Report) -> None:
    """Of the last evening; the worker goes back from there to the ends of months."""
    if is_installed():
        report(Step(Stage.PREDICTIONS, 0, 1))
        fit(Organization.current().day_of(at) - timedelta(days=1), at=at)
        report(Step(Stage.PREDICTIONS, 1, 1))
