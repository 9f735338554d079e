"""SRU: Simple recurrent unit: no product with the state, a way past it. Lei et al. 2018.

    f_t = σ(W_fx x_t + w_fc ⊙ c_{t-1} + b_f)
    r_t = σ(W_rx x_t + w_rc ⊙ c_{t-1} + b_r)
    c_t = f_t ⊙ c_{t-1} + (1 − f_t) ⊙ (W_cx x_t)
    h_t = r_t ⊙ c_t + (1 − r_t) ⊙ x_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, H units, B samples.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "SRU", "THB", "THB"
SHAPES = {
    "W_fx": "HH", "w_fc": "H1", "b_f": "H1", "W_rx": "HH", "w_rc": "H1", "b_r": "H1",
    "W_cx": "HH",
}
STATES = {"c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, H, B) from state0 = (c_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, H, B = (sizes[k] for k in "THB")
    W_cx = params["W_cx"]
    w_fc = params["w_fc"]
    w_rc = params["w_rc"]
    W_x = np.concatenate([params["W_fx"], params["W_rx"]])
    x = run.from_one(x)
    net = new("HH")
    f, r = run.rows(net, H, H)
    c = new("H")
    h = new("H")
    W_cx_x = new("H")
    c[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_r"]])
    for t in range(1, T + 1):
        f[t] += w_fc * c[t - 1]
        r[t] += w_rc * c[t - 1]
        sigmoid(net[t], out=net[t])
        W_cx_x[t] = W_cx @ x[t]
        c[t] = f[t] * c[t - 1] + (1 - f[t]) * W_cx_x[t]
        h[t] = r[t] * c[t] + (1 - r[t]) * x[t]
    outputs, state_T = run.leave(CELL, h, (c[T],))
    tape.update(x=x, f=f, r=r, c=c, W_cx_x=W_cx_x)
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
    T, H, B = (sizes[k] for k in "THB")
    next_c, = last
    x, f, r, c, W_cx_x = run.take(tape, "x f r c W_cx_x")
    W_cx = params["W_cx"]
    w_fc = params["w_fc"]
    w_rc = params["w_rc"]
    W_x = np.concatenate([params["W_fx"], params["W_rx"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_f, delta_r = run.rows(delta, H, H)
    delta_c = new("H")
    delta_h = new("H")
    delta_W_cx = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = e[t]
        delta_c[t] = next_c + delta_h[t] * r[t]
        delta_W_cx[t] = delta_c[t] * (1 - f[t])
        delta_r[t] = delta_h[t] * (c[t] - x[t]) * r[t] * (1 - r[t])
        delta_f[t] = delta_c[t] * (c[t - 1] - W_cx_x[t]) * f[t] * (1 - f[t])
        next_c = delta_f[t] * w_fc + delta_r[t] * w_rc + delta_c[t] * f[t]
    dx = W_x.T @ delta[1:] + W_cx.T @ delta_W_cx[1:] + delta_h[1:] * (1 - r[1:])
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fx"] = dW_x[:H]
    dparams["W_rx"] = dW_x[H:2 * H]
    dparams["W_cx"] = run.outer(delta_W_cx[1:], x[1:])
    dparams["w_fc"] = run.total(delta_f[1:] * c[:-1])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["w_rc"] = run.total(delta_r[1:] * c[:-1])
    dparams["b_r"] = run.total(delta_r[1:])
    return run.give(dparams, dx, (next_c,))
