"""When a network of 1997 counts as trained: the rules of the paper, an object for each trial.

`seen` is told of every training sequence and says how many of its stages are met by now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from lstm_ref.history.tasks import Sequence
from lstm_ref.types import Array

Said = Iterable[Array]  # the outputs on each test sequence, as they are now


class Rule(Protocol):
    """The rule of one trial. late: so many sequences does it look back on that do not count."""

    late: int

    def seen(self, errors: Array, said: Said) -> int:
        """How many stages are met with this sequence; errors (asked steps, outputs)."""
        ...


class InARow:
    """The last n sequences all right, and their mean absolute error below a bound.

    Experiments 2 (n = 10,000), 4 and 6 (n = 2,000). limit: what a single absolute error may reach;
    mean: of all outputs of the last n sequences, None for no such rule. last: only the errors at
    the last step count. late: n where training counts as over before the n begin.
    """

    def __init__(
        self, n: int, limit: float, mean: float | None = None, last: bool = False, late: int = 0
    ) -> None:
        self.n, self.limit, self.mean, self.last, self.late = n, limit, mean, last, late
        self._right = 0
        self._means: deque[float] = deque(maxlen=n)

    def seen(self, errors: Array, said: Said) -> int:
        """1 if the rule is met."""
        size = np.abs(errors[-1:] if self.last else errors)
        self._right = self._right + 1 if size.max() < self.limit else 0
        self._means.append(float(size.mean()))
        if self._right < self.n:
            return 0
        return int(self.mean is None or sum(self._means) / self.n < self.mean)


class Fewer:
    """Fewer than so many of the last n sequences have an error above the limit: experiment 5.

    below: a number for each stage, the largest first.
    """

    late = 0

    def __init__(self, n: int, limit: float, below: Iterable[int]) -> None:
        self.n, self.limit, self.below = n, limit, tuple(below)
        self._wrong: deque[bool] = deque(maxlen=n)
        self._sum = 0

    def seen(self, errors: Array, said: Said) -> int:
        """How many stages are met."""
        if len(self._wrong) == self.n:
            self._sum -= self._wrong[0]
        self._wrong.append(bool(np.abs(errors).max() > self.limit))
        self._sum += self._wrong[-1]
        if len(self._wrong) < self.n:
            return 0
        return sum(self._sum < below for below in self.below)


class Tested:
    """What the outputs say of a test set, looked at after every so many sequences.

    Experiments 1 and 3. stages: a function for each, given the outputs on each test sequence; one
    is met only together with those before it. How often the paper looked is not known.
    """

    late = 0

    def __init__(self, every: int, stages: Iterable[Callable[[Said], bool]]) -> None:
        self.every, self.stages = every, tuple(stages)
        self._count = 0

    def seen(self, errors: Array, said: Said) -> int:
        """How many stages are met."""
        self._count += 1
        if self._count % self.every:
            return 0
        met = 0
        while met < len(self.stages) and self.stages[met](said):
            met += 1
        return met


class Classified:
    """At most so many of some sequences are wrong at their end; their mean error is below a bound.

    limit: largest absolute error of one that is right. mean: of the absolute errors, None for no
    such rule.
    """

    def __init__(
        self,
        sequences: Iterable[Sequence],
        limit: float,
        most_wrong: int = 0,
        mean: float | None = None,
    ) -> None:
        self._targets = [target[-1] for _, target, _ in sequences]
        self.limit, self.most_wrong, self.mean = limit, most_wrong, mean

    def __call__(self, said: Said) -> bool:
        """said: the outputs at the asked steps of each sequence."""
        wrong, sizes = 0, []
        for out, target in zip(said, self._targets, strict=True):
            size = np.abs(out[-1] - target)
            wrong += bool(size.max() > self.limit)
            if wrong > self.most_wrong:
                return False
            sizes.append(size.mean())
        return self.mean is None or bool(np.mean(sizes) < self.mean)
