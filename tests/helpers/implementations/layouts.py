"""How somebody's arrays look in a file: their names, axes, and what is stacked upon what.

A layout of parameter gradients is one of

- ours: dW_fx (H, D), dW_fh, db_f (H, 1);
- gates: dWf, dUf, dbf for every gate;
- joined: one matrix a gate, (H, D + H) or (H, H + D), the bias in front, between, behind or apart;
- sources: all gates in one matrix for x, one for h, one for the biases;
- whole: one matrix for everything, the bias anywhere.

Sequences may be (T, n, B), (T, B, n) or (B, T, n), states (n, B) or (B, n), matrices transposed.
"""

import re
from dataclasses import dataclass, field

import numpy as np

KINDS = ("ours", "gates", "joined", "sources", "whole")
SEQUENCES = {"TnB": (0, 1, 2), "TBn": (0, 2, 1), "BTn": (2, 0, 1)}
SOURCES = (("Wx", "Wh", "b"), ("W", "U", "b"), ("W_x", "W_h", "b"), ("i2h", "h2h", "bias"))
LETTERS = {"c": ("c", "g", "a"), "h": ("h", "n"), "z": ("z",), "r": ("r",)}


@dataclass
class Layout:
    """What was drawn. order: gates from top to bottom; sources: "x1h" and the like."""

    kind: str = "ours"
    order: tuple = ()
    sources: str = "xh"
    transposed: bool = False
    unit_first: bool = False  # rows of one unit beside each other
    cube: bool = False  # (H, gates, n)
    sequence: str = "TnB"
    flat: bool = False
    two_biases: bool = False
    dtype: str = "float64"  # or float32; rounded: computed in float32, stored as float64
    names: dict = field(default_factory=dict)

    def record(self):
        return {k: v for k, v in self.__dict__.items() if k != "names"}


def parts(program):
    """gate -> {"x": name, "h": name, "1": name}, or None where a cell has other parameters too."""
    found, rest = {}, []
    for name in program.learned:
        if m := re.fullmatch(r"W_([a-z])([xh])", name):
            found.setdefault(m[1], {})[m[2]] = name
        elif m := re.fullmatch(r"b_([a-z])", name):
            found.setdefault(m[1], {})["1"] = name
        else:
            rest.append(name)
    full = found and all(set(each) == set("xh1") for each in found.values())
    if full:
        shapes = {tuple(program.letters[each[s]] for s in "xh1") for each in found.values()}
        full = len(shapes) == 1
    return (found, rest) if full else (None, list(program.learned))


def draw(rng, program, names):
    """A layout that fits what is stored."""
    gates, rest = parts(program)
    all_there = gates and all(f"d{n}" in names for n in program.learned)
    kind = KINDS[rng.choice(5, p=(0.3, 0.2, 0.15, 0.2, 0.15))] if all_there else "ours"
    layout = Layout(kind)
    if gates and len(gates) > 1:
        order = list(gates)
        layout.order = tuple(order[i] for i in rng.permutation(len(order)))
    bias = rng.random() < 0.5 and kind in ("joined", "whole")
    choices = ("x1h", "h1x", "1xh", "xh1", "hx1") if bias else ("xh", "hx")
    layout.sources = choices[rng.integers(len(choices))]
    layout.transposed = bool(rng.random() < 0.35)
    layout.unit_first = kind in ("sources", "whole") and rng.random() < 0.15
    layout.cube = kind == "sources" and not layout.unit_first and rng.random() < 0.1
    one = not any(n.startswith("b_") for n in rest)  # b_hh of a GRU is a second bias by itself
    layout.two_biases = kind == "sources" and rng.random() < 0.2 and one
    layout.sequence = ("TnB", "TBn", "BTn")[rng.choice(3, p=(0.5, 0.3, 0.2))]
    layout.flat = bool(rng.random() < 0.06)
    layout.dtype = ("float64", "float32", "rounded")[rng.choice(3, p=(0.86, 0.08, 0.06))]
    layout.names = styled(rng, layout, gates or {})
    return layout


