"""Weights in a file, as .npz or .safetensors: numbers only, nothing that could be executed.

A file holds named arrays and, as JSON, what they are: the format and its version, the cell's name
and of a reader's declared cell a hash of its equations, as `identity.equations` has it. That text
ends with a checksum over itself and over the arrays: names, dtypes, shapes, bytes.
Loading trusts nothing: sizes are compared with the file's before memory is taken, the checksum is
verified, and an error says which file, which array and what is wrong. Files of version 1 have no
checksum and are refused: damage in them would go unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.cells import name_of
from lstm_ref.cells.resolve import resolve
from lstm_ref.io import checksums, files, npz, safetensors
from lstm_ref.io import header as headers
from lstm_ref.io.files import cut, write_whole
from lstm_ref.learn import fingerprint, sequences
from lstm_ref.types import AnyCell, Arrays, Params

FORMAT, VERSION = "lstm_ref weights", 2
MANY = "lstm_ref weights of several networks"
ABOUT = "about"  # the name under which the JSON text stands among the arrays of an .npz file
DTYPES = {"<f4", "<f8", "<i8", "|u1", "|b1"}
MOST_ABOUT = 1 << 20  # bytes
SUMMED = re.compile(r'(, )?"checksum": "(sha256:[0-9a-f]{64})"\}\Z')  # the end of the JSON text
OUTPUT_LAYER = ("W_yh", "b_y")


class StorageError(ValueError):
    """A file that is not what it should be; the message names the file and what is wrong."""


def save(path: str | Path, cell: AnyCell, params: Params, **about: Any) -> None:
    """Write the parameters of a cell, with or without an output layer, to path.

    path: .npz or .safetensors (needs the package safetensors). cell: a name, a module, layers, a
    declaration. about: more to say, as JSON, 1 MiB at most. The file is written whole or not at
    all. Raises ValueError or TypeError for bad parameters and for an `about` that is no JSON or too
    long.
    """
    cell = resolve(cell)
    check(cell, params)
    about = {**about, "format": FORMAT, "version": VERSION, "cell": name_of(cell)}
    write(path, params, about | {"equations": fingerprint.equations(cell)})


def load(
    path: str | Path, cell: AnyCell | None = None, limit: int = 1 << 30
) -> tuple[Arrays, dict[str, Any]]:
    """Read what `save` wrote: (params, about).

    cell: whose weights are expected; None takes any. limit: most bytes of all arrays together.
    Raises StorageError, FileNotFoundError.
    """
    params, about = read(path, limit)
    try:
        headers.check(about, FORMAT, VERSION, StorageError)
        if cell is None:
            for name, value in params.items():
                arguments.finite(name, value)
        else:
            cell = resolve(cell)
            _same_cell(cell, about)
            check(cell, params)
    except (ValueError, TypeError) as error:
        raise StorageError(f"{path}: {cut(error)}") from error
    return params, about


def save_all(path: str | Path, nets: Mapping[Any, Any], **about: Any) -> None:
    """Write several networks to one file: a dict of (label, number) -> (cell, params).

    path, about and errors: as in `save`. No label may hold a slash.
    """
    arrays: dict = {}
    cells: dict = {}
    for (label, number), (cell, params) in nets.items():
        check(cell, params)
        cells[label] = {"cell": name_of(cell), "equations": fingerprint.equations(cell)}
        arrays |= {f"{label}/{number}/{name}": value for name, value in params.items()}
    write(path, arrays, about | {"format": MANY, "version": VERSION, "cells": cells})


def load_all(
    path: str | Path, cells: Mapping[Any, Any], limit: int = 1 << 30
) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Read what `save_all` wrote: (dict of label -> dict of number -> params, about).

    cells: label -> the cell whose weights are expected there. Raises StorageError,
    FileNotFoundError.
    """
    arrays, about = read(path, limit)
    if about.get("format") != MANY or about.get("version") != VERSION:
        raise StorageError(f"{path}: expected {MANY}, version {VERSION}")
    try:
        if sorted(about["cells"]) != sorted(cells):
            raise ValueError(f"expected {cut(sorted(cells))}, got {cut(sorted(about['cells']))}")
        nets: dict = {label: {} for label in cells}
        for place, value in arrays.items():
            label, number, name = place.split("/")
            nets[label].setdefault(int(number), {})[name] = value
        for label, found in nets.items():
            _same_cell(cells[label], about["cells"][label])
            for params in found.values():
                check(cells[label], params)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StorageError(f"{path}: {cut(error)}") from error
    return nets, about


def _same_cell(cell, about):
    """Refuse what a file says of its cell unless it is this one; old files tell only its name."""
    name, own = name_of(cell), fingerprint.equations(cell)
    if about.get("cell") != name:
        raise ValueError(f"expected weights of {name}, got {about.get('cell')!r:.80}")
    if about.get("equations", own) != own:
        got = f"expected {own}, got {about['equations']!r:.80}"
        raise ValueError(f"weights of another cell of the name {name}, its equations differ: {got}")


