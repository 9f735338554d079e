"""Named arrays as npz, JSON or a C header: the same bytes for the same arrays, whole or not at all.

`vector_files` reads npz and JSON back, bit by bit the same. The formats: book, page "Golden test
vectors".
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np

from lstm_ref.interop.vector_files import Header, VectorsError
from lstm_ref.io import npz
from lstm_ref.io.files import writable, write_whole
from lstm_ref.sizes import meaning
from lstm_ref.types import Params


def save(path: str | Path, header: Header, arrays: Params) -> None:
    """Write FILE.npz, FILE.json or FILE.h; the suffix decides. Raises VectorsError.

    The file appears complete or not at all: it is written beside its place, then renamed.
    """
    refuse(path)
    data = FORMATS[Path(path).suffix](header, arrays)
    try:
        write_whole(path, lambda file: file.write(data))
    except OSError as error:
        raise VectorsError(f"{path}: {error.strerror}") from error


def refuse(path: str | Path) -> None:
    """Raise VectorsError for a name that `save` could not write: for use before the work."""
    if Path(path).suffix not in FORMATS:
        raise VectorsError(f"{path}: expected a name that ends in {', '.join(FORMATS)}")
    try:
        writable(path)
    except OSError as error:
        raise VectorsError(f"{path}: {error.strerror}") from error


def as_npz(header: Header, arrays: Params) -> bytes:
    """Bytes of an npz file: one array a name, and the header as text in an array `header`."""
    text = {"header": np.array(json.dumps(header, ensure_ascii=False))} if header else {}
    stream = io.BytesIO()
    npz.write(stream, {**text, **arrays})
    return stream.getvalue()


def as_json(header: Header, arrays: Params) -> str:
    """JSON text, one array a line. Numbers have the fewest digits that give the same float64."""
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in header.items()]
    rows = []
    for name, value in arrays.items():
        value = np.asarray(value, dtype=np.float64)
        entry = {"shape": list(value.shape), "data": value.ravel().tolist()}
        rows.append(f"{json.dumps(name)}: {json.dumps(entry, allow_nan=False)}")
    lines.append('"arrays": {\n' + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def as_c(header: Header, arrays: Params) -> str:
    """A C header: sizes as macros, arrays as `static const double` with the shape of the array.

    Names begin with the cell's: LSTM_T, lstm_W_fx[6][4].
    """
    if missing := {"cell", "package", "equations", "seed", "checksum", "sizes"} - set(header):
        raise VectorsError(f"a C header needs the vectors' own: no {', '.join(sorted(missing))}")
    cell = re.sub(r"\W", "_", header["cell"])
    prefix = cell.lower()
    about = [f"{cell}: golden test vectors of lstm_ref {header['package']}.", ""]
    about += [*header["equations"], "", f"seed {header['seed']}, {header['checksum']}"]
    text = "\n".join(f" * {line}".rstrip() for line in about).replace("*/", "* /")
    lines = [f"/*{text[2:]} */"]
    guard = f"LSTM_REF_{cell.upper()}_H"
    lines += [f"#ifndef {guard}", f"#define {guard}", ""]
    for letter, size in header["sizes"].items():
        lines.append(f"#define {cell.upper()}_{letter} {size} /* {meaning(letter)} */")
    for name, value in arrays.items():
        axes = "".join(f"[{n}]" for n in value.shape)
        word = re.sub(r"\W", "_", name)  # of a part or a layout: 1.W_fx, torch.h_0
        lines += ["", f"static const double {prefix}_{word}{axes} = {_braces(value.tolist())};"]
    return "\n".join([*lines, "", f"#endif /* {guard} */", ""])


def _braces(value, depth=0):
    """Nested lists as a C initialiser; a row of numbers on one line."""
    if not isinstance(value, list):
        return repr(value)
    inner = [_braces(entry, depth + 1) for entry in value]
    if not value or not isinstance(value[0], list):
        return "{" + ", ".join(inner) + "}"
    between = "\n" + " " * (depth + 1)
    return "{" + between + f",{between}".join(inner) + "}"


FORMATS = {
    ".npz": as_npz,
    ".json": lambda *both: as_json(*both).encode(),
    ".h": lambda *both: as_c(*both).encode(),
}
