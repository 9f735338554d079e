"""SELECTIVE: Selective recurrence, Mamba's with one state a channel. After Gu & Dao 2023.

    d_t = softplus(W_d x_t + b_d)
    s_t = W_s x_t
    c_t = W_c x_t
    h_t = exp(−d_t ⊙ exp(a_log)) ⊙ h_{t-1} + d_t ⊙ s_t ⊙ x_t
    y_t = c_t ⊙ h_t + w_y ⊙ x_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, H units, B samples.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "SELECTIVE", "THB", "THB"
SHAPES = {
    "W_d": "HH", "b_d": "H1", "W_s": "HH", "W_c": "HH", "a_log": "H1", "w_y": "H1",
}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, H, B) from state0 = (h_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, H, B = (sizes[k] for k in "THB")
    b_d = params["b_d"]
    a_log = params["a_log"]
    w_y = params["w_y"]
    W_x = np.concatenate([params["W_d"], params["W_s"], params["W_c"]])
    x = run.from_one(x)
    net = new("HHH")
    d, s, c = run.rows(net, H, H, H)
    h = new("H")
    y = new("H")
    exp_d = new("H")
    net_d = new("H")
    h[0] = initial[0]
    exp_a_log = np.exp(a_log)
    np.matmul(W_x, x[1:], out=net[1:])
    d[1:] += b_d
    for t in range(1, T + 1):
        net_d[t] = d[t]
        d[t] = fn.softplus(d[t])
        exp_d[t] = np.exp(-d[t] * exp_a_log)
        h[t] = exp_d[t] * h[t - 1] + d[t] * s[t] * x[t]
        y[t] = c[t] * h[t] + w_y * x[t]
    outputs, state_T = run.leave(CELL, y, (h[T],))
    tape.update(x=x, d=d, s=s, c=c, h=h, exp_a_log=exp_a_log, exp_d=exp_d, net_d=net_d)
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
    next_h, = last
    x, d, s, c, h, exp_a_log, exp_d, net_d = run.take(
        tape, "x d s c h exp_a_log exp_d net_d",
    )
    w_y = params["w_y"]
    W_x = np.concatenate([params["W_d"], params["W_s"], params["W_c"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_d, delta_s, delta_c = run.rows(delta, H, H, H)
    delta_h = new("H")
    delta_y = new("H")
    for t in range(T, 0, -1):
        delta_y[t] = e[t]
        delta_h[t] = next_h + delta_y[t] * c[t]
        delta_c[t] = delta_y[t] * h[t]
        delta_s[t] = delta_h[t] * d[t] * x[t]
        delta_d[t] = (delta_h[t] * (s[t] * x[t] - exp_d[t] * exp_a_log * h[t - 1])
            * sigmoid(net_d[t]))
        next_h = delta_h[t] * exp_d[t]
    dx = W_x.T @ delta[1:] + delta_h[1:] * d[1:] * s[1:] + delta_y[1:] * w_y
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_d"] = dW_x[:H]
    dparams["W_s"] = dW_x[H:2 * H]
    dparams["W_c"] = dW_x[2 * H:3 * H]
    dparams["b_d"] = run.total(delta_d[1:])
    dparams["a_log"] = run.total(-delta_h[1:] * exp_d[1:] * d[1:] * exp_a_log * h[:-1])
    dparams["w_y"] = run.total(delta_y[1:] * x[1:])
    return run.give(dparams, dx, (next_h,))
