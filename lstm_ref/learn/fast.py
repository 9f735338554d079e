"""The fastest module there is for a cell: what training should use."""

import importlib
import importlib.util

from lstm_ref.cells import name_of

# The LSTM made for speed; it has the parameters and the numbers of the plain one. The slope of the
# IRNN has a corner, so it cannot be declared and is there by hand alone.
BETTER = {"LSTM": "lstm_ref.cells.stacked", "IRNN": "lstm_ref.cells.irnn"}


def module(cell):
    """The fastest module for a cell.

    cell: a name of the catalogue, capital or small letters; a module of `lstm_ref.cells` or of
    `lstm_ref.generated`; or a declared cell (`lstm_ref.derive`), which is compiled unless it is
    one of the catalogue. Anything else is returned as it is. Raises ValueError for another name.
    """
    if isinstance(cell, str):
        return _by_name(cell)
    if hasattr(cell, "equations"):
        return _declared(cell)
    if getattr(cell, "__name__", "").startswith(("lstm_ref.cells.", "lstm_ref.generated.")):
        return _by_name(name_of(cell))
    return cell


def _by_name(name):
    key = name.strip().upper().replace("-", "_")
    path = BETTER.get(key, f"lstm_ref.generated.{key.lower()}")
    if not key.isidentifier() or importlib.util.find_spec(path) is None or key == "RUNTIME":
        raise ValueError(f"cell: expected a cell of the catalogue, got {name!r}")
    return importlib.import_module(path)


def _declared(cell):
    from lstm_ref.derive import catalogue
    from lstm_ref.derive.codegen import numpy_code  # loads SymPy, which training need not

    if catalogue.CELLS.get(cell.name) == cell:
        return _by_name(cell.name)
    return numpy_code.compiled(cell)
