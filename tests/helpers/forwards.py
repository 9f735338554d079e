"""Forward steps of every cell of the catalogue, written by hand, apart from the declarations.

step(p, x, s): parameters, input (D, B), dict of states -> (output, new states). Plain NumPy that
autograd differentiates. They share no line with lstm_ref.derive. Here stand the cells of the
chapters; the others are in a module for each module of the catalogue.
"""

import functools

import forwards_gates
import forwards_linear
import forwards_lstms
import forwards_matrices
import forwards_plain
import forwards_times
import numpy as np


def logistic(a):
    return 1 / (1 + np.exp(-a))


def net(p, g, x, h):
    return p[f"W_{g}h"] @ h + p[f"W_{g}x"] @ x + p[f"b_{g}"]


def elman(p, x, s):
    h = np.tanh(net(p, "h", x, s["h"]))
    return h, {"h": h}


def lstm(p, x, s, peepholes="", fixed="", coupled=False, squash_in=np.tanh, squash_out=np.tanh):
    """All LSTMs without gate recurrence. fixed: gates that are 1. coupled: f = 1 - i."""
    h, c = s["h"], s["c"]

    def gate(g, seen):
        if g in fixed:
            return 1.0
        return logistic(net(p, g, x, h) + (p[f"w_{g}c"] * seen if g in peepholes else 0))

    i = gate("i", c)
    f = 1 - i if coupled else gate("f", c)
    new = f * c + i * squash_in(net(p, "c", x, h))
    y = gate("o", new) * squash_out(new)
    return y, {"h": y, "c": new}


def fgr(p, x, s):
    h, c = s["h"], s["c"]

    def gate(g, seen):
        gates = sum(p[f"R_{g}{k}"] @ s[k] for k in "fio")
        return logistic(net(p, g, x, h) + p[f"w_{g}c"] * seen + gates)

    f, i = gate("f", c), gate("i", c)
    new = f * c + i * np.tanh(net(p, "c", x, h))
    o = gate("o", new)
    y = o * np.tanh(new)
    return y, {"h": y, "c": new, "f": f, "i": i, "o": o}


def gru(p, x, s, after=False, writes=False):
    h = s["h"]
    z, r = (logistic(net(p, g, x, h)) for g in "zr")
    back = r * (p["W_hh"] @ h + p["b_hh"]) if after else p["W_hh"] @ (r * h)
    new = np.tanh(back + p["W_hx"] @ x + p["b_h"])
    h = z * new + (1 - z) * h if writes else z * h + (1 - z) * new
    return h, {"h": h}


def block(p, x, s):
    h, c = s["h"], s["c"]
    G = len(p["b_f"])
    S = np.kron(np.eye(G), np.ones((len(p["b_c"]) // G, 1)))  # one gate for all cells of a block
    f, i, o = (S @ logistic(net(p, g, x, h)) for g in "fio")
    c = f * c + i * np.tanh(net(p, "c", x, h))
    h = o * np.tanh(c)
    return h, {"h": h, "c": c}


def projection(p, x, s):
    m, new = lstm(p, x, s)
    h = p["W_hm"] @ m
    return h, {"h": h, "c": new["c"]}


def mgu(p, x, s):
    h = s["h"]
    f = logistic(net(p, "f", x, h))
    new = np.tanh(p["W_hh"] @ (f * h) + p["W_hx"] @ x + p["b_h"])
    h = h - f * h + f * new
    return h, {"h": h}


def sru(p, x, s):
    c = s["c"]
    f = logistic(p["W_fx"] @ x + p["w_fc"] * c + p["b_f"])
    r = logistic(p["W_rx"] @ x + p["w_rc"] * c + p["b_r"])
    c = f * c + (1 - f) * (p["W_cx"] @ x)
    return r * c + (1 - r) * x, {"c": c}


def identity(a):
    return a


def _variant(**options):
    return functools.partial(lstm, **options)


greff = functools.partial(_variant, peepholes="fio")
STEPS = {
    "ELMAN": elman,
    "LSTM_1997": _variant(fixed="f"),
    "LSTM": lstm,
    "COUPLED": _variant(coupled=True),
    "VANILLA": greff(),
    "NIG": greff(fixed="i"),
    "NFG": greff(fixed="f"),
    "NOG": greff(fixed="o"),
    "NIAF": greff(squash_in=identity),
    "NOAF": greff(squash_out=identity),
    "NP": _variant(),
    "CIFG": greff(coupled=True),
    "FGR": fgr,
    **{f"PEEPHOLE_{g.upper()}": _variant(peepholes=g) for g in ("f", "i", "o", "fi", "fo", "io")},
    "GRU_BEFORE": gru,
    "GRU_BEFORE_Z_WRITES": functools.partial(gru, writes=True),
    "GRU_AFTER": functools.partial(gru, after=True),
    "GRU_AFTER_Z_WRITES": functools.partial(gru, after=True, writes=True),
    "BLOCK": block,
    "PROJECTION": projection,
    "MGU": mgu,
    "SRU": sru,
}


for others in (
    forwards_plain,
    forwards_gates,
    forwards_lstms,
    forwards_times,
    forwards_linear,
    forwards_matrices,
):
    STEPS |= others.STEPS


def run(name, p, x, state0):
    """Outputs as a list, and the last states as a dict. x: (T, D, B), or a dict of such inputs."""
    outputs, s = [], state0
    several = isinstance(x, dict)
    for t in range(len(next(iter(x.values())) if several else x)):
        h, s = STEPS[name](p, {k: v[t] for k, v in x.items()} if several else x[t], s)
        outputs.append(h)
    return outputs, s
