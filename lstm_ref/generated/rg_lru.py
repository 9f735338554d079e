"""RG_LRU: Real-gated linear recurrent unit of Griffin. De et al. 2024.

    r_t = σ(W_r x_t + b_r)
    i_t = σ(W_i x_t + b_i)
    a_t = exp(−c softplus(lamda_a) ⊙ r_t)
    h_t = a_t ⊙ h_{t-1} + √(1 − a_t²) ⊙ i_t ⊙ x_t

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

NAME, INPUT, OUTPUT = "RG_LRU", "THB", "THB"
SHAPES = {"W_r": "HH", "b_r": "H1", "W_i": "HH", "b_i": "H1", "lamda_a": "H1"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
c = 8.0


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
    lamda_a = params["lamda_a"]
    W_x = np.concatenate([params["W_r"], params["W_i"]])
    x = run.from_one(x)
    net = new("HH")
    r, i = run.rows(net, H, H)
    a = new("H")
    h = new("H")
    h[0] = initial[0]
    softplus_lamda_a = fn.softplus(lamda_a)
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_r"], params["b_i"]])
    for t in range(1, T + 1):
        sigmoid(net[t], out=net[t])
        a[t] = np.exp(-c * softplus_lamda_a * r[t])
        h[t] = a[t] * h[t - 1] + np.sqrt(1 - a[t]**2) * i[t] * x[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, r=r, i=i, a=a, h=h, softplus_lamda_a=softplus_lamda_a)
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
    x, r, i, a, h, softplus_lamda_a = run.take(tape, "x r i a h softplus_lamda_a")
    lamda_a = params["lamda_a"]
    W_x = np.concatenate([params["W_r"], params["W_i"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_r, delta_i = run.rows(delta, H, H)
    delta_a = new("H")
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_a[t] = delta_h[t] * (h[t - 1] - a[t] * i[t] * x[t] / np.sqrt(1 - a[t]**2)) * a[t]
        delta_i[t] = delta_h[t] * np.sqrt(1 - a[t]**2) * x[t] * i[t] * (1 - i[t])
        delta_r[t] = (-delta_a[t] * c * softplus_lamda_a) * r[t] * (1 - r[t])
        next_h = delta_h[t] * a[t]
    dx = W_x.T @ delta[1:] + delta_h[1:] * np.sqrt(1 - a[1:]**2) * i[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_r"] = dW_x[:H]
    dparams["W_i"] = dW_x[H:2 * H]
    dparams["b_r"] = run.total(delta_r[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["lamda_a"] = run.total(-delta_a[1:] * c * sigmoid(lamda_a) * r[1:])
    return run.give(dparams, dx, (next_h,))
