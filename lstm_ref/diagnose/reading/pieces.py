"""One array with named axes, in each order and grouping of its axes that its shape allows.

(4, H, D), (4H, D), (D, 4H), (H, 4, D) or a flat array of as many numbers: all hold the axes of
gates, units and columns, in some order, some of them grouped to one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations
from typing import NamedTuple

from lstm_ref.types import Array

Axis = tuple[str, int]  # letter, size


def fitted(value: Array, axes: Sequence[Axis]) -> Iterator[tuple[Array, str]]:
    """(array with these axes in this order, letters in the order as stored), ours first.

    Axes of size 1 may be anywhere; they are not among the letters.
    """
    shape = tuple(n for n in value.shape if n != 1)
    real = [axis for axis in axes if axis[1] != 1]
    if math.prod(shape) != math.prod(n for _, n in real):
        return
    sizes = tuple(n for _, n in axes)
    for order in permutations(range(len(real))):
        stored = [real[k] for k in order]
        if _groups(shape, [n for _, n in stored]):
            back = sorted(range(len(order)), key=order.__getitem__)
            table = value.reshape([n for _, n in stored]).transpose(back).reshape(sizes)
            yield table, "".join(letter for letter, _ in stored)


def _groups(shape, sizes):
    """Whether the sizes, side by side in groups, multiply to this shape."""
    cuts = range(1, len(sizes))
    for inner in combinations(cuts, len(shape) - 1) if shape else [()]:
        edges = [0, *inner, len(sizes)]
        found = tuple(math.prod(sizes[a:b]) for a, b in pairwise(edges))
        if found == shape or (not shape and not sizes):
            return True
    return False


class Stored(NamedTuple):
    """An array with its axes in our order. order: letters as stored.

    flags: what tells this order from others, "T<B": whether T stands before B; open: those flags
    that the shape of the array does not decide.
    """

    table: Array
    order: str
    flags: dict[str, bool]
    open: dict[str, bool]


def stored(value: Array, axes: Sequence[Axis]) -> list[Stored]:
    """Each way in which an array may hold these axes."""
    found = list(fitted(value, axes))
    letters = sorted(found[0][1]) if found else []
    pairs = [(a, b) for k, a in enumerate(letters) for b in letters[k + 1 :]]
    every = [{f"{a}<{b}": o.index(a) < o.index(b) for a, b in pairs} for _, o in found]
    vary = [f"{a}<{b}" for a, b in pairs if len({f[f"{a}<{b}"] for f in every}) > 1]
    return [
        Stored(table, order, said, {f: said[f] for f in vary})
        for (table, order), said in zip(found, every, strict=True)
    ]
