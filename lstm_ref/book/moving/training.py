"""The cells that the figure `train` can train, and their code as scripts that a page may load.

The figure feeds one-hot words to a cell and reads its last output: one input, states that are
vectors of H units, the output one of them, no size besides D and H, nothing that is given, no
parameter with a name that the output layer needs, and none that may not start at zero, as time
constants may not.
"""

from __future__ import annotations

import functools

from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import js_code

ALWAYS = ("ELMAN", "GRU_AFTER", "LSTM")  # part of the figure itself
SCRIPT = """{code}
bookFigures.cells.{name} = function () {{
{source}
return {constant};
}};
"""


@functools.cache
def names() -> dict[str, bool]:
    """Name of every cell of the catalogue that can be trained -> has it a b_f that keeps its state?

    Without those that are part of the figure.
    """
    found = {name: cell for name, cell in catalogue.CELLS.items() if name not in ALWAYS}
    return {name: cell.KEEPS == "b_f" for name, cell in found.items() if _fits(cell)}


def _fits(cell):
    words = [*cell.SHAPES.values(), *cell.STATES.values()]
    return (
        cell.INPUTS == {cell.input: "TDB"}
        and cell.OUTPUT == "THB"
        and {*cell.STATES.values()} == {"HB"}
        and not cell.FIXED
        and not any(name in ("W_yh", "b_y") or name.startswith("tau") for name in cell.SHAPES)
        and {*"".join(words)} <= {*"DHB1"}
    )


def script(name: str) -> str:
    """The code of a cell as a classic script: it registers a function that returns the cell.

    Its text is what a worker gets. Raises ValueError for a cell that cannot be trained so.
    """
    if name not in names():
        raise ValueError(f"name: expected one of {', '.join(names())}, got {name!r}")
    code, _, end = js_code.module(catalogue.CELLS[name]).rpartition("\nexport default ")
    head, _, body = code.partition("*/\n")
    return SCRIPT.format(
        code=f"{head}*/", name=name, source=body.strip(), constant=end.strip().rstrip(";")
    )
