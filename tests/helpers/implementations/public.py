"""Mistakes of public code, each as lines of an implementation by hand.

Every row: text, cells, lines, equations that it makes wrong. Seen in tutorials, answers and bug
reports: see the errata page and the facts told there.
"""

from functools import partial

import numpy as np

from . import gru_by_hand, lstm_by_hand
from .by_hand import sigmoid, through
from .edits import Edit

LSTMS = ("LSTM", "VANILLA")
GATED = ("GRU_BEFORE", "GRU_AFTER")
BEFORE = ("GRU_BEFORE",)
PLAIN = ("LSTM",)
SIMPLE = ("ELMAN",)


def hard(a):
    return np.clip(0.2 * a + 0.5, 0, 1)


def first(v, name, here):
    """The value of an attribute, at step 1 that of another step."""
    return getattr(v.steps[here], name) if v.t == 1 else getattr(v.steps[v.t - 2], name)


def at_activation(y):
    return sigmoid(y) * (1 - sigmoid(y))


def of_tanh(y):
    return 1 - np.tanh(y) ** 2


def drop(gate):
    """dx or dh_prev without one of the gates."""

    def line(letter, v):
        return sum(v.W[f"W_{g}{letter}"].T @ getattr(v, f"d{g}") for g in v.gates if g != gate)

    return {"dx": partial(line, "x"), "dh_prev": partial(line, "h")}


