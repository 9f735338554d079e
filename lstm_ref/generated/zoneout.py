"""ZONEOUT: LSTM with zoneout, masks say what stays as it was. Krueger et al. 2017.

    f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)
    i_t = σ(W_ih h_{t-1} + W_ix x_t + b_i)
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    c_hat_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t
    o_t = σ(W_oh h_{t-1} + W_ox x_t + b_o)
    c_t = d_c_t ⊙ c_{t-1} + (1 − d_c_t) ⊙ c_hat_t
    h_t = d_h_t ⊙ h_{t-1} + (1 − d_h_t) ⊙ o_t ⊙ tanh(c_hat_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "ZONEOUT", "TDB", "THB"
SHAPES = {
    "W_fh": "HH", "W_fx": "HD", "b_f": "H1", "W_ih": "HH", "W_ix": "HD", "b_i": "H1",
    "W_ch": "HH", "W_cx": "HD", "b_c": "H1", "W_oh": "HH", "W_ox": "HD", "b_o": "H1",
}
STATES = {"h": "HB", "c": "HB"}
INPUTS = {"x": "TDB", "d_c": "THB", "d_h": "THB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, INPUTS=INPUTS)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Any, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x, a dict of x (T, D, B), d_c (T, H, B), d_h (T, H, B), from state0 = (h_0,
    c_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_oh"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_ox"], params["W_cx"]])
    x, d_c, d_h = map(run.from_one, (x["x"], x["d_c"], x["d_h"]))
    net = new("HHHH")
    f, i, o, c_tilde = run.rows(net, H, H, H, H)
    c_hat = new("H")
    c = new("H")
    h = new("H")
    tanh_c_hat = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_i"], params["b_o"], params["b_c"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        sigmoid(net[t, :3 * H], out=net[t, :3 * H])
        np.tanh(c_tilde[t], out=c_tilde[t])
        c_hat[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
        c[t] = d_c[t] * c[t - 1] + (1 - d_c[t]) * c_hat[t]
        tanh_c_hat[t] = np.tanh(c_hat[t])
        h[t] = d_h[t] * h[t - 1] + (1 - d_h[t]) * o[t] * tanh_c_hat[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, d_c=d_c, d_h=d_h, f=f, i=i, c_tilde=c_tilde, c_hat=c_hat, o=o, c=c, h=h,
        tanh_c_hat=tanh_c_hat,
    )
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Arrays, State]:
    """Back-propagation through time, exact.

    dh (T, H, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    next_h, next_c = last
    x, d_c, d_h, f, i, c_tilde, c_hat, o, c, h, tanh_c_hat = run.take(
        tape, "x d_c d_h f i c_tilde c_hat o c h tanh_c_hat",
    )
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_oh"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_ox"], params["W_cx"]])
    e = run.from_one(outside)
    delta = new("HHHH")
    delta_f, delta_i, delta_o, delta_c_tilde = run.rows(delta, H, H, H, H)
    delta_c = new("H")
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_c[t] = next_c
        delta_o[t] = delta_h[t] * (1 - d_h[t]) * tanh_c_hat[t] * o[t] * (1 - o[t])
        delta_c_hat = (delta_c[t] * (1 - d_c[t])
            + delta_h[t] * (1 - d_h[t]) * o[t] * (1 - tanh_c_hat[t]**2))
        delta_c_tilde[t] = delta_c_hat * i[t] * (1 - c_tilde[t]**2)
        delta_i[t] = delta_c_hat * c_tilde[t] * i[t] * (1 - i[t])
        delta_f[t] = delta_c_hat * c[t - 1] * f[t] * (1 - f[t])
        next_c = delta_c_hat * f[t] + delta_c[t] * d_c[t]
        next_h = W_h.T @ delta[t] + delta_h[t] * d_h[t]
    dx = {}
    dx["x"] = W_x.T @ delta[1:]
    dx["d_c"] = delta_c[1:] * (c[:-1] - c_hat[1:])
    dx["d_h"] = delta_h[1:] * (h[:-1] - o[1:] * tanh_c_hat[1:])
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fh"] = dW_h[:H]
    dparams["W_fx"] = dW_x[:H]
    dparams["W_ih"] = dW_h[H:2 * H]
    dparams["W_ix"] = dW_x[H:2 * H]
    dparams["W_ch"] = dW_h[3 * H:4 * H]
    dparams["W_cx"] = dW_x[3 * H:4 * H]
    dparams["W_oh"] = dW_h[2 * H:3 * H]
    dparams["W_ox"] = dW_x[2 * H:3 * H]
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_c"] = run.total(delta_c_tilde[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_c))
