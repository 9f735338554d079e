"""How much a search may do, counted in backward passes and not in seconds.

So the answer is the same on every machine and under any load.
"""

from collections.abc import Hashable

EVALUATIONS = 8000  # by default: all pairs of mistakes of any cell of the catalogue, one layout
COMPARISONS = 10  # with stored numbers, which take as long as one backward pass of usual vectors
LARGE = 20_000  # numbers: with each of so many a backward pass counts as one more


class Budget:
    """What is left of so many backward passes with mistakes; numbers: how many each gives."""

    def __init__(self, evaluations, numbers):
        self._weight = 1 + numbers // LARGE
        self._left = evaluations * COMPARISONS
        self._evaluated = set()

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self._left <= 0

    def compare(self, rows: int = 1) -> None:
        """So many rows of numbers are compared with those that are stored."""
        self._left -= rows * self._weight

    def evaluate(self, passes: int = 1) -> None:
        """So many backward passes are evaluated."""
        self.compare(passes * COMPARISONS)

    def evaluate_once(self, key: Hashable) -> None:
        """A backward pass that is kept, and counts the first time only.

        Whether an earlier diagnosis has left it in memory must not count: answers would differ.
        """
        if key not in self._evaluated:
            self._evaluated.add(key)
            self.evaluate()
