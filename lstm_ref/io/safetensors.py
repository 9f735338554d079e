"""Files .safetensors: named arrays and texts about them, nothing that could be executed.

Writing needs the package safetensors. Files written here carry a checksum, and it is verified;
those of other programs have none, so that a changed number in them goes unseen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_ref.io import checksums, files
from lstm_ref.io import header as headers
from lstm_ref.io.files import cut, write_whole
from lstm_ref.optional import needs

SUM = "lstm_ref checksum"  # the text of that name
ABOUT = "__metadata__"
FIELDS = {"dtype", "shape", "data_offsets"}
MOST = 2**31  # bytes of a file
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "|b1"}
DTYPES |= {
    f"{sign}{8 * n}": f"{'<' if n > 1 else '|'}{sign.lower()}{n}"
    for sign in "IU"
    for n in (1, 2, 4, 8)
}


def read(
    path: str | Path,
    error: type[Exception],
    prefix: str = "",
    dtypes: Iterable[str] | None = None,
    longest: int = 10**8,
    limit: int = MOST,
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """(arrays whose names begin with prefix, texts about the file).

    dtypes: those that the arrays may have, ("F32", "F64"), None for any of NumPy's; longest: most
    bytes of the header, names and texts; limit: most bytes of the file; error: the class of what
    is raised for a bad file. A checksum is verified if the file has one: a file of another program
    has none. Raises FileNotFoundError.
    """
    data = files.read(path, limit, error)
    header = int.from_bytes(data[:8], "little")
    if len(data) < 8 or header > min(len(data) - 8, longest):
        raise error(
            "not a safetensors file, or damaged: "
            f"a header of {header} bytes in a file of {len(data)}"
        )
    entries, texts = _header(data[8 : 8 + header], error)
    body = memoryview(data)[8 + header :]
    _packed(entries, len(body), error)
    known = None if dtypes is None else tuple(dtypes)
    own = _checksum(texts, error)
    found = {}
    for name, entry in entries.items():
        if name.startswith(prefix):
            found[name] = _array(name, entry, body, known, error)
    if own is not None:
        whole = {
            n: found[n] if n in found else _array(n, e, body, None, error)
            for n, e in entries.items()
        }
        if checksums.of(whole, json.dumps(texts, sort_keys=True)) != own:
            raise error("damaged: its numbers, names or texts are not those of its checksum")
    return found, texts


def write(
    path: str | Path,
    arrays: Mapping[str, NDArray[Any]],
    about: dict[str, str] | None = None,
    longest: int = 10**8,
) -> None:
    """Write a file with a checksum, whole or not at all.

    Raises ValueError for a header that is longer than `longest`.
    """
    package()
    from safetensors.numpy import save

    packed = {k: np.ascontiguousarray(v) for k, v in arrays.items()}
    texts = dict(about or {})
    texts[SUM] = checksums.of(packed, json.dumps(texts, sort_keys=True))
    data = save(packed, texts)
    if (header := int.from_bytes(data[:8], "little")) > longest:
        raise ValueError(f"expected a header of at most {longest} bytes, got {header}")
    write_whole(path, lambda file: file.write(data))


def package() -> Any:
    """The package safetensors. Raises ImportError that says how to get it."""
    with needs("a .safetensors file (.npz needs nothing)"):
        import safetensors
    return safetensors


def _header(data, error):
    """(entries, texts): what the header says of each array, and of the file."""
    try:
        text = data.decode()
    except UnicodeDecodeError as problem:
        raise error("not a safetensors file, or damaged: the header is not UTF-8") from problem
    entries = headers.parse(
        text, "not a safetensors file, or damaged: header", error, 10**6, len(text)
    )
    texts = entries.pop(ABOUT, {})
    if not isinstance(texts, dict) or not all(isinstance(v, str) for v in texts.values()):
        raise error(f"damaged: {ABOUT}: expected texts")
    for name, entry in entries.items():
        if not isinstance(entry, dict) or set(entry) != FIELDS:
            raise error(f"{name:.80}: expected {', '.join(sorted(FIELDS))}, got {entry!r:.80}")
        for field in ("shape", "data_offsets"):
            value = entry[field]
            if not isinstance(value, list) or any(type(n) is not int or n < 0 for n in value):
                raise error(f"{name:.80}: {field}: expected whole numbers, got {value!r:.80}")
    return entries, texts


def _packed(entries, size, error):
    """Refuse arrays with a gap between them, or over one another, and bytes of none."""
    place = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        offsets = entry["data_offsets"]
        if len(offsets) != 2 or not place == offsets[0] <= offsets[1]:
            raise error(f"{name:.80}: damaged: bytes {offsets!s:.80}, expected from {place}")
        place = offsets[1]
    if place != size:
        raise error(f"not a safetensors file, or damaged: {size} bytes of arrays, not {place}")


def _checksum(texts, error):
    """The checksum of the file, taken out of its texts; None if it has none."""
    own = texts.pop(SUM, None)
    # Where its name or its first letters are damaged it is not the file of another program.
    if own is None and any(value.startswith("sha256:") for value in texts.values()):
        raise error(f"damaged: a checksum that is not called {SUM!r}")
    return own


def _array(name, entry, body, dtypes, error):
    kind, shape = entry["dtype"], entry["shape"]
    if dtypes is not None and kind not in dtypes:
        raise error(f"{name:.80}: expected {' or '.join(dtypes)}, got {kind!s:.40}")
    if not isinstance(kind, str) or kind not in DTYPES:
        raise error(f"{name:.80}: dtype {kind!s:.40}, which NumPy does not have")
    dtype, (start, end) = np.dtype(DTYPES[kind]), entry["data_offsets"]
    if (wanted := dtype.itemsize * math.prod(shape)) != end - start:
        raise error(
            f"{name:.80}: damaged: shape {shape!s:.80} needs {wanted} bytes, got {end - start}"
        )
    try:
        return np.frombuffer(body[start:end], dtype).reshape(shape).copy()
    except ValueError as problem:  # an axis beyond all bounds, or too many of them
        raise error(f"{name:.80}: bad shape {shape!s:.80}: {cut(problem)}") from problem
