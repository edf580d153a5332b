"""What the state machines of figures have in common: rows are written in any order, then everything is looked at."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from kpis.engine import drain, find_drift, is_clean
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, wrong_cells

# Few days, far apart and close together, so that what happens on them meets, bridges gaps and leaves them.
days = st.one_of(st.integers(0, 12), st.integers(170, 190), st.integers(0, 540))
moments = days.map(lambda day: tehran(2024, 3, 20, 0, 5) + timedelta(days=day))
# A look takes a hundred times as long as a write, and sees nothing new where nothing was written.
WRITES_BETWEEN_LOOKS = 8


def write(**given: Any) -> Callable[[Callable[..., Any]], Any]:
    """A rule after which there is something to look at."""

    def decorate(change: Callable[..., Any]) -> Any:
        @rule(**given)
        @wraps(change)
        def counted(self: "Figures", *args: Any, **kwargs: Any) -> Any:
            self.unseen += 1
            return change(self, *args, **kwargs)

        return counted

    return decorate


class Figures(RuleBasedStateMachine):
    """A machine names the KPIs that its rows are behind."""

    keys: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.unseen = 0
        self.undone = transaction.atomic()
        self.undone.__enter__()

    def teardown(self) -> None:
        if self.unseen:
            self.look()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @precondition(lambda self: self.unseen >= WRITES_BETWEEN_LOOKS)
    @rule()
    def look(self) -> None:
        """Before the drain nothing is wrong without a mark; after it nothing is."""
        self.unseen = 0
        assert find_drift() == []
        drain(at=NOW)
        assert is_clean()
        assert find_drift() == []
        assert wrong_cells(self.keys) == []


def run(machine: type[Figures]) -> None:
    facts = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}
    run_state_machine_as_test(machine, settings=settings(max_examples=6, stateful_step_count=30, **facts))
