"""What is searched, and what a trial draws from it: a function of its number.

Ranges of Greff et al. 2017: size log-uniform in [20, 200], learning rate log-uniform in
[1e-6, 1e-2], 1 - momentum log-uniform in [0.01, 1], standard deviation of the noise on the inputs
uniform in [0, 1].
"""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import numpy as np

CELLS = ("VANILLA", "NIG", "NFG", "NOG", "NIAF", "NOAF", "NP", "CIFG", "FGR")
# name -> (lowest, highest, whether its logarithm is uniform)
RANGES = {
    "size": (20, 200, True),
    "learning_rate": (1e-6, 1e-2, True),
    "one_minus_momentum": (0.01, 1.0, True),
    "noise": (0.0, 1.0, False),
}
SETTINGS, WEIGHTS, EPOCHS = range(3)  # what a generator is for; an epoch has one of its own


class Key(NamedTuple):
    """The name of a trial."""

    task: str
    cell: str
    number: int


def generator(seed: int, task: str, cell: str, number: int, *use: int) -> np.random.Generator:
    """The generator of a trial for one use; it depends on nothing that ran before."""
    names = [zlib.crc32(name.encode()) for name in (task, cell)]
    return np.random.default_rng([seed, *names, number, *use])


def settings(seed: int, task: str, cell: str, number: int) -> dict[str, int | float]:
    """The settings of a trial, a number for each name in RANGES; the size is a whole one."""
    rng = generator(seed, task, cell, number, SETTINGS)
    drawn: dict[str, int | float] = {}
    for name, (low, high, _) in RANGES.items():
        found = min(max(value(name, rng.uniform()), low), high)  # rounding may have left it
        drawn[name] = round(found) if isinstance(high, int) else float(found)
    return drawn


def value(name: str, share: Any) -> Any:
    """The setting at a share of its range, 0 to 1; of its logarithm where that is uniform."""
    low, high, logarithmic = RANGES[name]
    return low * (high / low) ** share if logarithmic else low + (high - low) * share


def share(name: str, value: float) -> float:
    """Where a setting lies in its range: the other way."""
    low, high, logarithmic = RANGES[name]
    if logarithmic:
        return float(np.log(value / low) / np.log(high / low))
    return (value - low) / (high - low)
