"""LMU: Legendre memory unit, a window of the past in polynomials. Voelker et al. 2019.

    u_t = l_xᵀ x_t + l_hᵀ h_{t-1} + l_mᵀ m_{t-1}
    m_t = A_bar m_{t-1} + a_bar u_t
    h_t = tanh(W_x x_t + W_h h_{t-1} + W_m m_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "LMU", "TDB", "TPB"
SHAPES = {"l_x": "D1", "l_h": "P1", "l_m": "H1", "W_x": "PD", "W_h": "PP", "W_m": "PH"}
STATES = {"h": "PB", "m": "HB"}
FIXED = {"A_bar": "HH", "a_bar": "H1"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, FIXED=FIXED)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, m_0); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_x = params["W_x"]
    W_h = params["W_h"]
    W_m = params["W_m"]
    l_x = params["l_x"]
    l_h = params["l_h"]
    l_m = params["l_m"]
    A_bar = params["A_bar"]
    a_bar = params["a_bar"]
    x = run.from_one(x)
    net = new("HP")
    m, h = run.rows(net, H, P)
    u = new("1")
    h[0] = initial[0]
    m[0] = initial[1]
    net[1:] = 0
    h[1:] += W_x @ x[1:]
    for t in range(1, T + 1):
        m[t] += A_bar @ m[t - 1]
        h[t] += W_h @ h[t - 1]
        u[t] = fn.total(l_x * x[t]) + fn.total(l_h * h[t - 1]) + fn.total(l_m * m[t - 1])
        m[t] += a_bar * u[t]
        h[t] += W_m @ m[t]
        np.tanh(h[t], out=h[t])
    outputs, state_T = run.leave(CELL, h, (h[T], m[T],))
    tape.update(x=x, m=m, h=h)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, P, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_h, next_m = last
    x, m, h = run.take(tape, "x m h")
    W_x = params["W_x"]
    W_h = params["W_h"]
    W_m = params["W_m"]
    l_x = params["l_x"]
    l_h = params["l_h"]
    l_m = params["l_m"]
    A_bar = params["A_bar"]
    a_bar = params["a_bar"]
    e = run.from_one(outside)
    delta = new("HP")
    delta_m, delta_h = run.rows(delta, H, P)
    delta_u = new("1")
    for t in range(T, 0, -1):
        delta_h[t] = (next_h + e[t]) * (1 - h[t]**2)
        back_W_m = W_m.T @ delta_h[t]
        delta_m[t] = next_m + back_W_m
        delta_u[t] = fn.total(delta_m[t] * a_bar)
        next_m = delta_u[t] * l_m + A_bar.T @ delta_m[t]
        next_h = delta_u[t] * l_h + W_h.T @ delta_h[t]
    dx = delta_u[1:] * l_x + W_x.T @ delta_h[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_x"] = errors[H:H + P] @ run.flat(x[1:]).T
    dparams["W_h"] = errors[H:H + P] @ run.flat(h[:-1]).T
    dparams["W_m"] = run.outer(delta_h[1:], m[1:])
    dparams["l_x"] = run.total(delta_u[1:] * x[1:])
    dparams["l_h"] = run.total(delta_u[1:] * h[:-1])
    dparams["l_m"] = run.total(delta_u[1:] * m[:-1])
    return run.give(dparams, dx, (next_h, next_m))
