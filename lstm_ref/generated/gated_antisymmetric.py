"""GATED_ANTISYMMETRIC: AntisymmetricRNN with a gate on its steps. Chang et al. 2019.

    a_t = W_h h_{t-1} − W_hᵀ h_{t-1} − gamma h_{t-1}
    z_t = σ(a_t + V_z x_t + b_z)
    h_t = h_{t-1} + epsilon z_t ⊙ tanh(a_t + V_h x_t + b_h)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "GATED_ANTISYMMETRIC", "TDB", "THB"
SHAPES = {"W_h": "HH", "V_z": "HD", "b_z": "H1", "V_h": "HD", "b_h": "H1"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
epsilon = 0.01
gamma = 0.01


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
    V_z = params["V_z"]
    V_h = params["V_h"]
    b_z = params["b_z"]
    b_h = params["b_h"]
    x = run.from_one(x)
    net = new("HH")
    a, z = run.rows(net, H, H)
    h = new("H")
    V_h_x = new("H")
    tanh_x_a = new("H")
    h[0] = initial[0]
    net[1:] = 0
    z[1:] += V_z @ x[1:]
    z[1:] += b_z
    for t in range(1, T + 1):
        a[t] += W_h @ h[t - 1]
        a[t] += -W_h.T @ h[t - 1]
        a[t] += -gamma * h[t - 1]
        z[t] += a[t]
        sigmoid(z[t], out=z[t])
        V_h_x[t] = V_h @ x[t]
        tanh_x_a[t] = np.tanh(a[t] + V_h_x[t] + b_h)
        h[t] = h[t - 1] + epsilon * z[t] * tanh_x_a[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, z=z, h=h, tanh_x_a=tanh_x_a)
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
    x, z, h, tanh_x_a = run.take(tape, "x z h tanh_x_a")
    W_h = params["W_h"]
    V_z = params["V_z"]
    V_h = params["V_h"]
    e = run.from_one(outside)
    delta = new("HH")
    delta_a, delta_z = run.rows(delta, H, H)
    delta_h = new("H")
    delta_V_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_V_h[t] = delta_h[t] * epsilon * z[t] * (1 - tanh_x_a[t]**2)
        delta_z[t] = delta_h[t] * epsilon * tanh_x_a[t] * z[t] * (1 - z[t])
        delta_a[t] = delta_z[t] + delta_V_h[t]
        back_W_h = W_h @ delta_a[t]
        next_h = -delta_a[t] * gamma - back_W_h + W_h.T @ delta_a[t] + delta_h[t]
    dx = V_z.T @ delta_z[1:] + V_h.T @ delta_V_h[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_h"] = errors[:H] @ run.flat(h[:-1]).T + run.outer(h[:-1], -delta_a[1:])
    dparams["V_z"] = errors[H:2 * H] @ run.flat(x[1:]).T
    dparams["V_h"] = run.outer(delta_V_h[1:], x[1:])
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_h"] = run.total(delta_V_h[1:])
    return run.give(dparams, dx, (next_h,))
