"""When a network of 1997 counts as trained: the rules of the papers, for many trials at once."""

from __future__ import annotations

from collections import deque

import numpy as np

from lstm_ref.types import Array


class InARow:
    """The last n training sequences all right, and their mean absolute error below a bound.

    Experiments 2 (n = 10,000), 4, 5 and 6 (n = 2,000) of 1997. limit: what a single absolute error
    may reach; mean: of all outputs of the last n sequences, None for no such rule.
    """

    def __init__(self, K: int, n: int, limit: float, mean: float | None = None) -> None:
        self.n, self.limit, self.mean = n, limit, mean
        self.run = np.zeros(K, int)
        self.last: list[deque[float]] = [deque(maxlen=n) for _ in range(K)]

    def seen(self, k: int, errors: Array) -> bool:
        """Has trial k met the rule with this sequence? errors: of its asked steps and outputs."""
        worst = float(np.abs(errors).max())
        self.run[k] = self.run[k] + 1 if worst < self.limit else 0
        self.last[k].append(float(np.abs(errors).mean()))
        if self.run[k] < self.n:
            return False
        return self.mean is None or sum(self.last[k]) / self.n < self.mean

    def keep(self, which: Array) -> None:
        """Go on with these trials (K,) alone."""
        self.run = self.run[which]
        self.last = [one for one, kept in zip(self.last, which, strict=True) if kept]
