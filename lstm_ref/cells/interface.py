"""What a cell looks like from outside: its name, and the sizes of everything that goes in and out.

Sizes are spelled with letters: T steps, D inputs, H units, B samples, 1 for a column; a cell whose
parts differ in width has more of them (P projected units, G gates of a block).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from lstm_ref.cells import name_of

FURTHER = ("INPUT", "OUTPUT", "KEEPS", "FIXED", "INPUTS")  # what a cell may have besides


class Interface(NamedTuple):
    """NAME: of the declared cell with these equations. SHAPES: parameter -> letters, as in "HD".

    STATES: state -> letters, the output first where it is one. INPUT, OUTPUT: letters of x and of
    the outputs. KEEPS: the bias of the gate that multiplies a state's own last value, or None.
    module: where it stands, for messages and for tapes, which belong to the code that made them.
    FIXED: parameters that are given and have no gradient -> letters. INPUTS: input -> letters, of
    a cell with several; x and dx are dicts then.
    """

    NAME: str
    SHAPES: Mapping[str, str]
    STATES: Mapping[str, str]
    INPUT: str = "TDB"
    OUTPUT: str = "THB"
    KEEPS: str | None = None
    module: str | None = None
    FIXED: Mapping[str, str] = MappingProxyType({})
    INPUTS: Mapping[str, str] = MappingProxyType({})

    @property
    def inputs(self) -> dict[str, str]:
        """Letters of every input by the name that messages and gradients have for it."""
        return dict(self.INPUTS) if len(self.INPUTS) > 1 else {"x": self.INPUT}


def all_shapes(cell: Any) -> dict[str, str]:
    """Letters of every parameter of a cell or of layers, learned ones first: of all of `params`."""
    return {**cell.SHAPES, **getattr(cell, "FIXED", {})}


def interface(cell: Any) -> Interface:
    """The interface of a module, of an object with SHAPES and STATES, or of a declared cell.

    INPUT and OUTPUT may be missing: x is (T, D, B) then, and the outputs are (T, H, B).
    Raises TypeError.
    """
    if isinstance(own := getattr(cell, "CELL", None), Interface):
        return own
    missing = [name for name in ("SHAPES", "STATES") if not hasattr(cell, name)]
    if missing:
        raise TypeError(f"cell: {name_of(cell)} has no {', '.join(missing)}")
    more = {k: getattr(cell, k) for k in FURTHER if hasattr(cell, k)}
    if len(more.get("INPUTS", ())) == 1:  # which INPUT has told already
        del more["INPUTS"]
    module = getattr(cell, "__name__", None)
    return Interface(name_of(cell), cell.SHAPES, cell.STATES, **more, module=module)
