"""How much of the variance of a forest's predictions each setting explains, alone and in pairs.

Hutter, Hoos & Leyton-Brown 2014. A tree cuts the space of settings, here [0, 1]^d, into boxes with
a value each. Averaged over all settings but those in U its prediction is f_U; V_U = E[f_U²] - E[f]²
is a sum over pairs of boxes, so a product of matrices: v' (overlaps in U) v, with v the values
times the sizes in all others. The share of one setting is V_i / V, that of a pair
(V_ij - V_i - V_j) / V, a mean over trees. The tests compare it with Optuna's loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from lstm_ref.types import Array

Which = tuple[int, ...]  # columns of the settings


class Boxes(NamedTuple):
    """A tree: value (n,), low (n, d) and high (n, d) of its boxes, which fill [0, 1]^d."""

    value: Array
    low: Array
    high: Array


def shares(trees: Sequence[Boxes]) -> dict[Which, float]:
    """Share of the variance for (i,) and (i, j): means over the trees that have any.

    Raises ValueError where no tree has a variance: the values are all the same.
    """
    found = [_shares(tree) for tree in trees]
    varied = [each for each in found if each]
    if not varied:
        raise ValueError("trees: expected values that differ, got one for all settings")
    return {which: float(np.mean([each[which] for each in varied])) for which in varied[0]}


def _shares(tree: Boxes) -> dict[Which, float]:
    sizes = tree.high - tree.low
    volume = sizes.prod(axis=1)
    value = tree.value - volume @ tree.value
    total = volume @ value**2
    if total <= 0:
        return {}
    low, high = tree.low.T[:, :, None], tree.high.T[:, :, None]
    overlaps = np.minimum(high, high.swapaxes(1, 2)) - np.maximum(low, low.swapaxes(1, 2))
    overlaps = np.maximum(overlaps, 0)
    d = sizes.shape[1]
    found: dict[Which, float] = {}
    for which in [(i,) for i in range(d)] + [*combinations(range(d), 2)]:
        rest = value * np.delete(sizes, which, axis=1).prod(axis=1)
        alone = sum(found[i,] for i in which if len(which) > 1)
        found[which] = rest @ overlaps[list(which)].prod(axis=0) @ rest / total - alone
    return found


def marginal(trees: Sequence[Boxes], column: int, places: Array) -> Array:
    """Predictions at places (p,) of one setting, averaged over the others: (trees, p)."""
    return np.array([_marginal(tree, (column,)) @ _inside(tree, column, places) for tree in trees])


def marginal_of_two(trees: Sequence[Boxes], columns: Which, places: tuple[Array, Array]) -> Array:
    """Predictions at places (p,) and (q,) of two settings, averaged over the others: (p, q)."""
    found = [
        _inside(tree, columns[0], places[0]).T
        @ (_marginal(tree, columns)[:, None] * _inside(tree, columns[1], places[1]))
        for tree in trees
    ]
    return np.mean(found, axis=0)


def _marginal(tree, which):
    """Of each box, what it adds where the settings `which` are in it."""
    return tree.value * np.delete(tree.high - tree.low, which, axis=1).prod(axis=1)


def _inside(tree, column, places):
    """(boxes, p): whether a place is in a box, low < place <= high; 0 where it is low."""
    low, high = tree.low[:, column, None], tree.high[:, column, None]
    return ((low < places) | ((low == 0) & (places == 0))) & (places <= high)
