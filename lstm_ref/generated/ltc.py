"""LTC: Liquid time constants, two steps of the fused solver. Hasani et al. 2021.

    f1_t = σ(W_f x_t + R_f v_{t-1} + b_f)
    v1_t = (v_{t-1} + dt f1_t ⊙ a_v) / (1 + dt (1 / tau_v + f1_t))
    f2_t = σ(W_f x_t + R_f v1_t + b_f)
    v_t = (v1_t + dt f2_t ⊙ a_v) / (1 + dt (1 / tau_v + f2_t))

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "LTC", "TDB", "THB"
SHAPES = {"W_f": "HD", "R_f": "HH", "b_f": "H1", "a_v": "H1", "tau_v": "H1"}
STATES = {"v": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)
dt = 0.5


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (v_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    R_f = params["R_f"]
    a_v = params["a_v"]
    tau_v = params["tau_v"]
    W_x = np.concatenate([params["W_f"], params["W_f"]])
    x = run.from_one(x)
    net = new("HH")
    f1, f2 = run.rows(net, H, H)
    v1 = new("H")
    v = new("H")
    v[0] = initial[0]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_f"]])
    for t in range(1, T + 1):
        f1[t] += R_f @ v[t - 1]
        sigmoid(f1[t], out=f1[t])
        v1[t] = (v[t - 1] + dt * f1[t] * a_v) / (1 + dt * (f1[t] + 1 / tau_v))
        f2[t] += R_f @ v1[t]
        sigmoid(f2[t], out=f2[t])
        v[t] = (v1[t] + dt * f2[t] * a_v) / (1 + dt * (f2[t] + 1 / tau_v))
    outputs, state_T = run.leave(CELL, v, (v[T],))
    tape.update(x=x, f1=f1, v1=v1, f2=f2, v=v)
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
    next_v, = last
    x, f1, v1, f2, v = run.take(tape, "x f1 v1 f2 v")
    R_f = params["R_f"]
    a_v = params["a_v"]
    tau_v = params["tau_v"]
    W_x = np.concatenate([params["W_f"], params["W_f"]])
    e = run.from_one(outside)
    delta = new("HH")
    delta_f1, delta_f2 = run.rows(delta, H, H)
    delta_v1 = new("H")
    delta_v = new("H")
    for t in range(T, 0, -1):
        delta_v[t] = next_v + e[t]
        delta_f2[t] = (delta_v[t]
            * (dt * a_v / (1 + dt * (f2[t] + 1 / tau_v))
                - dt * (v1[t] + dt * f2[t] * a_v) / (1 + dt * (f2[t] + 1 / tau_v))**2) * f2[t]
            * (1 - f2[t]))
        back_R_f = R_f.T @ delta_f2[t]
        delta_v1[t] = back_R_f + delta_v[t] / (1 + dt * (f2[t] + 1 / tau_v))
        delta_f1[t] = (delta_v1[t]
            * (dt * a_v / (1 + dt * (f1[t] + 1 / tau_v))
                - dt * (v[t - 1] + dt * f1[t] * a_v) / (1 + dt * (f1[t] + 1 / tau_v))**2)
            * f1[t] * (1 - f1[t]))
        next_v = R_f.T @ delta_f1[t] + delta_v1[t] / (1 + dt * (f1[t] + 1 / tau_v))
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_f"] = dW_x[:H] + dW_x[H:2 * H]
    dparams["R_f"] = errors[:H] @ run.flat(v[:-1]).T + run.outer(delta_f2[1:], v1[1:])
    dparams["b_f"] = run.total(delta_f1[1:] + delta_f2[1:])
    dparams["a_v"] = run.total(
        delta_v1[1:] * dt * f1[1:] / (1 + dt * (f1[1:] + 1 / tau_v))
        + delta_v[1:] * dt * f2[1:] / (1 + dt * (f2[1:] + 1 / tau_v))
    )
    dparams["tau_v"] = run.total(
        delta_v1[1:] * dt * (v[:-1] + dt * f1[1:] * a_v)
            / ((1 + dt * (f1[1:] + 1 / tau_v))**2 * tau_v**2)
        + delta_v[1:] * dt * (v1[1:] + dt * f2[1:] * a_v)
            / ((1 + dt * (f2[1:] + 1 / tau_v))**2 * tau_v**2)
    )
    return run.give(dparams, dx, (next_v,))
