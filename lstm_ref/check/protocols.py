"""Ways to check a gradient, as data: those of tutorials, and the one of the book.

A protocol says how many steps and samples, which state to start from, how large the weights, at
which steps the loss looks at h, which gradients are compared, and to what tolerance. Which mistakes
a protocol sees, `lstm_ref.mistakes.power` tells.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_ref.check import witnesses
from lstm_ref.check.witnesses import Errors
from lstm_ref.types import Arrays


@dataclass(frozen=True)
class Protocol:
    """One way to check.

    T, B, D, H: sizes. zero_state: start from zeros. scale, bias: standard deviation of weights and
    data, and of biases. loss: "last" or "all", the steps with an error at h. last_state: whether
    errors enter at the last state, too. look: tensors that are compared, "all" of them, or all
    "parameters", or a tuple of names. tol: relative to a tensor's largest entry. runs: how often
    the backward pass is run.
    """

    name: str
    title: str
    T: int = 6
    B: int = 3
    D: int = 3
    H: int = 4
    zero_state: bool = False
    scale: float = 0.5
    bias: float = 0.5
    loss: str = "all"
    last_state: bool = False
    look: str | tuple[str, ...] = "all"
    tol: float = 1e-6
    runs: int = 1


TINY: dict[str, Any] = dict(zero_state=True, scale=1e-4, bias=0.0, loss="last")
ONE_WEIGHT = Protocol(
    "C-Wf", "two steps, one sample, tiny weights, zero state, one matrix", T=2, B=1, look=("W_fh",),
    **TINY,
)  # fmt: skip
ONE_STEP = Protocol(
    "B", "one step, one sample, tiny weights, zero state, all parameters", T=1, B=1,
    look="parameters", **TINY,
)  # fmt: skip
TWO_STEPS = Protocol(
    "C-all", "two steps, one sample, tiny weights, zero state, all parameters", T=2, B=1,
    look="parameters", **TINY,
)  # fmt: skip
OPEN_EYED = Protocol("A", "six steps, three samples, weights of order 1, random states")
BOOK = Protocol(
    "book", "as A, with an error at the last state, run twice", T=5, D=4, H=6, scale=0.8, bias=0.8,
    last_state=True, tol=1e-9, runs=2,
)  # fmt: skip
PROTOCOLS = (ONE_WEIGHT, ONE_STEP, TWO_STEPS, OPEN_EYED, BOOK)


def problem(protocol: Protocol, cell: Any, seed: int = 0) -> tuple[Arrays, Errors]:
    """Tensors and errors of a protocol for a cell, as `witnesses.problem`, by default_rng(seed).

    cell: anything with SHAPES and STATES, a declared cell too.
    """
    small = 0.0 if protocol.zero_state else protocol.scale
    scales: dict[str, Any] = {"bias": protocol.bias, "state": small, "dh": 1.0}
    scales["x"] = max(protocol.scale, 0.5)  # data are of order 1 even where weights are tiny
    scales["dstate_T"] = 1.0 if protocol.last_state else 0.0
    sizes: dict[str, Any] = {"T": protocol.T, "B": protocol.B, "D": protocol.D, "H": protocol.H}
    rng = np.random.default_rng(seed)
    tensors, errors = witnesses.problem(cell, rng, **sizes, scale=protocol.scale, **scales)
    if protocol.loss == "last":
        errors["dh"][:-1] = 0
    return tensors, errors


def words(protocol: Protocol) -> str:
    """What a check needs, and what it then can do without: "T >= 3 (parameters only, ...)".

    The need holds together with the rest only: who looks at more, or starts from other states, may
    see the mistake with fewer steps. With T = 1 alone nothing is left to save.
    """
    need = needs(protocol)
    without = ["parameters only"] if protocol.look == "parameters" else []
    without += ["zero initial states"] if protocol.zero_state else []
    without += [] if protocol.last_state else ["no error at the last state"]
    return need if need == "T = 1" or not without else f"{need} ({', '.join(without)})"


def needs(protocol: Protocol) -> str:
    """What a check needs, as a phrase: "T >= 3, weights of order 1"."""
    said = [f"T >= {protocol.T}" if protocol.T > 1 else "T = 1"]
    said += ["several samples"] if protocol.B > 1 else []
    said += ["weights of order 1"] if protocol.scale > 0.01 else []
    said += ["non-zero biases"] if protocol.bias else []
    said += [] if protocol.zero_state else ["non-zero initial states"]
    said += ["an error at every step"] if protocol.loss == "all" and protocol.T > 1 else []
    said += ["an error at the last state"] if protocol.last_state else []
    said += ["two runs"] if protocol.runs > 1 else []
    said += ["a look at dx and the initial states"] if protocol.look == "all" else []
    return ", ".join(said)
