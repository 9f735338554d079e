"""MINIMALRNN: MinimalRNN, one gate. Chen 2017.

    z_t = tanh(W_z x_t + b_z)
    u_t = σ(U_h h_{t-1} + U_z z_t + b_u)
    h_t = u_t ⊙ h_{t-1} + (1 − u_t) ⊙ z_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "MINIMALRNN", "TDB", "THB"
SHAPES = {"W_z": "HD", "b_z": "H1", "U_h": "HH", "U_z": "HH", "b_u": "H1"}
STATES = {"h": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_u", __name__)


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
    W_z = params["W_z"]
    U_h = params["U_h"]
    U_z = params["U_z"]
    x = run.from_one(x)
    net = new("HH")
    z, u = run.rows(net, H, H)
    h = new("H")
    h[0] = initial[0]
    net[1:] = 0
    z[1:] += W_z @ x[1:]
    net[1:] += np.concatenate([params["b_z"], params["b_u"]])
    for t in range(1, T + 1):
        u[t] += U_h @ h[t - 1]
        np.tanh(z[t], out=z[t])
        u[t] += U_z @ z[t]
        sigmoid(u[t], out=u[t])
        h[t] = u[t] * h[t - 1] + (1 - u[t]) * z[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, z=z, u=u, h=h)
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
    x, z, u, h = run.take(tape, "x z u h")
    W_z = params["W_z"]
    U_h = params["U_h"]
    U_z = params["U_z"]
    e = run.from_one(outside)
    delta = new("HH")
    delta_z, delta_u = run.rows(delta, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_u[t] = delta_h * (h[t - 1] - z[t]) * u[t] * (1 - u[t])
        back_U_z = U_z.T @ delta_u[t]
        delta_z[t] = (back_U_z + delta_h * (1 - u[t])) * (1 - z[t]**2)
        next_h = U_h.T @ delta_u[t] + delta_h * u[t]
    dx = W_z.T @ delta_z[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["W_z"] = errors[:H] @ run.flat(x[1:]).T
    dparams["U_h"] = errors[H:2 * H] @ run.flat(h[:-1]).T
    dparams["U_z"] = run.outer(delta_u[1:], z[1:])
    dparams["b_z"] = run.total(delta_z[1:])
    dparams["b_u"] = run.total(delta_u[1:])
    return run.give(dparams, dx, (next_h,))