def styled(rng, layout, gates):
    """Words for the names of a file."""
    letters = {g: LETTERS.get(g, (g,)) for g in gates}
    letters = {g: words[rng.integers(len(words))] for g, words in letters.items()}
    marks = ("d{}", "grad_{}", "{}.grad") if layout.kind != "ours" else ("d{}",)
    return {
        "letters": letters,
        "mark": marks[rng.integers(len(marks))],
        "gate": (("W{}", "U{}", "b{}"), ("W_x{}", "W_h{}", "b_{}"), ("W{}x", "W{}h", "b{}"))[
            rng.integers(3)
        ],
        "sources": SOURCES[rng.integers(len(SOURCES))],
        "output": ("h", "output", "hs")[rng.integers(3)],
    }


def apply(layout, program, stored):
    """{name: array} by our names -> the arrays of a file by their names."""
    gates, rest = parts(program)
    found = {}
    if layout.kind == "ours":
        for name in (n for n in stored if n[1:] in program.learned):
            found[name] = turned(layout, stored[name])
    else:
        found |= stacked(layout, gates, stored)
        for name in rest:
            found[f"d{name}"] = turned(layout, stored[f"d{name}"])
    for name, value in stored.items():
        if name[1:] in program.learned:
            continue
        word = layout.names["output"] if name == program.output else name
        if value.ndim == 3:
            found[word] = value.transpose(SEQUENCES[layout.sequence])
        else:
            found[word] = value if layout.sequence == "TnB" or value.ndim != 2 else value.T
    found = {k: v.ravel() if layout.flat else v for k, v in found.items()}
    if layout.dtype == "float64":
        return {k: np.ascontiguousarray(v) for k, v in found.items()}
    small = {k: np.ascontiguousarray(v, dtype=np.float32) for k, v in found.items()}
    return small if layout.dtype == "float32" else {k: v.astype(float) for k, v in small.items()}


def turned(layout, value):
    return value.T if layout.transposed else value


def stacked(layout, gates, stored):
    """Parameter gradients of a cell with gates, in the layout."""
    mark, words = layout.names["mark"], layout.names
    order = layout.order or tuple(gates)
    each = {g: {s: stored[f"d{n}"] for s, n in gates[g].items()} for g in order}
    found = {}
    if layout.kind == "gates":
        for g in order:
            for s, word in zip("xh1", words["gate"], strict=True):
                found[mark.format(word.format(words["letters"][g]))] = turned(layout, each[g][s])
        return found
    if layout.kind == "joined":
        for g in order:
            joined = np.concatenate([each[g][s] for s in layout.sources], axis=1)
            found[mark.format(f"W{words['letters'][g]}")] = turned(layout, joined)
            if "1" not in layout.sources:
                found[mark.format(f"b{words['letters'][g]}")] = turned(layout, each[g]["1"])
        return found
    columns = {s: piled(layout, [each[g][s] for g in order]) for s in "xh1"}
    if layout.kind == "sources":
        for s, word in zip("xh1", words["sources"], strict=True):
            found[mark.format(word)] = turned(layout, columns[s])
        if layout.two_biases:
            bias = found.pop(mark.format(words["sources"][2]))
            found |= {mark.format("bias_ih"): bias.ravel(), mark.format("bias_hh"): bias.ravel()}
        return found
    whole = np.concatenate([columns[s] for s in layout.sources], axis=1)
    found[mark.format("W")] = turned(layout, whole)
    if "1" not in layout.sources:
        found[mark.format("b")] = turned(layout, columns["1"])
    return found


def piled(layout, blocks):
    """Blocks (H, n) of the gates upon each other, by gate or by unit, or (H, gates, n)."""
    if layout.cube or layout.unit_first:
        cube = np.stack(blocks, axis=1)
        return cube if layout.cube else cube.reshape(-1, cube.shape[-1])
    return np.concatenate(blocks)
