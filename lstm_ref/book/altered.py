"""Wrong gradients as programs: the LSTM that is derived, with a few characters of its code changed.

They are what chapter "Checking gradients" plays with: each was published. They are made from the
code and not from the derivation, so that what `lstm_ref.mistakes` has is compared with them.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Any

import numpy as np

from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.check.errors import relative
from lstm_ref.check.witnesses import Errors
from lstm_ref.derive.catalogue import LSTM
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.types import Array, Arrays

# The lines of the right backward pass, and what stands there instead: name -> pairs (old, new).
TO_C = "next_c = delta_c * f[t]"
TO_H = "next_h = W_h.T @ delta[t]"
CUT_C, CUT_H = (TO_C, "next_c = 0 * delta_c"), (TO_H, "next_h = 0 * delta_h")
WITHOUT_C = """d = delta_h * o[t] * (1 - tanh_c[t]**2)
        d_f, d_i = d * c[t - 1] * f[t] * (1 - f[t]), d * c_tilde[t] * i[t] * (1 - i[t])
        d_c = d * i[t] * (1 - c_tilde[t]**2)
        next_h = W_h.T @ np.concatenate([d_f, d_i, delta_o[t], d_c])"""
EARLY = f"""        {TO_H}
        next_c = f[t] * (next_c + next_h * o[t] * (1 - tanh_c[t]**2))"""
BOTH = "next_c + delta_h * o[t] * (1 - tanh_c[t]**2)"
BRACKET = "(next_c + delta_h * o[t]) * (1 - tanh_c[t]**2)"
AGAIN = "sigmoid(np.log({0}[t] / (1 - {0}[t])) - params['b_{0}'] + params['b_o'])"
BIAS = 'dparams["b_{0}"] = run.total(delta_{1}[1:])'
ROWS, LATE = "run.flat(h[:-1]).T", "dW_h = run.flat(delta[2:]) @ run.flat(h[1:-1]).T"


def _slopes(gates, value):
    """The slopes of gates, with another expression for each value of the gate."""
    right = "{0}[t] * (1 - {0}[t])"
    return [(right.format(g), f"{value} * (1 - {value})".format(g)) for g in gates]


CHANGES = {
    "no-carousel": [CUT_C],
    "h-path-without-carousel": [(TO_H, WITHOUT_C)],
    "dh-overwritten": [(f"        {TO_C}\n        {TO_H}", EARLY)],
    "no-recurrence": [CUT_C, CUT_H],
    "slopes-at-activation": _slopes("fio", "sigmoid({0}[t])"),
    "tanh-slope-after-sum": [(BOTH, BRACKET)],
    "slopes-with-bias-of-o": _slopes("fi", AGAIN),
    "first-step-missing": [(f"dW_h = errors @ {ROWS}", LATE)],
    "candidate-slope-at-activation": [("c_tilde[t]**2", "np.tanh(c_tilde[t])**2")],
    "no-h-path": [CUT_H],
    # the tutorial of hanbt/learn_dl, which makes three mistakes at once
    "tutorial": [
        CUT_C,
        ("dW_x = errors @ run.flat(x[1:]).T", "dW_x = delta[-1] @ x[-1].T"),
        (BIAS.format("i", "i"), BIAS.format("i", "f")),
        (BIAS.format("o", "o"), BIAS.format("o", "f")),
    ],
}


@cache
def right() -> Any:
    """The LSTM as it is derived, a module."""
    return numpy_code.compiled(LSTM)


@cache
def program(name: str) -> Any:
    """The same with the changes of this name made in its code. Raises ValueError."""
    if name not in CHANGES:
        raise ValueError(f"name: expected one of {', '.join(CHANGES)}, got {name!r}")
    source = right().SOURCE
    for old, new in CHANGES[name]:
        if source.count(old) != 1:
            raise ValueError(f"name: {name} changes {old!r}, which the code does not have once")
        source = source.replace(old, new)
    module = types.ModuleType(name)
    exec(source, module.__dict__)
    return module


def problem(T: int, seed: int, zero: bool = True, last: bool = True) -> tuple[Arrays, Errors]:
    """Random tensors and errors of an LSTM: as `witnesses.problem`, no error at the last states.

    zero: start from zero states. last: an error at the last output only, not at every one.
    """
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(seed), T=T, scale=0.5)
    zeros = tuple(np.zeros_like(e) for e in errors["dstate_T"])
    errors["dstate_T"] = zeros
    if zero:
        tensors |= dict(zip(("h_0", "c_0"), zeros, strict=True))
    if last:
        errors["dh"][:-1] = 0
    return tensors, errors


def off(module: Any, tensors: Arrays, errors: Errors) -> dict[str, float]:
    """Error of each gradient of a parameter: largest deviation by the largest right entry."""
    got, want = (witnesses.by_hand(cell, tensors, errors) for cell in (module, lstm))
    return {name: relative(got[name], want[name]) for name in lstm.SHAPES}


def worst(module: Any, T: int, seeds: int = 20, **kinds: bool) -> list[float]:
    """The worst of these in each of several random problems; kinds: as in `problem`."""
    given = (problem(T, seed, **kinds) for seed in range(seeds))
    return [max(off(module, *one).values()) for one in given]


def of_the_tutorial(T: int = 2) -> tuple[Arrays, Errors]:
    """The numbers of the tutorial's check, which has T = 2: tensors and errors.

    One sample, three inputs, two units; weights below 1e-4, biases and first states of zero; the
    error is the sum of the last output. At most three steps.
    """
    rng, size = np.random.default_rng(0), {"H": 2, "D": 3, "1": 1}
    shapes = {name: [size[n] for n in word] for name, word in lstm.SHAPES.items()}
    tensors: Arrays = {name: rng.uniform(-1e-4, 1e-4, s) for name, s in shapes.items()}
    zero = np.zeros((2, 1))
    tensors |= dict.fromkeys(("b_f", "b_i", "b_c", "b_o", "h_0", "c_0"), zero)
    tensors["x"] = np.array([[1.0, 2, 3], [2, 3, 4], [3, 4, 5]])[:T, :, None]
    dh = np.zeros((T, 2, 1))
    dh[-1] = 1
    return tensors, {"dh": dh, "dstate_T": (zero, zero)}


def differences(tensors: Arrays, errors: Errors, name: str, step: float = 1e-5) -> Array:
    """The gradient of one tensor by central differences, entry by entry."""
    E, found = witnesses.functional(lstm, errors), np.empty(tensors[name].shape)
    for entry in np.ndindex(found.shape):
        v = np.zeros(found.shape)
        v[entry] = step
        ends = [E({**tensors, name: tensors[name] + way * v}) for way in (1, -1)]
        found[entry] = (ends[0] - ends[1]) / (2 * step)
    return found
