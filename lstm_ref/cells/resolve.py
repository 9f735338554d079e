"""One cell for whatever stands for it: its name, a module, an object, a declaration."""

import difflib
import importlib
import pkgutil
from types import ModuleType
from typing import Any

from lstm_ref.cells import PLAIN, name_of

PARTS = ("SHAPES", "STATES", "forward", "backward")  # what makes a module or an object a cell
# Nothing generated is faster. The IRNN by hand starts from the identity.
FASTEST = {"LSTM": "stacked", "IRNN": "irnn"}


def resolve(cell: Any, fastest: bool = False) -> Any:
    """What runs: something with SHAPES, STATES, `init`, `forward` and `backward`.

    cell: a name of `names()`, in capital or small letters; a declared cell; or a module or an
    object with these parts, which is returned as it is. A name stands for the cell by hand where
    there is one, else for the generated one; so does a declaration of the catalogue. Any other
    declaration is derived and compiled, once. fastest: for a name or a declaration the fastest
    module with the same parameters and, to rounding, the same numbers; training should use it.
    Raises ValueError for an unknown name, TypeError for anything else.
    """
    if isinstance(cell, str):
        return _named(cell, fastest)
    if hasattr(cell, "equations"):
        return _named(cell.name, fastest) if cell.catalogued else cell.module
    missing = [part for part in PARTS if not hasattr(cell, part)]
    if len(missing) == len(PARTS):
        raise TypeError(f"cell: expected {EXPECTED}, got {type(cell).__name__}")
    if missing:
        raise TypeError(f"cell: {name_of(cell)} has no {', '.join(missing)}; expected {EXPECTED}")
    return cell


EXPECTED = 'a name like "LSTM", a module like lstm_ref.cells.lstm, or a declared cell'


def names() -> list[str]:
    """Every name that `resolve` knows, those of the catalogue, sorted."""
    from lstm_ref import generated

    modules = [module.name for module in pkgutil.iter_modules(generated.__path__)]
    written = [name.upper() for name in modules if not name.startswith("runtime")]
    return sorted({*written, *map(str.upper, PLAIN)})


def _named(name: str, fastest: bool) -> ModuleType:
    key = name.strip().upper().replace("-", "_").replace(" ", "_")
    if key not in names():
        near = difflib.get_close_matches(key, names(), n=3)
        hint = f"near are {', '.join(near)}; " if near else ""
        raise ValueError(
            f"cell: no cell has the name {name!r}; {hint}`derive --list` lists all {len(names())}"
        )
    by_hand = FASTEST if fastest else {plain.upper(): plain for plain in PLAIN}
    if key in by_hand:
        return importlib.import_module(f"lstm_ref.cells.{by_hand[key]}")
    return importlib.import_module(f"lstm_ref.generated.{key.lower()}")
