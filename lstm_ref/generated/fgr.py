"""FGR: Full gate recurrence: gates see all gates one step back. Greff et al. 2017, section III.

    f_t = σ(W_fh h_{t-1} + W_fx x_t + w_fc ⊙ c_{t-1} + b_f + R_ff f_{t-1} + R_fi i_{t-1}
          + R_fo o_{t-1})
    i_t = σ(W_ih h_{t-1} + W_ix x_t + w_ic ⊙ c_{t-1} + b_i + R_if f_{t-1} + R_ii i_{t-1}
          + R_io o_{t-1})
    c̃_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ c̃_t
    o_t = σ(W_oh h_{t-1} + W_ox x_t + w_oc ⊙ c_t + b_o + R_of f_{t-1} + R_oi i_{t-1} + R_oo o_{t-1})
    h_t = o_t ⊙ tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "FGR", "TDB", "THB"
SHAPES = {
    "W_fh": "HH", "W_fx": "HD", "w_fc": "H1", "b_f": "H1", "R_ff": "HH", "R_fi": "HH",
    "R_fo": "HH", "W_ih": "HH", "W_ix": "HD", "w_ic": "H1", "b_i": "H1", "R_if": "HH",
    "R_ii": "HH", "R_io": "HH", "W_ch": "HH", "W_cx": "HD", "b_c": "H1", "W_oh": "HH",
    "W_ox": "HD", "w_oc": "H1", "b_o": "H1", "R_of": "HH", "R_oi": "HH", "R_oo": "HH",
}
STATES = {"h": "HB", "f": "HB", "i": "HB", "c": "HB", "o": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, f_0, i_0, c_0, o_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    R_of = params["R_of"]
    R_oi = params["R_oi"]
    R_oo = params["R_oo"]
    w_fc = params["w_fc"]
    w_ic = params["w_ic"]
    w_oc = params["w_oc"]
    W_f = np.concatenate([params["R_ff"], params["R_if"]])
    W_i = np.concatenate([params["R_fi"], params["R_ii"]])
    W_o = np.concatenate([params["R_fo"], params["R_io"]])
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_ch"], params["W_oh"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_cx"], params["W_ox"]])
    x = run.from_one(x)
    net = new("HHHH")
    f, i, c_tilde, o = run.rows(net, H, H, H, H)
    c = new("H")
    h = new("H")
    tanh_c = new("H")
    h[0] = initial[0]
    f[0] = initial[1]
    i[0] = initial[2]
    c[0] = initial[3]
    o[0] = initial[4]
    np.matmul(W_x, x[1:], out=net[1:])
    net[1:] += np.concatenate([params["b_f"], params["b_i"], params["b_c"], params["b_o"]])
    for t in range(1, T + 1):
        net[t, :2 * H] += W_f @ f[t - 1]
        o[t] += R_of @ f[t - 1]
        net[t, :2 * H] += W_i @ i[t - 1]
        o[t] += R_oi @ i[t - 1]
        net[t, :2 * H] += W_o @ o[t - 1]
        o[t] += R_oo @ o[t - 1]
        net[t] += W_h @ h[t - 1]
        f[t] += w_fc * c[t - 1]
        i[t] += w_ic * c[t - 1]
        sigmoid(net[t, :2 * H], out=net[t, :2 * H])
        np.tanh(c_tilde[t], out=c_tilde[t])
        c[t] = f[t] * c[t - 1] + i[t] * c_tilde[t]
        o[t] += w_oc * c[t]
        sigmoid(o[t], out=o[t])
        tanh_c[t] = np.tanh(c[t])
        h[t] = o[t] * tanh_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T], f[T], i[T], c[T], o[T],))
    tape.update(x=x, f=f, i=i, c_tilde=c_tilde, c=c, o=o, h=h, tanh_c=tanh_c)
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
    next_h, next_f, next_i, next_c, next_o = last
    x, f, i, c_tilde, c, o, h, tanh_c = run.take(tape, "x f i c_tilde c o h tanh_c")
    R_of = params["R_of"]
    R_oi = params["R_oi"]
    R_oo = params["R_oo"]
    w_fc = params["w_fc"]
    w_ic = params["w_ic"]
    w_oc = params["w_oc"]
    W_f = np.concatenate([params["R_ff"], params["R_if"]])
    W_i = np.concatenate([params["R_fi"], params["R_ii"]])
    W_o = np.concatenate([params["R_fo"], params["R_io"]])
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_ch"], params["W_oh"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_cx"], params["W_ox"]])
    e = run.from_one(outside)
    delta = new("HHHH")
    delta_f, delta_i, delta_c_tilde, delta_o = run.rows(delta, H, H, H, H)
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_o[t] = (next_o + delta_h * tanh_c[t]) * o[t] * (1 - o[t])
        delta_c = next_c + delta_o[t] * w_oc + delta_h * o[t] * (1 - tanh_c[t]**2)
        delta_c_tilde[t] = delta_c * i[t] * (1 - c_tilde[t]**2)
        delta_i[t] = (next_i + delta_c * c_tilde[t]) * i[t] * (1 - i[t])
        delta_f[t] = (next_f + delta_c * c[t - 1]) * f[t] * (1 - f[t])
        next_o = W_o.T @ delta[t, :2 * H] + R_oo.T @ delta_o[t]
        next_c = delta_f[t] * w_fc + delta_i[t] * w_ic + delta_c * f[t]
        next_i = W_i.T @ delta[t, :2 * H] + R_oi.T @ delta_o[t]
        next_f = W_f.T @ delta[t, :2 * H] + R_of.T @ delta_o[t]
        next_h = W_h.T @ delta[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_f = errors[:2 * H] @ run.flat(f[:-1]).T
    dW_i = errors[:2 * H] @ run.flat(i[:-1]).T
    dW_o = errors[:2 * H] @ run.flat(o[:-1]).T
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fh"] = dW_h[:H]
    dparams["W_fx"] = dW_x[:H]
    dparams["R_ff"] = dW_f[:H]
    dparams["R_fi"] = dW_i[:H]
    dparams["R_fo"] = dW_o[:H]
    dparams["W_ih"] = dW_h[H:2 * H]
    dparams["W_ix"] = dW_x[H:2 * H]
    dparams["R_if"] = dW_f[H:2 * H]
    dparams["R_ii"] = dW_i[H:2 * H]
    dparams["R_io"] = dW_o[H:2 * H]
    dparams["W_ch"] = dW_h[2 * H:3 * H]
    dparams["W_cx"] = dW_x[2 * H:3 * H]
    dparams["W_oh"] = dW_h[3 * H:4 * H]
    dparams["W_ox"] = dW_x[3 * H:4 * H]
    dparams["R_of"] = errors[3 * H:4 * H] @ run.flat(f[:-1]).T
    dparams["R_oi"] = errors[3 * H:4 * H] @ run.flat(i[:-1]).T
    dparams["R_oo"] = errors[3 * H:4 * H] @ run.flat(o[:-1]).T
    dparams["w_fc"] = run.total(delta_f[1:] * c[:-1])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["w_ic"] = run.total(delta_i[1:] * c[:-1])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_c"] = run.total(delta_c_tilde[1:])
    dparams["w_oc"] = run.total(delta_o[1:] * c[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_f, next_i, next_c, next_o))
