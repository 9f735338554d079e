"""SGRN: Simple gated network, one matrix of the input for gate and content. RecurrentLayers.jl.

    f_t = σ(W_x x_t + W_h h_{t-1} + b_f)
    h_t = tanh((1 − f_t) ⊙ (W_x x_t) + f_t ⊙ h_{t-1})

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "SGRN", "TDB", "THB"
SHAPES = {"W_x": "HD", "W_h": "HH", "b_f": "H1"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


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
    W_x = params["W_x"]
    W_h = params["W_h"]
    b_f = params["b_f"]
    x = run.from_one(x)
    net = new("H")
    f, = run.rows(net, H)
    h = new("H")
    W_x_x = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    f[1:] += b_f
    for t in range(1, T + 1):
        f[t] += W_h @ h[t - 1]
        W_x_x[t] = W_x @ x[t]
        sigmoid(f[t], out=f[t])
        h[t] = np.tanh((1 - f[t]) * W_x_x[t] + f[t] * h[t - 1])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, f=f, h=h, W_x_x=W_x_x)
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
    x, f, h, W_x_x = run.take(tape, "x f h W_x_x")
    W_x = params["W_x"]
    W_h = params["W_h"]
    e = run.from_one(outside)
    delta = new("H")
    delta_f, = run.rows(delta, H)
    delta_h = new("H")
    delta_W_x = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = (next_h + e[t]) * (1 - h[t]**2)
        delta_W_x[t] = delta_h[t] * (1 - f[t])
        delta_f[t] = delta_h[t] * (h[t - 1] - W_x_x[t]) * f[t] * (1 - f[t])
        next_h = W_h.T @ delta_f[t] + delta_h[t] * f[t]
    dx = W_x.T @ delta_f[1:] + W_x.T @ delta_W_x[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_x"] = errors @ run.flat(x[1:]).T + run.outer(delta_W_x[1:], x[1:])
    dparams["W_h"] = errors @ run.flat(h[:-1]).T
    dparams["b_f"] = run.total(delta_f[1:])
    return run.give(dparams, dx, (next_h,))
