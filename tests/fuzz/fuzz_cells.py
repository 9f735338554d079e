"""Doors of the cells: forward and backward of each, and a step of those by hand."""

from __future__ import annotations

from functools import cache, partial

import fuzz_arrays as damage
import numpy as np
from fuzz_case import Case, Door, same

from lstm_ref.cells import stacked
from lstm_ref.cells.resolve import resolve
from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue

CELLS = [*map(resolve, (*catalogue.BOOK, "IRNN")), stacked]
CELLS += [resolve(name.upper()) for name in ("lstm", "elman", "gru_before", "gru_after")]
REFUSALS = (TypeError, ValueError)


@cache
def problem(k, dtype):
    """(cell, params, x, state0, dh, dstate_T); H differs from every other width."""
    cell, sizes = CELLS[k], dict(T=3, B=2, D=5, H=4)
    tensors, errors = witnesses.problem(
        cell, np.random.default_rng(k), **sizes, dtype=np.dtype(dtype)
    )
    return cell, *witnesses.split(cell, tensors), errors["dh"], errors["dstate_T"]


CHANGES = {  # argument -> (spoilt in one of these ways, the same in another way)
    "params": ([damage.entry, damage.entry, damage.names], damage.kept_names),
    "x": ([damage.spoilt], damage.kept),
    "state0": ([damage.state], damage.kept_state),
    "dh": ([damage.spoilt], damage.kept),
    "dstate_T": ([damage.state], damage.kept_state),
}


def one(rng, argument, value):
    """(what, a changed value, may it be accepted)."""
    spoil, keep = CHANGES[argument]
    if rng.random() < 0.2:
        return *keep(rng, value), True
    while True:
        what, changed = rng.choice(spoil)(rng, value)
        # One step more or None are other arguments, not wrong ones.
        if changed is not None and not (argument == "x" and what == "one longer (axis 0)"):
            return what, changed, False


def results(found):
    return found[:2] if isinstance(found[2], dict) else found


def forward(rng, folder):
    """One argument of a cell's forward is changed."""
    cell, params, x, state0, *_ = problem(
        rng.randrange(len(CELLS)), rng.choice(["float32", "float64"])
    )
    arguments = {"params": params, "x": x, "state0": state0}
    name = rng.choice(list(arguments))
    what, value, may = one(rng, name, arguments[name])
    return Case(
        f"{cell.__name__}.forward, {name}: {what}",
        lambda: cell.forward(*{**arguments, name: value}.values())[:2],
        lambda result: may and same(result, cell.forward(*arguments.values())[:2]),
        REFUSALS,
        (name, *NAMES),
    )


def backward(rng, folder):
    """One argument of a cell's backward is changed, the tape is that of its forward."""
    cell, params, x, state0, dh, dstate_T = problem(
        rng.randrange(len(CELLS)), rng.choice(["float32", "float64"])
    )
    arguments = {"params": params, "dh": dh, "dstate_T": dstate_T}
    name = rng.choice(list(arguments))
    what, value, may = one(rng, name, arguments[name])

    def call(given):
        tape = cell.forward(params, x, state0)[2]
        return cell.backward(given["params"], tape, given["dh"], given["dstate_T"])

    return Case(
        f"{cell.__name__}.backward, {name}: {what}",
        lambda: call({**arguments, name: value}),
        lambda result: may and same(result, call(arguments)),
        REFUSALS,
        (name, "tape", *NAMES),
    )


def tape(rng, folder):
    """The tape is of another type, of another call, or has lost something."""
    k, dtype = rng.randrange(len(CELLS)), rng.choice(["float32", "float64"])
    cell, params, x, state0, dh, dstate_T = problem(k, dtype)
    other = problem((k + 1) % len(CELLS), dtype)
    own = cell.forward(params, x, state0)[2]
    gone = rng.choice(list(own))
    short = {key: value for key, value in own.items() if key != gone}
    tapes = {
        "of another cell": other[0].forward(*other[1:4])[2],
        "one step shorter": cell.forward(params, x[:-1], state0)[2],
        "of another B": cell.forward(params, x[:, :, :1], tuple(s[:, :1] for s in state0))[2],
        "all three results": cell.forward(params, x, state0),
        f"without {gone}": short,
        "another type": rng.choice(damage.OTHERS),
    }
    what = rng.choice(list(tapes))
    value = tapes[what]
    right = cell.backward(params, own, dh, dstate_T)
    return Case(
        f"{cell.__name__}.backward, tape: {what}",
        lambda: cell.backward(params, value, dh, dstate_T),
        lambda result: value is short and same(result, right),
        REFUSALS,
        ("tape", "dh"),
    )


NAMES = ()  # whatever else may be named in a message: nothing

DOORS = {
    "forward": Door(forward, 1000),
    "backward": Door(backward, 1000),
    "tape": Door(partial(tape), 200),
}
