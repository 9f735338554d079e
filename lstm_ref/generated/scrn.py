"""SCRN: Structurally constrained network, a slow state beside a fast one. Mikolov et al. 2015.

    s_t = (1 − alpha) B_s x_t + alpha s_{t-1}
    h_t = σ(P_h s_t + A_h x_t + R_h h_{t-1})
    y_t = tanh(U_y h_t + V_y s_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units, Q units of another width.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "SCRN", "TDB", "TQB"
SHAPES = {"B_s": "HD", "P_h": "PH", "A_h": "PD", "R_h": "PP", "U_y": "QP", "V_y": "QH"}
STATES = {"s": "HB", "h": "PB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
alpha = 0.95


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (s_0, h_0); None means zeros.

    Returns (outputs (T, Q, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    B_s = params["B_s"]
    P_h = params["P_h"]
    A_h = params["A_h"]
    R_h = params["R_h"]
    U_y = params["U_y"]
    V_y = params["V_y"]
    x = run.from_one(x)
    net = new("P")
    h, = run.rows(net, P)
    s = new("H")
    y = new("Q")
    s[0] = initial[0]
    h[0] = initial[1]
    np.matmul(A_h, x[1:], out=net[1:])
    for t in range(1, T + 1):
        h[t] += R_h @ h[t - 1]
        s[t] = (1 - alpha) * (B_s @ x[t]) + alpha * s[t - 1]
        h[t] += P_h @ s[t]
        sigmoid(h[t], out=h[t])
        y[t] = np.tanh(U_y @ h[t] + V_y @ s[t])
    outputs, state_T = run.leave(CELL, y, (s[T], h[T],))
    tape.update(x=x, s=s, h=h, y=y)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, Q, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    next_s, next_h = last
    x, s, h, y = run.take(tape, "x s h y")
    B_s = params["B_s"]
    P_h = params["P_h"]
    A_h = params["A_h"]
    R_h = params["R_h"]
    U_y = params["U_y"]
    V_y = params["V_y"]
    e = run.from_one(outside)
    delta = new("P")
    delta_h, = run.rows(delta, P)
    delta_s = new("H")
    delta_y = new("Q")
    delta_B_s = new("H")
    for t in range(T, 0, -1):
        delta_y[t] = e[t] * (1 - y[t]**2)
        back_U_y = U_y.T @ delta_y[t]
        back_V_y = V_y.T @ delta_y[t]
        delta_h[t] = (next_h + back_U_y) * h[t] * (1 - h[t])
        back_P_h = P_h.T @ delta_h[t]
        delta_s[t] = next_s + back_P_h + back_V_y
        delta_B_s[t] = delta_s[t] * (1 - alpha)
        next_h = R_h.T @ delta_h[t]
        next_s = delta_s[t] * alpha
    dx = B_s.T @ delta_B_s[1:] + A_h.T @ delta_h[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["B_s"] = run.outer(delta_B_s[1:], x[1:])
    dparams["P_h"] = run.outer(delta_h[1:], s[1:])
    dparams["A_h"] = errors @ run.flat(x[1:]).T
    dparams["R_h"] = errors @ run.flat(h[:-1]).T
    dparams["U_y"] = run.outer(delta_y[1:], h[1:])
    dparams["V_y"] = run.outer(delta_y[1:], s[1:])
    return run.give(dparams, dx, (next_s, next_h))
