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
from lstm_ref.diagnose.core import (
    altered,
    families,
    forward,
    given,
    recover,
    rewrites,
    stages,
    values,
)
from lstm_ref.diagnose.core.edits import Edit
from lstm_ref.diagnose.core.passes import Pass
from lstm_ref.diagnose.core.values import Values
from lstm_ref.types import Array, Arrays

Edits = tuple[Edit, ...]
LOSS = 1e3  # digits that are lost on the way from gradients to h


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


def read_gradients(
    table: Table,
    arrays: Mapping[str, Any],
    errors: Mapping[str, Array],
    gradients: Mapping[str, Array],
    tol: float = 1e-9,
) -> forward.Forward:
    """The forward pass read from what the weight gradients were multiplied with, see `h_seen`.

    found is False too where the gradients do not say it. Arguments as of `hypotheses`; gradients:
    "dW_fx" and the like.
    """
    sequences = [(), *((edit,) for edit in families.sequences(table, arrays))]
    for way in sequences:
        given_arrays = given.taken(table, arrays, way)
        base = Pass(table, values.forward(table, given_arrays), errors)
        for seen in answers(base, gradients, tol)[: 1 if way else 2]:
            mine = {}
            for state, a in seen.items():
                mine[f"{state}_0"] = a[0]
                mine[state] = np.concatenate([a[1:], np.full_like(a[:1], np.nan)])
            phases = 1 if way else forward.PHASES
            found = forward.read(table, given_arrays, mine, LOSS * tol, phases)
            if found.found and not (way and any(e.place[0] == "given" for e in found.edits)):
                read = altered.forward_with(table, arrays, (*way, *found.edits))
                ties = tuple((*way, *tie) for tie in found.ties)
                return forward.Forward((*way, *found.edits), read, True, ties)
    return forward.Forward((), None, False)


def read_stages(
    cell: stages.Cell,
    arrays: Mapping[str, Any],
    errors: Mapping[str, Array],
    gradients: Mapping[str, Array],
    mine: Mapping[str, Array],
    tol: float = 1e-9,
) -> forward.Forward:
    """As `read_gradients`, equation by equation; see `stages`. mine: values that are stored."""
    if not cell.able:
        return forward.Forward((), None, False)
    table = cell.table
    for way in [(), *((edit,) for edit in families.sequences(table, arrays))]:
        base = Pass(table, values.forward(table, given.taken(table, arrays, way)), errors)
        delta = {n: found[0].delta for n, found in recover.sources(base, gradients).items()}
        for seen in answers(base, gradients, tol)[:2]:
            start = {f"{s}_0": a[0] for s, a in seen.items()}
            starts = forward.starts(table, arrays, start, LOSS * tol)
            fitting = all(forward.close(a[1:], mine[s][:-1], LOSS * tol)
                          for s, a in seen.items() if s in mine)  # fmt: skip
            if not starts or not fitting:
                continue
            whole = {s: np.concatenate([a[1:], a[:1] * np.nan]) for s, a in seen.items()}
            stored = [(mine, tol), ({**start, **whole}, LOSS * tol)]
            for back in (False, True)[: 1 if mine else 2]:
                known = stages.known_of(base, cell, seen, mine, delta)
                known.errors = cell.errors if back else []
                read = stages.Stages(cell, known, LOSS * max(tol, 1e-10))
                proposals = [(*way, *s, *edits) for edits in read.proposals() for s in starts]
                found = forward.first(table, arrays, stored, proposals)
                if found.found:
                    return found
    return forward.Forward((), None, False)


def h_seen(base: Pass, gradients: Mapping[str, Array], tol: float = 1e-9) -> Arrays:
    """State -> what the gradients of its matrices were multiplied with, (T, n, B).

    Step 1 has the initial state. That on which most matrices agree; {} where the numbers do not say
    it. base: the right pass on the vectors, of which x and the summands of matrices are used.
    """
    return next(iter(answers(base, gradients, tol)), {})


def answers(base: Pass, gradients: Mapping[str, Array], tol: float = 1e-9) -> list[Arrays]:
    """As `h_seen`; where matrices contradict each other each answer, the most frequent first."""
    delta = recover.sources(base, gradients)
    found: dict[str, list[Array]] = {}
    for state in base.table.states:
        pairs = list(_pairs(base, state, delta, gradients))
        each = [h for h in (_solved(D, G, tol) for D, G in pairs) if h is not None]
        if not each and len(pairs) > 1:
            D, G = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
            each = [h for h in [_solved(D, G, tol)] if h is not None]
        if each:
            found[state] = _ranked(each, tol)
    B = base.values[base.table.input].shape[-1]
    most = max(map(len, found.values()), default=0)
    rows = ({s: hs[min(n, len(hs) - 1)] for s, hs in found.items()} for n in range(most))
    return [
        {s: np.moveaxis(h.T.reshape(-1, base.T, B), 1, 0) for s, h in answer.items()}
        for answer in rows
    ]


def _ranked(each, tol):
    """Different ones, those that come back from most matrices first."""
    groups: list[list[Array]] = []
    for h in each:
        mine = next((g for g in groups if forward.close(h, g[0], LOSS * tol)), None)
        if mine is None:
            groups.append([h])
        else:
            mine.append(h)
    return [g[0] for g in sorted(groups, key=len, reverse=True)]


def _solved(D, G, tol):
    """H of D H = G, None where it does not follow, or there is none."""
    if len(D) < D.shape[1] or np.linalg.cond(D) > recover.WORST:
        return None
    H = np.linalg.lstsq(D, G, rcond=None)[0]
    return H if np.abs(D @ H - G).max() <= LOSS * tol * np.abs(G).max() else None


def _pairs(base, state, delta, gradients):
    """(Δ (n, T B), gradient (n, m)) of each matrix that is multiplied with the last state."""
    for name in base.table.matrices:
        products = base.table.products.get(name, ())
        if len(products) != 1 or not np.any(gradients.get(f"d{name}", 0)):
            continue
        item = products[0]
        plain = item.v == tree.Signal(state, 1) and item.inner == tree.Number(1)
        if not plain or item.by not in delta or delta[item.by][0].parameter == name:
            continue
        error = delta[item.by][0].delta[1:, 0]
        G = gradients[f"d{name}"]
        yield np.moveaxis(error, 0, 1).reshape(error.shape[1], -1), G.T if item.transposed else G