# text, cells, {line: function(v)}, wrong equations
PUBLIC = (
    ("no carousel", PLAIN, {"dc": lambda v: v.dh * v.o * (1 - np.tanh(v.c) ** 2)}, ("c",)),
    ("1 - c^2 for 1 - tanh(c)^2", PLAIN,
     {"dc": lambda v: v.dh * v.o * (1 - v.c**2) + v.dc_next}, ("c",)),
    ("the carried error before the slope of tanh", PLAIN,
     {"dc": lambda v: (v.dh * v.o + v.dc_next) * (1 - np.tanh(v.c) ** 2)}, ("c",)),
    ("f of the step before carries the error", PLAIN,
     {"dc_prev": lambda v: v.dc * (v.steps[v.t - 2].f if v.t > 1 else v.f)}, ("c",)),
    ("delta_f with c_t", LSTMS, {"df": lambda v: v.dc * v.c * v.f * (1 - v.f)}, ("f",)),
    ("delta_f with c_T at step 1", PLAIN,
     {"df": lambda v: v.dc * first(v, "c", -1) * v.f * (1 - v.f)}, ("f",)),
    ("delta_i with the candidate's net", PLAIN,
     {"di": lambda v: v.dc * v.net_g * v.i * (1 - v.i)}, ("i",)),
    ("delta_i and delta_c exchanged", PLAIN,
     {"di": lambda v: v.dc * v.i * (1 - v.g**2), "dg": lambda v: v.dc * v.g * v.i * (1 - v.i)},
     ("i", "c_tilde")),
    ("slopes of the gates at the activations", PLAIN,
     {"do": lambda v: v.dh * np.tanh(v.c) * at_activation(v.o),
      "di": lambda v: v.dc * v.g * at_activation(v.i),
      "df": lambda v: v.dc * v.c_prev * at_activation(v.f)}, ("o", "i", "f")),
    ("slope of the candidate at the activation", LSTMS,
     {"dg": lambda v: v.dc * v.i * of_tanh(v.g)}, ("c_tilde",)),
    ("delta_o without the slope", LSTMS, {"do": lambda v: v.dh * np.tanh(v.c)}, ("o",)),
    ("delta_o with c for tanh(c)", LSTMS, {"do": lambda v: v.dh * v.c * v.o * (1 - v.o)}, ("o",)),
    ("delta_o from e alone", PLAIN, {"do": lambda v: v.e * np.tanh(v.c) * v.o * (1 - v.o)}, ("o",)),
    ("no error goes back through h", LSTMS, {"dh_prev": lambda v: 0 * v.dh}, ("h",)),
    ("dx without the output gate", PLAIN, {"dx": drop("o")["dx"]}, ("x",)),
    ("dh without the forget gate", PLAIN, {"dh_prev": drop("f")["dh_prev"]}, ("h",)),
    ("gradients of W_.h with h_t", LSTMS, {"h_seen": lambda v: v.h}, ()),
    ("gradients of W_.h with h_T at step 1", PLAIN,
     {"h_seen": lambda v: v.steps[-1].h if v.t == 1 else v.h_prev}, ()),
    ("hard sigmoid at the forget gate, slope of the logistic function", PLAIN,
     {"f": lambda v: hard(v.net_f)}, ("f",)),
    ("h = o c, slope of tanh", PLAIN, {"h": lambda v: v.o * v.c}, ("h", "c", "o")),
    ("the carried error is not multiplied by f", PLAIN, {"dc_prev": lambda v: v.dc}, ("c",)),
    ("i carries the error", PLAIN, {"dc_prev": lambda v: v.dc * v.i}, ("c",)),
    ("no tanh on the way back", PLAIN,
     {"dc": lambda v: v.dh * v.o + v.dc_next, "do": lambda v: v.dh * v.c * v.o * (1 - v.o)},
     ("c", "o")),
    ("the error at h is overwritten before it is used", PLAIN,
     {"dh_prev": lambda v: through(v.W, v, v.gates, "h"),
      "dc_prev": lambda v: (
          through(v.W, v, v.gates, "h") * v.o * (1 - np.tanh(v.c) ** 2) + v.dc_next) * v.f},
     ("c",)),
    ("the gates see no carried error", PLAIN,
     {"df": lambda v: (v.dc - v.dc_next) * v.c_prev * v.f * (1 - v.f)}, ("f",)),
    ("delta_c with o for i", LSTMS, {"dg": lambda v: v.dc * v.o * (1 - v.g**2)}, ("c_tilde",)),
    ("gradients of W_.x with x of the step after", LSTMS,
     {"x_seen": lambda v: v.steps[v.t].x if v.t < v.T else v.x}, ()),
    ("delta_z with h_t", BEFORE, {"dz": lambda v: v.dh * (v.h - v.n) * v.z * (1 - v.z)}, ("z",)),
    ("delta_z with the wrong sign", GATED,
     {"dz": lambda v: v.dh * (v.n - v.h_prev) * v.z * (1 - v.z)}, ("z",)),
    ("delta_r without h_{t-1}", BEFORE,
     {"dr": lambda v: (v.W["W_hh"].T @ v.dn) * v.r * (1 - v.r)}, ("r",)),
    ("W_hh not transposed for delta_r", BEFORE,
     {"dr": lambda v: (v.W["W_hh"] @ v.dn) * v.h_prev * v.r * (1 - v.r)}, ("r",)),
    ("the way past the gates is missing", BEFORE,
     {"dh_prev": lambda v: gru_by_hand.LINES["dh_prev"](v) - gru_by_hand.direct(v)}, ("h",)),
    ("no reset gate in the error at the state before", BEFORE,
     {"dh_prev": lambda v: (
         gru_by_hand.direct(v) + v.W["W_hh"].T @ v.dn + gru_by_hand.gates_back(v))}, ("h",)),
    ("delta_r with the candidate", BEFORE,
     {"dr": lambda v: (v.W["W_hh"].T @ v.dn) * v.n * v.r * (1 - v.r)}, ("r",)),
    ("z and 1 - z exchanged in delta_h", BEFORE,
     {"dn": lambda v: v.dh * v.z * (1 - v.n**2)}, ("h_tilde",)),
    ("slopes at the activations", GATED,
     {"dz": lambda v: v.dh * (v.h_prev - v.n) * at_activation(v.z),
      "dn": lambda v: v.dh * (1 - v.z) * of_tanh(v.n)}, ("z", "h_tilde")),
    ("the candidate with the logistic function", BEFORE,
     {"n": lambda v: sigmoid(v.net_n + v.W["W_hh"] @ (v.r * v.h_prev)),
      "dn": lambda v: v.dh * (1 - v.z) * v.n * (1 - v.n)}, ("h_tilde",)),
    ("slope of tanh at the activation", SIMPLE,
     {"dh": lambda v: (v.e + v.dh_next) * of_tanh(v.h)}, ("h",)),
    ("slope applied to the carried error alone", SIMPLE,
     {"dh": lambda v: v.e + v.dh_next * (1 - v.h**2)}, ("h",)),
    ("W_hh not transposed", SIMPLE, {"dh_prev": lambda v: v.W["W_hh"] @ v.dh}, ("h",)),
    ("no error goes back", SIMPLE, {"dh_prev": lambda v: 0 * v.dh}, ("h",)),
)  # fmt: skip


def module_of(cell):
    return lstm_by_hand if cell in ("LSTM", *lstm_by_hand.PEEPHOLES, *lstm_by_hand.COUPLED,
                                    "LSTM_1997") else gru_by_hand  # fmt: skip


def implement(cell, arrays, edits):
    """What the implementation by hand computes with these mistakes."""
    wrong = {}
    for edit in edits:
        wrong |= edit.plant
    return module_of(cell).implement(cell, arrays, wrong)


def edits(cell):
    """The mistakes of public code that this cell can have; `plant` is a dict of lines."""
    return [
        Edit(("public", text), "public", text, equations, lines)
        for text, cells, lines, equations in PUBLIC
        if cell in cells
    ]


def fits(chosen):
    """Whether no two replace the same line."""
    lines = [name for edit in chosen for name in edit.plant]
    return len(lines) == len(set(lines))
