"""Initial values of the parameters: each named initialisation with its source.

A cell's parameters are a plain dict whose keys are the symbols of the page: params["W_fx"] is
W_fx, the weights into f from x. Every cell module declares their shapes once, in SHAPES.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from lstm_ref import arguments
from lstm_ref.cells.interface import Interface, all_shapes
from lstm_ref.types import Array, Arrays, Params

# Gates of the LSTM in the order used everywhere; c stands for the candidate c̃ in W_cx, W_ch, b_c.
GATES = ("f", "i", "c", "o")

# The bias of a gate that keeps the state: its name in the literature, and where it starts.
NAMED = {"b_f": ("forget_bias", 1.0), "b_z": ("update_bias", 0.0)}

RECURRENT = ("uniform", "glorot", "orthogonal")


def init(
    rng: np.random.Generator,
    cell: Interface,
    D: int,
    H: int,
    *,
    recurrent: str = "uniform",
    dtype: DTypeLike = np.float64,
    **others: Any,
) -> Arrays:
    """Fresh parameters of any cell, by hand or generated: one seed gives both the same start.

    cell: an `Interface`. recurrent: how matrices are drawn, see `draw`. Vectors are zero, but for
    the bias of the gate that keeps the state, which has a name: `forget_bias` for b_f, 1 unless
    given (Gers et al. 2000; Jozefowicz et al. 2015), or `update_bias` for b_z, 0 unless given. It
    is a number or "chrono" with T_max, the longest dependency in steps: log U(1, T_max - 1), and
    b_i its negative where there is a b_f (Tallec & Ollivier 2018, for gates that keep).

    others: sizes of further letters (P=5, G=2); start values of any vector under its own name, a
    number or an array (b_o=-1.0); and every fixed parameter, which is given and not learned, under
    its own name (A_m=array). Raises TypeError or ValueError.
    """
    keeps = cell.KEEPS or ""
    word, usual = NAMED.get(keeps, ("", 0.0))
    named = {k: others.pop(k) for k in (word, "T_max") if word and k in others}
    values = {k: others.pop(k) for k in list(others) if cell.SHAPES.get(k, "").endswith("1")}
    fixed = {k: others.pop(k) for k in cell.FIXED if k in others}
    if word in named and keeps in values:
        raise TypeError(f"{keeps}: given twice, {word} sets it as well")
    _check(rng, cell, {"D": D, "H": H, **others}, recurrent, dtype, [word, "T_max"] if word else [])
    params = draw(rng, cell.SHAPES, {"D": D, "H": H, **others}, recurrent, dtype)
    if word and keeps not in values:
        start, rows = named.get(word, usual), len(params[keeps])
        params[keeps] = bias(word, start, rng, rows, named.get("T_max"), dtype)
        if isinstance(start, str) and keeps == "b_f" and "b_i" in params:
            params["b_i"] = -params["b_f"]
    params |= {k: _vector(k, v, params[k].shape, dtype) for k, v in values.items()}
    return params | _fixed(cell, fixed, {"D": D, "H": H, **others}, dtype)


def draw(
    rng: np.random.Generator,
    shapes: Mapping[str, str],
    sizes: Mapping[str, int],
    recurrent: str = "uniform",
    dtype: DTypeLike = np.float64,
) -> Arrays:
    """Draw every matrix of `shapes` (name -> letters); vectors are zero. sizes: letter -> number.

    recurrent: "uniform": every matrix from U(-k, k), k = 1/sqrt(H), the default of PyTorch's
    nn.LSTM; "glorot": every matrix from U(-k, k), k = sqrt(6 / (rows + columns)) (Glorot & Bengio
    2010, eq. 16); "orthogonal": matrices (H, H) random orthogonal (Saxe et al. 2014), the others
    as in "glorot".
    """
    sizes = {**sizes, "1": 1}
    params = {n: np.zeros([sizes[k] for k in word], dtype) for n, word in shapes.items()}
    for name in _in_order(shapes):
        shape = params[name].shape
        if recurrent == "orthogonal" and shapes[name] == "HH":
            values = orthogonal(rng, sizes["H"])
        else:
            k = 1 / np.sqrt(sizes["H"]) if recurrent == "uniform" else np.sqrt(6 / sum(shape))
            values = rng.uniform(-k, k, shape)
        params[name] = values.astype(dtype)
    return params


def _in_order(shapes):
    """Names in the order of drawing: the matrices into a gate together, that from the input first.

    By hand W_fx is written before W_fh, on the page behind it; the numbers do not depend on it.
    """
    matrices = [name for name in shapes if not shapes[name].endswith("1")]
    for _, group in groupby(matrices, lambda name: name[:-1]):  # W_fh, W_fx: both are W_f
        yield from sorted(group, key=lambda name: shapes[name][1] != "D")


def _fixed(cell, values, sizes, dtype):
    """Every fixed parameter as an array of its shape; refuses what is missing."""
    found = {}
    for name, word in cell.FIXED.items():
        shape = tuple(arguments.shape(word, sizes))
        if name not in values:
            raise TypeError(
                f"{name}: expected an array {shape}; {cell.NAME} is given it and does not learn it"
            )
        found[name] = np.array(values[name], dtype=dtype)
        if found[name].shape != shape:
            raise ValueError(f"{name}: expected an array {shape}, got {found[name].shape}")
        arguments.finite(name, found[name])
    return found


def _vector(name, value, shape, dtype):
    """A start value as an array of the vector's shape."""
    try:
        value = np.array(np.broadcast_to(value, shape), dtype=dtype)
    except (ValueError, TypeError):
        got = getattr(value, "shape", repr(value))
        raise ValueError(f"{name}: expected a number or an array {shape}, got {got}") from None
    arguments.finite(name, value)
    return value


