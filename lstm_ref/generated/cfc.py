"""CFC: Closed-form continuous-time network, d is the time since the last input. Hasani et al. 2022.

    z_t = 1.7159 tanh(0.666 (W_zx x_t + W_zh h_{t-1} + b_z))
    g_t = tanh(V_g z_t + b_g)
    f_t = tanh(V_f z_t + b_f)
    a_t = σ((V_a z_t + b_a) d_t + V_b z_t + b_b)
    h_t = g_t ⊙ (1 − a_t) + a_t ⊙ f_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, P projected units, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.cells import functions as fn
from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "CFC", "TDB", "THB"
SHAPES = {
    "W_zx": "PD", "W_zh": "PH", "b_z": "P1", "V_g": "HP", "b_g": "H1", "V_f": "HP",
    "b_f": "H1", "V_a": "HP", "b_a": "H1", "V_b": "HP", "b_b": "H1",
}
STATES = {"h": "HB"}
INPUTS = {"x": "TDB", "d": "T1B"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__, INPUTS=INPUTS)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Any, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x, a dict of x (T, D, B), d (T, 1, B), from state0 = (h_0,); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    W_zx = params["W_zx"]
    W_zh = params["W_zh"]
    V_g = params["V_g"]
    V_f = params["V_f"]
    V_a = params["V_a"]
    V_b = params["V_b"]
    b_z = params["b_z"]
    b_g = params["b_g"]
    b_f = params["b_f"]
    b_a = params["b_a"]
    b_b = params["b_b"]
    x, d = map(run.from_one, (x["x"], x["d"]))
    z = new("P")
    g = new("H")
    f = new("H")
    a = new("H")
    h = new("H")
    W_zh_h = new("P")
    W_zx_x = new("P")
    tanh_x_h = new("P")
    V_a_z = new("H")
    h[0] = initial[0]
    for t in range(1, T + 1):
        W_zh_h[t] = W_zh @ h[t - 1]
        W_zx_x[t] = W_zx @ x[t]
        tanh_x_h[t] = np.tanh(0.666 * W_zx_x[t] + 0.666 * W_zh_h[t] + 0.666 * b_z)
        z[t] = 1.7159 * tanh_x_h[t]
        g[t] = np.tanh(V_g @ z[t] + b_g)
        f[t] = np.tanh(V_f @ z[t] + b_f)
        V_a_z[t] = V_a @ z[t]
        a[t] = sigmoid((V_a_z[t] + b_a) * d[t] + V_b @ z[t] + b_b)
        h[t] = g[t] * (1 - a[t]) + a[t] * f[t]
    outputs, state_T = run.leave(CELL, h, (h[T],))
    tape.update(x=x, d=d, z=z, g=g, f=f, a=a, h=h, tanh_x_h=tanh_x_h, V_a_z=V_a_z)
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Arrays, State]:
    """Back-propagation through time, exact.

    dh (T, H, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B, P = (sizes[k] for k in "TDHBP")
    next_h, = last
    x, d, z, g, f, a, h, tanh_x_h, V_a_z = run.take(tape, "x d z g f a h tanh_x_h V_a_z")
    W_zx = params["W_zx"]
    W_zh = params["W_zh"]
    V_g = params["V_g"]
    V_f = params["V_f"]
    V_a = params["V_a"]
    V_b = params["V_b"]
    b_a = params["b_a"]
    e = run.from_one(outside)
    delta_z = new("P")
    delta_g = new("H")
    delta_f = new("H")
    delta_a = new("H")
    delta_W_zh = new("P")
    delta_V_a = new("H")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_a[t] = delta_h * (f[t] - g[t]) * a[t] * (1 - a[t])
        delta_V_a[t] = delta_a[t] * d[t]
        back_V_a = V_a.T @ delta_V_a[t]
        back_V_b = V_b.T @ delta_a[t]
        delta_f[t] = delta_h * a[t] * (1 - f[t]**2)
        back_V_f = V_f.T @ delta_f[t]
        delta_g[t] = delta_h * (1 - a[t]) * (1 - g[t]**2)
        back_V_g = V_g.T @ delta_g[t]
        delta_z[t] = back_V_g + back_V_f + back_V_a + back_V_b
        delta_W_zh[t] = delta_z[t] * (1.1427894 - 1.1427894 * tanh_x_h[t]**2)
        back_W_zh = W_zh.T @ delta_W_zh[t]
        next_h = back_W_zh
    dx = {}
    dx["x"] = W_zx.T @ delta_W_zh[1:]
    dx["d"] = fn.total(delta_a[1:] * (V_a_z[1:] + b_a))
    dparams = {}
    dparams["W_zx"] = run.outer(delta_W_zh[1:], x[1:])
    dparams["W_zh"] = run.outer(delta_W_zh[1:], h[:-1])
    dparams["V_g"] = run.outer(delta_g[1:], z[1:])
    dparams["V_f"] = run.outer(delta_f[1:], z[1:])
    dparams["V_a"] = run.outer(delta_V_a[1:], z[1:])
    dparams["V_b"] = run.outer(delta_a[1:], z[1:])
    dparams["b_z"] = run.total(delta_W_zh[1:])
    dparams["b_g"] = run.total(delta_g[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_a"] = run.total(delta_V_a[1:])
    dparams["b_b"] = run.total(delta_a[1:])
    return run.give(dparams, dx, (next_h,))
