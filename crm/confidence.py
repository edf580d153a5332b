"""95 % confidence intervals with the standard library only. None where there is nothing to estimate from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

Z = 1.959963984540054
TAIL = 0.025
# Halvings of an interval: far fewer move a double.
BISECTIONS = 100
CONTINUED_FRACTION_STEPS = 300
CLOSE_ENOUGH = 1e-15
# A table or a chart asks for the same few counts again and again, and each takes hundreds of steps.
REMEMBERED = 10_000


class Interval(NamedTuple):
    lower: float
    upper: float


def wilson(successes: int, trials: int) -> Interval | None:
    """Share of independent units."""
    if trials == 0:
        return None
    share = successes / trials
    spread = 1 + Z * Z / trials
    centre = (share + Z * Z / (2 * trials)) / spread
    half = Z * math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials)) / spread
    # Exactly 0 and 1 at the ends, where rounding would leave a trace of either sign.
    lower = 0.0 if successes == 0 else centre - half
    upper = 1.0 if successes == trials else centre + half
    return Interval(lower, upper)


def nps_interval(promoters: int, detractors: int, answers: int) -> Interval | None:
    """Net promoter score, on its own scale from −100 to 100."""
    if answers == 0:
        return None
    balance = (promoters - detractors) / answers
    variance = (promoters + detractors) / answers - balance * balance
    half = Z * math.sqrt(max(variance, 0.0) / answers)
    return Interval(100 * max(balance - half, -1.0), 100 * min(balance + half, 1.0))


@lru_cache(REMEMBERED)
def poisson(count: int) -> Interval:
    """Exact interval of a small count."""
    # A bound beyond which the tail is certainly thinner than asked for.
    ceiling = count + 10 * math.sqrt(count + 1) + 10
    upper = root(lambda mean: TAIL - poisson_cdf(count, mean), 0.0, ceiling)
    if count == 0:
        return Interval(0.0, upper)
    return Interval(root(lambda mean: 1 - poisson_cdf(count - 1, mean) - TAIL, 0.0, ceiling), upper)


def poisson_cdf(count: int, mean: float) -> float:
    if mean <= 0:
        return 1.0
    terms = (math.exp(index * math.log(mean) - mean - math.lgamma(index + 1)) for index in range(count + 1))
    return math.fsum(terms)


def newcombe(successes_a: int, trials_a: int, successes_b: int, trials_b: int) -> Interval | None:
    """Difference of two shares, the second minus the first."""
    first, second = wilson(successes_a, trials_a), wilson(successes_b, trials_b)
    if first is None or second is None:
        return None
    share_a, share_b = successes_a / trials_a, successes_b / trials_b
    below = math.hypot(share_b - second.lower, first.upper - share_a)
    above = math.hypot(second.upper - share_b, share_a - first.lower)
    return Interval(share_b - share_a - below, share_b - share_a + above)


def student(count: int, total: Decimal | float, total_squares: Decimal | float) -> Interval | None:
    """Mean of measured values, from their count, sum and sum of squares."""
    if count < 2:
        return None
    exact_total = Fraction(total)
    # Exact, because the two terms of a variance nearly cancel.
    variance = float((Fraction(total_squares) - exact_total**2 / count) / (count - 1))
    mean = float(exact_total / count)
    half = student_quantile(count - 1) * math.sqrt(max(variance, 0.0) / count)
    return Interval(mean - half, mean + half)


@lru_cache(REMEMBERED)
def student_quantile(freedom: int) -> float:
    """The value that a t variable exceeds with a probability of 2.5 %."""
    # One degree of freedom has the fattest tail: 12.7.
    return root(lambda value: TAIL - student_tail(value, freedom), 0.0, 13.0)


def student_tail(value: float, freedom: int) -> float:
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + value * value)) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) * beta_fraction(a, b, x) / a


def beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, evaluated from the front."""
    ratio, inverse = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = inverse
    for step in range(1, CONTINUED_FRACTION_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for factor in (even, odd):
            inverse = 1 / (1 + factor * inverse)
            ratio = 1 + factor / ratio
            value *= ratio * inverse
        if abs(ratio * inverse - 1) < CLOSE_ENOUGH:
            break
    return value


def root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function passes zero."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


class Comparison(NamedTuple):
    """How far two shares lie apart, and how likely chance alone puts them so far."""

    z: float
    p: float


def compare_shares(successes_a: int, trials_a: int, successes_b: int, trials_b: int) -> Comparison | None:
    """Two-proportion z test with the pooled standard error; None where there is nothing to compare."""
    if trials_a == 0 or trials_b == 0:
        return None
    pooled = (successes_a + successes_b) / (trials_a + trials_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / trials_a + 1 / trials_b))
    if error == 0:
        return None
    z = (successes_b / trials_b - successes_a / trials_a) / error
    return Comparison(z, math.erfc(abs(z) / math.sqrt(2)))


def mismatch(counts: Sequence[int]) -> float | None:
    """How likely chance alone parts people so unequally among groups meant to be equal (χ²)."""
    total, groups = sum(counts), len(counts)
    if total == 0 or groups < 2:
        return None
    expected = total / groups
    return chi_square_tail(math.fsum((count - expected) ** 2 / expected for count in counts), groups - 1)


def chi_square_tail(value: float, freedom: int) -> float:
    """The chance that a χ² variable exceeds a value, by the closed forms of even and of odd degrees of freedom."""
    half, is_odd = value / 2, freedom % 2
    if half <= 0:
        return 1.0
    powers = (is_odd / 2 + step for step in range(freedom // 2))
    terms = (math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return (math.erfc(math.sqrt(half)) if is_odd else 0.0) + math.fsum(terms)
