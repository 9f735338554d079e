"""A checksum over named arrays and a text about them, for files of any format."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def of(arrays: Mapping[str, NDArray[Any]], text: str) -> str:
    """SHA-256 as "sha256:" and 64 hexadecimal digits.

    Over the text, then for each name in sorted order: the name, the dtype, the axes of the shape
    joined by ",", each ended by a zero byte, and the bytes in C order, little-endian.
    """
    digest = hashlib.sha256(text.encode(errors="surrogatepass") + b"\0")
    for name in sorted(arrays):
        value = np.asarray(arrays[name])
        little = value.astype(value.dtype.newbyteorder("<"), order="C", copy=False)
        head = (name, little.dtype.str, ",".join(map(str, little.shape)))
        digest.update("".join(f"{part}\0" for part in head).encode(errors="surrogatepass"))
        digest.update(little.tobytes())
    return f"sha256:{digest.hexdigest()}"