def orthogonal(rng: np.random.Generator, H: int) -> Array:
    """Random orthogonal matrix (H, H), uniform over the orthogonal group (Mezzadri 2007)."""
    q, r = np.linalg.qr(rng.normal(size=(H, H)))
    return q * np.sign(np.diag(r))  # without the signs the draw would not be uniform


def chrono(rng: np.random.Generator, H: int, T_max: int, dtype: DTypeLike = np.float64) -> Array:
    """Chrono bias log(u), u ~ U(1, T_max - 1), shape (H, 1): memories of 1 to T_max steps.

    For the LSTM b_f takes it and b_i its negative (Tallec & Ollivier 2018, eq. 16).
    T_max: the longest dependency expected, in steps, at least 3.
    """
    if isinstance(T_max, bool) or not isinstance(T_max, int | np.integer) or T_max < 3:
        raise ValueError(f"T_max: expected a whole number of steps >= 3, got {T_max!r}")
    return np.log(rng.uniform(1, T_max - 1, (H, 1))).astype(dtype)


def bias(
    name: str,
    value: float | str,
    rng: np.random.Generator,
    H: int,
    T_max: Any,
    dtype: DTypeLike,
) -> Array:
    """A gate's bias (H, 1): a number for all units, or "chrono" with T_max."""
    if isinstance(value, str):
        if value != "chrono":
            raise ValueError(f'{name}: expected a number or "chrono", got {value!r}')
        return chrono(rng, H, T_max, dtype)
    if isinstance(value, bool) or not np.isscalar(value) or not np.isfinite(value):
        raise ValueError(f'{name}: expected a finite number or "chrono", got {value!r}')
    if T_max is not None:
        raise ValueError(f'T_max: is used by {name}="chrono" only, got {T_max!r}')
    return np.full((H, 1), value, dtype)


def count(params: Params) -> int:
    """Number of trainable numbers in a dict of parameters."""
    return sum(value.size for value in params.values())


def _width(cell, letter):
    """What a further letter is the width of: states and inputs, else rows of parameters."""
    signals = {**(cell.INPUTS or {}), **cell.STATES}
    of = [name for name, word in signals.items() if letter in word]
    of = of or [name for name, word in all_shapes(cell).items() if letter in word]
    return f"the width of {arguments.listed(of)}"


def _check(rng, cell, sizes, recurrent, dtype, words):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected np.random.default_rng(seed), got {type(rng).__name__}")
    letters = {k for word in all_shapes(cell).values() for k in word if k != "1"} | {"D", "H"}
    for letter in sorted(letters | set(sizes), key=lambda k: (k in "DH", k)):
        size = sizes.get(letter)
        if letter not in letters:
            vectors = [name for name, word in cell.SHAPES.items() if word.endswith("1")]
            known = [*sorted(letters), "recurrent", *words, "dtype", *vectors, *cell.FIXED]
            raise TypeError(f"{letter}: unknown; expected one of {', '.join(known)}")
        if size is None and letter not in "DH":
            raise ValueError(
                f"{letter}: expected too, {_width(cell, letter)}: init(rng, D, H, {letter}=5)"
            )
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"{letter}: expected a whole number >= 1, got {size!r}")
    if cell.INPUT == "THB" and sizes["D"] != sizes["H"]:
        got = f"{sizes['D']} and {sizes['H']}"
        raise ValueError(f"D: must be H, {cell.NAME} adds input and units, got {got}")
    if recurrent not in RECURRENT:
        raise ValueError(f"recurrent: expected one of {', '.join(RECURRENT)}, got {recurrent!r}")
    if np.dtype(dtype).name not in ("float32", "float64"):
        raise TypeError(f"dtype: expected float32 or float64, got {np.dtype(dtype).name}")
