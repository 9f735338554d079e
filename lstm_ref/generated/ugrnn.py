"""UGRNN: Update gate RNN. Collins, Sohl-Dickstein & Sussillo 2017.

    c_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    g_t = σ(W_gh h_{t-1} + W_gx x_t + b_g)
    h_t = g_t ⊙ h_{t-1} + (1 − g_t) ⊙ c_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "UGRNN", "TDB", "THB"
SHAPES = {
    "W_ch": "HH", "W_cx": "HD", "b_c": "H1", "W_gh": "HH", "W_gx": "HD", "b_g": "H1",
}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_g", __name__)


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
    W_h = np.concatenate([params["W_ch"], params["W_gh"]])
    W_x = np.concatenate([params["W_cx"], params["W_gx"]])
    x = run.from_one(x)
    net = new("HH")
    c, g = run.rows(net, H, H)
    h = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_c"], params["b_g"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        np.tanh(c[t], out=c[t])
        sigmoid(g[t], out=g[t])
        h[t] = g[t] * h[t - 1] + (1 - g[t]) * c[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, c=c, g=g, h=h)
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
    x, c, g, h = run.take(tape, "x c g h")
    W_h = np.concatenate([params["W_ch"], params["W_gh"]])
    W_x = np.concatenate([params["W_cx"], params["W_gx"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_c, delta_g = run.rows(delta, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_g[t] = delta_h * (h[t - 1] - c[t]) * g[t] * (1 - g[t])
        delta_c[t] = delta_h * (1 - g[t]) * (1 - c[t]**2)
        next_h = W_h.T @ delta[t] + delta_h * g[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_ch"] = dW_h[:H]
    dparams["W_cx"] = dW_x[:H]
    dparams["W_gh"] = dW_h[H:2 * H]
    dparams["W_gx"] = dW_x[H:2 * H]
    dparams["b_c"] = run.total(delta_c[1:])
    dparams["b_g"] = run.total(delta_g[1:])
    return run.give(dparams, dx, (next_h,))
