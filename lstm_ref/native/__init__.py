"""Cells as generated C, compiled on first use by the machine's compiler: `cell` and `compiled`.

    fast = native.cell("VANILLA")        # or a declaration of your own
    learn.fit(fast, ...)

Without a compiler, or with one that fails, `cell` says so in one sentence and gives the NumPy
module, which has the same parameters and, to rounding, the same numbers.
"""

from __future__ import annotations

import warnings
from typing import Any

from lstm_ref.cells.resolve import resolve
from lstm_ref.native.cells import Native
from lstm_ref.native.compiler import NoCompiler

__all__ = ["Native", "NoCompiler", "cell", "compiled"]

_KNOWN: dict[Any, Native] = {}


def cell(cell: Any) -> Any:
    """The compiled cell, or with a warning the fastest NumPy module where C cannot be compiled.

    cell: a name of the catalogue, or a declaration. Raises ValueError or TypeError for another.
    """
    try:
        return compiled(cell)
    except NoCompiler as error:
        warnings.warn(f"native: {error}; NumPy goes on", RuntimeWarning, stacklevel=2)
        return resolve(cell, fastest=True)


def compiled(cell: Any) -> Native:
    """The compiled cell; the same object for the same cell. Raises NoCompiler as well."""
    declaration = _declared(cell)
    if declaration not in _KNOWN:
        _KNOWN[declaration] = Native(declaration)
    return _KNOWN[declaration]


def _declared(cell):
    """The declaration that is meant."""
    if hasattr(cell, "equations"):
        return cell
    if isinstance(cell, str):
        from lstm_ref.derive import catalogue  # which needs SymPy

        name = resolve(cell).NAME
        return catalogue.CELLS[name]
    raise TypeError(
        f'cell: expected a name like "LSTM" or a declared cell, got {type(cell).__name__}; '
        "C is generated from equations"
    )
