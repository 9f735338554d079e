"""GradBench's LSTM, which is ADBench's, and what its vectors tell.

Every weight matrix is diagonal: `main_params` holds one number a unit for each gate, two rows a
layer, the weights and the biases, each f, i, o, c̃ side by side. f and o see the input, i and c̃ the
state. So products of matrices, and whatever goes wrong in them, do not occur. `extra_params` are a
scale of the input and scale and bias of the output; the objective is a mean log-likelihood.
Source: github.com/gradbench/gradbench, cpp/gradbench/evals/lstm.hpp at commit 9df42a6 (the model),
evals/lstm/data/gen_data.py (how the data are drawn), python/gradbench/gradbench/comparison.py at
commit 4e8c075 (how results are compared), evals/lstm/README.md (the form of input and output).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from lstm_ref.types import Array, Arrays

__all__ = ["KINDS", "drawn", "evaluate", "objective", "ours", "passes"]

PARTS = "fioc"  # of a row of main_params
LEARNED = ("main_params", "extra_params")
TOLERANCE = 1e-4  # of comparison.py
Alteration = Callable[[Arrays], Arrays]


def objective(given: Arrays) -> Array:
    """The objective; for stacks of parameters, with further axes in front, one value each.

    given: main_params (2 l, 4 b), extra_params (3, b), state (2 l, b), sequence (steps, b).
    """
    main, extra, sequence = (given[n] for n in ("main_params", "extra_params", "sequence"))
    b, layers = sequence.shape[1], main.shape[-2] // 2
    state = [given["state"][..., k, :] for k in range(2 * layers)]
    total = np.zeros(main.shape[:-2], dtype=main.dtype)
    for x, next_x in itertools.pairwise(sequence):
        out = x * extra[..., 0, :]
        for k in range(layers):
            w, bias = main[..., 2 * k, :], main[..., 2 * k + 1, :]
            h, c = state[2 * k : 2 * k + 2]
            f, i, o, c_tilde = (slice(n * b, n * b + b) for n in range(4))
            c = c * _sigma(out * w[..., f] + bias[..., f]) + _sigma(
                h * w[..., i] + bias[..., i]
            ) * np.tanh(h * w[..., c_tilde] + bias[..., c_tilde])
            h = _sigma(out * w[..., o] + bias[..., o]) * np.tanh(c)
            state[2 * k : 2 * k + 2] = out, c = h, c
        y = out * extra[..., 1, :] + extra[..., 2, :]
        total = total + (next_x * (y - np.log(np.exp(y).sum(-1, keepdims=True) + 2))).sum(-1)
    return -total / ((len(sequence) - 1) * b)


def _sigma(a):
    return 1 / (1 + np.exp(-a))


def evaluate(given: Arrays, alteration: Alteration | None = None) -> Arrays:
    """Objective (1,) and gradient (of main_params, then extra_params), by complex steps."""
    return {"objective": _objective(given, alteration), "jacobian": _jacobian(given, alteration)}


def _objective(given, alteration):
    return np.atleast_1d(objective(alteration(given) if alteration else given))


def _jacobian(given, alteration):
    flat = np.concatenate([given[name].ravel() for name in LEARNED])
    steps = flat + 1e-30j * np.eye(flat.size)
    main, extra = np.split(steps, [given["main_params"].size], axis=1)
    stacked = given | {
        "main_params": main.reshape(-1, *given["main_params"].shape),
        "extra_params": extra.reshape(-1, *given["extra_params"].shape),
    }
    return objective(alteration(stacked) if alteration else stacked).imag / 1e-30


def passes(given: Arrays, want: Arrays, alteration: Alteration) -> bool:
    """Whether objective and gradient with this alteration are taken for those that are expected.

    want: of `evaluate`. The gradient is computed only where the objective does not tell.
    """
    same = _near(_objective(given, alteration), want["objective"])
    return same and _near(_jacobian(given, alteration), want["jacobian"])


def _near(got, want):
    size = np.clip(np.abs(got) + np.abs(want), 1, None)
    return bool(np.all(np.abs(got - want) / size <= TOLERANCE))


def drawn(layers: int, steps: int, bits: int = 14, seed: int = 1) -> Arrays:
    """An input as GradBench's are drawn: uniform in [0, 1); random bits stand for its text."""
    rng = np.random.default_rng(seed)
    shapes = {"state": (2 * layers, bits), "main_params": (2 * layers, 4 * bits)}
    given = {n: rng.random(shape) for n, shape in shapes.items()}
    given["extra_params"] = rng.random((3, bits))
    return given | {"sequence": rng.integers(0, 2, (steps, bits)).astype(float)}


def ours(layers: int = 2, steps: int = 4, bits: int = 3, seed: int = 1) -> Arrays:
    """An input in GradBench's form in which all shows that this form can show: short, not positive.

    Weights, biases and states from N(0, 1), so that an initial state is still felt at the end.
    """
    rng = np.random.default_rng(seed)
    given = drawn(layers, steps, bits, seed)
    return {n: v if n == "sequence" else rng.normal(size=v.shape) for n, v in given.items()}


def _parts(order):
    """Read the four parts of each row of main_params as if they stood in this order."""
    rows = [order.index(part) for part in PARTS]

    def alter(given):
        main = given["main_params"]
        parts = main.reshape(*main.shape[:-1], 4, -1)
        return given | {"main_params": parts[..., rows, :].reshape(main.shape)}

    return alter


def _transposed(given):
    """Multiply with the transposes of the diagonal matrices."""
    main = given["main_params"]
    matrices = main[..., None] * np.eye(main.shape[-1])
    return given | {"main_params": np.einsum("...ii->...i", np.swapaxes(matrices, -1, -2))}


def _state(which):
    def alter(given):
        state = given["state"].copy()
        state[which::2] = 0
        return given | {"state": state}

    return alter


def _biases(given):
    main = given["main_params"].copy()
    main[..., 1::2, :] = 0
    return given | {"main_params": main}


KINDS: dict[str, dict[str, Alteration]] = {
    "another order of the gates": {
        order: _parts(order)
        for order in map("".join, itertools.permutations(PARTS))
        if order != PARTS
    },
    "matrices transposed": {"W": _transposed},
    "an initial state ignored": {"h_0": _state(0), "c_0": _state(1)},
    "a bias ignored": {"all": _biases},
}
