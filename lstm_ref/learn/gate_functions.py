"""LSTMs with another function in their gates, compiled, and their start at equal gate values.

Each cell begins with the gates of the chrono initialisation, at the same values whatever weighted
input that takes: f = u / (1 + u), i = 1 / (1 + u), o = 1/2, with u from U(1, T_max - 1).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from lstm_ref.optional import needs
from lstm_ref.types import Arrays

# The weighted input at which a gate has a value.
INVERSE: dict[str, Callable] = {
    "logistic": lambda gate: np.log(gate / (1 - gate)),
    "sine squared": lambda gate: 2 * np.arcsin(np.sqrt(gate)),
    "tanh": np.arctanh,
}
# The cells of the experiment `gate-functions`: the function of f and o, and that of i.
GATED = {
    "LSTM, gates logistic": ("logistic", "logistic"),
    "LSTM, gates sine squared": ("sine squared", "sine squared"),
    "LSTM, gates tanh": ("tanh", "tanh"),
    "LSTM, gates tanh, i logistic": ("tanh", "logistic"),
}


@functools.cache
def module(name: str) -> Any:
    """The module of a cell of GATED, compiled from its declaration."""
    with needs(__name__):
        import sympy  # which training need not load

    from lstm_ref import cell, sigma, t, tanh
    from lstm_ref.derive.codegen import numpy_code

    functions = {
        "logistic": sigma,
        "sine squared": lambda a: sympy.sin(a / 2) ** 2,
        "tanh": tanh,
    }
    gate, input_gate = (functions[function] for function in GATED[name])

    @cell
    def Gated(x, h, c, a_f, a_i, a_o, f, i, c_tilde, o, *, W, b):
        a_f[t] = W.fh @ h[t - 1] + W.fx @ x[t] + b.f
        a_i[t] = W.ih @ h[t - 1] + W.ix @ x[t] + b.i
        a_o[t] = W.oh @ h[t - 1] + W.ox @ x[t] + b.o
        c_tilde[t] = tanh(W.ch @ h[t - 1] + W.cx @ x[t] + b.c)
        f[t] = gate(a_f[t])
        i[t] = input_gate(a_i[t])
        o[t] = gate(a_o[t])
        c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
        h[t] = o[t] * tanh(c[t])

    return numpy_code.compiled(Gated)


def init(
    name: str,
    rng: np.random.Generator,
    D: int,
    H: int,
    *,
    T_max: int,
    dtype: DTypeLike = np.float64,
) -> Arrays:
    """Fresh parameters of a cell of GATED, with the gates of chrono for T_max steps."""
    inverse, inverse_i = (INVERSE[function] for function in GATED[name])
    u = rng.uniform(1, T_max - 1, (H, 1))
    biases = {"b_f": inverse(u / (1 + u)), "b_i": inverse_i(1 / (1 + u)), "b_o": inverse(0.5)}
    return module(name).init(rng, D, H, dtype=dtype, **biases)
