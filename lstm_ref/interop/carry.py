"""What the bridges to other libraries share: which cell is which layer, and how it is laid out.

Our parameters are one array per symbol, W_fx (H, D), W_fh (H, H), b_f (H, 1). Libraries stack the
gates into one matrix, each in an order of its own, some transposed, some with two biases that they
add. An order of gates is spelled in our letters, "ifco", where c stands for the candidate c̃.

A cell is known by its NAME, and its SHAPES must be those of that name. What a library has no place
for is refused, with the reason, by `NotCarried`.

Sequences are (T, D, B) here, the samples side by side as columns; elsewhere (T, B, D) or (B, T, D),
the samples as rows. `rows` and `columns` turn one into the other.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence, ValuesView
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import name_of
from lstm_ref.cells.resolve import resolve
from lstm_ref.types import Array, Arrays, CellLike, Params, Sizes, State

# NAME -> (kind of layer, what it has that a plain layer of the kind may not have).
KINDS = {
    "ELMAN": ("RNN", ()),
    "IRNN": ("RNN", ("relu",)),
    "LSTM": ("LSTM", ()),
    "NP": ("LSTM", ()),
    "COUPLED": ("LSTM", ("coupled",)),
    "CIFG": ("LSTM", ("peepholes", "coupled")),
    "NIAF": ("LSTM", ("peepholes", "linear candidate")),
    "NOAF": ("LSTM", ("peepholes", "linear output")),
    "NIG": ("LSTM", ("peepholes", "no input gate")),
    "NFG": ("LSTM", ("peepholes", "no forget gate")),
    "NOG": ("LSTM", ("peepholes", "no output gate")),
    "LSTM_1997": ("LSTM", ("no forget gate",)),
    "FGR": ("LSTM", ("peepholes", "gates see gates")),
    "BLOCK": ("LSTM", ("shared gates",)),
    "PROJECTION": ("LSTM", ("projection",)),
    "GRU_BEFORE": ("GRU", ("reset before",)),
    "GRU_AFTER": ("GRU", ("reset after",)),
    "GRU_BEFORE_Z_WRITES": ("GRU", ("reset before", "z writes")),
    "GRU_AFTER_Z_WRITES": ("GRU", ("reset after", "z writes")),
    "MGU": ("GRU", ("one gate",)),
    "SRU": ("SRU", ()),
}
PEEPHOLES = ("VANILLA", *(f"PEEPHOLE_{g}" for g in ("F", "I", "O", "FI", "FO", "IO")))
KINDS |= dict.fromkeys(PEEPHOLES, ("LSTM", ("peepholes",)))

# Why a layer cannot be this cell; "there" is the library.
WHY = {
    "peepholes": "its gates see the cell state (peepholes w_fc, w_ic, w_oc), and there they do not",
    "coupled": "its forget gate is 1 - i and has no weights, there it is a gate of its own",
    "linear candidate": "its candidate has no tanh, there it has one",
    "linear output": "its output has no tanh, there it has one",
    "no input gate": "it has no input gate; there a gate cannot be left out",
    "no forget gate": "it has no forget gate; there a gate cannot be left out",
    "no output gate": "it has no output gate; there a gate cannot be left out",
    "gates see gates": "its gates see the gates one step back (R_ff, ...), and there they do not",
    "shared gates": "its cells share gates in blocks, there every cell has gates of its own",
    "projection": "it projects its output (W_hm), and there is no projection there",
    "reset before": "its reset gate acts before the recurrent product, there after it: another "
    "model, whose weights mean something else",
    "reset after": "its reset gate acts after the recurrent product, there before it: another "
    "model, whose weights mean something else",
    "one gate": "its one gate is update and reset gate at once; there they are two, whose weights "
    "would not stay equal in training",
}

TURNED = ("W_zx", "W_zh", "b_z")  # of other sign where z writes
WAYS = ("forward", "reverse")  # prefixes of `learn.layers.BothWays`


class NotCarried(ValueError):
    """A library has no layer that computes what this cell computes; the message says why."""


def carried(
    cell: CellLike, library: str, layers: Mapping[str, str], can: Container[str]
) -> tuple[str, tuple[str, ...]]:
    """The kind of layer that a cell is in a library, and its features: ("LSTM", ("peepholes",)).

    layers: kind -> what the library calls it; can: the features it has a place for.
    Raises NotCarried (a ValueError) that names cell, layer and reason, and TypeError for what is
    no cell.
    """
    if not hasattr(cell, "SHAPES") or not hasattr(cell, "STATES"):
        raise TypeError(f"cell: expected a module like lstm_ref.cells.lstm, got {cell!r}")
    this = name_of(cell)
    if this not in KINDS:
        raise NotCarried(f"{library} and {this}: not a cell of the book; known: {', '.join(KINDS)}")
    kind, features = KINDS[this]
    if kind not in layers:
        raise NotCarried(f"{library} has no {kind} layer, so {this} cannot be carried over")
    why = [WHY[feature] for feature in features if feature not in can]
    if why:
        raise NotCarried(f"{library}'s {layers[kind]} cannot be {this}: {'; '.join(why)}")
    twin = resolve(this)
    if cell.SHAPES != twin.SHAPES or cell.STATES != twin.STATES:
        raise NotCarried(f"{library} and {this}: the cell has this name, but other parameters")
    return kind, features


def one_model(library: str, cell: CellLike, option: str, got: object, want: object) -> None:
    """Refuse an option of a layer, said by the library, that means another model than the cell."""
    if isinstance(got, np.ndarray) or got != want:
        raise NotCarried(
            f"{library}: {option}={shown(got)}, and {name_of(cell)} needs {want!r}: another model"
            + _other_cell(cell, str(got).lower())
        )


def shown(value: object) -> str:
    """A value that came from outside, for a message: one line, not too long."""
    return " ".join(f"{value!r:.200}".split())


def _other_cell(cell, got):
    """What is said of an option that another cell has, or none."""
    if "hard_sigmoid" in got or "hardsigmoid" in got:
        return (
            "; Keras 2 and TensorFlow 1 have hard_sigmoid by default: straight lines in the place "
            "of σ, which no cell of the book has"
        )
    if "relu" in got and KINDS[name_of(cell)][0] == "RNN":
        return "; a simple RNN with relu is the cell IRNN"
    return "; a simple RNN with tanh is the cell ELMAN" if name_of(cell) == "IRNN" else ""


def by_way(params: Params) -> dict[str, Params]:
    """{"forward": .., "reverse": ..} where the names begin so, else {"": params}."""
    if not hasattr(params, "keys") or not any(str(k).startswith(WAYS) for k in params):
        return {"": params}
    return {way: {k[len(way) + 1 :]: params[k] for k in params if _way(k) == way} for way in WAYS}


def _way(name):
    way, dot, _ = str(name).partition(".")
    if way not in WAYS or not dot:
        raise ValueError(f"params: {name}: expected names that begin with forward. or reverse.")
    return way


def with_ways(dicts: Mapping[str, Params]) -> Arrays:
    """The inverse of `by_way`. What reads forwards alone has no prefix.

    A layer that reads backwards keeps its prefix: a cell refuses it, so it cannot be run forwards
    by mistake.
    """
    if len(dicts) == 1 and next(iter(dicts)) in ("", "forward"):
        return dict(next(iter(dicts.values())))
    return {f"{way}.{name}": value for way, d in dicts.items() for name, value in d.items()}


def given(cell: CellLike, params: Params, features: Container[str]) -> tuple[Arrays, Sizes]:
    """Our parameters, checked, with z as it is elsewhere: z keeps. Returns (params, sizes).

    Where z writes, z and 1 - z are exchanged: σ(-a) = 1 - σ(a), so the sign of its weights turns.
    """
    sizes, dtype = arguments.parameters(params, cell.SHAPES)
    real("params", dtype)
    return _turned(params, features), sizes


def taken(cell: CellLike, params: Params, features: Container[str]) -> Arrays:
    """Parameters from elsewhere as ours: the order of SHAPES, own arrays, z as the cell has it.

    Raises ValueError where a sum of two biases has overflowed.
    """
    params = _turned(params, features)
    params = {key: np.array(params[key], order="C") for key in cell.SHAPES}
    arguments.parameters(params, cell.SHAPES)
    return params


def _turned(params, features):
    turn = TURNED if "z writes" in features else ()
    return {key: -value if key in turn else value for key, value in params.items()}


def real(label: str, dtype: np.dtype) -> None:
    """Refuse complex numbers, which the cells let through for the complex step."""
    if np.issubdtype(dtype, np.complexfloating):
        raise TypeError(f"{label}: expected float32 or float64, got {dtype}")


def stack(params: Params, gates: str, what: str) -> Array:
    """Put gates on top of each other, in this order: ("ifco", "W_{}x") -> (4H, D)."""
    return np.concatenate([params[what.format(g)] for g in gates])


def cut(stacked: Array, gates: str, what: str) -> Arrays:
    """The inverse of `stack`: dict of the gates' arrays."""
    parts = np.split(stacked, len(gates))
    return {what.format(g): part for g, part in zip(gates, parts, strict=True)}