def check(cell: AnyCell, params: Params) -> None:
    """Refuse parameters that are not those of the cell, with or without an output layer of it."""
    cell = resolve(cell)
    width = sequences.check(cell, {n: v for n, v in params.items() if n not in OUTPUT_LAYER})
    if any(name in params for name in OUTPUT_LAYER):
        own = {name: params[name] for name in OUTPUT_LAYER if name in params}
        sizes, _ = arguments.parameters(own, {"W_yh": "KH", "b_y": "K1"})
        if sizes["H"] != width:
            raise ValueError(f"W_yh: expected {width} columns, got {sizes['H']}")


def write(path: str | Path, arrays: Params, about: dict[str, Any]) -> None:
    """Write named arrays and a dict that JSON can hold; the file is written whole or not at all.

    Raises StorageError for another suffix than .npz and .safetensors, and where the package
    safetensors is missing; TypeError or ValueError for what `read` would refuse.
    """
    arrays = {n: np.ascontiguousarray(v).reshape(np.shape(v)) for n, v in arrays.items()}
    for name, value in arrays.items():
        if value.dtype.str not in DTYPES or name == ABOUT:
            raise TypeError(f"{name}: cannot be stored, {value.dtype}")
    if len(arrays) >= npz.MEMBERS:
        raise ValueError(f"params: {len(arrays)} arrays, expected fewer than {npz.MEMBERS}")
    text = _text(about, arrays)
    if kind(path) == "npz":
        arrays[ABOUT] = np.frombuffer(text.encode(), np.uint8)
        write_whole(path, lambda file: npz.write(file, arrays))
    else:
        try:
            safetensors.write(path, arrays, {ABOUT: text}, longest=MOST_ABOUT)
        except ImportError as error:
            raise StorageError(str(error)) from error


def read(path: str | Path, limit: int = 1 << 30) -> tuple[Arrays, dict[str, Any]]:
    """Read what `write` wrote: (arrays, about). limit: most bytes of all arrays together.

    Raises StorageError for a file that is not of this kind, not a file, damaged, too large, hostile
    or without a checksum; FileNotFoundError.
    """
    suffix = kind(path)
    try:
        arrays, text = READERS[suffix](path, limit)
        for name, value in arrays.items():
            if value.dtype.str not in DTYPES:
                raise StorageError(f"{name:.80}: dtype {value.dtype!s:.80}, not {sorted(DTYPES)}")
        about = headers.parse(text, ABOUT, StorageError)
        _verify(text, arrays)
    except FileNotFoundError:
        raise
    except StorageError as error:
        raise StorageError(f"{path}: {cut(error)}") from error
    except Exception as error:  # readers of damaged files raise almost anything
        reason = str(error) or type(error).__name__
        raise StorageError(f"{path}: damaged, or not .{suffix}: {cut(reason)}") from error
    del about["checksum"]
    return arrays, about


def _verify(text, arrays):
    """Refuse what is not as it was written, and what nobody can tell that of."""
    end = SUMMED.search(text)
    if end is None:
        raise StorageError(
            "no checksum: damaged, or of version 1, in which damage would go unseen; "
            "numpy.load still reads the arrays of an .npz file"
        )
    if checksums.of(arrays, text[: end.start()]) != end[2]:
        raise StorageError("damaged: its arrays or its text are not those of its checksum")


def kind(path: str | Path) -> str:
    """ "npz" or "safetensors", by the name of a file. Raises StorageError for another one."""
    suffix = Path(path).suffix
    if suffix not in (".npz", ".safetensors"):
        raise StorageError(f"{path}: expected a name with .npz or .safetensors")
    return suffix[1:]


def _text(about, arrays):
    """`about` as JSON, in its own order: that of a dict of parameters decides last digits."""
    about = {key: value for key, value in about.items() if key != "checksum"}
    try:
        text = json.dumps(about)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"{ABOUT}: expected what JSON can hold: {cut(error)}") from error
    start = text[:-1]
    more = f'{", " if about else ""}"checksum": "{checksums.of(arrays, start)}"}}'
    if len(start + more) > MOST_ABOUT:
        size = len(start + more)
        raise ValueError(f"{ABOUT}: expected at most {MOST_ABOUT} bytes as JSON, got {size}")
    headers.bounded(start + more, ABOUT, ValueError)
    return start + more


def _read_npz(path, limit):
    data = files.read(path, limit + MOST_ABOUT, StorageError)
    arrays = npz.arrays(data, limit + MOST_ABOUT, StorageError)
    if ABOUT not in arrays:
        raise StorageError(f"does not say what it is: {ABOUT} is missing")
    text = arrays.pop(ABOUT).tobytes()
    if len(text) > MOST_ABOUT:
        raise StorageError(f"{ABOUT}: more than {MOST_ABOUT} bytes")
    return arrays, text.decode()


def _read_safetensors(path, limit):
    arrays, texts = safetensors.read(
        path, StorageError, longest=MOST_ABOUT, limit=limit + MOST_ABOUT
    )
    if ABOUT not in texts:
        raise StorageError(f"does not say what it is: {ABOUT} is missing")
    return arrays, texts[ABOUT]


READERS = {"npz": _read_npz, "safetensors": _read_safetensors}
