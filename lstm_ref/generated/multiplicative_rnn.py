"""MULTIPLICATIVE_RNN: Multiplicative RNN, a factored tensor. Sutskever, Martens & Hinton 2011.

    f_t = (W_fx x_t) ⊙ (W_fh h_{t-1})
    h_t = tanh(W_hf f_t + W_hx x_t + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units, P projected units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MULTIPLICATIVE_RNN", "TDB", "TPB"
SHAPES = {"W_fx": "HD", "W_fh": "HP", "W_hf": "PH", "W_hx": "PD", "b_h": "P1"}
STATES = {"h": "PB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0,); None means zeros.

    Returns (outputs (T, P, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_fx = params["W_fx"]
    W_fh = params["W_fh"]
    W_hf = params["W_hf"]
    W_hx = params["W_hx"]
    b_h = params["b_h"]
    x = run.from_one(x)
    net = new("P")
    h, = run.rows(net, P)
    f = new("H")
    W_fh_h = new("H")
    W_fx_x = new("H")
    h[0] = initial[0]
    np.matmul(W_hx, x[1:], out=net[1:])
    h[1:] += b_h
    for t in range(1, T + 1):
        W_fh_h[t] = W_fh @ h[t - 1]
        W_fx_x[t] = W_fx @ x[t]
        f[t] = W_fx_x[t] * W_fh_h[t]
        h[t] += W_hf @ f[t]
        np.tanh(h[t], out=h[t])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, f=f, h=h, W_fh_h=W_fh_h, W_fx_x=W_fx_x)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, P, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_h, = last
    x, f, h, W_fh_h, W_fx_x = run.take(tape, "x f h W_fh_h W_fx_x")
    W_fx = params["W_fx"]
    W_fh = params["W_fh"]
    W_hf = params["W_hf"]
    W_hx = params["W_hx"]
    e = run.from_one(outside)
    delta = new("P")
    delta_h, = run.rows(delta, P)
    delta_f = new("H")
    delta_W_fh = new("H")
    delta_W_fx = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = (next_h + e[t]) * (1 - h[t]**2)
        back_W_hf = W_hf.T @ delta_h[t]
        delta_f[t] = back_W_hf
        delta_W_fh[t] = delta_f[t] * W_fx_x[t]
        back_W_fh = W_fh.T @ delta_W_fh[t]
        delta_W_fx[t] = delta_f[t] * W_fh_h[t]
        next_h = back_W_fh
    dx = W_fx.T @ delta_W_fx[1:] + W_hx.T @ delta_h[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_fx"] = run.outer(delta_W_fx[1:], x[1:])
    dparams["W_fh"] = run.outer(delta_W_fh[1:], h[:-1])
    dparams["W_hf"] = run.outer(delta_h[1:], f[1:])
    dparams["W_hx"] = errors @ run.flat(x[1:]).T
    dparams["b_h"] = run.total(delta_h[1:])
    return run.give(dparams, dx, (next_h,))
