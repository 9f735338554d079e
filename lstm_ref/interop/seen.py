"""What the matrices of a cell see, and whether error terms can be recovered from their gradients.

∂E/∂W = Σ_t (δ_t ⊙ a_t) v_tᵀ, summed over samples too, is a product Δ Vᵀ. A column of V belongs to
a step and a sample. If the columns span as many dimensions as they are, Δ follows from the
gradient: every error term of every unit, step and sample. Where a matrix is used twice, or an
equation has several, the gradients of all of them together decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.check import summands
from lstm_ref.check.values import value_of
from lstm_ref.interop.drawn import signal_sizes
from lstm_ref.types import Array, Arrays

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table
    from lstm_ref.derive.terms import Product
    from lstm_ref.interop.nets import Part

NEGLIGIBLE = 1e-11  # of the largest singular value: what is below counts as none


@dataclass(frozen=True)
class Seen:
    """columns: one for each step and sample; rank: how many dimensions they span.

    condition: of the columns, inf without full rank: by so much a relative error of the gradients
    may grow in what is recovered from them.
    """

    columns: int
    rank: int
    condition: float


def by_matrix(part: Part) -> dict[str, Seen]:
    """Matrix -> `Seen` of what it is multiplied with; of several things the worst."""
    products = summands.recipe(part.cell).products.items()
    return {name: _worst([_columns(part, p.v) for p in found]) for name, found in products}


def by_equation(part: Part) -> dict[str, Seen]:
    """Equation with matrices -> `Seen` of its error terms, in the worst of its units.

    Recovered are the error terms as they reach the products: where the factor beside an error term
    is zero, as behind a relu, no gradient depends on it. Equations that share a matrix are looked
    at together.
    """
    found: dict[str, Seen] = {}
    for equations, products in _groups(part.cell):
        found |= dict.fromkeys(equations, _worst(list(_systems(part, equations, products))))
    return {name: found[name] for name in part.cell.equations if name in found}


def _worst(matrices):
    return max(map(_spanned, matrices), key=lambda seen: seen.condition)


def _spanned(matrix):
    """`Seen` of the columns of a matrix."""
    columns = matrix.shape[1]
    if not np.all(np.isfinite(matrix)):
        return Seen(columns, 0, np.inf)
    s = np.linalg.svd(matrix, compute_uv=False)
    if not columns or s[0] == 0:
        return Seen(columns, 0, np.inf if columns else 1.0)
    rank = int(np.sum(s > NEGLIGIBLE * s[0]))
    return Seen(columns, rank, float(s[0] / s[-1]) if rank == columns else np.inf)


def _groups(cell):
    """Pairs (equations, their products): what shares a matrix is in one.

    A matrix that is multiplied both as it is and transposed tells nothing here: of its gradient
    neither rows nor columns belong to one unit.
    """
    groups: list[tuple[list[str], list[Product]]] = []
    for products in summands.recipe(cell).products.values():
        if len({p.transposed for p in products}) != 1:
            continue
        equations, kept, apart = list(dict.fromkeys(p.by for p in products)), list(products), []
        for others, theirs in groups:
            if set(others) & set(equations):
                equations = list(dict.fromkeys([*others, *equations]))
                kept = [*theirs, *kept]
            else:
                apart.append((others, theirs))
        groups = [*apart, (equations, kept)]
    return groups


def _systems(part: Part, equations: list[str], products: list[Product]) -> Iterator[Array]:
    """For each unit the matrix that takes its error terms to the gradients; one if all are equal.

    Its columns are equation by equation the steps and samples.
    """
    V = {p: _columns(part, p.v) for p in products}
    inner = {p: _columns(part, p.inner) for p in products}
    units = max(rows.shape[0] for rows in inner.values())
    for unit in range(units):
        rows = {p: a[min(unit, len(a) - 1)] for p, a in inner.items()}
        reach = {
            e: np.max([np.abs(rows[p]) for p in products if p.by == e], axis=0) for e in equations
        }
        system = []
        for name in dict.fromkeys(p.of for p in products):
            own = [p for p in products if p.of == name]
            blocks = {e: np.zeros_like(V[own[0]]) for e in equations}
            for p in own:
                factor = np.divide(rows[p], reach[p.by], where=reach[p.by] > 0, out=0 * rows[p])
                blocks[p.by] = blocks[p.by] + V[p] * factor
            system.append(np.hstack(list(blocks.values())))
        yield np.vstack(system)[:, np.hstack([reach[e] for e in equations]) > 0]


def _columns(part: Part, expr: Any) -> Array:
    """An expression at all steps and samples side by side, (n, columns)."""
    return np.hstack([_of_run(part.cell, values, expr) for *_, values in part.runs])


def _of_run(cell: Cell | Table, values: Arrays, expr: Any) -> Array:
    x = values[cell.input]
    T, B = len(x) - 1, x.shape[-1]
    value = np.asarray(value_of(expr, values, slice(1, T + 1), signal_sizes(cell, values)), float)
    value = value.reshape((1,) * (3 - value.ndim) + value.shape)
    value = np.broadcast_to(value, (T, value.shape[1], B))
    return np.moveaxis(value, 0, 1).reshape(value.shape[1], T * B)
