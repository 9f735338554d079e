"""The matrix products of the BLAS that NumPy itself uses, as pointers for C."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import numpy as np

# NumPy's wheels carry OpenBLAS under names of its own; whole numbers have 64 bits in it.
FOLDERS = ("../numpy.libs", ".dylibs")
NAMES = ("scipy_cblas_{}64_", "cblas_{}64_")
FUNCTIONS = ("dgemm", "sgemm", "dgemv", "sgemv")


@cache
def pointers() -> tuple[int, ...] | None:
    """Addresses of cblas_dgemm, sgemm, dgemv, sgemv; None where NumPy's BLAS is not found."""
    package = Path(np.__file__).parent
    for folder in FOLDERS:
        for path in sorted((package / folder).glob("*openblas64*")):
            try:
                library = ctypes.CDLL(str(path))
            except OSError:
                continue
            for name in NAMES:
                if all(hasattr(library, name.format(f)) for f in FUNCTIONS):
                    return tuple(_address(library[name.format(f)]) for f in FUNCTIONS)
    return None


def _address(function):
    return ctypes.cast(function, ctypes.c_void_p).value
