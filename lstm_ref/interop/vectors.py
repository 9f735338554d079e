"""Golden test vectors: every number of a forward and a backward pass, to compare others with.

    python -m lstm_ref vectors LSTM -o lstm.npz

A set of vectors is a header (dict) and arrays (dict name -> float64). Which arrays there are and
what their shapes mean: book, page "Golden test vectors". Weights, biases, inputs, initial states
and errors are drawn by `drawn`, so that no known mistake stays hidden in them. `make`
needs SymPy, for it evaluates the derivation; reading and writing need NumPy only.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lstm_ref import __version__
from lstm_ref.check import witnesses
from lstm_ref.interop import drawn, vector_files, vector_formats
from lstm_ref.interop.vector_files import NUMBERS, Header, VectorsError
from lstm_ref.interop.vector_formats import as_json
from lstm_ref.io import header as headers
from lstm_ref.sizes import SPARE, VECTORS
from lstm_ref.types import Arrays, Params

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

__all__ = ["VectorsError", "as_json", "checksum", "make", "read", "read_arrays", "write"]

FORMAT, VERSION = "lstm-ref-vectors", 1
LARGEST = 10  # of scales


def make(
    cell: Cell | str,
    T: int = VECTORS["T"],
    B: int = VECTORS["B"],
    D: int = VECTORS["D"],
    H: int = VECTORS["H"],
    seed: int = 1,
    *,
    scale: float | None = None,
) -> tuple[Header, Arrays]:
    """Vectors of a cell: (header, arrays).

    cell: a name of the catalogue, or a declared cell. T steps, B samples, D inputs, H units, all
    at least 1; a cell whose input is as wide as its units takes H for D, further widths are those
    of `witnesses.problem`. seed: of numpy.random.default_rng, at least 0. scale: the
    standard deviation of the weights, default `drawn.scale`. The arrays are float64:
    parameters, x (T, D, B), initial states `h_0`; nets `net_f` and signals `f` for t = 1..T,
    (T, n, B); errors that enter, `e` (T, n, B) and `e_h_T`; error terms `delta_f` (T, n, B);
    gradients `dW_fx`, `dx`, `dh_0`. Equations: eq-bptt-lstm of chapter 5 and their likes.
    Raises ValueError for a bad argument; VectorsError, DeclarationError are such.
    """
    from lstm_ref.derive import catalogue
    from lstm_ref.derive.typeset import latex

    cell = catalogue.declared(cell)
    sizes = {"T": T, "B": B, "D": D, "H": H}
    for name, value in {**sizes, "seed": seed}.items():
        least = 0 if name == "seed" else 1
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise VectorsError(f"{name}: expected a whole number >= {least}, got {value!r}")
    if len(cell.inputs) > 1 and "x" not in cell.inputs:
        raise VectorsError(f"{cell.name}: one of several inputs must be x, got {cell.inputs}")
    _affordable(cell, sizes)
    scale = drawn.scale(cell, sizes, int(seed)) if scale is None else _positive("scale", scale)
    arrays = _arrays(cell, drawn.draw(cell, sizes, int(seed), scale))
    header = {
        "format": FORMAT,
        "version": VERSION,
        "cell": cell.name,
        "sizes": _found_sizes(cell, arrays),
        "seed": int(seed),
        "scale": scale,
        "package": __version__,
        "equations": [
            *latex.equations_as_text(cell).splitlines(),
            *(f"{name} = {value!r}" for name, value in cell.constants.items()),
        ],
    }
    return {**header, "checksum": checksum(header, arrays)}, arrays


def _affordable(cell, sizes):
    """Refuse, before anything is allocated, what could not be read back."""
    widest = max(sizes["D"], sizes["H"] + len(SPARE))
    signals = sizes["T"] * sizes["B"] * widest * (3 * len(cell.equations) + 3)
    total = signals + 2 * widest**2 * len(cell.matrices)
    if total > NUMBERS:
        raise VectorsError(f"T, B, D, H: up to {total} numbers, more than {NUMBERS}, the limit")


def _positive(name, value):
    """A finite number above 0, as float."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 < value <= LARGEST:
        raise VectorsError(f"{name}: expected a number above 0, at most {LARGEST}, got {value!r}")
    return float(value)


def _arrays(cell, problem):
    from lstm_ref.check import summands
    from lstm_ref.derive.terms import net_name

    tensors, errors = problem
    values = summands.forward(cell, *witnesses.split(cell, tensors))
    deltas, gradients = summands.backward(summands.recipe(cell), values, errors)
    pairs = list(tensors.items())
    for name in cell.equations:
        if net_name(name) in values:
            pairs.append((f"net_{name}", values[net_name(name)][1:]))
        pairs.append((name, values[name][1:]))
    pairs.append(("e", errors["dh"]))
    pairs += [(f"e_{s}_T", v) for s, v in zip(cell.states, errors["dstate_T"], strict=True)]
    pairs += [(f"delta_{name}", value) for name, value in deltas.items()]
    pairs += [(f"d{name}", value) for name, value in gradients.items()]
    arrays = {name: np.ascontiguousarray(value, dtype=np.float64) for name, value in pairs}
    if len(arrays) < len(pairs):
        twice = next(name for k, (name, _) in enumerate(pairs) if name in dict(pairs[:k]))
        raise VectorsError(f"{cell.name}: {twice!r} would name two arrays; rename the signal")
    return arrays


