"""LRU: Linear recurrent unit, a complex diagonal as two real states p + iq. Orvieto et al. 2023.

    p_t = exp(−exp(nu_log)) ⊙ (cos(exp(theta_log)) ⊙ p_{t-1} − sin(exp(theta_log)) ⊙ q_{t-1})
          + exp(gamma_log) ⊙ (B_re x_t)
    q_t = exp(−exp(nu_log)) ⊙ (sin(exp(theta_log)) ⊙ p_{t-1} + cos(exp(theta_log)) ⊙ q_{t-1})
          + exp(gamma_log) ⊙ (B_im x_t)
    y_t = C_re p_t − C_im q_t + d_y ⊙ x_t

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{t-1}.
Sizes: T steps, D inputs, B samples, H units.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace

NAME, INPUT, OUTPUT = "LRU", "TDB", "TDB"
SHAPES = {
    "nu_log": "H1", "theta_log": "H1", "gamma_log": "H1", "B_re": "HD", "B_im": "HD",
    "C_re": "DH", "C_im": "DH", "d_y": "D1",
}
STATES = {"p": "HB", "q": "HB"}
CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT, None, __name__)


def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)


def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x (T, D, B) from state0 = (p_0, q_0); None means zeros.

    Returns (outputs (T, D, B), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
    sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    B_re = params["B_re"]
    B_im = params["B_im"]
    C_re = params["C_re"]
    C_im = params["C_im"]
    nu_log = params["nu_log"]
    theta_log = params["theta_log"]
    gamma_log = params["gamma_log"]
    d_y = params["d_y"]
    x = run.from_one(x)
    p = new("H")
    q = new("H")
    y = new("D")
    B_re_x = new("H")
    B_im_x = new("H")
    p[0] = initial[0]
    q[0] = initial[1]
    cos_theta_log = np.cos(np.exp(theta_log))
    sin_theta_log = np.sin(np.exp(theta_log))
    exp_nu_log = np.exp(-np.exp(nu_log))
    exp_gamma_log = np.exp(gamma_log)
    for t in range(1, T + 1):
        B_re_x[t] = B_re @ x[t]
        p[t] = (exp_nu_log * (cos_theta_log * p[t - 1] - sin_theta_log * q[t - 1])
            + exp_gamma_log * B_re_x[t])
        B_im_x[t] = B_im @ x[t]
        q[t] = (exp_nu_log * (cos_theta_log * q[t - 1] + sin_theta_log * p[t - 1])
            + exp_gamma_log * B_im_x[t])
        y[t] = C_re @ p[t] + d_y * x[t] - C_im @ q[t]
    outputs, state_T = run.leave(CELL, y, (p[T], q[T],))
    tape.update(
        x=x, p=p, q=q, cos_theta_log=cos_theta_log, sin_theta_log=sin_theta_log,
        exp_nu_log=exp_nu_log, B_re_x=B_re_x, exp_gamma_log=exp_gamma_log, B_im_x=B_im_x,
    )
    return outputs, state_T, tape


def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, exact.

    dh (T, D, B): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
    sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)
    params = tape["params"]
    T, D, H, B = (sizes[k] for k in "TDHB")
    next_p, next_q = last
    x, p, q, cos_theta_log, sin_theta_log, exp_nu_log, B_re_x, exp_gamma_log, B_im_x = run.take(
        tape, "x p q cos_theta_log sin_theta_log exp_nu_log B_re_x exp_gamma_log B_im_x",
    )
    B_re = params["B_re"]
    B_im = params["B_im"]
    C_re = params["C_re"]
    C_im = params["C_im"]
    nu_log = params["nu_log"]
    theta_log = params["theta_log"]
    d_y = params["d_y"]
    e = run.from_one(outside)
    delta_p = new("H")
    delta_q = new("H")
    delta_y = new("D")
    delta_B_re = new("H")
    delta_B_im = new("H")
    for t in range(T, 0, -1):
        delta_y[t] = e[t]
        back_C_im = C_im.T @ delta_y[t]
        back_C_re = C_re.T @ delta_y[t]
        delta_q[t] = next_q - back_C_im
        delta_B_im[t] = delta_q[t] * exp_gamma_log
        delta_p[t] = next_p + back_C_re
        delta_B_re[t] = delta_p[t] * exp_gamma_log
        next_q = (-delta_p[t] * exp_nu_log * sin_theta_log
            + delta_q[t] * exp_nu_log * cos_theta_log)
        next_p = (delta_p[t] * exp_nu_log * cos_theta_log
            + delta_q[t] * exp_nu_log * sin_theta_log)
    dx = B_re.T @ delta_B_re[1:] + B_im.T @ delta_B_im[1:] + delta_y[1:] * d_y
    dparams = {}
    dparams["B_re"] = run.outer(delta_B_re[1:], x[1:])
    dparams["B_im"] = run.outer(delta_B_im[1:], x[1:])
    dparams["C_re"] = run.outer(delta_y[1:], p[1:])
    dparams["C_im"] = run.outer(-delta_y[1:], q[1:])
    dparams["nu_log"] = run.total(
        -delta_p[1:] * exp_nu_log * np.exp(nu_log)
            * (cos_theta_log * p[:-1] - sin_theta_log * q[:-1])
        - delta_q[1:] * exp_nu_log * np.exp(nu_log)
            * (cos_theta_log * q[:-1] + sin_theta_log * p[:-1])
    )
    dparams["theta_log"] = run.total(
        delta_p[1:] * exp_nu_log
            * (-cos_theta_log * np.exp(theta_log) * q[:-1]
                - sin_theta_log * np.exp(theta_log) * p[:-1])
        + delta_q[1:] * exp_nu_log
            * (cos_theta_log * np.exp(theta_log) * p[:-1]
                - sin_theta_log * np.exp(theta_log) * q[:-1])
    )
    dparams["gamma_log"] = run.total(
        delta_p[1:] * exp_gamma_log * B_re_x[1:] + delta_q[1:] * exp_gamma_log * B_im_x[1:]
    )
    dparams["d_y"] = run.total(delta_y[1:] * x[1:])
    return run.give(dparams, dx, (next_p, next_q))
