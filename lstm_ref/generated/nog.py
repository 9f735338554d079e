"""NOG: No output gate, o = 1. Greff et al. 2017, section III.

    f_t = σ(W_fh h_{t-1} + W_fx x_t + w_fc ⊙ c_{t-1} + b_f)
    i_t = σ(W_ih h_{t-1} + W_ix x_t + w_ic ⊙ c_{t-1} + b_i)
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t
    h_t = tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "NOG", "TDB", "THB"
SHAPES = {
    "W_fh": "HH", "W_fx": "HD", "w_fc": "H1", "b_f": "H1", "W_ih": "HH", "W_ix": "HD",
    "w_ic": "H1", "b_i": "H1", "W_ch": "HH", "W_cx": "HD", "b_c": "H1",
}
STATES = {"h": "HB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, c_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    w_fc = params["w_fc"]
    w_ic = params["w_ic"]
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_cx"]])
    x = run.from_one(x)
    net = new("HHH")
    f, i, c_tilde = run.rows(net, H, H, H)
    c = new("H")
    h = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_i"], params["b_c"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        f[t] += w_fc * c[t - 1]
        i[t] += w_ic * c[t - 1]
        sigmoid(net[t, :2 * H], out=net[t, :2 * H])
        np.tanh(c_tilde[t], out=c_tilde[t])
        c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
        h[t] = np.tanh(c[t])
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(x=x, f=f, i=i, c_tilde=c_tilde, c=c, h=h)
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
    next_h, next_c = last
    x, f, i, c_tilde, c, h = run.take(tape, "x f i c_tilde c h")
    w_fc = params["w_fc"]
    w_ic = params["w_ic"]
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_cx"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_f, delta_i, delta_c_tilde = run.rows(delta, H, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_c = next_c + delta_h * (1 - h[t]**2)
        delta_c_tilde[t] = delta_c * i[t] * (1 - c_tilde[t]**2)
        delta_i[t] = delta_c * c_tilde[t] * i[t] * (1 - i[t])
        delta_f[t] = delta_c * c[t - 1] * f[t] * (1 - f[t])
        next_c = delta_f[t] * w_fc + delta_i[t] * w_ic + delta_c * f[t]
        next_h = W_h.T @ delta[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fh"] = dW_h[:H]
    dparams["W_fx"] = dW_x[:H]
    dparams["W_ih"] = dW_h[H:2 * H]
    dparams["W_ix"] = dW_x[H:2 * H]
    dparams["W_ch"] = dW_h[2 * H:3 * H]
    dparams["W_cx"] = dW_x[2 * H:3 * H]
    dparams["w_fc"] = run.total(delta_f[1:] * c[:-1])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["w_ic"] = run.total(delta_i[1:] * c[:-1])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_c"] = run.total(delta_c_tilde[1:])
    return run.give(dparams, dx, (next_h, next_c))
