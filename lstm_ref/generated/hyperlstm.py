"""HYPERLSTM: HyperLSTM, a small network q scales the weights at every step. Ha, Dai & Le 2017.

    q_t = tanh(M_qx x_t + M_qh h_{t-1} + M_qq q_{t-1} + b_q)
    z_t = M_z q_t
    f_t = σ((D_fh z_t) ⊙ (U_f h_{t-1}) + (D_fx z_t) ⊙ (W_f x_t) + V_f z_t + b_f)
    i_t = σ((D_ih z_t) ⊙ (U_i h_{t-1}) + (D_ix z_t) ⊙ (W_i x_t) + V_i z_t + b_i)
    u_t = tanh((D_uh z_t) ⊙ (U_u h_{t-1}) + (D_ux z_t) ⊙ (W_u x_t) + V_u z_t + b_u)
    o_t = σ((D_oh z_t) ⊙ (U_o h_{t-1}) + (D_ox z_t) ⊙ (W_o x_t) + V_o z_t + b_o)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ u_t
    h_t = o_t ⊙ tanh(c_t)

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, P projected units, Q units of another width, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "HYPERLSTM", "TDB", "THB"
SHAPES = {
    "M_qx": "PD", "M_qh": "PH", "M_qq": "PP", "b_q": "P1", "M_z": "QP", "D_fh": "HQ",
    "U_f": "HH", "D_fx": "HQ", "W_f": "HD", "V_f": "HQ", "b_f": "H1", "D_ih": "HQ",
    "U_i": "HH", "D_ix": "HQ", "W_i": "HD", "V_i": "HQ", "b_i": "H1", "D_uh": "HQ",
    "U_u": "HH", "D_ux": "HQ", "W_u": "HD", "V_u": "HQ", "b_u": "H1", "D_oh": "HQ",
    "U_o": "HH", "D_ox": "HQ", "W_o": "HD", "V_o": "HQ", "b_o": "H1",
}
STATES = {"h": "HB", "q": "PB", "c": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, "b_f", __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (h_0, q_0, c_0); None means zeros.

    Returns (outputs (T, H, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    M_qx = params["M_qx"]
    M_qh = params["M_qh"]
    M_qq = params["M_qq"]
    M_z = params["M_z"]
    D_fh = params["D_fh"]
    U_f = params["U_f"]
    D_fx = params["D_fx"]
    W_f = params["W_f"]
    V_f = params["V_f"]
    D_ih = params["D_ih"]
    U_i = params["U_i"]
    D_ix = params["D_ix"]
    W_i = params["W_i"]
    V_i = params["V_i"]
    D_uh = params["D_uh"]
    U_u = params["U_u"]
    D_ux = params["D_ux"]
    W_u = params["W_u"]
    V_u = params["V_u"]
    D_oh = params["D_oh"]
    U_o = params["U_o"]
    D_ox = params["D_ox"]
    W_o = params["W_o"]
    V_o = params["V_o"]
    b_q = params["b_q"]
    b_f = params["b_f"]
    b_i = params["b_i"]
    b_u = params["b_u"]
    b_o = params["b_o"]
    x = run.from_one(x)
    net = new("P")
    q, = run.rows(net, P)
    z = new("Q")
    f = new("H")
    i = new("H")
    u = new("H")
    o = new("H")
    c = new("H")
    h = new("H")
    D_fh_z = new("H")
    U_f_h = new("H")
    D_fx_z = new("H")
    W_f_x = new("H")
    D_ih_z = new("H")
    U_i_h = new("H")
    D_ix_z = new("H")
    W_i_x = new("H")
    D_uh_z = new("H")
    U_u_h = new("H")
    D_ux_z = new("H")
    W_u_x = new("H")
    D_oh_z = new("H")
    U_o_h = new("H")
    D_ox_z = new("H")
    W_o_x = new("H")
    tanh_c = new("H")
    h[0] = initial[0]
    q[0] = initial[1]
    c[0] = initial[2]
    np.matmul(M_qx, x[1:], out=net[1:])
    q[1:] += b_q
    for t in range(1, T + 1):
        q[t] += M_qh @ h[t - 1]
        q[t] += M_qq @ q[t - 1]
        np.tanh(q[t], out=q[t])
        z[t] = M_z @ q[t]
        D_fh_z[t] = D_fh @ z[t]
        U_f_h[t] = U_f @ h[t - 1]
        D_fx_z[t] = D_fx @ z[t]
        W_f_x[t] = W_f @ x[t]
        f[t] = sigmoid(D_fh_z[t] * U_f_h[t] + D_fx_z[t] * W_f_x[t] + V_f @ z[t] + b_f)
        D_ih_z[t] = D_ih @ z[t]
        U_i_h[t] = U_i @ h[t - 1]
        D_ix_z[t] = D_ix @ z[t]
        W_i_x[t] = W_i @ x[t]
        i[t] = sigmoid(D_ih_z[t] * U_i_h[t] + D_ix_z[t] * W_i_x[t] + V_i @ z[t] + b_i)
        D_uh_z[t] = D_uh @ z[t]
        U_u_h[t] = U_u @ h[t - 1]
        D_ux_z[t] = D_ux @ z[t]
        W_u_x[t] = W_u @ x[t]
        u[t] = np.tanh(D_uh_z[t] * U_u_h[t] + D_ux_z[t] * W_u_x[t] + V_u @ z[t] + b_u)
        D_oh_z[t] = D_oh @ z[t]
        U_o_h[t] = U_o @ h[t - 1]
        D_ox_z[t] = D_ox @ z[t]
        W_o_x[t] = W_o @ x[t]
        o[t] = sigmoid(D_oh_z[t] * U_o_h[t] + D_ox_z[t] * W_o_x[t] + V_o @ z[t] + b_o)
        c[t] = f[t] * c[t - 1] + i[t] * u[t]
        tanh_c[t] = np.tanh(c[t])
        h[t] = o[t] * tanh_c[t]
    outputs, state_T = run.leave(CELL, h, (h[T], q[T], c[T],))
    tape.update(
        x=x, q=q, z=z, f=f, i=i, u=u, o=o, c=c, h=h, D_fh_z=D_fh_z, U_f_h=U_f_h,
        D_fx_z=D_fx_z, W_f_x=W_f_x, D_ih_z=D_ih_z, U_i_h=U_i_h, D_ix_z=D_ix_z, W_i_x=W_i_x,
        D_uh_z=D_uh_z, U_u_h=U_u_h, D_ux_z=D_ux_z, W_u_x=W_u_x, D_oh_z=D_oh_z, U_o_h=U_o_h,
        D_ox_z=D_ox_z, W_o_x=W_o_x, tanh_c=tanh_c,
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
    T, D, H, B, P, Q = (sizes[k] for k in "TDHBPQ")
    next_h, next_q, next_c = last
    (
        x, q, z, f, i, u, o, c, h, D_fh_z, U_f_h, D_fx_z, W_f_x, D_ih_z, U_i_h, D_ix_z,
        W_i_x, D_uh_z, U_u_h, D_ux_z, W_u_x, D_oh_z, U_o_h, D_ox_z, W_o_x, tanh_c,
    ) = run.take(
        tape,
        "x q z f i u o c h D_fh_z U_f_h D_fx_z W_f_x D_ih_z U_i_h D_ix_z W_i_x D_uh_z U_u_h "
        "D_ux_z W_u_x D_oh_z U_o_h D_ox_z W_o_x tanh_c",
    )
    M_qx = params["M_qx"]
    M_qh = params["M_qh"]
    M_qq = params["M_qq"]
    M_z = params["M_z"]
    D_fh = params["D_fh"]
    U_f = params["U_f"]
    D_fx = params["D_fx"]
    W_f = params["W_f"]
    V_f = params["V_f"]
    D_ih = params["D_ih"]
    U_i = params["U_i"]
    D_ix = params["D_ix"]
    W_i = params["W_i"]
    V_i = params["V_i"]
    D_uh = params["D_uh"]
    U_u = params["U_u"]
    D_ux = params["D_ux"]
    W_u = params["W_u"]
    V_u = params["V_u"]
    D_oh = params["D_oh"]
    U_o = params["U_o"]
    D_ox = params["D_ox"]
    W_o = params["W_o"]
    V_o = params["V_o"]
    e = run.from_one(outside)
    delta = new("P")
    delta_q, = run.rows(delta, P)
    delta_z = new("Q")
    delta_f = new("H")
    delta_i = new("H")
    delta_u = new("H")
    delta_o = new("H")
    delta_D_fh = new("H")
    delta_D_fx = new("H")
    delta_U_f = new("H")
    delta_W_f = new("H")
    delta_D_ih = new("H")
    delta_D_ix = new("H")
    delta_U_i = new("H")
    delta_W_i = new("H")
    delta_D_uh = new("H")
    delta_D_ux = new("H")
    delta_U_u = new("H")
    delta_W_u = new("H")
    delta_D_oh = new("H")
    delta_D_ox = new("H")
    delta_U_o = new("H")
    delta_W_o = new("H")
    for t in range(T, 0, -1):
        delta_h = next_h + e[t]
        delta_c = next_c + delta_h * o[t] * (1 - tanh_c[t]**2)
        delta_o[t] = delta_h * tanh_c[t] * o[t] * (1 - o[t])
        delta_D_oh[t] = delta_o[t] * U_o_h[t]
        back_D_oh = D_oh.T @ delta_D_oh[t]
        delta_D_ox[t] = delta_o[t] * W_o_x[t]
        back_D_ox = D_ox.T @ delta_D_ox[t]
        delta_U_o[t] = delta_o[t] * D_oh_z[t]
        back_U_o = U_o.T @ delta_U_o[t]
        delta_W_o[t] = delta_o[t] * D_ox_z[t]
        back_V_o = V_o.T @ delta_o[t]
        delta_u[t] = delta_c * i[t] * (1 - u[t]**2)
        delta_D_uh[t] = delta_u[t] * U_u_h[t]
        back_D_uh = D_uh.T @ delta_D_uh[t]
        delta_D_ux[t] = delta_u[t] * W_u_x[t]
        back_D_ux = D_ux.T @ delta_D_ux[t]
        delta_U_u[t] = delta_u[t] * D_uh_z[t]
        back_U_u = U_u.T @ delta_U_u[t]
        delta_W_u[t] = delta_u[t] * D_ux_z[t]
        back_V_u = V_u.T @ delta_u[t]
        delta_i[t] = delta_c * u[t] * i[t] * (1 - i[t])
        delta_D_ih[t] = delta_i[t] * U_i_h[t]
        back_D_ih = D_ih.T @ delta_D_ih[t]
        delta_D_ix[t] = delta_i[t] * W_i_x[t]
        back_D_ix = D_ix.T @ delta_D_ix[t]
        delta_U_i[t] = delta_i[t] * D_ih_z[t]
        back_U_i = U_i.T @ delta_U_i[t]
        delta_W_i[t] = delta_i[t] * D_ix_z[t]
        back_V_i = V_i.T @ delta_i[t]
        delta_f[t] = delta_c * c[t - 1] * f[t] * (1 - f[t])
        delta_D_fh[t] = delta_f[t] * U_f_h[t]
        back_D_fh = D_fh.T @ delta_D_fh[t]
        delta_D_fx[t] = delta_f[t] * W_f_x[t]
        back_D_fx = D_fx.T @ delta_D_fx[t]
        delta_U_f[t] = delta_f[t] * D_fh_z[t]
        back_U_f = U_f.T @ delta_U_f[t]
        delta_W_f[t] = delta_f[t] * D_fx_z[t]
        back_V_f = V_f.T @ delta_f[t]
        delta_z[t] = (back_D_fh + back_D_fx + back_V_f + back_D_ih + back_D_ix + back_V_i
            + back_D_uh + back_D_ux + back_V_u + back_D_oh + back_D_ox + back_V_o)
        back_M_z = M_z.T @ delta_z[t]
        delta_q[t] = (next_q + back_M_z) * (1 - q[t]**2)
        next_c = delta_c * f[t]
        next_q = M_qq.T @ delta_q[t]
        next_h = M_qh.T @ delta_q[t] + back_U_f + back_U_i + back_U_u + back_U_o
    dx = (M_qx.T @ delta_q[1:] + W_f.T @ delta_W_f[1:] + W_i.T @ delta_W_i[1:]
        + W_u.T @ delta_W_u[1:] + W_o.T @ delta_W_o[1:])
    dparams = {}
    errors = run.flat(delta[1:])
    dparams["M_qx"] = errors @ run.flat(x[1:]).T
    dparams["M_qh"] = errors @ run.flat(h[:-1]).T
    dparams["M_qq"] = errors @ run.flat(q[:-1]).T
    dparams["M_z"] = run.outer(delta_z[1:], q[1:])
    dparams["D_fh"] = run.outer(delta_D_fh[1:], z[1:])
    dparams["U_f"] = run.outer(delta_U_f[1:], h[:-1])
    dparams["D_fx"] = run.outer(delta_D_fx[1:], z[1:])
    dparams["W_f"] = run.outer(delta_W_f[1:], x[1:])
    dparams["V_f"] = run.outer(delta_f[1:], z[1:])
    dparams["D_ih"] = run.outer(delta_D_ih[1:], z[1:])
    dparams["U_i"] = run.outer(delta_U_i[1:], h[:-1])
    dparams["D_ix"] = run.outer(delta_D_ix[1:], z[1:])
    dparams["W_i"] = run.outer(delta_W_i[1:], x[1:])
    dparams["V_i"] = run.outer(delta_i[1:], z[1:])
    dparams["D_uh"] = run.outer(delta_D_uh[1:], z[1:])
    dparams["U_u"] = run.outer(delta_U_u[1:], h[:-1])
    dparams["D_ux"] = run.outer(delta_D_ux[1:], z[1:])
    dparams["W_u"] = run.outer(delta_W_u[1:], x[1:])
    dparams["V_u"] = run.outer(delta_u[1:], z[1:])
    dparams["D_oh"] = run.outer(delta_D_oh[1:], z[1:])
    dparams["U_o"] = run.outer(delta_U_o[1:], h[:-1])
    dparams["D_ox"] = run.outer(delta_D_ox[1:], z[1:])
    dparams["W_o"] = run.outer(delta_W_o[1:], x[1:])
    dparams["V_o"] = run.outer(delta_o[1:], z[1:])
    dparams["b_q"] = run.total(delta_q[1:])
    dparams["b_f"] = run.total(delta_f[1:])
    dparams["b_i"] = run.total(delta_i[1:])
    dparams["b_u"] = run.total(delta_u[1:])
    dparams["b_o"] = run.total(delta_o[1:])
    return run.give(dparams, dx, (next_h, next_q, next_c))
