"""How often a customer will order again, and what an order day of theirs leaves: BG/NBD and Gamma-Gamma.

P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD
Model, Marketing Science 24(2), 275-284. P. S. Fader and B. G. S. Hardie (2013), The Gamma-Gamma Model of Monetary Value.
Names are those of the papers: x repeat order days, t_x the last and T the age in weeks since the first, z the mean value of
the repeat order days. Floats belong here and nowhere else. This module needs the extra `predict`; import it where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Numbers = NDArray[np.float64]
OPTIONS = {"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-5, "fatol": 1e-5}
# What the square of a parameter's logarithm counts against the likelihood: far too little to move what histories say, but
# where nobody ever leaves, or all spend alike, they say nothing, and the search would go on for ever.
WEIGHT = 0.005
# Beyond this the logarithms of two gamma functions are too large for their difference to be known.
FARTHEST = 12.0
DAYS = 7


class NotFittedError(ValueError):
    """The likelihood has no maximum, or what follows from it is no number."""


@dataclass(frozen=True)
class Histories:
    """What the models know of each customer."""

    x: Numbers
    t_x: Numbers
    T: Numbers
    z: Numbers

    @classmethod
    def of(cls, rows: Sequence[tuple[int, timedelta, timedelta, Decimal]]) -> Histories:
        """From repeat order days, the time to the last and to now, and what the repeat order days left together."""
        x, until_last, age, left = np.array([(x, last.days, age.days, float(m)) for x, last, age, m in rows]).T
        return cls(x, until_last / DAYS, age / DAYS, left / np.maximum(x, 1))


@dataclass(frozen=True)
class Purchases:
    """The parameters of BG/NBD."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    @classmethod
    def fit(cls, histories: Histories) -> Purchases:
        """By maximum likelihood. What hangs on x alone is computed once for all who ordered as often."""
        x, t_x, age = histories.x, histories.t_x, histories.T
        often, place, counts = np.unique(x, return_inverse=True, return_counts=True)

        def loss(logs: Numbers) -> float:
            r, alpha, a, b = np.exp(logs)
            shared = gammaln(r + often) - gammaln(r) + r * np.log(alpha) + betaln(a, b + often) - betaln(a, b)
            # Only who came back can have left.
            odds = np.log(a) - np.log(b + np.maximum(often, 1) - 1)
            odds[often == 0] = -np.inf
            stayed, left = -(r + x) * np.log(alpha + age), odds[place] - (r + x) * np.log(alpha + t_x)
            return -float(counts @ shared + np.logaddexp(stayed, left).sum())

        gap = float(histories.t_x.sum() / histories.x.sum())
        starts = ([1.0, float(histories.T.mean()), 1.0, 1.0], [0.25, gap, 0.8, 2.5])
        parameters, likelihood = search(loss, starts)
        return cls(*parameters, log_likelihood=likelihood)

    def alive(self, of: Histories) -> Numbers:
        """The probability that a customer is still one; who never came back cannot have left in this model."""
        return 1 / (1 + self._odds(of))

    def expected(self, of: Histories, weeks: float) -> Numbers:
        """The order days to expect of each customer in the weeks to come.

        The paper's formula after Euler's transformation, whose function stays small however often somebody has ordered.
        """
        z = weeks / (self.alpha + of.T + weeks)
        several = hyp2f1(self.a + self.b - 1 - self.r, self.a - 1, self.a + self.b + of.x - 1, z)
        shrunk = 1 - (1 - z) ** (self.a - 1) * several
        return (self.a + self.b + of.x - 1) / (self.a - 1) * shrunk / (1 + self._odds(of))

    def discounted(self, of: Histories, weeks: int, factor: float) -> Numbers:
        """The same, each order day at what it is worth today, as if it were at the end of its week."""
        before, found, worth = np.zeros_like(of.x), np.zeros_like(of.x), 1.0
        for week in range(1, weeks + 1):
            worth *= factor
            until = self.expected(of, week)
            found += worth * (until - before)
            before = until
        return found

    def _odds(self, of: Histories) -> Numbers:
        """Of having left to being still here. Long silence after many orders makes them infinite."""
        with np.errstate(over="ignore"):
            grown = np.exp((self.r + of.x) * np.log((self.alpha + of.T) / (self.alpha + of.t_x)))
        return np.where(of.x > 0, self.a / (self.b + np.maximum(of.x, 1) - 1) * grown, 0.0)


@dataclass(frozen=True)
class Spending:
    """The parameters of Gamma-Gamma."""

    p: float
    q: float
    v: float

    @classmethod
    def fit(cls, histories: Histories) -> Spending:
        """By maximum likelihood, of those who came back and left something: the model knows no value of 0 or less."""
        known = (histories.x > 0) & (histories.z > 0)
        x, z = histories.x[known], histories.z[known]
        scale = float(z.mean())
        z = z / scale

        def loss(logs: Numbers) -> float:
            p, q, v = np.exp(logs)
            terms = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
            return -float((terms + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(x * z + v)).sum())

        (p, q, v), _ = search(loss, ([6.0, 4.0, 0.5], [1.0, 2.0, 1.0]))
        if q <= 1:
            raise NotFittedError("the mean of all customers has no bound")
        return cls(p, q, v * scale)

    @property
    def mean(self) -> float:
        """What an order day leaves in the mean of all customers."""
        return self.p * self.v / (self.q - 1)

    def expected(self, of: Histories) -> Numbers:
        """What an order day of each customer will leave: between their own mean and that of all, the nearer to their own
        the more often they ordered."""
        return self.p * (self.v + of.x * of.z) / (self.p * of.x + self.q - 1)


def search(loss: Callable[[Numbers], float], starts: Sequence[Sequence[float]]) -> tuple[list[float], float]:
    """The best parameters found from some fixed places, so that the same histories always give the same ones."""

    def weighted(logs: Numbers) -> float:
        return loss(logs) + WEIGHT * float(logs @ logs) if np.abs(logs).max() < FARTHEST else np.inf

    found = [minimize(weighted, np.log(start), method="Nelder-Mead", options=OPTIONS) for start in starts]
    best = min((each for each in found if each.success and np.isfinite(each.fun)), key=lambda each: each.fun, default=None)
    if best is None:
        raise NotFittedError("the search found no maximum of the likelihood")
    return [float(each) for each in np.exp(best.x)], -loss(best.x)


def figures(
    histories: Histories, purchases: Purchases, spending: Spending, *, weeks: int, factor: float
) -> list[tuple[float, ...]]:
    """Of each customer: order days to expect, the chance of being one still, an order day's margin, and the value of it all."""
    orders, margins = purchases.expected(histories, weeks), spending.expected(histories)
    value = purchases.discounted(histories, weeks, factor) * margins
    found = np.stack([orders, purchases.alive(histories), margins, value], axis=1)
    if not np.isfinite(found).all():
        raise NotFittedError("something expected is no number")
    return [tuple(row) for row in found.tolist()]
