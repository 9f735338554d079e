"""What the name of somebody's array means: dWf, W_xf.grad, weight_ih_l0, DWGI, wi_diff, delta_o ...

What marks a gradient is taken off, the rest is read as the name of a parameter (`parameters`) or of
something else (`terms`). A name may mean several things; what is left open, shapes, the other names
of the file and numbers decide (`layouts`). Names of the golden vectors come first and mean what
they say. An unknown name is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from lstm_ref.diagnose.reading.hint import Hints
from lstm_ref.diagnose.reading.parameters import meanings
from lstm_ref.diagnose.reading.terms import other, terms

__all__ = ["Hints", "hints"]

GRAD = r"(?:[Gg]rads?|[Gg]radients?|GRADS?)"
MARKS = (
    rf"^{GRAD}[._]?(.+)$",
    rf"^(.+?)[._]?{GRAD}$",
    r"^d_?[ELJelj](?:oss)?_?_?d_?(.+)$",
    r"^(?:diff|Diff|nabla|dcost|dloss)_?d?_?(.+)$",
    r"^(.+?)[._]?(?:diffs?|Diff|deltas?|Deltas?|adj|adjoint|updates|Updates|corr|deriv|derivative)$",
    r"^(.+?)[._](?:d|dw|dW)$",
    r"^[dD]_?(.+)$",
    r"^g_?([WUBb].*)$",
    r"^(?:delta|Delta)_?([wWuUvVrRbBpP].*)$",
)
LIBRARIES = {
    "PyTorch": r"(weight_(ih|hh|hr)|bias_(ih|hh))(_l0)?",
    "Keras": r"(recurrent_)?kernel",
    "ONNX": r"[WRBP]",
}
PREFIXES = ("cell", "layer", "params", "weights", "self", "model", "p", "wb", "this", "parameters")
LAYER = re.compile("lstm|gru|rnn", re.IGNORECASE)  # in the name of a module
SIGNS = {
    "∂": "d", "Δ": "d", "∇": "grad_", "δ": "delta_", "σ": "sigma", "Γ": "gamma", "γ": "gamma",
    "\u0303": "_tilde", "\u0302": "_hat", "\u0304": "_bar", "ĉ": "c_hat", "ĥ": "h_hat",
    "′": "", "ₜ": "", "₀": "0",
}  # fmt: skip


def hints(key: str, gates: str, states: Sequence[str], wild: bool = False) -> list[Hints]:
    """All that a key may mean: list of `Hints`, likelier ones first; [] for an unknown name.

    gates: letters of the cell's gates in parameter names, "fico" or "zrh"; states: its states.
    wild: whether an unknown word may name a gate, of a name that is that of a parameter otherwise.
    """
    return list(_hints(key, gates, tuple(states), wild))


@lru_cache(maxsize=1024)
def _hints(key, gates, states, wild):
    said = key.strip().translate(str.maketrans(SIGNS)).strip("_")
    body, marked = _without_path(re.sub(r"^d[A-Z]/d(?=.)", "d", said))
    found = [h for b, g in _bodies(body, marked) for h in _of(b, g, gates, states, wild)]
    found += terms(body, gates, states) if not marked else terms(f"d_{body}", gates, states)
    best: dict[Hints, Hints] = {}
    for h in sorted(found, key=lambda h: h.odd):
        best.setdefault(replace(h, odd=0.0, word=""), h)
    return tuple(best.values())


def _bodies(body: str, marked: bool) -> Iterator[tuple[str, bool]]:
    """(name without a mark of a gradient, whether it had one), in each way to read it."""
    if not marked:
        for mark in MARKS:
            if found := re.match(mark, body):
                yield found[1], True
    yield body, marked


def _of(body, gradient, gates, states, wild):
    library = next((name for name, said in LIBRARIES.items() if re.fullmatch(said, body)), "")
    found = [*meanings(body, gates, wild), *other(body, states)]
    if re.fullmatch(r"weight_hr(_l0)?", body.lower()):
        found.append(Hints("tensor", name="W_hm"))
    if re.fullmatch(r"(proj(ection)?_?(w|weights?|matrix)|w_r_m|w_proj)", body.lower()):
        found.append(Hints("tensor", name="W_hm"))
    # recurrent_kernel is of h, kernel of x.
    if library == "Keras":
        source = "h" if body.startswith("rec") else "x"
        found += [Hints("weights", "", source, odd=0.1), Hints("weights", odd=0.3)]
        found = [h for h in found if not h.gate]
    return [replace(h, gradient=gradient, library=library) for h in found]


def _without_path(key):
    """The name without module names; whether one of them says that it is a gradient."""
    parts = re.split(r"[/:.|]|->", key)
    words = [p for p in parts if not re.fullmatch(GRAD, p)]
    if len(words) > 1 and words[-1].isdigit():  # TensorFlow's kernel:0
        words.pop()
    # Of which model a layer is a part says nothing, but fc.bias is no bias of an LSTM.
    layers = [n for n, p in enumerate(words[:-1]) if LAYER.search(p)]
    if layers:
        words = words[layers[-1] + 1 :]
        while len(words) > 1 and words[0].isdigit():
            words.pop(0)
    if re.fullmatch(LIBRARIES["PyTorch"], "".join(words[-1:])):
        words = words[-1:]
    words = [p for p in words[:-1] if p.lower() not in PREFIXES] + words[-1:]
    return ".".join(words), len([p for p in parts if re.fullmatch(GRAD, p)]) > 0
