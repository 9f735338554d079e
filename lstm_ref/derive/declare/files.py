"""A cell that is named on the command line: of the catalogue, or declared in somebody's file."""

import runpy
import sys
from pathlib import Path

from lstm_ref.derive import catalogue
from lstm_ref.derive.declare import language, running
from lstm_ref.derive.declare.declaration import Cell, DeclarationError
from lstm_ref.derive.declare.language import Unusable


def declared(name: str) -> Cell:
    """A declared cell: a name of the catalogue, or FILE.py:NAME, which is run.

    Raises DeclarationError.
    """
    return from_file(*_parts(name)) if ".py" in name else catalogue.declared(name)


def _parts(name):
    """FILE.py:NAME -> (path, name); the name may be missing, and a path may hold a colon."""
    path, colon, cell = name.rpartition(":")
    return (path, cell) if colon and path.endswith(".py") else (name, None)


def from_file(path: str, name: str | None = None) -> Cell:
    """A cell that a Python file declares; the file is run, and may import what lies beside it.

    Raises DeclarationError.
    """
    if not Path(path).is_file():
        raise DeclarationError(f"{path}: no such file")
    with language.held_back():
        found = _run(path)
    cells = {key: value for key, value in found.items() if isinstance(value, Cell | Unusable)}
    if name is None and len(cells) == 1:
        return _usable(path, next(iter(cells.values())))
    if name not in cells:
        known = ", ".join(cells) or "no cell; a cell is a function with @cell above it"
        wanted = f"no cell {name!r}" if name else "expected FILE.py:NAME"
        raise DeclarationError(f"{path}: {wanted}; the file has {known}")
    return _usable(path, cells[name])


def _usable(path, found):
    """A cell, or the fault of its declaration."""
    if isinstance(found, Unusable):
        raise DeclarationError(f"{path}: {found._error}") from found._error
    return found


def _run(path):
    """What a file defines. Its folder is looked in for modules, as when Python runs it."""
    before = list(sys.path)
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        return runpy.run_path(path)
    except DeclarationError as error:
        raise DeclarationError(f"{path}: {error}") from error
    except (Exception, SystemExit) as error:
        found = running.fault(error, path)
        raise DeclarationError(found.said, path, found.line, found.column) from error
    finally:
        sys.path[:] = before
