"""Is a declared cell the one that was asked for? Compared by what it computes."""

from typing import Any

import numpy as np

from lstm_ref.book.exercises.verdict import cell_fault, verdict

SIZES = {"H": 3, "D": 2, "1": 1}
T, B = 6, 2


def same_cell(answer: Any, right: Any, tol: float = 1e-6) -> str:
    """Compare a declared cell with the right one; returns a sentence, "right" if it is.

    Both run with the same random parameters, none of them zero, on the same random inputs and,
    where their states have the same names, from the same random states. So the parameters must
    have the names of those of `right`; how the equations are written is free.
    """
    letters = "".join(dict.fromkeys("".join(right.letters.values()).replace("1", "")))
    if fault := cell_fault(answer, letters):
        return fault
    if sorted(answer.SHAPES) != sorted(right.SHAPES):
        return f"parameters: expected {_listed(right.SHAPES)}; got {_listed(answer.SHAPES)}"
    states = sorted(answer.STATES) == sorted(right.STATES)
    return verdict(_outputs(answer, states), _outputs(right, states), tol)


def _listed(shapes):
    return ", ".join(sorted(shapes))


def _outputs(cell, states):
    """Outputs of all steps for numbers that depend on the names alone."""
    rng = np.random.default_rng(7)
    params = {
        name: rng.normal(size=[SIZES[letter] for letter in cell.SHAPES[name]])
        for name in sorted(cell.SHAPES)
    }
    x = rng.normal(size=(T, SIZES[cell.letters[cell.input]], B))
    drawn = {
        name: rng.normal(size=(SIZES[cell.STATES[name][0]], B)) for name in sorted(cell.STATES)
    }
    state0 = tuple(drawn[name] for name in cell.STATES) if states else None
    return cell.module.forward(params, x, state0)[0]
