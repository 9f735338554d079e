"""STAR: Stackable recurrent cell. Turkoglu et al. 2021.

    z_t = tanh(W_zx x_t + b_z)
    k_t = σ(W_kx x_t + W_kh h_{t-1} + b_k)
    h_t = tanh((1 − k_t) ⊙ h_{t-1} + k_t ⊙ z_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "STAR", "TDB", "THB"
SHAPES = {"W_zx": "HD", "b_z": "H1", "W_kx": "HD", "W_kh": "HH", "b_k": "H1"}
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
    W_kh = params["W_kh"]
    W_x = np.concatenate([params["W_zx"], params["W_kx"]])
    x = run.from_one(x)
    net = new("HH")
    z, k = run.rows(net, H, H)
    h = new("H")
    h[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_z"], params["b_k"]])
    for t in range(1, T + 1):
        k[t] += W_kh @ h[t - 1]
        np.tanh(z[t], out=z[t])
        sigmoid(k[t], out=k[t])
        h[t] = np.tanh((1 - k[t]) * h[t - 1] + k[t] * z[t])
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, z=z, k=k, h=h)
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
    x, z, k, h = run.take(tape, "x z k h")
    W_kh = params["W_kh"]
    W_x = np.concatenate([params["W_zx"], params["W_kx"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_z, delta_k = run.rows(delta, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_k[t] = delta_h * (1 - h[t]**2) * (z[t] - h[t - 1]) * k[t] * (1 - k[t])
        delta_z[t] = delta_h * (1 - h[t]**2) * k[t] * (1 - z[t]**2)
        next_h = W_kh.T @ delta_k[t] + delta_h * (1 - h[t]**2) * (1 - k[t])
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_zx"] = dW_x[:H]
    dparams["W_kx"] = dW_x[H:2 * H]
    dparams["W_kh"] = errors[H:2 * H] @ run.flat(h[:-1]).T
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_k"] = run.total(delta_k[1:])
    return run.give(dparams, dx, (next_h,))
