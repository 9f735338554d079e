"""MINGRU_POSITIVE: minGRU with a candidate above zero, as its logarithm needs it. Feng et al. 2024.

    z_t = σ(W_z x_t)
    a_t = W_h x_t
    h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ (max(a_t, 0) + σ(min(a_t, 0)))

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

NAME, INPUT, OUTPUT = "MINGRU_POSITIVE", "TDB", "THB"
SHAPES = {"W_z": "HD", "W_h": "HD"}
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
    W_x = np.concatenate([params["W_z"], params["W_h"]])
    x = run.from_one(x)
    net = new("HH")
    z, a = run.rows(net, H, H)
    h = new("H")
    max_a = new("H")
    min_a = new("H")
    sigma_a = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        sigmoid(z[t], out=z[t])
        max_a[t] = fn.maximum(a[t], 0)
        min_a[t] = fn.minimum(a[t], 0)
        sigma_a[t] = sigmoid(min_a[t])
        h[t] = (1 - z[t]) * h[t - 1] + z[t] * (max_a[t] + sigma_a[t])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, z=z, a=a, h=h, max_a=max_a, sigma_a=sigma_a)
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
    x, z, a, h, max_a, sigma_a = run.take(tape, "x z a h max_a sigma_a")
    W_x = np.concatenate([params["W_z"], params["W_h"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_z, delta_a = run.rows(delta, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_a[t] = (delta_h * z[t]
            * (1/2 + sigma_a[t] * (1 - sigma_a[t]) * (1 + fn.sign(-a[t])) / 2
                + fn.sign(a[t]) / 2))
        delta_z[t] = delta_h * (max_a[t] + sigma_a[t] - h[t - 1]) * z[t] * (1 - z[t])
        next_h = delta_h * (1 - z[t])
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_z"] = dW_x[:H]
    dparams["W_h"] = dW_x[H:2 * H]
    return run.give(dparams, dx, (next_h,))
