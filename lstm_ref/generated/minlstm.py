"""MINLSTM: minLSTM, gates without the state, normalised. Feng et al. 2024.

    f_t = σ(W_f x_t + b_f)
    i_t = σ(W_i x_t + b_i)
    h̃_t = W_h x_t + b_h
    h_t = (f_t / (f_t + i_t)) ⊙ h_{t-1} + (i_t / (f_t + i_t)) ⊙ h̃_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MINLSTM", "TDB", "THB"
SHAPES = {"W_f": "HD", "b_f": "H1", "W_i": "HD", "b_i": "H1", "W_h": "HD", "b_h": "H1"}
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
    W_x = np.concatenate([params["W_f"], params["W_i"], params["W_h"]])
    x = run.from_one(x)
    net = new("HHH")
    f, i, h_tilde = run.rows(net, H, H, H)
    h = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_i"], params["b_h"]])
    for t in range(1, T + 1):
        sigmoid(net[t, :2 * H], out=net[t, :2 * H])
        h[t] = f[t] * h[t - 1] / (f[t] + i[t]) + i[t] * h_tilde[t] / (f[t] + i[t])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, f=f, i=i, h_tilde=h_tilde, h=h)
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
    x, f, i, h_tilde, h = run.take(tape, "x f i h_tilde h")
    W_x = np.concatenate([params["W_f"], params["W_i"], params["W_h"]])
    e = run.from_one(outside)
    delta = new("HHH")
    delta_f, delta_i, delta_h_tilde = run.rows(delta, H, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_h_tilde[t] = delta_h * i[t] / (f[t] + i[t])
        delta_i[t] = (delta_h
            * (h_tilde[t] / (f[t] + i[t]) - f[t] * h[t - 1] / (f[t] + i[t])**2
                - i[t] * h_tilde[t] / (f[t] + i[t])**2) * i[t] * (1 - i[t]))
        delta_f[t] = (delta_h
            * (h[t - 1] / (f[t] + i[t]) - f[t] * h[t - 1] / (f[t] + i[t])**2
                - i[t] * h_tilde[t] / (f[t] + i[t])**2) * f[t] * (1 - f[t]))
        next_h = delta_h * f[t] / (f[t] + i[t])
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_f"] = dW_x[:H]
    dparams["W_i"] = dW_x[H:2 * H]
    dparams["W_h"] = dW_x[2 * H:3 * H]
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_h"] = run.total(delta_h_tilde[1:])
    return run.give(dparams, dx, (next_h,))
