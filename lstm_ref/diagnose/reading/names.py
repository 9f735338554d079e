"""What the name of somebody's array means: dWf, W_xf.grad, weight_ih_l0, da0, delta_o ...

A name is cut into hints: is it a gradient, what kind of array, which gate, from where. What the
hints leave open, shapes and numbers decide (`layouts`). Names of the golden vectors come
first and mean what they say. The list is modest on purpose; an unknown name is reported. Capital
or small letters, with or without _ :

    gradient        dW..., dE_dW..., dL_dW..., grad_W..., grads.W..., W....grad, W..._grad; or no
                    mark at all
    weights         W_fx, W_xf, W_f, U_f, R_f, weight_ih_l0, weight_hh_l0, W_x, W_h, W, U, R,
                    kernel, recurrent_kernel
    biases          b_f, bf, bias_f, b, B, bias, bias_ih_l0, bias_hh_l0
    peepholes       w_fc, w_cf, p_f, pf, P
    projection      weight_hr_l0
    gates           f forget; i input; c, g, a, n, j, c_tilde, candidate, cell; o output
                    GRU: z, u, update; r, reset; h, n, g, c, h_tilde, candidate
    input           x, xs, input, inputs
    initial states  h_0, h0, h_prev, hprev, h_next, h_init, initial_h, a0 (for h), c_0, c_prev,
                    s0 (for c)
    values          f, i, c_tilde, ..., h, hs, out, output, y, c, cs, net_f
    error terms     delta_f, dnet_f, d_f; delta_h, dh and dc over all steps
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

GATES = {
    "f": ("f", "forget"),
    "i": ("i", "input", "in"),
    "c": (*("c", "g", "a", "n", "j", "ct", "cc", "c_tilde", "ctilde", "cbar"),
          *("candidate", "cell", "cand")),
    "o": ("o", "output", "out"),
    "z": ("z", "u", "update"),
    "r": ("r", "reset"),
    "h": ("h", "n", "g", "c", "h_tilde", "htilde", "hh", "candidate", "cand"),
}  # fmt: skip
SOURCES = {"x": ("x", "i", "input"), "h": ("h", "a", "rec", "recurrent"), "c": ("c",)}
INPUTS = ("x", "xs", "input", "inputs")
STATES = {
    "h": "h_?0|h_?prev|h_?next|h_?init|initial_h|a_?0|a_?prev",
    "c": "c_?0|c_?prev|c_?next|c_?init|initial_c|s_?0|s_?prev",
}
OUTPUTS = ("h", "hs", "out", "outs", "output", "outputs", "y", "ys", "a", "hidden")


@dataclass(frozen=True)
class Hints:
    """What a name says. kind: weights, bias, peephole, tensor, input, state, value, delta or net.

    gate: letter of the cell's parameters, "" for all of them together; source: x, h or "" for
    both; name: tensor, signal or state. gradient: True, or False where the name has no mark of one.
    library: the one that uses this name, or "".
    """

    kind: str
    gate: str = ""
    source: str = ""
    name: str = ""
    gradient: bool = True
    second: bool = False  # of two biases the one of the recurrent product
    library: str = ""


def hints(key: str, gates: str, states: Sequence[str]) -> list[Hints]:
    """All that a key may mean: list of `Hints`, likelier ones first; [] for an unknown name.

    gates: letters of the cell's gates in parameter names, "fico" or "zrh"; states: its states.
    """
    body, gradient = _marked(key.strip())
    found = [*_parameter(body, gates), *_other(body, states)]
    library = next((name for name, words in NAMES_OF.items() if re.fullmatch(words, body)), "")
    found = [replace(h, gradient=gradient, library=library) for h in found]
    return found + _terms(key, body, gates, states)


MARKS = (
    r"^(?:grads?|gradients?)[._]?(.+)$",
    r"^(.+?)[._](?:grads?|gradients?)$",
    r"^d[ELJ]_?d_?(.+)$",
    r"^d_?((?:[WURVBPXwurvbp]|[xhcas]_?(?:\d|prev|next|init)|x|kernel|weight|bias|in).*)$",
)
NAMES_OF = {
    "PyTorch": r"(weight_(ih|hh|hr)|bias_(ih|hh))(_l0)?",
    "Keras": r"(recurrent_)?kernel",
    "ONNX": r"[WRBP]",
}
PREFIXES = ("cell", "layer", "params", "weights")
LAYER = re.compile("lstm|gru|rnn", re.IGNORECASE)  # in the name of a module


def _marked(key):
    """The name without module names and without what marks a gradient; was there such a mark?"""
    parts = re.split(r"[/:.]", key)
    words = [p for p in parts if p.lower() not in ("grad", "grads", "gradient", "gradients")]
    if len(words) > 1 and words[-1].isdigit():  # TensorFlow's kernel:0
        words.pop()
    # Of which model a layer is a part says nothing, but fc.bias is no bias of an LSTM.
    if any(map(LAYER.search, words[:-1])) or re.fullmatch(NAMES_OF["PyTorch"], "".join(words[-1:])):
        words = words[-1:]
    words = [p for p in words[:-1] if p.lower() not in PREFIXES] + words[-1:]
    body, marked = ".".join(words), len(words) < len(parts) and _said(parts)
    for mark in MARKS:
        if found := re.match(mark, body):
            return found[1], True
    return body, marked


def _said(parts):
    return any(p.lower().startswith("grad") for p in parts)


def _parameter(body, gates):
    found = []
    lowered = body.lower()
    if m := re.match(r"^(?:weights?|w|u|r|v|wr)(?:_|\.)?(.*?)(?:_l0)?$", lowered):
        found += _weights(m[1].strip("_."), gates)
    if re.fullmatch(r"kernel(_l0)?|recurrent_kernel", lowered):
        found.append(Hints("weights", "", "h" if lowered.startswith("rec") else "x"))
    if m := re.match(r"^(?:bias(?:es)?|b)(?:_|\.)?(.*?)(?:_l0)?$", lowered):
        found += _biases(m[1].strip("_."), gates)
    if m := re.match(r"^(?:peepholes?|p|w|v)_?c?_?([a-z]+?)_?c?$", lowered):
        found += [Hints("peephole", g) for g in _gate(m[1], gates)]
    if re.fullmatch(r"p|peepholes?", lowered):
        found.append(Hints("peephole"))
    if re.fullmatch(r"weight_hr(_l0)?", lowered):
        found.append(Hints("tensor", name="W_hm"))
    return found


def _weights(rest, gates):
    """Hints from what follows W: a gate, a source, both in either order, or nothing."""
    if rest in ("", "all", "lstm", "gru", "rnn", "xh", "hx"):
        yield Hints("weights")
    for s, words in SOURCES.items():
        if s != "c" and rest in (*words, f"{words[1]}h", f"{s}h"):
            yield Hints("weights", "", s)
    for g in _gate(rest, gates):
        yield Hints("weights", g)
    for cut in range(1, len(rest)):
        left, right = rest[:cut].strip("_"), rest[cut:].strip("_")
        for s, words in SOURCES.items():
            if right in words:
                yield from (Hints("weights", g, s) for g in _gate(left, gates))
            if left in words:
                yield from (Hints("weights", g, s) for g in _gate(right, gates))


def _biases(rest, gates):
    if rest in ("", "all", "ih", "hh", "x", "h"):
        yield Hints("bias", second=rest in ("hh", "h"))
    for g in _gate(rest, gates):
        yield Hints("bias", g)
    if re.fullmatch(r"[ih][a-z]", rest):  # bias_if, bias_hf: into f, beside the input, beside h
        yield from (Hints("bias", g, second=rest[0] == "h") for g in _gate(rest[1], gates))


def _gate(word, gates):
    return [g for g in gates if word in GATES.get(g, (g,))]


def _other(body, states):
    lowered = body.lower()
    if lowered in INPUTS:
        yield Hints("input")
    for state in states:
        if state in STATES and re.fullmatch(STATES[state], lowered):
            yield Hints("state", name=state)


def _terms(key, body, gates, states):
    """Values and error terms over all steps, under the names of signals."""
    lowered = key.lower()
    found = []
    if m := re.fullmatch(r"(?:delta|dnet|dz|d)_?(.+)", lowered):
        word = m[1]
        found += [Hints("delta", name=s) for s in states if word in (s, f"{s}s")]
        found += [Hints("delta", g) for g in _gate(word, gates)]
        if word in ("gates", "net", "nets", "all"):
            found.append(Hints("delta"))
    if m := re.fullmatch(r"(?:net|pre|z|a)_?(.+)", lowered):
        found += [Hints("net", g, gradient=False) for g in _gate(m[1], gates)]
    if lowered in OUTPUTS:
        found.append(Hints("value", name="h", gradient=False))
    if lowered in ("c", "cs", "cell", "cells", "s"):
        found.append(Hints("value", name="c", gradient=False))
    found += [Hints("value", g, gradient=False) for g in _gate(lowered, gates)]
    return found
