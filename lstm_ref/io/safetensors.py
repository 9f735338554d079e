"""Files .safetensors: named arrays and texts about them, nothing that could be executed.

Needs the package safetensors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_ref.io.files import write_whole
from lstm_ref.optional import needs


def read(
    path: str | Path,
    error: type[Exception],
    prefix: str = "",
    dtypes: Iterable[str] | None = None,
    longest: int = 10**8,
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """(arrays whose names begin with prefix, texts about the file).

    dtypes: those that the arrays may have, ("F32", "F64"), None for any of NumPy's; longest: most
    bytes of the header, names and texts; error: the class of what is raised for a bad file.
    Raises ImportError without the package, FileNotFoundError.
    """
    library = package()
    with open(path, "rb") as file:
        header, size = int.from_bytes(file.read(8), "little"), Path(path).stat().st_size
    if size < 8 or header > min(size - 8, longest):
        raise error(
            f"not a safetensors file, or damaged: a header of {header} bytes in a file of {size}"
        )
    found = {}
    try:
        with library.safe_open(path, framework="numpy") as file:
            for name in filter(lambda name: name.startswith(prefix), file.keys()):
                dtype = file.get_slice(name).get_dtype()
                if dtypes is not None and dtype not in dtypes:
                    raise error(f"{name}: expected {' or '.join(dtypes)}, got {dtype}")
                found[name] = file.get_tensor(name)
            return found, file.metadata() or {}
    except library.SafetensorError as problem:
        raise error(f"not a safetensors file, or damaged: {problem}") from problem


def write(
    path: str | Path,
    arrays: Mapping[str, NDArray[Any]],
    about: dict[str, str] | None = None,
    longest: int = 10**8,
) -> None:
    """Write a file whole or not at all; ValueError for a header that is longer than `longest`."""
    package()
    from safetensors.numpy import save

    data = save({k: np.ascontiguousarray(v) for k, v in arrays.items()}, about and dict(about))
    if (header := int.from_bytes(data[:8], "little")) > longest:
        raise ValueError(f"expected a header of at most {longest} bytes, got {header}")
    write_whole(path, lambda file: file.write(data))


def package() -> Any:
    """The package safetensors. Raises ImportError that says how to get it."""
    with needs("a .safetensors file (.npz needs nothing)"):
        import safetensors
    return safetensors
