"""Which golden vectors somebody's arrays were computed from, where he does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lstm_ref.diagnose.reading.infer import sizes_of
from lstm_ref.interop.drawn import FEW, SCALE
from lstm_ref.sizes import FORMERLY, VECTORS
from lstm_ref.types import Params, Sizes

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table

MOST = 4  # vectors that are compared, at most
Vectors = tuple[dict[str, Any], Params]


def fitting(
    mine: Any, cell: Cell | Table, given: Mapping[str, int], seed: int, scale: float | None
) -> Vectors:
    """The vectors (header, arrays) that most of somebody's numbers are right for.

    mine: a dict of arrays, or a module or function, which takes any sizes. given: letter -> size,
    as far as it is known; scale: of the weights, None if it is not known.
    """
    from lstm_ref.diagnose.comparison import Comparison

    if not isinstance(mine, Mapping):
        return _made(cell, {**VECTORS, **given}, seed, scale)
    best: tuple[float, Vectors] | None = None
    for sizes, weights in _options(mine, cell, given, scale):
        made = _made(cell, sizes, seed, weights)
        if len(given) == 4 and (scale is not None or sum(sizes[k] for k in "DH") <= FEW):
            return made
        try:
            score = Comparison(mine, cell, *made).best.score
        except ValueError:
            score = -1e9  # not even the shapes fit
        if score == len(mine) or best is None or score > best[0]:
            best = score, made
        if score >= len(mine):
            break
    assert best is not None
    return best[1]


def _made(cell: Cell | Table, sizes: Mapping[str, Any], seed: int, scale: float | None) -> Vectors:
    from lstm_ref.interop import vectors

    return vectors.make(cell, **sizes, seed=seed, scale=scale)


def _options(
    mine: Any, cell: Cell | Table, given: Mapping[str, int], scale: float | None
) -> Iterator[tuple[Sizes, float | None]]:
    """(sizes, scale of the weights), the likeliest first."""
    if len(given) == 4:
        found = [dict(given)]
    else:
        found = sizes_of(mine, cell, [VECTORS, FORMERLY], given)[:MOST]
    yield from ((sizes, scale) for sizes in found)
    # Before there was a scale it was that of everything else.
    if scale is None:
        yield from ((sizes, SCALE) for sizes in found if sizes["D"] + sizes["H"] > FEW)
