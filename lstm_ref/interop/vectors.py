"""Golden test vectors: every number of a forward and a backward pass, to compare others with.

    python -m lstm_ref vectors LSTM -o lstm.npz

A set of vectors is a header (dict) and arrays (dict name -> float64). Which arrays there are and
what their shapes mean: book, page "Golden test vectors". Weights, biases, inputs, initial states
and errors are drawn by `drawn`, so that no known mistake stays hidden in them. NumPy is
enough for the cells of the catalogue; a cell that somebody declares needs SymPy.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lstm_ref.interop import vector_files, vector_formats
from lstm_ref.interop.made import again, make
from lstm_ref.interop.vector_files import FORMAT, VERSION, Header, VectorsError, checksum
from lstm_ref.interop.vector_formats import as_json
from lstm_ref.io import header as headers
from lstm_ref.types import Params

__all__ = ["VectorsError", "again", "as_json", "checksum", "make", "read", "read_arrays", "write"]

# Fields that a header may have.
OPTIONAL = {"scale": float, "dtype": str, "tolerance": float, "zero": list, "layouts": list}
OPTIONAL |= {"lengths": list, "layers": int, "directions": int}


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
    for key, kind in OPTIONAL.items():
        if key in header and type(header[key]) is not kind:
            raise VectorsError(f"header: {key} is no {kind.__name__}")
    sizes = header["sizes"].values()
    if not {"T", "B", "D"} <= set(header["sizes"]) or any(type(n) is not int for n in sizes):
        raise VectorsError("header: sizes must give T, B, D and others as whole numbers")


def _check_shapes(sizes, arrays):
    """x is (T, D, B), and each gradient has the shape of what it is the gradient of."""
    want = tuple(sizes[k] for k in "TDB")
    if "x" not in arrays or arrays["x"].shape != want:
        raise VectorsError(f"x: expected shape (T, D, B) = {want}")
    for name, value in arrays.items():
        prefix, dot, own = name.rpartition(".")
        of = prefix if own == "grad" else f"{prefix}{dot}{own[1:]}" if own[0:1] == "d" else ""
        if of in arrays and arrays[of].shape != value.shape:
            raise VectorsError(f"{name}: shape {value.shape}, that of {of} is {arrays[of].shape}")
