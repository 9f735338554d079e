"""Welch's t-test and Holm's correction, with NumPy alone; the tests compare them with SciPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

TINY = 1e-300  # instead of a division by zero in the continued fraction
MOST = 10_000  # steps of it, of which a few dozen are needed


class Comparison(NamedTuple):
    """Means of a and b compared: a - b, its 95 % interval, t, degrees of freedom, two-sided p.

    All but the difference are NaN where no spread can be had.
    """

    difference: float
    low: float
    high: float
    t: float
    freedom: float
    p: float


def welch(a: ArrayLike, b: ArrayLike) -> Comparison:
    """The test of two samples with variances of their own. Source: Welch 1947.

    NaN where a sample has fewer than two values, one of them is not finite, or none differs.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    finite = np.isfinite(a).all() and np.isfinite(b).all() and a.size and b.size
    difference = float(a.mean() - b.mean()) if finite else math.nan
    if not finite or min(a.size, b.size) < 2 or not (np.ptp(a) or np.ptp(b)):
        return Comparison(difference, *[math.nan] * 5)
    of_a, of_b = (float(each.var(ddof=1)) / each.size for each in (a, b))
    error = math.sqrt(of_a + of_b)
    freedom = (of_a + of_b) ** 2 / (of_a**2 / (a.size - 1) + of_b**2 / (b.size - 1))
    half = quantile(0.05, freedom) * error
    t = difference / error
    return Comparison(
        difference, difference - half, difference + half, t, freedom, tails(t, freedom)
    )


def tails(t: float, freedom: float) -> float:
    """The probability, on both sides of Student's t distribution, of more than the size of t."""
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def quantile(p: float, freedom: float) -> float:
    """The t with this probability in both tails, 0 < p < 1, by bisection."""
    low, high = 0.0, 1.0
    while tails(high, freedom) > p:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if tails(middle, freedom) > p else (low, middle)
    return high


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 <= x <= 1.

    By its continued fraction (DLMF 8.17.22), evaluated with Lentz's method; where that converges
    slowly by I_x(a, b) = 1 - I_{1-x}(b, a).
    """
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or TINY)
    value = d
    for m in range(1, MOST):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = value
        for term in (even, odd):
            c, d = 1 + term / c or TINY, 1 / (1 + term * d or TINY)
            value *= c * d
        if abs(value - before) <= 1e-16 * abs(value):
            break
    return math.exp(front) / a * value


def holm(p: Sequence[float]) -> list[float]:
    """Each p after Holm's correction for all of them; NaN stays, and is no test.

    The smallest is multiplied by their number n, the next by n - 1..., none is smaller than the one
    before, none is more than 1. Source: Holm 1979.
    """
    order = sorted((k for k in range(len(p)) if not math.isnan(p[k])), key=lambda k: p[k])
    found, least = [math.nan] * len(p), 0.0
    for place, k in enumerate(order):
        least = max(least, min(1.0, (len(order) - place) * p[k]))
        found[k] = least
    return found
