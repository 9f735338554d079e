"""LSTMs by hand: LSTM, VANILLA and the peepholes between, CIFG, COUPLED, LSTM_1997.

Lines forwards: f, i, g (the candidate), c, o, h; backwards: dh (whole error at h), do, dc (whole
error at c), dg, di, df, dc_prev, dx, dh_prev, and x_seen, h_seen, with which gradients are formed.
v: x, h_prev, c_prev, W, net_f ...; backwards also e, dh_next, dc_next, t, T and steps, all of them.
"""

import numpy as np

from .by_hand import Values, gate_gradients, run_lines, sigmoid, summed, through

FORWARD = ("f", "i", "g", "c", "o", "h")
BACK = ("dh", "do", "dc", "dg", "di", "df", "dc_prev", "dx", "dh_prev", "x_seen", "h_seen")
PEEPHOLES = {"VANILLA": "fio", "CIFG": "io"}
PEEPHOLES |= {f"PEEPHOLE_{p.upper()}": p for p in ("f", "i", "o", "fi", "fo", "io")}
COUPLED = ("CIFG", "COUPLED")


def lines_of(cell):
    """Every line of the right implementation of a cell."""
    peep = PEEPHOLES.get(cell, "")
    lines = dict(LINES)
    if cell in COUPLED:
        lines["f"] = lambda v: 1 - v.i
        lines["di"] = lambda v: v.dc * (v.g - v.c_prev) * v.i * (1 - v.i)
        lines["df"] = lambda v: np.zeros_like(v.dc)
    if cell == "LSTM_1997":
        lines["f"] = lambda v: np.ones_like(v.c_prev)
        lines["df"] = lambda v: np.zeros_like(v.dc)
    if "o" in peep:
        lines["dc"] = lambda v: LINES["dc"](v) + v.W["w_oc"] * v.do
    if "f" in peep or "i" in peep:
        lines["dc_prev"] = lambda v: (
            v.dc * v.f + sum(v.W[f"w_{p}c"] * getattr(v, f"d{p}") for p in peep if p in "fi")
        )
    return lines


LINES = {
    "f": lambda v: sigmoid(v.net_f),
    "i": lambda v: sigmoid(v.net_i),
    "g": lambda v: np.tanh(v.net_g),
    "c": lambda v: v.f * v.c_prev + v.i * v.g,
    "o": lambda v: sigmoid(v.net_o),
    "h": lambda v: v.o * np.tanh(v.c),
    "dh": lambda v: v.e + v.dh_next,
    "do": lambda v: v.dh * np.tanh(v.c) * v.o * (1 - v.o),
    "dc": lambda v: v.dh * v.o * (1 - np.tanh(v.c) ** 2) + v.dc_next,
    "dg": lambda v: v.dc * v.i * (1 - v.g**2),
    "di": lambda v: v.dc * v.g * v.i * (1 - v.i),
    "df": lambda v: v.dc * v.c_prev * v.f * (1 - v.f),
    "dc_prev": lambda v: v.dc * v.f,
    "dx": lambda v: through(v.W, v, v.gates, "x"),
    "dh_prev": lambda v: through(v.W, v, v.gates, "h"),
    "x_seen": lambda v: v.x,
    "h_seen": lambda v: v.h_prev,
}


def named(W):
    """The candidate is g here: its parameters are W_gx, W_gh, b_g."""
    return {n.replace("_c", "_g", 1) if n[0] in "Wb" else n: v for n, v in W.items()}


def forward(cell, W, x, h, c, lines):
    peep, steps = PEEPHOLES.get(cell, ""), []
    gates = "igo" if cell in COUPLED or cell == "LSTM_1997" else "figo"
    order = ("i", "f", "g", "c", "o", "h") if cell in COUPLED else FORWARD
    for x_t in x:
        v = Values(x=x_t, h_prev=h, c_prev=c, W=W, gates=gates)
        for g in gates:
            net = W[f"W_{g}x"] @ x_t + W[f"W_{g}h"] @ h + W[f"b_{g}"]
            setattr(v, f"net_{g}", net + W[f"w_{g}c"] * c if g in peep and g != "o" else net)
        for name in order:
            if name == "o" and "o" in peep:
                v.net_o = v.net_o + W["w_oc"] * v.c
            run_lines(lines, (name,), v)
        h, c = v.h, v.c
        steps.append(v)
    return steps


def implement(cell, arrays, wrong=None):
    """Everything it computes, by the names of the golden vectors."""
    lines = {**lines_of(cell), **(wrong or {})}
    W = named({n: v for n, v in arrays.items() if f"d{n}" in arrays})
    steps = forward(cell, W, arrays["x"], arrays["h_0"], arrays["c_0"], lines)
    total, dx = {}, []
    dh_next, dc_next, peep = arrays["e_h_T"], arrays["e_c_T"], PEEPHOLES.get(cell, "")
    for t in range(len(steps), 0, -1):
        v = steps[t - 1]
        v.e, v.dh_next, v.dc_next = arrays["e"][t - 1], dh_next, dc_next
        v.t, v.T, v.steps = t, len(steps), steps
        run_lines(lines, BACK, v)
        dh_next, dc_next = v.dh_prev, v.dc_prev
        dx.append(v.dx)
        summed(total, gate_gradients(v, v.gates, v.x_seen, v.h_seen))
        seen = {"f": v.c_prev, "i": v.c_prev, "o": v.c}
        more = {f"dw_{p}c": (getattr(v, f"d{p}") * seen[p]).sum(1, keepdims=True) for p in peep}
        summed(total, more)
    found = {n.replace("_g", "_c", 1) if n[1] in "Wb" else n: v for n, v in total.items()}
    found |= {"dx": np.stack(dx[::-1]), "dh_0": dh_next, "dc_0": dc_next}
    for ours, own in {"f": "f", "i": "i", "c_tilde": "g", "c": "c", "o": "o", "h": "h"}.items():
        if ours in arrays:
            found[ours] = np.stack([getattr(v, own) for v in steps])
    return found