def _found_sizes(cell, arrays):
    """T, B, D, H and the further widths, from the arrays themselves."""
    T, D, B = arrays["x"].shape
    sizes = {"T": T, "B": B, "D": D}
    for name in cell.equations:
        axes = zip(cell.letters[name], arrays[name].shape[1:-1], strict=True)
        sizes |= {letter: n for letter, n in axes if letter != "1"}
    return sizes


def checksum(header: Header, arrays: Params) -> str:
    """SHA-256 of a set of vectors, as "sha256:" and 64 hexadecimal digits.

    Over the header without "checksum" as JSON (keys sorted, no spaces, UTF-8), then for each name
    in sorted order: the name, the axes of its shape joined by ",", its float64 numbers in C order,
    little-endian. A zero byte ends the header, each name and each shape.
    """
    rest = {key: value for key, value in header.items() if key != "checksum"}
    try:
        text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except RecursionError as error:
        raise VectorsError("header: nested too deeply") from error
    digest = hashlib.sha256(text.encode(errors="surrogatepass") + b"\0")
    for name in sorted(arrays):
        value = np.ascontiguousarray(arrays[name], dtype="<f8")
        digest.update(f"{name}\0{','.join(map(str, value.shape))}\0".encode())
        digest.update(value.tobytes())
    return f"sha256:{digest.hexdigest()}"


def write(path: str | Path, header: Header, arrays: Params) -> None:
    """Write FILE.npz, FILE.json or FILE.h (C, not read back); the suffix decides.

    A header gets the checksum of these arrays; an empty one makes a file of plain arrays, which
    only `read_arrays` takes. The file appears whole or not at all. Raises VectorsError.
    """
    vector_files.checked(header, arrays)
    for name in vector_files.RESERVED:
        if name in arrays:
            raise VectorsError(f"{name!r} cannot name an array")
    if header:
        header = {**header, "checksum": checksum(header, arrays)}
    vector_formats.save(path, header, arrays)


def read(path: str | Path) -> tuple[Header, Params]:
    """Vectors that `write` has written: (header, arrays), or a VectorsError that says why not.

    Strict: format, version, every field of the header, the checksum, float64 and finite numbers.
    Fields and names that version 1 does not know are let through.
    """
    header, arrays = vector_files.load(path)
    try:
        _check_header(header)
        for name, value in arrays.items():
            if value.dtype != np.float64:
                raise VectorsError(f"{name}: expected float64, got {value.dtype}")
        if (found := checksum(header, arrays)) != header["checksum"]:
            raise VectorsError(f"damaged: the checksum is {found}, not {header['checksum']:.80}")
        _check_shapes(header["sizes"], arrays)
    except VectorsError as error:
        raise VectorsError(f"{path}: {error}") from error
    return header, arrays


def read_arrays(path: str | Path) -> tuple[Header, Params]:
    """Somebody's own numbers: (header, arrays), header {} if there is none.

    As safe as `read`, but any names, shapes and floats: float32 stays float32, and a checksum is
    not looked at. JSON may be {name: nested lists} without further ado. Raises VectorsError.
    """
    header, arrays = vector_files.load(path)
    if "format" in header or "version" in header:
        try:
            headers.check(header, FORMAT, VERSION, VectorsError)
        except VectorsError as error:
            raise VectorsError(f"{path}: {error}") from error
    return header, arrays


def _check_header(header):
    if not header:
        raise VectorsError("no header, so these are no golden vectors")
    headers.check(header, FORMAT, VERSION, VectorsError)
    types_ = {"cell": str, "sizes": dict, "seed": int, "package": str, "equations": list}
    for key, kind in {**types_, "checksum": str}.items():
        if type(header.get(key)) is not kind:
            raise VectorsError(f"header: {key} is missing or no {kind.__name__}")
    if type(header.get("scale", 1.0)) is not float:  # older files have none
        raise VectorsError("header: scale is no float")
    sizes = header["sizes"].values()
    if not {"T", "B", "D"} <= set(header["sizes"]) or any(type(n) is not int for n in sizes):
        raise VectorsError("header: sizes must give T, B, D and others as whole numbers")


def _check_shapes(sizes, arrays):
    """x is (T, D, B), and each gradient has the shape of what it is the gradient of."""
    want = tuple(sizes[k] for k in "TDB")
    if "x" not in arrays or arrays["x"].shape != want:
        raise VectorsError(f"x: expected shape (T, D, B) = {want}")
    for name, value in arrays.items():
        of = arrays.get(name[1:]) if name.startswith("d") else None
        if of is not None and of.shape != value.shape:
            raise VectorsError(f"{name}: shape {value.shape}, that of {name[1:]} is {of.shape}")
