"""Runs the product's processes as children: restarts one that dies, stops all of them in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

LARGEST_LOG = 20 * 1024 * 1024
LONGEST_PAUSE = 30.0
STEADY = 60.0  # a child that lived this long starts over with the shortest pause
GRACE = 6.0
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _begin(niceness: int) -> None:
    """In the child. Linux: one whose supervisor was killed gets SIGTERM instead of living on."""
    if LIBC:
        LIBC.prctl(1, signal.SIGTERM)
    os.nice(niceness)


@dataclass
class Child:
    """One process, its log and the pause before its next restart. The nicer one is, the more it lets the others go first."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    niceness: int = 0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 1.0
    restart_at: float | None = field(default=None, init=False)

    def start(self, now: float) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=os.environ | self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the supervisor, which knows the order
                preexec_fn=partial(_begin, self.niceness),  # noqa: PLW1509  no threads run here
            )
        self.started_at, self.restart_at = now, None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def plan_restart(self, now: float) -> None:
        if now - self.started_at > STEADY:
            self.pause = 1.0
        self.restart_at = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def signal_group(self, number: signal.Signals) -> None:
        """The whole session: a killed parent must not leave its own children behind."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    def last_words(self, lines: int = 8) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Supervisor:
    """Watches its children until somebody interrupts."""

    def __init__(self, children: list[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say

    def start(self) -> None:
        for child in self.children:
            child.start(time.monotonic())

    def check(self, now: float) -> None:
        """Look at every child once: plan the restart of a dead one, start one whose pause is over."""
        for child in self.children:
            if child.is_running:
                continue
            if child.restart_at is None:
                code = child.process.returncode if child.process else None
                child.signal_group(signal.SIGKILL)
                child.plan_restart(now)
                self.say(f"{child.name} ended (code {code}); next start in {child.restart_at - now:.0f} s. Log: {child.log}")
            elif now >= child.restart_at:
                child.start(now)

    def stop(self) -> None:
        """Ask everybody at once, wait, then insist."""
        for child in self.children:
            if child.is_running and child.process:
                child.process.terminate()
        end = time.monotonic() + GRACE
        for child in self.children:
            if child.process:
                try:
                    child.process.wait(max(0.0, end - time.monotonic()))
                except subprocess.TimeoutExpired:
                    self.say(f"{child.name} did not stop in time and was killed.")
            child.signal_group(signal.SIGKILL)
