"""Mistakes of the forward pass are read back, and the gradients that are right for them derived."""

import numpy as np
import pytest

from lstm_ref.derive import catalogue, table
from lstm_ref.diagnose.core import (
    altered,
    derived,
    forward,
    hypotheses,
    passes,
    values,
)
from lstm_ref.interop import vectors

NEW = {"T": 4, "B": 2, "D": 9, "H": 10}
OLD = {"T": 5, "B": 3, "D": 4, "H": 6}
CELLS = ("LSTM", "VANILLA", "GRU_BEFORE", "GRU_AFTER", "ELMAN", "LSTM_1997", "CIFG")


def golden(name, sizes=NEW, seed=1):
    """(table, arrays, errors by name)."""
    _, arrays = vectors.make(name, **sizes, seed=seed)
    cell = table.of_catalogue(name)
    return cell, arrays, {"e": arrays["e"], **{s: arrays[f"e_{s}_T"] for s in cell.states}}


def off(a, b):
    return np.abs(a - b).max() / max(np.abs(b).max(), 1e-6)


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_differentiated_trees_give_the_gradients_of_the_stored_tables(name):
    small = {"T": 3, "B": 2, "D": 4, "H": 6}
    cell, arrays, errors = golden(name, small)
    new = derived.rederived(cell, cell.equations)
    results = passes.Pass(new, values.forward(new, arrays), errors).results()
    for tensor, found in results.items():
        assert off(found, arrays[tensor]) < 1e-9, tensor


def planted(cell, arrays, every=1):
    """Every single mistake forwards that gives numbers, with its values."""
    for edits in [*dict.fromkeys(hypotheses.likely(cell, arrays))][::every]:
        try:
            with np.errstate(all="ignore"):
                found = altered.forward_with(cell, arrays, edits)
        except ValueError:
            continue
        if all(np.abs(found[n]).max() < 1e6 for n in cell.equations):
            yield edits, found


@pytest.mark.parametrize("name", CELLS)
def test_every_mistake_is_read_where_all_is_stored(name):
    cell, arrays, _ = golden(name)
    count = 0
    for edits, found in planted(cell, arrays, 4):
        mine = values.signals(cell, found)
        answer = forward.read(cell, arrays, mine)
        assert answer.found, edits
        assert edits == answer.edits or edits in answer.ties, (edits, answer.edits)
        count += 1
    assert count > 6


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("sizes", [NEW, OLD], ids=["new", "old"])
def test_right_values_are_never_accused(name, sizes):
    for seed in range(3):
        cell, arrays, _ = golden(name, sizes, seed)
        mine = values.signals(cell, values.forward(cell, arrays))
        for stored in (mine, {"h": mine["h"]}):
            for tol, kind in ((1e-9, np.float64), (1e-5, np.float32)):
                answer = forward.read(cell, arrays, {n: a.astype(kind) for n, a in stored.items()},
                                      tol)  # fmt: skip
                assert answer.found and answer.edits == () and answer.ties == ()


def differences(cell, arrays, edits, errors, rng):
    """(by central differences, by the own pass) of E along a random direction."""
    names = [*cell.matrices, *cell.vectors, *cell.inputs, *(f"{s}_0" for s in cell.states)]
    way = {n: rng.normal(size=arrays[n].shape) for n in names}

    def E(step):
        moved = {n: arrays[n] + step * way[n] for n in names}
        found = altered.forward_with(cell, {**arrays, **moved}, edits)
        last = sum(np.sum(errors[s] * found[s][-1]) for s in cell.states)
        return np.sum(errors["e"] * found[cell.output][1:]) + last

    found = altered.forward_with(cell, arrays, edits)
    results = altered.own_pass(cell, edits, found, errors).results()
    stopped = {e.place[1] for e in edits if e.other in ("zero", "ones")}
    own = {n: 0.0 if _stopped(n, stopped) else np.sum(way[n] * results[f"d{n}"]) for n in names}
    step = 1e-5
    return (E(step) - E(-step)) / (2 * step), sum(own.values())


def _stopped(name, stopped):
    """Whether a constant was taken for it: E does not depend on what was given."""
    state = name.removesuffix("_0")
    return bool({name, state} & stopped or ("all" in stopped and name.endswith("_0"))
                or ("biases" in stopped and name.startswith("b_")))  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_the_own_pass_is_the_derivative_of_what_is_computed(name):
    cell, arrays, errors = golden(name)
    rng = np.random.default_rng(0)
    for edits, _ in planted(cell, arrays, 5):
        if any("hard" in e.other or "relu" in e.other for e in edits):
            continue  # corners: one step of a difference may cross them
        if any(e.kind == "state" for e in edits):
            continue
        wanted, got = differences(cell, arrays, edits, errors, rng)
        assert abs(got - wanted) < 1e-5 * max(abs(wanted), 1), edits
