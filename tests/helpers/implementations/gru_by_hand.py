"""GRUs and a simple recurrent network by hand: GRU_BEFORE, GRU_AFTER, their twins, ELMAN.

Lines forwards: z, r, n (the candidate), h; backwards: dh, dn, dr, dz, dh_prev, dx and x_seen,
h_seen. v: x, h_prev, W, inner (what the reset gate lets through), keep (z or 1 - z)...
"""

import numpy as np

from .by_hand import Values, gate_gradients, run_lines, sigmoid, summed, through

FORWARD = ("z", "r", "n", "h")
BACK = ("dh", "dn", "dr", "dz", "dh_prev", "dx", "x_seen", "h_seen")


def z_writes(cell):
    return cell.endswith("Z_WRITES")


def lines_of(cell):
    """Every line of the right implementation."""
    if cell == "ELMAN":
        return dict(SIMPLE)
    lines = dict(LINES)
    if z_writes(cell):
        lines["h"] = lambda v: (1 - v.z) * v.h_prev + v.z * v.n
        lines["dn"] = lambda v: v.dh * v.z * (1 - v.n**2)
        lines["dz"] = lambda v: v.dh * (v.n - v.h_prev) * v.z * (1 - v.z)
    if cell.startswith("GRU_AFTER"):
        lines["n"] = lambda v: np.tanh(v.net_n + v.r * (v.W["W_hh"] @ v.h_prev + v.W["b_hh"]))
        lines["dr"] = lambda v: v.dn * (v.W["W_hh"] @ v.h_prev + v.W["b_hh"]) * v.r * (1 - v.r)
        lines["dh_prev"] = lambda v: direct(v) + v.W["W_hh"].T @ (v.dn * v.r) + gates_back(v)
    return lines


def direct(v):
    """The error that goes past the gates to the state before."""
    return v.dh * ((1 - v.z) if v.z_writes else v.z)


def gates_back(v):
    return v.W["W_zh"].T @ v.dz + v.W["W_rh"].T @ v.dr


LINES = {
    "z": lambda v: sigmoid(v.net_z),
    "r": lambda v: sigmoid(v.net_r),
    "n": lambda v: np.tanh(v.net_n + v.W["W_hh"] @ (v.r * v.h_prev)),
    "h": lambda v: v.z * v.h_prev + (1 - v.z) * v.n,
    "dh": lambda v: v.e + v.dh_next,
    "dn": lambda v: v.dh * (1 - v.z) * (1 - v.n**2),
    "dr": lambda v: (v.W["W_hh"].T @ v.dn) * v.h_prev * v.r * (1 - v.r),
    "dz": lambda v: v.dh * (v.h_prev - v.n) * v.z * (1 - v.z),
    "dh_prev": lambda v: direct(v) + (v.W["W_hh"].T @ v.dn) * v.r + gates_back(v),
    "dx": lambda v: v.W["W_hx"].T @ v.dn + v.W["W_zx"].T @ v.dz + v.W["W_rx"].T @ v.dr,
    "x_seen": lambda v: v.x,
    "h_seen": lambda v: v.h_prev,
}
SIMPLE = {
    "h": lambda v: np.tanh(v.net_h),
    "dh": lambda v: (v.e + v.dh_next) * (1 - v.h**2),
    "dx": lambda v: through(v.W, v, "h", "x"),
    "dh_prev": lambda v: through(v.W, v, "h", "h"),
    "x_seen": lambda v: v.x,
    "h_seen": lambda v: v.h_prev,
}


def forward(cell, W, x, h, lines):
    steps = []
    for x_t in x:
        v = Values(x=x_t, h_prev=h, W=W, z_writes=z_writes(cell))
        if cell == "ELMAN":
            v.net_h = W["W_hx"] @ x_t + W["W_hh"] @ h + W["b_h"]
            run_lines(lines, ("h",), v)
        else:
            v.net_z = W["W_zx"] @ x_t + W["W_zh"] @ h + W["b_z"]
            v.net_r = W["W_rx"] @ x_t + W["W_rh"] @ h + W["b_r"]
            v.net_n = W["W_hx"] @ x_t + W["b_h"]
            run_lines(lines, FORWARD, v)
        h = v.h
        steps.append(v)
    return steps


def gradients(cell, v):
    """Gradients of one step."""
    if cell == "ELMAN":
        return gate_gradients(v, "h", v.x_seen, v.h_seen)
    found = gate_gradients(v, "zr", v.x_seen, v.h_seen)
    found["dW_hx"] = v.dn @ v.x_seen.T
    found["db_h"] = v.dn.sum(axis=1, keepdims=True)
    if cell.startswith("GRU_AFTER"):
        inner = v.dn * v.r
        found |= {"dW_hh": inner @ v.h_seen.T, "db_hh": inner.sum(axis=1, keepdims=True)}
    else:
        found["dW_hh"] = v.dn @ (v.r * v.h_seen).T
    return found


def implement(cell, arrays, wrong=None):
    """Everything it computes, by the names of the golden vectors."""
    lines = {**lines_of(cell), **(wrong or {})}
    W = {n: v for n, v in arrays.items() if f"d{n}" in arrays}
    steps = forward(cell, W, arrays["x"], arrays["h_0"], lines)
    total, dx, dh_next = {}, [], arrays["e_h_T"]
    order = [n for n in BACK if n in lines]
    for t in range(len(steps), 0, -1):
        v = steps[t - 1]
        v.e, v.dh_next, v.t, v.T, v.steps = arrays["e"][t - 1], dh_next, t, len(steps), steps
        run_lines(lines, order, v)
        dh_next = v.dh_prev
        dx.append(v.dx)
        summed(total, gradients(cell, v))
    found = {**total, "dx": np.stack(dx[::-1]), "dh_0": dh_next}
    for ours, own in {"z": "z", "r": "r", "h_tilde": "n", "h": "h"}.items():
        if ours in arrays:
            found[ours] = np.stack([getattr(v, own) for v in steps])
    return found
