"""Shapes of all tensors of a cell, and its sizes from the shapes of somebody's arrays."""

from __future__ import annotations

from typing import Any

from lstm_ref.check.witnesses import widths
from lstm_ref.types import Sizes


def gates_of(cell: Any) -> dict[str, str]:
    """Letter of each gate in the names of parameters -> its signal; c in W_cx is c_tilde."""
    letters = dict.fromkeys(n[2] for n in cell.matrices if is_input_matrix(n, cell.input))
    return {g: f"{g}_tilde" if f"{g}_tilde" in cell.equations else g for g in letters}


def is_input_matrix(name: str, source: str = "x") -> bool:
    """Whether a parameter is the matrix of an input: W_fx."""
    return len(name) == 4 and name.startswith("W_") and name.endswith(source)


def shapes(cell: Any, sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """Tensor -> shape, for all that the vectors of a cell hold, and last states h_T.

    cell: by its name, states, letters, matrices, vectors, inputs, input, output and equations;
    sizes: T, B, D, H at least; other letters are those of `witnesses.widths`.
    """
    every = {**widths(*(sizes[k] for k in "TBDH")), **sizes, "1": 1}
    T, B = every["T"], every["B"]

    def size(name):
        return tuple(every[letter] for letter in cell.letters[name])

    found = {}
    for name in [*cell.matrices, *cell.vectors]:
        found[name] = found[f"d{name}"] = size(name)
    for name in cell.inputs:
        found[name] = found[f"d{name}"] = (T, *size(name), B)
    gates = gates_of(cell).values()
    for name in cell.equations:
        found[name] = found[f"delta_{name}"] = (T, *size(name), B)
        if name in gates:
            found[f"net_{name}"] = found[name]
    found["e"] = found[cell.output]
    for name in cell.states:
        wide = (*size(name), B)
        found |= dict.fromkeys([f"{name}_0", f"d{name}_0", f"{name}_T", f"e_{name}_T"], wide)
    return found