def summed(first: Array, second: Array) -> Array:
    """The one bias that two biases are. Zero and a bias is that bias, to the sign of a zero."""
    with np.errstate(over="ignore"):  # `taken` says which bias overflowed
        return np.where(second == 0, first, first + second)


def no_bias(library: str, *biases: Array) -> None:
    """Refuse biases that are not zero, for a layer that has none."""
    if any(np.any(value) for value in biases):
        raise ValueError(f"bias: {library}'s layer without a bias needs biases of zero")


def rows(x: Array, batch_first: bool = False) -> Array:
    """A sequence (T, n, B) of ours -> (T, B, n), or (B, T, n) for batch_first; a copy."""
    return _reordered(x, (2, 0, 1) if batch_first else (0, 2, 1), "(T, n, B)")


def columns(x: Array, batch_first: bool = False) -> Array:
    """The inverse of `rows`: (T, B, n), or (B, T, n), -> (T, n, B)."""
    spelled = "(B, T, n)" if batch_first else "(T, B, n)"
    return _reordered(x, (1, 2, 0) if batch_first else (0, 2, 1), spelled)


def _reordered(x, axes, spelled):
    if getattr(x, "ndim", None) != 3:
        raise ValueError(f"x: expected an array {spelled}, got shape {np.shape(x)}")
    return np.array(np.transpose(x, axes), order="C")


