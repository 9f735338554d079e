"""FASTRNN: FastRNN, a residual connection with two numbers that learn. Kusupati et al. 2018.

    h̃_t = tanh(W_h x_t + U_h h_{t-1} + b_h)
    h_t = σ(s_beta) h_{t-1} + σ(s_alpha) h̃_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "FASTRNN", "TDB", "THB"
SHAPES = {"W_h": "HD", "U_h": "HH", "b_h": "H1", "s_beta": "11", "s_alpha": "11"}
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
    W_h = params["W_h"]
    U_h = params["U_h"]
    b_h = params["b_h"]
    s_beta = params["s_beta"]
    s_alpha = params["s_alpha"]
    x = run.from_one(x)
    net = new("H")
    h_tilde, = run.rows(net, H)
    h = new("H")
    h[0] = initial[0]
    sigma_s_beta = sigmoid(s_beta)
    sigma_s_alpha = sigmoid(s_alpha)
    np.matmul(W_h, x[1:], out=net[1:])
    h_tilde[1:] += b_h
    for t in range(1, T + 1):
        h_tilde[t] += U_h @ h[t - 1]
        np.tanh(h_tilde[t], out=h_tilde[t])
        h[t] = sigma_s_beta * h[t - 1] + sigma_s_alpha * h_tilde[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(
        x=x, h_tilde=h_tilde, h=h, sigma_s_beta=sigma_s_beta, sigma_s_alpha=sigma_s_alpha,
    )
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
    x, h_tilde, h, sigma_s_beta, sigma_s_alpha = run.take(
        tape, "x h_tilde h sigma_s_beta sigma_s_alpha",
    )
    W_h = params["W_h"]
    U_h = params["U_h"]
    e = run.from_one(outside)
    delta = new("H")
    delta_h_tilde, = run.rows(delta, H)
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_h_tilde[t] = delta_h[t] * sigma_s_alpha * (1 - h_tilde[t]**2)
        next_h = U_h.T @ delta_h_tilde[t] + delta_h[t] * sigma_s_beta
    dx = W_h.T @ delta_h_tilde[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_h"] = errors @ run.flat(x[1:]).T
    dparams["U_h"] = errors @ run.flat(h[:-1]).T
    dparams["b_h"] = run.total(delta_h_tilde[1:])
    dparams["s_beta"] = run.total(
        fn.total(delta_h[1:] * sigma_s_beta * (1 - sigma_s_beta) * h[:-1])
    )
    dparams["s_alpha"] = run.total(
        fn.total(delta_h[1:] * sigma_s_alpha * (1 - sigma_s_alpha) * h_tilde[1:])
    )
    return run.give(dparams, dx, (next_h,))
