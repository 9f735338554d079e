"""Files of named arrays, npz or JSON, read as untrusted.

Nothing is unpickled or executed, and nothing is allocated that a file merely claims to hold: what
it declares is added up and compared with `NUMBERS` first. Whatever is wrong with a file, the error
is a `VectorsError` that says what and where. The formats: book, page "Golden test vectors".
`vector_formats` writes them.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref import arguments
from lstm_ref.io import files, npz
from lstm_ref.io import header as headers
from lstm_ref.io.files import cut
from lstm_ref.types import Params

Header = dict[str, Any]

FORMAT, VERSION = "lstm-ref-vectors", 1

NUMBERS = 2**23  # in all arrays of a file together: 64 MB
BYTES = 32 * NUMBERS  # of a file: a number has up to 25 characters in JSON
AXES = 8  # of one array
LONGEST = 80  # characters of a name
ROOM = 2**20  # commas and brackets of a JSON file that are not between numbers
HEADER_FIELDS = ("format", "version", "cell", "sizes", "seed", "package", "checksum", "equations")
RESERVED = (*HEADER_FIELDS, "header", "arrays")


class VectorsError(ValueError):
    """A file of vectors cannot be used; the message says why and where."""


STDIN = "-"  # the name that stands for standard input


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


def load(path: str | Path) -> tuple[Header, Params]:
    """A file .npz or .json -> (header, arrays), told apart by their content. Raises VectorsError.

    path: of the file, or "-" for standard input.

    header: dict, empty if there is none; it is not looked into. arrays: name -> array of finite
    float16, float32 or float64, as stored; integers and JSON become float64.
    """
    try:
        data = _bytes(path)
        header, arrays = _archive(data) if data[:2] == b"PK" else _document(data)
    except VectorsError as error:
        raise VectorsError(f"{path}: {cut(error)}") from error
    for name in ("cell", "seed", "package"):
        if (size := len(str(header.get(name, "")))) > LONGEST:
            raise VectorsError(f"{path}: header: {name}: {size} characters, more than {LONGEST}")
    return header, arrays


def _bytes(path):
    """Content of a regular file, or of standard input, of limited size."""
    try:
        data = _stdin() if path == STDIN else files.read(path, BYTES, VectorsError)
    except FileNotFoundError as error:
        raise VectorsError("no such file") from error
    if not data:
        raise VectorsError("empty file")
    return data


def _stdin():
    """All of standard input, of limited size."""
    data = sys.stdin.buffer.read(BYTES + 1)
    if len(data) > BYTES:
        raise VectorsError(f"more than {BYTES} bytes, the limit")
    return data


def _bounded(total, name):
    if total > NUMBERS:
        raise VectorsError(f"{name}: {total} numbers so far, more than {NUMBERS}, the limit")


def _plausible(name, shape):
    if len(shape) > AXES or any(type(n) is not int or not 0 < n <= NUMBERS for n in shape):
        raise VectorsError(f"{name}: bad shape {shape!s:.80}")


def checked(header: Header, arrays: Params) -> tuple[Header, Params]:
    """Both, if there are arrays with names that a file can hold, and finite numbers."""
    if not 0 < len(arrays) < npz.MEMBERS:
        some = f"{len(arrays)} arrays, expected fewer than {npz.MEMBERS}"
        raise VectorsError(some if arrays else "holds no arrays")
    for name, value in arrays.items():
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST or not name.isprintable():
            raise VectorsError(f"{name!r:.80} cannot name an array")
        arguments.finite(name, value, VectorsError)
    return header, arrays


# ---- npz


def _archive(data):
    header, arrays, total = {}, {}, 0
    for name, value in npz.arrays(data, BYTES, VectorsError).items():
        if name == "header":
            header = headers.parse(_text(value, name), name, VectorsError)
        else:
            _plausible(name, value.shape)
            total += value.size
            _bounded(total, name)
            arrays[name] = _numbers(value, name)
    return checked(header, arrays)


def _numbers(value, name):
    dtype = value.dtype
    if dtype.kind not in "fiu" or dtype.itemsize > 8 or dtype.fields:
        raise VectorsError(f"{name}: expected numbers (float64), got {dtype}")
    return value.astype(dtype.newbyteorder("=") if dtype.kind == "f" else np.float64)


def _text(value, name):
    """The string in a 0-d array of text."""
    if value.shape != () or value.dtype.kind != "U":
        raise VectorsError(f"{name}: expected one text, got {value.dtype} of shape {value.shape}")
    order = "utf-32-be" if value.dtype.str[0] == ">" else "utf-32-le"
    try:
        return value.tobytes().decode(order).rstrip("\0")
    except UnicodeDecodeError as error:
        raise VectorsError(f"{name}: damaged text") from error


# ---- JSON


def _document(data):
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VectorsError(f"neither an npz archive nor UTF-8 text (byte {error.start})") from error
    # Before parsing: Python takes 20 times the space of "[],". So many values are there at most.
    _bounded(sum(map(text.count, ",[{")) - ROOM, "JSON")
    document = headers.parse(text, "the file", VectorsError)
    header, arrays = dict(document), document.get("arrays")
    if arrays is None:
        header = {k: v for k, v in document.items() if k in HEADER_FIELDS}
        arrays = {k: v for k, v in document.items() if k not in HEADER_FIELDS}
    elif not isinstance(arrays, dict):
        raise VectorsError(f"arrays: expected an object, got {type(arrays).__name__}")
    header.pop("arrays", None)
    found, total = {}, 0
    for name, value in arrays.items():
        shape, numbers = _declared(name, value) if isinstance(value, dict) else _nested(name, value)
        total += len(numbers)
        _bounded(total, name)
        found[name] = _floats(name, numbers).reshape(shape)
    return checked(header, found)


def _declared(name, value):
    """(shape, numbers) of {"shape": [...], "data": [...]}, or of an array that became an object.

    JavaScript writes a Float64Array as {"0": ..., "1": ...}.
    """
    if (listed := _listed(value)) is not None:
        return _nested(name, listed)
    shape, data = value.get("shape"), _listed(value.get("data"))
    shape = _listed(shape)
    if set(value) != {"shape", "data"} or not isinstance(shape, list) or not isinstance(data, list):
        raise VectorsError(f'{name}: expected {{"shape": [...], "data": [...]}} or nested lists')
    _plausible(name, shape)
    if math.prod(shape) != len(data):
        raise VectorsError(f"{name}: shape {shape} does not fit {len(data)} numbers")
    return shape, data


def _listed(value):
    """A list, or an object whose names are 0, 1, 2, ... as a list; else None."""
    if isinstance(value, dict) and value and all(map(str.isdecimal, value)):
        if list(value) == list(map(str, range(len(value)))):
            return list(value.values())
    return value if isinstance(value, list) else None


def _nested(name, value):
    """(shape, numbers) of nested lists, which must be regular."""
    if isinstance(value, str):
        raise VectorsError(
            f'{name}: expected numbers, got a text; put it beside "arrays", '
            f'{{"{name:.20}": ..., "arrays": {{...}}}}, or leave it out'
        )
    shape: list[int] = []
    level = [value]
    while level and isinstance(_listed(level[0]), list):
        level = [row if (own := _listed(row)) is None else own for row in level]
        length = len(level[0])
        if len(shape) == AXES:
            raise VectorsError(f"{name}: more than {AXES} axes")
        if any(not isinstance(row, list) or len(row) != length for row in level):
            raise VectorsError(f"{name}: ragged lists at depth {len(shape) + 1}")
        shape.append(length)
        level = [entry for row in level for entry in row]
    _plausible(name, shape)
    return shape, level


def _floats(name, numbers):
    for k, value in enumerate(numbers):
        if type(value) not in (float, int):
            raise VectorsError(f"{name}: expected a number, got {type(value).__name__} at {k}")
    try:
        return np.array(numbers, dtype=np.float64)
    except OverflowError as error:
        raise VectorsError(f"{name}: an integer too large for float64") from error
