"""A task of time itself: how long is it since the spike before?"""

from __future__ import annotations

import numpy as np

from lstm_ref.learn.tasks import common
from lstm_ref.types import Array, Mask, Target


def spike_delays(
    rng: np.random.Generator, T: int, B: int, F: int = 10
) -> tuple[Array, Target, Mask]:
    """Spikes are F or F + 1 steps apart; say at each spike which of the two it was.

    Returns x (T, 1, B), 1 at a spike, else 0; target (T, B), 0 for F and 1 for F + 1; mask (T, B),
    True at the end of the first (T - 1) // (F + 1) delays, which end in time whatever they are;
    to count what just fits would favour the short ones. Example, T = 12, F = 4:

        input     1  0  0  0  1  0  0  0  0  1  0  0
        target                0              1

    The first spike is at step 0. T: at least F + 2. Chance: one half.
    Source: Gers, Schraudolph & Schmidhuber 2002, measuring spike delays.
    """
    common.enter(rng, T, B, common.whole("F", F, 1) + 2)
    counted = (T - 1) // (F + 1)
    longer = rng.integers(0, 2, (T // F + 1, B))
    times = np.cumsum(F + longer, axis=0)
    x, target = np.zeros((T, 1, B)), np.zeros((T, B), int)
    x[0] = 1
    mask = np.zeros((T, B), bool)
    for k, (time, kind) in enumerate(zip(times, longer, strict=True)):
        columns = np.flatnonzero(time < T)
        x[time[columns], 0, columns] = 1
        target[time[columns], columns] = kind[columns]
        mask[time[columns], columns] = k < counted
    return x, target, mask
