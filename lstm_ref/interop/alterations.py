"""What test vectors for an LSTM cannot tell: an LSTM is altered, and passes all the same.

A `Case` is a test of the ONNX operator LSTM; WebNN's operator has the same arrays. An alteration
edits the inputs on their way in: an implementation that takes the gates in another order computes
what the right one computes from weights in that order. `passing` counts, kind by kind, who passes
all cases of a set. NumPy alone; nothing here is used by the bridges, so it is a check of them too.
Source: the operator's specification, LSTM-22, https://onnx.ai/onnx/operators/onnx__LSTM.html.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from lstm_ref.types import Arrays

__all__ = ["KINDS", "Case", "passes", "passing", "run"]

GATES, PEEPHOLES = "iofc", "iof"
FUNCTIONS: dict[str, Callable] = {
    "Sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "Tanh": np.tanh,
    "Relu": lambda a: np.maximum(a, 0),
}
Alteration = Callable[[Arrays], Arrays]


@dataclass(frozen=True)
class Case:
    """A test of the operator LSTM.

    inputs: X (T, B, D), W (n, 4H, D), R (n, 4H, H), and where the test gives them B (n, 8H),
    initial_h and initial_c (n, B, H), P (n, 3H), for n directions. outputs: those that the test
    compares, of Y (T, n, B, H), Y_h and Y_c (n, B, H), each to `rtol` of itself and `atol`.
    layout=1: B is the first axis of X, Y and the states. activations: of gates, candidate, output.
    """

    name: str
    inputs: Arrays
    outputs: Arrays
    direction: str = "forward"
    layout: int = 0
    activations: tuple[str, str, str] = ("Sigmoid", "Tanh", "Tanh")
    rtol: float = 1e-3  # of the runner of onnx.backend.test
    atol: float = 1e-7


def run(case: Case, alteration: Alteration | None = None) -> Arrays:
    """Y, Y_h, Y_c by an LSTM with this alteration, in float64; without one it is right."""
    given = _whole(case)
    if alteration:
        given = alteration(given)
    ways = {"forward": (1,), "reverse": (-1,), "bidirectional": (1, -1)}[case.direction]
    parts = []
    for k, way in enumerate(ways):
        own = {name: value[k] for name, value in given.items() if name != "X"}
        h, *last = _one_way(given["X"][::way], own, [FUNCTIONS[name] for name in case.activations])
        parts.append((h[::way], *last))
    h, last_h, last_c = zip(*parts, strict=True)
    Y, Y_h, Y_c = np.stack(h, axis=1), np.stack(last_h), np.stack(last_c)
    if case.layout:
        Y, Y_h, Y_c = Y.transpose(2, 0, 1, 3), Y_h.swapaxes(0, 1), Y_c.swapaxes(0, 1)
    return {"Y": Y, "Y_h": Y_h, "Y_c": Y_c}


def passes(case: Case, alteration: Alteration | None = None) -> bool:
    """Whether the LSTM with this alteration gives the outputs of the case."""
    found = run(case, alteration)
    return all(
        np.allclose(found[name], want, rtol=case.rtol, atol=case.atol)
        for name, want in case.outputs.items()
    )


def passing(cases: Iterable[Case]) -> dict[str, list[str]]:
    """Kind -> names of the alterations of `KINDS` that pass all cases."""
    cases = list(cases)
    return {
        kind: [name for name, alter in tried.items() if all(passes(c, alter) for c in cases)]
        for kind, tried in KINDS.items()
    }


def _whole(case):
    """All inputs in float64, zeros for what the test leaves out, the direction first."""
    given = {name: np.asarray(value, dtype=np.float64) for name, value in case.inputs.items()}
    if case.layout:
        for name in given.keys() & {"X", "initial_h", "initial_c"}:
            given[name] = given[name].swapaxes(0, 1)
    (_, batch, _), (ways, _, H) = given["X"].shape, given["R"].shape
    shapes: dict[str, tuple[int, ...]] = {"B": (ways, 8 * H), "P": (ways, 3 * H)}
    shapes |= {f"initial_{s}": (ways, batch, H) for s in "hc"}
    return {name: np.zeros(shape) for name, shape in shapes.items()} | given


def _one_way(x, given, functions):
    """h (T, B, H) and the last h and c, (B, H), of one direction."""
    gate, candidate, squash = functions
    h, c, found = given["initial_h"], given["initial_c"], []
    p_i, p_o, p_f = np.split(given["P"], 3)
    bias = sum(np.split(given["B"], 2))
    for x_t in x:
        net = x_t @ given["W"].T + h @ given["R"].T + bias
        net_i, net_o, net_f, net_c = np.split(net, 4, axis=-1)
        i, f = gate(net_i + p_i * c), gate(net_f + p_f * c)
        c = f * c + i * candidate(net_c)
        h = gate(net_o + p_o * c) * squash(c)
        found.append(h)
    return np.stack(found), h, c


def _gates(order):
    """Read W, R and both biases as if their gates stood in this order."""
    rows = [order.index(gate) for gate in GATES]

    def alter(given):
        ways, n, H = given["R"].shape
        B = given["B"].reshape(ways, 2, 4, H)[:, :, rows].reshape(ways, 8 * H)
        return given | {name: _blocks(given[name], rows) for name in "WR"} | {"B": B}

    return alter


def _blocks(value, rows):
    ways, n, width = value.shape
    return value.reshape(ways, 4, n // 4, width)[:, rows].reshape(value.shape)


def _peepholes(order):
    rows = [order.index(gate) for gate in PEEPHOLES]

    def alter(given):
        P = given["P"]
        return given | {"P": P.reshape(len(P), 3, -1)[:, rows].reshape(P.shape)}

    return alter


def _transposed(given):
    """Multiply with each gate's recurrent matrix as if it were transposed."""
    ways, n, H = given["R"].shape
    blocks = given["R"].reshape(ways, 4, H, H).swapaxes(2, 3)
    return given | {"R": blocks.reshape(ways, n, H)}


def _columns(given):
    return given | {"W": given["W"][:, :, ::-1]}


def _without(name):
    return lambda given: given | {name: np.zeros_like(given[name])}


def _one_bias(kept):
    def alter(given):
        halves = np.split(given["B"], 2, axis=1)
        halves[1 - kept] = np.zeros_like(halves[1 - kept])
        return given | {"B": np.concatenate(halves, axis=1)}

    return alter


def _orders(letters, make):
    """Every order but the right one -> the alteration that takes it."""
    others = map("".join, itertools.permutations(letters))
    return {order: make(order) for order in others if order != letters}


# Kind -> name -> alteration.
KINDS: dict[str, dict[str, Alteration]] = {
    "another order of the gates": _orders(GATES, _gates),
    "R transposed": {"R": _transposed},
    "columns of W reversed": {"W": _columns},
    "an initial state ignored": {"h_0": _without("initial_h"), "c_0": _without("initial_c")},
    "a bias ignored": {"first": _one_bias(1), "second": _one_bias(0)},
    "another order of the peepholes": _orders(PEEPHOLES, _peepholes),
}
