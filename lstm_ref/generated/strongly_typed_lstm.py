"""STRONGLY_TYPED_LSTM: LSTM whose gates and candidate see inputs alone. Balduzzi & Ghifary 2016.

    z_t = W_z x_t + V_z last_{t-1} + b_z
    f_t = σ(W_f x_t + V_f last_{t-1} + b_f)
    o_t = tanh(W_o x_t + V_o last_{t-1} + b_o)
    last_t = x_t
    c_t = f_t ⊙ c_{t-1} + (1 − f_t) ⊙ z_t
    h_t = c_t ⊙ o_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "STRONGLY_TYPED_LSTM", "TDB", "THB"
SHAPES = {
    "W_z": "HD", "V_z": "HD", "b_z": "H1", "W_f": "HD", "V_f": "HD", "b_f": "H1",
    "W_o": "HD", "V_o": "HD", "b_o": "H1",
}
STATES = {"last": "DB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (last_0, c_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_last_2 = np.concatenate([params["V_z"], params["V_f"], params["V_o"]])
    W_x = np.concatenate([params["W_z"], params["W_f"], params["W_o"]])
    x = run.from_one(x)
    net = new("HHH")
    z, f, o = run.rows(net, H, H, H)
    last_2 = new("D")
    c = new("H")
    h = new("H")
    last_2[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_z"], params["b_f"], params["b_o"]])
    for t in range(1, T + 1):
        net[t] += W_last_2 @ last_2[t - 1]
        sigmoid(f[t], out=f[t])
        np.tanh(o[t], out=o[t])
        last_2[t] = x[t]
        c[t] = f[t] * c[t - 1] + (1 - f[t]) * z[t]
        h[t] = c[t] * o[t]
    outputs, state_T = run.leave(CELL, h, (last_2[T], c[T],))
    tape.update(x=x, z=z, f=f, o=o, last_2=last_2, c=c)
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
    next_last_2, next_c = last
    x, z, f, o, last_2, c = run.take(tape, "x z f o last_2 c")
    W_last_2 = np.concatenate([params["V_z"], params["V_f"], params["V_o"]])
    W_x = np.concatenate([params["W_z"], params["W_f"], params["W_o"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_z, delta_f, delta_o = run.rows(delta, H, H, H)
    delta_last_2 = new("D")
    for t in range(T, 0, -1):
        delta_h = e[t]
        delta_c = next_c + delta_h * o[t]
        delta_last_2[t] = next_last_2
        delta_o[t] = delta_h * c[t] * (1 - o[t]**2)
        delta_f[t] = delta_c * (c[t - 1] - z[t]) * f[t] * (1 - f[t])
        delta_z[t] = delta_c * (1 - f[t])
        next_c = delta_c * f[t]
        next_last_2 = W_last_2.T @ delta[t]
    dx = W_x.T @ delta[1:] + delta_last_2[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_last_2 = errors @ run.flat(last_2[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_z"] = dW_x[:H]
    dparams["V_z"] = dW_last_2[:H]
    dparams["W_f"] = dW_x[H:2 * H]
    dparams["V_f"] = dW_last_2[H:2 * H]
    dparams["W_o"] = dW_x[2 * H:3 * H]
    dparams["V_o"] = dW_last_2[2 * H:3 * H]
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_last_2, next_c))
