"""LN_LSTM: LSTM with layer normalisation of gates and cell state. After Ba et al. 2016.

    a_f_t = W_fh h_{t-1} + W_fx x_t
    a_i_t = W_ih h_{t-1} + W_ix x_t
    a_u_t = W_uh h_{t-1} + W_ux x_t
    a_o_t = W_oh h_{t-1} + W_ox x_t
    d_f_t = a_f_t − mean(a_f_t)
    d_i_t = a_i_t − mean(a_i_t)
    d_u_t = a_u_t − mean(a_u_t)
    d_o_t = a_o_t − mean(a_o_t)
    f_t = σ(g_f ⊙ d_f_t / √(mean(d_f_t²) + epsilon) + b_f)
    i_t = σ(g_i ⊙ d_i_t / √(mean(d_i_t²) + epsilon) + b_i)
    u_t = tanh(g_u ⊙ d_u_t / √(mean(d_u_t²) + epsilon) + b_u)
    o_t = σ(g_o ⊙ d_o_t / √(mean(d_o_t²) + epsilon) + b_o)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ u_t
    d_c_t = c_t − mean(c_t)
    h_t = o_t ⊙ tanh(g_c ⊙ d_c_t / √(mean(d_c_t²) + epsilon) + b_c)

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

NAME, INPUT, OUTPUT = "LN_LSTM", "TDB", "THB"
SHAPES = {
    "W_fh": "HH", "W_fx": "HD", "W_ih": "HH", "W_ix": "HD", "W_uh": "HH", "W_ux": "HD",
    "W_oh": "HH", "W_ox": "HD", "g_f": "H1", "b_f": "H1", "g_i": "H1", "b_i": "H1",
    "g_u": "H1", "b_u": "H1", "g_o": "H1", "b_o": "H1", "g_c": "H1", "b_c": "H1",
}
STATES = {"h": "HB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)
epsilon = 1e-05


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
    T, D, H, B = (sizes[k] for k in "TDHB")
    g_f = params["g_f"]
    b_f = params["b_f"]
    g_i = params["g_i"]
    b_i = params["b_i"]
    g_u = params["g_u"]
    b_u = params["b_u"]
    g_o = params["g_o"]
    b_o = params["b_o"]
    g_c = params["g_c"]
    b_c = params["b_c"]
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_uh"], params["W_oh"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_ux"], params["W_ox"]])
    x = run.from_one(x)
    net = new("HHHH")
    a_f, a_i, a_u, a_o = run.rows(net, H, H, H, H)
    d_f = new("H")
    d_i = new("H")
    d_u = new("H")
    d_o = new("H")
    f = new("H")
    i = new("H")
    u = new("H")
    o = new("H")
    c = new("H")
    d_c = new("H")
    h = new("H")
    mean_d_f = new("1")
    mean_d_i = new("1")
    mean_d_u = new("1")
    mean_d_o = new("1")
    mean_d_c = new("1")
    tanh_d_c = new("H")
    h[0] = initial[0]
    c[0] = initial[1]
    np.matmul(W_x, x[1:], out=net[1:])
    for t in range(1, T + 1):
        net[t] += W_h @ h[t - 1]
        d_f[t] = a_f[t] - fn.mean(a_f[t])
        d_i[t] = a_i[t] - fn.mean(a_i[t])
        d_u[t] = a_u[t] - fn.mean(a_u[t])
        d_o[t] = a_o[t] - fn.mean(a_o[t])
        mean_d_f[t] = fn.mean(d_f[t]**2)
        f[t] = sigmoid(g_f * d_f[t] / np.sqrt(mean_d_f[t] + epsilon) + b_f)
        mean_d_i[t] = fn.mean(d_i[t]**2)
        i[t] = sigmoid(g_i * d_i[t] / np.sqrt(mean_d_i[t] + epsilon) + b_i)
        mean_d_u[t] = fn.mean(d_u[t]**2)
        u[t] = np.tanh(g_u * d_u[t] / np.sqrt(mean_d_u[t] + epsilon) + b_u)
        mean_d_o[t] = fn.mean(d_o[t]**2)
        o[t] = sigmoid(g_o * d_o[t] / np.sqrt(mean_d_o[t] + epsilon) + b_o)
        c[t] = f[t] * c[t - 1] + i[t] * u[t]
        d_c[t] = c[t] - fn.mean(c[t])
        mean_d_c[t] = fn.mean(d_c[t]**2)
        tanh_d_c[t] = np.tanh(g_c * d_c[t] / np.sqrt(mean_d_c[t] + epsilon) + b_c)
        h[t] = o[t] * tanh_d_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T], c[T],))
    tape.update(
        x=x, d_f=d_f, d_i=d_i, d_u=d_u, d_o=d_o, f=f, i=i, u=u, o=o, c=c, d_c=d_c, h=h,
        mean_d_f=mean_d_f, mean_d_i=mean_d_i, mean_d_u=mean_d_u, mean_d_o=mean_d_o,
        mean_d_c=mean_d_c, tanh_d_c=tanh_d_c,
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
    next_h, next_c = last
    (
        x, d_f, d_i, d_u, d_o, f, i, u, o, c, d_c, h, mean_d_f, mean_d_i, mean_d_u,
        mean_d_o, mean_d_c, tanh_d_c,
    ) = run.take(
        tape,
        "x d_f d_i d_u d_o f i u o c d_c h mean_d_f mean_d_i mean_d_u mean_d_o mean_d_c "
        "tanh_d_c",
    )
    g_f = params["g_f"]
    g_i = params["g_i"]
    g_u = params["g_u"]
    g_o = params["g_o"]
    g_c = params["g_c"]
    W_h = np.concatenate([params["W_fh"], params["W_ih"], params["W_uh"], params["W_oh"]])
    W_x = np.concatenate([params["W_fx"], params["W_ix"], params["W_ux"], params["W_ox"]])
    e = run.from_one(outside)
    delta = new("HHHH")
    delta_a_f, delta_a_i, delta_a_u, delta_a_o = run.rows(delta, H, H, H, H)
    delta_f = new("H")
    delta_i = new("H")
    delta_u = new("H")
    delta_o = new("H")
    delta_h = new("H")
    for t in range(T, 0, -1):
        delta_h[t] = next_h + e[t]
        delta_d_c = (delta_h[t] * o[t] * (1 - tanh_d_c[t]**2) * g_c
                / np.sqrt(mean_d_c[t] + epsilon)
            - fn.total(delta_h[t] * o[t] * (1 - tanh_d_c[t]**2) * g_c * d_c[t]
                    / (2 * H * (mean_d_c[t] + epsilon)**(3/2))) * 2 * d_c[t])
        delta_c = next_c + delta_d_c - fn.total(delta_d_c / H)
        delta_o[t] = delta_h[t] * tanh_d_c[t] * o[t] * (1 - o[t])
        delta_u[t] = delta_c * i[t] * (1 - u[t]**2)
        delta_i[t] = delta_c * u[t] * i[t] * (1 - i[t])
        delta_f[t] = delta_c * c[t - 1] * f[t] * (1 - f[t])
        delta_d_o = (delta_o[t] * g_o / np.sqrt(mean_d_o[t] + epsilon)
            - fn.total(delta_o[t] * g_o * d_o[t] / (2 * H * (mean_d_o[t] + epsilon)**(3/2))) * 2
                * d_o[t])
        delta_d_u = (delta_u[t] * g_u / np.sqrt(mean_d_u[t] + epsilon)
            - fn.total(delta_u[t] * g_u * d_u[t] / (2 * H * (mean_d_u[t] + epsilon)**(3/2))) * 2
                * d_u[t])
        delta_d_i = (delta_i[t] * g_i / np.sqrt(mean_d_i[t] + epsilon)
            - fn.total(delta_i[t] * g_i * d_i[t] / (2 * H * (mean_d_i[t] + epsilon)**(3/2))) * 2
                * d_i[t])
        delta_d_f = (delta_f[t] * g_f / np.sqrt(mean_d_f[t] + epsilon)
            - fn.total(delta_f[t] * g_f * d_f[t] / (2 * H * (mean_d_f[t] + epsilon)**(3/2))) * 2
                * d_f[t])
        delta_a_o[t] = delta_d_o - fn.total(delta_d_o / H)
        delta_a_u[t] = delta_d_u - fn.total(delta_d_u / H)
        delta_a_i[t] = delta_d_i - fn.total(delta_d_i / H)
        delta_a_f[t] = delta_d_f - fn.total(delta_d_f / H)
        next_c = delta_c * f[t]
        next_h = W_h.T @ delta[t]
    dx = W_x.T @ delta[1:]
    dparams = {}
    errors = run.flat(delta[1:])
    dW_h = errors @ run.flat(h[:-1]).T
    dW_x = errors @ run.flat(x[1:]).T
    dparams["W_fh"] = dW_h[:H]
    dparams["W_fx"] = dW_x[:H]
    dparams["W_ih"] = dW_h[H:2 * H]
    dparams["W_ix"] = dW_x[H:2 * H]
    dparams["W_uh"] = dW_h[2 * H:3 * H]
    dparams["W_ux"] = dW_x[2 * H:3 * H]
    dparams["W_oh"] = dW_h[3 * H:4 * H]
    dparams["W_ox"] = dW_x[3 * H:4 * H]
    dparams["g_f"] = run.total(delta_f[1:] * d_f[1:] / np.sqrt(mean_d_f[1:] + epsilon))
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["g_i"] = run.total(delta_i[1:] * d_i[1:] / np.sqrt(mean_d_i[1:] + epsilon))
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["g_u"] = run.total(delta_u[1:] * d_u[1:] / np.sqrt(mean_d_u[1:] + epsilon))
    dparams["b_u"] = run.total(delta_u[1:])
    dparams["g_o"] = run.total(delta_o[1:] * d_o[1:] / np.sqrt(mean_d_o[1:] + epsilon))
    dparams["b_o"] = run.total(delta_o[1:])
    dparams["g_c"] = run.total(
        delta_h[1:] * o[1:] * (1 - tanh_d_c[1:]**2) * d_c[1:]
        / np.sqrt(mean_d_c[1:] + epsilon)
    )
    dparams["b_c"] = run.total(delta_h[1:] * o[1:] * (1 - tanh_d_c[1:]**2))
    return run.give(dparams, dx, (next_h, next_c))
