"""What an A/B test says, and when it may say it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from campaigns.models import LandingPage
from crm import confidence

LEAST_VISITORS = 30
# Chance alone parts people so unequally once in a thousand tests: before that, look for a fault.
MISMATCH_BELOW = 0.001
SURE_BELOW = 0.05


class Effect(StrEnum):
    """What one variant did beside the first."""

    MISMATCH = "mismatch"
    TOO_LITTLE = "too_little"
    UNSURE = "unsure"
    BETTER = "better"
    WORSE = "worse"


class Verdict(StrEnum):
    MISMATCH = "sample_ratio_mismatch"
    TOO_LITTLE = "too_little_data"
    NO_WINNER = "no_winner"
    WINNER = "winner"


@dataclass(frozen=True)
class Arm:
    """One variant: who saw it first, and how many of them converted."""

    variant: int
    key: str
    name: str
    visitors: int
    conversions: int
    lever: str = ""

    @property
    def rate(self) -> float | None:
        return self.conversions / self.visitors if self.visitors else None

    @property
    def interval(self) -> confidence.Interval | None:
        return confidence.wilson(self.conversions, self.visitors)


@dataclass(frozen=True)
class Trial:
    """The test of a page. The first variant is compared with the other one, of several with the best of them."""

    page: LandingPage
    arms: tuple[Arm, ...]

    @property
    def visitors(self) -> int:
        return sum(arm.visitors for arm in self.arms)

    @property
    def control(self) -> Arm:
        return self.arms[0]

    @cached_property
    def challenger(self) -> Arm:
        return max(self.arms[1:], key=lambda arm: arm.rate or 0.0)

    @cached_property
    def comparison(self) -> confidence.Comparison | None:
        """Of several challengers the best was chosen after the fact, so p is multiplied by their number."""
        found = confidence.compare_shares(
            self.control.conversions, self.control.visitors, self.challenger.conversions, self.challenger.visitors
        )
        return found and confidence.Comparison(found.z, min(1.0, found.p * (len(self.arms) - 1)))

    @property
    def difference(self) -> confidence.Interval | None:
        """By how much the challenger's share is larger."""
        return confidence.newcombe(
            self.control.conversions, self.control.visitors, self.challenger.conversions, self.challenger.visitors
        )

    @property
    def mismatch(self) -> float | None:
        return confidence.mismatch([arm.visitors for arm in self.arms])

    @cached_property
    def verdict(self) -> Verdict:
        if self.mismatch is not None and self.mismatch < MISMATCH_BELOW:
            return Verdict.MISMATCH
        if self.comparison is None or min(arm.visitors for arm in self.arms) < LEAST_VISITORS:
            return Verdict.TOO_LITTLE
        return Verdict.WINNER if self.comparison.p < SURE_BELOW else Verdict.NO_WINNER

    def effect(self, arm: Arm) -> Effect:
        """Of one of the others; those that somebody saw were looked at together, so p is multiplied by their number."""
        control, others = self.control, sum(1 for other in self.arms[1:] if other.visitors)
        shown = confidence.mismatch([control.visitors, arm.visitors])
        if arm.visitors and shown is not None and shown < MISMATCH_BELOW:
            return Effect.MISMATCH
        found = confidence.compare_shares(control.conversions, control.visitors, arm.conversions, arm.visitors)
        if found is None or min(control.visitors, arm.visitors) < LEAST_VISITORS:
            return Effect.TOO_LITTLE
        if found.p * others >= SURE_BELOW:
            return Effect.UNSURE
        return Effect.BETTER if found.z > 0 else Effect.WORSE

    def gain(self, arm: Arm) -> confidence.Interval | None:
        """By how much its share is larger than that of the first."""
        control = self.control
        return confidence.newcombe(control.conversions, control.visitors, arm.conversions, arm.visitors)

    @property
    def winner(self) -> Arm | None:
        if self.verdict is not Verdict.WINNER or self.comparison is None:
            return None
        return self.challenger if self.comparison.z > 0 else self.control
