"""LIPSCHITZ: Lipschitz RNN, a linear part beside a tanh, in Euler steps. Erichson et al. 2021.

    a_t = beta (M_a h_{t-1} − M_aᵀ h_{t-1}) + (1 − beta) (M_a h_{t-1} + M_aᵀ h_{t-1})
          − gamma h_{t-1}
    c_t = beta (M_c h_{t-1} − M_cᵀ h_{t-1}) + (1 − beta) (M_c h_{t-1} + M_cᵀ h_{t-1})
          − gamma h_{t-1}
    h_t = h_{t-1} + epsilon a_t + epsilon tanh(c_t + U_c x_t + b_c)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "LIPSCHITZ", "TDB", "THB"
SHAPES = {"M_a": "HH", "M_c": "HH", "U_c": "HD", "b_c": "H1"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
beta = 0.8
gamma = 0.01
epsilon = 0.01


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    M_a = params["M_a"]
    M_c = params["M_c"]
    U_c = params["U_c"]
    b_c = params["b_c"]
    x = run.from_one(x)
    a = new("H")
    c = new("H")
    h = new("H")
    U_c_x = new("H")
    tanh_x_c = new("H")
    h[0] = initial[0]
    for t in range(1, T + 1):
        a[t] = ((1 - beta) * (M_a @ h[t - 1] + M_a.T @ h[t - 1])
            + beta * (M_a @ h[t - 1] - M_a.T @ h[t - 1]) - gamma * h[t - 1])
        c[t] = ((1 - beta) * (M_c @ h[t - 1] + M_c.T @ h[t - 1])
            + beta * (M_c @ h[t - 1] - M_c.T @ h[t - 1]) - gamma * h[t - 1])
        U_c_x[t] = U_c @ x[t]
        tanh_x_c[t] = np.tanh(c[t] + U_c_x[t] + b_c)
        h[t] = h[t - 1] + epsilon * a[t] + epsilon * tanh_x_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, h=h, tanh_x_c=tanh_x_c)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, H, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    next_h, = last
    x, h, tanh_x_c = run.take(tape, "x h tanh_x_c")
    M_a = params["M_a"]
    M_c = params["M_c"]
    U_c = params["U_c"]
    e = run.from_one(outside)
    delta_a = new("H")
    delta_c = new("H")
    delta_h = new("H")
    delta_M_a = new("H")
    delta_M_c = new("H")
    delta_U_c = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_U_c[t] = delta_h[t] * epsilon * (1 - tanh_x_c[t]**2)
        delta_c[t] = delta_U_c[t]
        delta_M_c[t] = delta_c[t] * (1 - 2 * beta)
        back_M_c_2 = M_c @ delta_M_c[t]
        back_M_c = M_c.T @ delta_c[t]
        delta_a[t] = delta_h[t] * epsilon
        delta_M_a[t] = delta_a[t] * (1 - 2 * beta)
        back_M_a_2 = M_a @ delta_M_a[t]
        back_M_a = M_a.T @ delta_a[t]
        next_h = (-delta_a[t] * gamma + back_M_a + back_M_a_2 - delta_c[t] * gamma
            + back_M_c + back_M_c_2 + delta_h[t])
    dx = U_c.T @ delta_U_c[1:]
    dparams = {}
    dparams["M_a"] = run.outer(delta_a[1:], h[:-1]) + run.outer(h[:-1], delta_M_a[1:])
    dparams["M_c"] = run.outer(delta_c[1:], h[:-1]) + run.outer(h[:-1], delta_M_c[1:])
    dparams["U_c"] = run.outer(delta_U_c[1:], x[1:])
    dparams["b_c"] = run.total(delta_U_c[1:])
    return run.give(dparams, dx, (next_h,))
