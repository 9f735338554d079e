"""Golden vectors as files that come with the package: added to, never changed.

    header, arrays = published.read("lstm.npz")
    published.names("GRU_AFTER")  # "gru_after-small.json", "gru_after.npz", ...
    published.catches("lstm.npz")  # "no-carousel", ...

For every cell of the catalogue there is CELL.npz in the default sizes and CELL-small.json, which
can be read by eye. SHA256SUMS has a line for every file, index.json says what each is, and the two
schemas say what JSON may look like. Lines and files are added; a published one stays as it is, bit
by bit, whatever later versions of `vectors.make` draw. `make vectors` writes them. NumPy only.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from lstm_ref.interop import vectors
from lstm_ref.interop.vectors import VectorsError
from lstm_ref.io.files import cut
from lstm_ref.types import Params

__all__ = ["FOLDER", "about", "catches", "changed", "names", "path", "read"]

FOLDER = Path(__file__).with_name("files")
SUMS, INDEX = "SHA256SUMS", "index.json"


@cache
def _sums() -> dict[str, str]:
    lines = (FOLDER / SUMS).read_text(encoding="utf-8").splitlines()
    return dict(line.split("  ", 1)[::-1] for line in lines)


@cache
def _index() -> dict[str, Any]:
    return json.loads((FOLDER / INDEX).read_text(encoding="utf-8"))["files"]


def names(cell: str | None = None) -> list[str]:
    """Names of all published files, or of those with vectors of a cell of the catalogue."""
    chosen = _index().items()
    return [name for name, entry in chosen if cell is None or entry.get("cell") == cell.upper()]


def path(name: str) -> Path:
    """Where a published file is. Raises VectorsError for a name that is none."""
    if name not in _index():
        raise VectorsError(f"name: expected a published file, such as lstm.npz, got {cut(name)!r}")
    return FOLDER / name


def read(name: str) -> tuple[vectors.Header, Params]:
    """Header and arrays of a published file. Raises VectorsError, as `vectors.read`."""
    return vectors.read(path(name))


def about(name: str) -> dict[str, Any]:
    """The entry of a published file in index.json. Raises VectorsError for a name that is none."""
    path(name)
    return dict(_index()[name])


def catches(name: str) -> list[str]:
    """Slugs of the known mistakes that the vectors of a published file tell.

    Each changes a gradient by more than a hundred times the tolerance. Raises VectorsError.
    """
    return list(about(name).get("catches", ()))


def changed() -> list[str]:
    """Names of the published files that are missing or whose bytes are not those of SHA256SUMS."""
    return [name for name, sha in _sums().items() if checksum(FOLDER / name) != sha]


def checksum(file: Path) -> str | None:
    """SHA-256 of a file in hexadecimal digits, None where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
