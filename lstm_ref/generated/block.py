"""BLOCK: Memory blocks: G gates for H cells, H/G cells a block. Hochreiter & Schmidhuber 1997.

    f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)
    i_t = σ(W_ih h_{t-1} + W_ix x_t + b_i)
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    c_t = (S f_t) ⊙ c_{t-1} + (S i_t) ⊙ c̃_t
    o_t = σ(W_oh h_{t-1} + W_ox x_t + b_o)
    h_t = (S o_t) ⊙ tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, G blocks, a divisor of H, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "BLOCK", "TDB", "THB"
SHAPES = {
    "W_fh": "GH", "W_fx": "GD", "b_f": "G1", "W_ih": "GH", "W_ix": "GD", "b_i": "G1",
    "W_ch": "HH", "W_cx": "HD", "b_c": "H1", "W_oh": "GH", "W_ox": "GD", "b_o": "G1",
}
STATES = {"h": "HB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, c_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, G = (sizes[k] for k in "TDHBG")
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_oh"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_ox"], params["W_cx"]])
    x = run.from_one(x)
    net = new("GGGH")
    f, i, o, c_tilde = run.rows(net, G, G, G, H)
    c = new("H")
    h = new("H")
    spread_f = new("H")
    spread_i = new("H")
    spread_o = new("H")
    tanh_c = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_i"], params["b_o"], params["b_c"]])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        sigmoid(net[t, :3 * G], out=net[t, :3 * G])
        np.tanh(c_tilde[t], out=c_tilde[t])
        spread_f[t] = run.spread(f[t], H)
        spread_i[t] = run.spread(i[t], H)
        c[t] = spread_f[t] * c[t - 1] + spread_i[t] * c_tilde[t]
        spread_o[t] = run.spread(o[t], H)
        tanh_c[t] = np.tanh(c[t])
        h[t] = spread_o[t] * tanh_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, f=f, i=i, c_tilde=c_tilde, c=c, o=o, h=h, spread_f=spread_f,
        spread_i=spread_i, spread_o=spread_o, tanh_c=tanh_c,
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
    T, D, H, B, G = (sizes[k] for k in "TDHBG")
    next_h, next_c = last
    x, f, i, c_tilde, c, o, h, spread_f, spread_i, spread_o, tanh_c = run.take(
        tape, "x f i c_tilde c o h spread_f spread_i spread_o tanh_c",
    )
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_oh"], params["W_ch"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_ox"], params["W_cx"]])
    e = run.from_one(outside)
    delta = new("GGGH")
    delta_f, delta_i, delta_o, delta_c_tilde = run.rows(delta, G, G, G, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_spread_3 = delta_h * tanh_c[t]
        back_spread_3 = run.gather(delta_spread_3, G)
        delta_o[t] = back_spread_3 * o[t] * (1 - o[t])
        delta_c = next_c + delta_h * spread_o[t] * (1 - tanh_c[t]**2)
        delta_spread = delta_c * c[t - 1]
        back_spread = run.gather(delta_spread, G)
        delta_spread_2 = delta_c * c_tilde[t]
        back_spread_2 = run.gather(delta_spread_2, G)
        delta_c_tilde[t] = delta_c * spread_i[t] * (1 - c_tilde[t]**2)
        delta_i[t] = back_spread_2 * i[t] * (1 - i[t])
        delta_f[t] = back_spread * f[t] * (1 - f[t])
        next_c = delta_c * spread_f[t]
        next_h = W_h.T @ delta[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fh"] = dW_h[:G]
    dparams["W_fx"] = dW_x[:G]
    dparams["W_ih"] = dW_h[G:2 * G]
    dparams["W_ix"] = dW_x[G:2 * G]
    dparams["W_ch"] = dW_h[3 * G:3 * G + H]
    dparams["W_cx"] = dW_x[3 * G:3 * G + H]
    dparams["W_oh"] = dW_h[2 * G:3 * G]
    dparams["W_ox"] = dW_x[2 * G:3 * G]
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_c"] = run.total(delta_c_tilde[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_c))
