"""How long a study will still take, with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence

FEWEST = 5  # trials before there is an estimate


def work(size: float) -> float:
    """What a trial of this size costs, in a unit of its own: a fixed part, and the matrices."""
    return 50.0**2 + size**2


def left(
    elapsed: float, told: Sequence[tuple[float, float]], to_come: Sequence[float]
) -> tuple[float, float] | None:
    """(least, most) seconds until the end, by twice the deviation; None while that says nothing.

    elapsed: seconds since the start. told: (work, seconds) of each trial that ended in them.
    to_come: work of those that are to come. Trials that end early make the spread.
    """
    if len(told) < FEWEST:
        return None
    rates = [seconds / amount for amount, seconds in told]
    mean = sum(rates) / len(rates)
    variance = sum((rate - mean) ** 2 for rate in rates) / (len(rates) - 1)
    expected = elapsed * sum(to_come) / sum(amount for amount, _ in told)
    share = math.sqrt(variance * (1 / len(told) + 1 / max(len(to_come), 1))) / (mean or 1)
    return expected * max(0.0, 1 - 2 * share), expected * (1 + 2 * share)


def words(seconds: float) -> str:
    """A span of time: "40 s", "12 min", "3.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
