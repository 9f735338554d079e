"""BRC: Bistable recurrent cell. Vecoven, Ernst & Drion 2021.

    a_t = 1 + tanh(W_ax x_t + w_a ⊙ h_{t-1} + b_a)
    c_t = σ(W_cx x_t + w_c ⊙ h_{t-1} + b_c)
    h_t = c_t ⊙ h_{t-1} + (1 − c_t) ⊙ tanh(W_hx x_t + a_t ⊙ h_{t-1})

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "BRC", "TDB", "THB"
SHAPES = {
    "W_ax": "HD", "w_a": "H1", "b_a": "H1", "W_cx": "HD", "w_c": "H1", "b_c": "H1",
    "W_hx": "HD",
}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


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
    W_ax = params["W_ax"]
    W_cx = params["W_cx"]
    W_hx = params["W_hx"]
    w_a = params["w_a"]
    b_a = params["b_a"]
    w_c = params["w_c"]
    b_c = params["b_c"]
    x = run.from_one(x)
    net = new("H")
    c, = run.rows(net, H)
    a = new("H")
    h = new("H")
    W_ax_x = new("H")
    tanh_x_h = new("H")
    W_hx_x = new("H")
    tanh_x_h_a = new("H")
    h[0] = initial[0]
    np.matmul(W_cx, x[1:], out=net[1:])
    c[1:] += b_c
    for t in range(1, T + 1):
        c[t] += w_c * h[t - 1]
        sigmoid(c[t], out=c[t])
        W_ax_x[t] = W_ax @ x[t]
        tanh_x_h[t] = np.tanh(W_ax_x[t] + w_a * h[t - 1] + b_a)
        a[t] = 1 + tanh_x_h[t]
        W_hx_x[t] = W_hx @ x[t]
        tanh_x_h_a[t] = np.tanh(h[t - 1] * a[t] + W_hx_x[t])
        h[t] = (1 - c[t]) * tanh_x_h_a[t] + c[t] * h[t - 1]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, a=a, c=c, h=h, tanh_x_h=tanh_x_h, tanh_x_h_a=tanh_x_h_a)
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
    x, a, c, h, tanh_x_h, tanh_x_h_a = run.take(tape, "x a c h tanh_x_h tanh_x_h_a")
    W_ax = params["W_ax"]
    W_cx = params["W_cx"]
    W_hx = params["W_hx"]
    w_a = params["w_a"]
    w_c = params["w_c"]
    e = run.from_one(outside)
    delta = new("H")
    delta_c, = run.rows(delta, H)
    delta_a = new("H")
    delta_h = new("H")
    delta_W_ax = new("H")
    delta_W_hx = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_W_hx[t] = delta_h[t] * (1 - c[t]) * (1 - tanh_x_h_a[t]**2)
        delta_c[t] = delta_h[t] * (h[t - 1] - tanh_x_h_a[t]) * c[t] * (1 - c[t])
        delta_a[t] = delta_h[t] * (1 - c[t]) * (1 - tanh_x_h_a[t]**2) * h[t - 1]
        delta_W_ax[t] = delta_a[t] * (1 - tanh_x_h[t]**2)
        next_h = (delta_a[t] * (1 - tanh_x_h[t]**2) * w_a + delta_c[t] * w_c
            + delta_h[t] * (c[t] + (1 - c[t]) * (1 - tanh_x_h_a[t]**2) * a[t]))
    dx = W_ax.T @ delta_W_ax[1:] + W_cx.T @ delta_c[1:] + W_hx.T @ delta_W_hx[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_ax"] = run.outer(delta_W_ax[1:], x[1:])
    dparams["W_cx"] = errors @ run.flat(x[1:]).T
    dparams["W_hx"] = run.outer(delta_W_hx[1:], x[1:])
    dparams["w_a"] = run.total(delta_a[1:] * (1 - tanh_x_h[1:]**2) * h[:-1])
    dparams["b_a"] = run.total(delta_W_ax[1:])
    dparams["w_c"] = run.total(delta_c[1:] * h[:-1])
    dparams["b_c"] = run.total(delta_c[1:])
    return run.give(dparams, dx, (next_h,))
