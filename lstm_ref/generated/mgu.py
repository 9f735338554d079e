"""MGU: Minimal gated unit: one gate. Zhou et al. 2016.

    f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)
    h̃_t = tanh(W_hh (f_t ⊙ h_{t-1}) + W_hx x_t + b_h)
    h_t = (1 − f_t) ⊙ h_{t-1} + f_t ⊙ h̃_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MGU", "TDB", "THB"
SHAPES = {
    "W_fh": "HH", "W_fx": "HD", "b_f": "H1", "W_hh": "HH", "W_hx": "HD", "b_h": "H1",
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
    W_fh = params["W_fh"]
    W_hh = params["W_hh"]
    W_x = np.concatenate([params["W_fx"], params["W_hx"]])
    x = run.from_one(x)
    net = new("HH")
    f, h_tilde = run.rows(net, H, H)
    h = new("H")
    h_f = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_h"]])
    for t in range(1, T + 1):
        f[t] += W_fh @ h[t - 1]
        sigmoid(f[t], out=f[t])
        h_f[t] = f[t] * h[t - 1]
        h_tilde[t] += W_hh @ h_f[t]
        np.tanh(h_tilde[t], out=h_tilde[t])
        h[t] = (1 - f[t]) * h[t - 1] + f[t] * h_tilde[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, f=f, h_tilde=h_tilde, h=h, h_f=h_f)
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
    x, f, h_tilde, h, h_f = run.take(tape, "x f h_tilde h h_f")
    W_fh = params["W_fh"]
    W_hh = params["W_hh"]
    W_x = np.concatenate([params["W_fx"], params["W_hx"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_f, delta_h_tilde = run.rows(delta, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_h_tilde[t] = delta_h * f[t] * (1 - h_tilde[t]**2)
        back_W_hh = W_hh.T @ delta_h_tilde[t]
        delta_f[t] = ((back_W_hh * h[t - 1] + delta_h * (h_tilde[t] - h[t - 1])) * f[t]
            * (1 - f[t]))
        next_h = W_fh.T @ delta_f[t] + back_W_hh * f[t] + delta_h * (1 - f[t])
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fh"] = errors[:H] @ run.flat(h[:-1]).T
    dparams["W_fx"] = dW_x[:H]
    dparams["W_hh"] = run.outer(delta_h_tilde[1:], h_f[1:])
    dparams["W_hx"] = dW_x[H:2 * H]
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_h"] = run.total(delta_h_tilde[1:])
    return run.give(dparams, dx, (next_h,))
