"""Which cell is it? What tells cells of one name apart, for the files that belong to one of them.

Everybody may call a cell MINE, and the shapes of its parameters say little about its equations.
"""

import hashlib
import importlib
import importlib.util
import inspect
from pathlib import Path
from typing import Any


def code(cell: Any) -> str:
    """A hash of the code of a cell and of all its parts: source text, as it is run."""
    return _hash("\n".join(map(_code, _leaves(cell))))


def equations(cell: Any) -> list[str | None]:
    """For each cell inside `cell`: a hash of its equations, None if its name says which it is.

    By name alone is known what is written by hand, so that weights go from the plain LSTM to the
    fast one, and a cell of the catalogue. Of a reader's declared cell the equations count.
    """
    return [_own_equations(leaf) for leaf in _leaves(cell)]


def _leaves(cell):
    """The cells that `layers` has put together, in order; of a cell itself, that one."""
    parts = getattr(cell, "parts", None)
    return [cell] if parts is None else [leaf for p in parts.values() for leaf in _leaves(p)]


def _own_equations(cell):
    if not hasattr(cell, "SOURCE"):  # which `derive.numpy_code.compiled` gives its modules
        return None
    own, path = _printed(cell), f"lstm_ref.generated.{cell.NAME.lower()}"
    if cell.NAME.isidentifier() and importlib.util.find_spec(path) is not None:
        if _printed(importlib.import_module(path)) == own:
            return None
    return _hash(own)


def _printed(module):
    """The equations in the docstring of a derived module, between title and explanation.

    Not the code: it may be written better one day, and the weights stay what they are.
    """
    return module.__doc__.split("\n\n")[1]


def _code(cell):
    if hasattr(cell, "SOURCE"):
        return cell.SOURCE
    try:
        if getattr(cell, "__file__", None):
            return Path(cell.__file__).read_text(encoding="utf-8")
        return inspect.getsource(cell.forward) + inspect.getsource(cell.backward)
    except (OSError, TypeError):  # typed into a shell, or without its source
        return "unknown"


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]
