"""What numbers of a cell are computed from: a stored table, or a declaration, which needs SymPy."""

from __future__ import annotations

import re
from typing import Any

from lstm_ref.derive.table import COMPUTED, Table, stored


def resolved(cell: Any) -> Any:
    """What numbers of a cell are computed from: a table for a cell of the catalogue by its name.

    cell: a name, in capital or small letters; a table; or what `derive.catalogue.declared` takes,
    which needs SymPy, and raises DeclarationError for an unknown name, TypeError for no cell.
    """
    if isinstance(cell, Table):
        return cell
    declared = hasattr(cell, "equations") or hasattr(cell, "DECLARATION")
    name = cell if isinstance(cell, str) or declared else getattr(cell, "NAME", None)
    if isinstance(name, str):
        found = stored(COMPUTED, re.sub(r"[-\s]", "_", name.strip()).upper())
        if found is not None:
            return found
    from lstm_ref.derive import catalogue

    return catalogue.declared(cell)


def named(text: str) -> Any:
    """As `resolved`, of what a command line says: a name, or FILE.py:NAME, which is run."""
    if ".py" not in text:
        return resolved(text)
    from lstm_ref.derive.declare import files

    return files.declared(text)
