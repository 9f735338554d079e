"""What may have been computed forwards, where no value was stored: likelier things first.

h_{t-1} as an implementation multiplied with it comes back from the gradients of several matrices
at once: ∂E/∂W_.h = Δ H_prevᵀ, with the error terms Δ of all gates from those of W_.x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lstm_ref.derive import tree
from lstm_ref.derive.table import Table
from lstm_ref.diagnose.core import altered, families, recover, rewrites
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.core.values import Values
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]


def hypotheses(
    table: Table, arrays: Mapping[str, Any], errors: Mapping[str, Array]
) -> Iterator[tuple[Edits, Values, Pass]]:
    """(edits, values, own pass), computed one by one. errors: as of `Pass`."""
    for edits in likely(table, arrays):
        try:
            with np.errstate(all="ignore"):
                found = altered.forward_with(table, arrays, edits)
                own = altered.own_pass(table, edits, found, errors)
        except (ValueError, KeyError, TypeError):
            continue
        if all(np.all(np.isfinite(found[name])) for name in table.equations):
            yield edits, found, own


def likely(table: Table, arrays: Mapping[str, Any]) -> Iterator[Edits]:
    """Single mistakes forwards, likelier ones first, each once."""
    yield from ((edit,) for edit in families.states(table))
    yield from ((edit,) for edit in families.sequences(table, arrays))
    for edits in families.together(table):
        yield from families.same(table, edits)
        yield edits
    single = [e for name in table.equations for e in rewrites.alternatives(table, name)]
    for edit in sorted(single, key=lambda e: e.kind != "activation"):
        yield from families.same(table, (edit,))
        yield (edit,)


def h_seen(base: Pass, gradients: Mapping[str, Array], tol: float = 1e-7) -> Arrays:
    """State -> what the gradients of its matrices were multiplied with, (T, n, B).

    Step 1 has the initial state. {} where the numbers do not say it, or contradict each other.
    base: the right pass on the vectors, of which x and the summands of matrices are used.
    """
    delta = recover.sources(base, gradients)
    found: Arrays = {}
    for state in base.table.states:
        pairs = list(_pairs(base, state, delta, gradients))
        if not pairs:
            continue
        D = np.concatenate([p[0] for p in pairs])  # (gates n, T B)
        G = np.concatenate([p[1] for p in pairs])
        if len(D) < D.shape[1] or np.linalg.cond(D) > recover.WORST:
            continue
        H = np.linalg.lstsq(D, G, rcond=None)[0]
        if len(D) > D.shape[1] and np.abs(D @ H - G).max() > 100 * tol * np.abs(G).max():
            continue
        B = base.values[base.table.input].shape[-1]
        found[state] = np.moveaxis(H.T.reshape(-1, base.T, B), 1, 0)
    return found


def _pairs(base, state, delta, gradients):
    """(Δ (n, T B), gradient (n, m)) of each matrix that is multiplied with the last state."""
    for name in base.table.matrices:
        products = base.table.products.get(name, ())
        if f"d{name}" not in gradients or len(products) != 1:
            continue
        item = products[0]
        if item.v != tree.Signal(state, 1) or item.by not in delta:
            continue
        source = delta[item.by][0]
        if source.parameter == name:
            continue
        inner = base.inner_of(("sum", name, 0), item)
        error = (source.delta * inner)[1:, 0]
        G = gradients[f"d{name}"]
        yield np.moveaxis(error, 0, 1).reshape(error.shape[1], -1), G.T if item.transposed else G