def state_rows(cell: CellLike, state: State | None, label: str = "state") -> State:
    """A state of ours, (h, c) of (H, B) each, as rows: a tuple of arrays (B, H)."""
    if state is None:
        raise TypeError(f"{label}: expected a tuple of arrays, got None")
    checked = arguments.state(label, state, cell.STATES, {}, None)
    return tuple(np.array(value.T, order="C") for value in checked)


def entries(cell: CellLike, values: Sequence[Any], label: str) -> list[Any]:
    """The arrays of a state from elsewhere, as a list: one for each state of the cell.

    Raises TypeError for another number of them, for what is no list, and for a subclass of array.
    """
    names = ", ".join(cell.STATES) + ("," if len(cell.STATES) == 1 else "")
    several = isinstance(values, tuple | list | ValuesView)
    if not several or len(values) != len(cell.STATES):
        got = f"{len(values)} of them" if several else type(values).__name__
        raise TypeError(f"{label}: expected a tuple ({names}) of arrays, got {got}")
    for name, value in zip(cell.STATES, values, strict=True):
        if isinstance(value, np.ndarray):
            arguments.plain(f"{label}: {name}", value)
    return list(values)


def state_columns(cell: CellLike, values: Sequence[Array], label: str = "state") -> State:
    """The inverse of `state_rows`: arrays (B, H) -> a tuple of (H, B), checked."""
    values = entries(cell, values, label)
    turned = tuple(np.array(np.transpose(value), order="C") for value in values)
    return arguments.state(label, turned, cell.STATES, {}, None)
