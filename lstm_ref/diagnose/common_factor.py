"""One factor in all gradients: a mean where a sum belongs, a sign, an error that is twice as large.

The backward pass is linear in the errors that enter. So if all numbers are k times what they
should be, that is one cause and not one for each gradient.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.mistakes import edits, wording
from lstm_ref.mistakes.edits import Mistake

# Factor as text -> (what there are, of which a mean is taken; how many there are of it).
MEANS = {
    "1/B": ("samples", lambda T, H, B: B),
    "1/T": ("steps", lambda T, H, B: T),
    "1/H": ("units", lambda T, H, B: H),
    "1/(T B)": ("steps and samples", lambda T, H, B: T * B),
    "1/(B H)": ("samples and units", lambda T, H, B: B * H),
    "1/(T B H)": ("steps, samples and units", lambda T, H, B: T * B * H),
}


def everywhere(
    cell: Cell, k: float, shape: Mapping[str, int], subject: str = "every gradient"
) -> Mistake:
    """The `Mistake` that the errors that enter are k times what they should be.

    shape: (T, H, B) of those errors; a k that makes a sum over one of them a mean is said to do so.
    subject: what is seen to be k times as large.
    """
    same = meanings(k, shape)
    size = _size(k, same)

    def change(errors):
        factor = size(errors["dh"].shape)
        last = tuple(factor * e for e in errors["dstate_T"])
        return {**errors, "dh": factor * errors["dh"], "dstate_T": last}

    text = f"{subject} is {wording.times(k, same)} times what it should be: {_why(k, same)}"
    return _made(cell, "all", k, same, text, edits.errors(change), cell.output)


def of_gradients(
    cell: Cell, k: float, shape: Mapping[str, int], subject: str = "every gradient"
) -> Mistake:
    """The `Mistake` that all gradients are k times what they should be, and no error term is."""
    same = meanings(k, shape)
    size = _size(k, same)

    def change(deltas, gradients):
        factor = size(deltas[cell.output].shape)
        return {n: factor * v for n, v in gradients.items()}

    factor = wording.times(k, same)
    text = f"{subject} is {factor} times what it should be, and the error terms are right"
    return _made(cell, "gradients", k, same, text, edits.after(change), "")


def _made(cell, what, k, same, text, edit, of):
    name = f"{what}-times-{' or '.join(same) or f'{k:.9g}'}"
    return Mistake(name, cell, text, edit, of, known=False)


def meanings(k: float, shape: Mapping[str, int]) -> list[str]:
    """What a factor may be, of MEANS: ["1/B"]. Who has one step takes no mean over steps."""
    single = [letter for letter, n in zip("THB", shape, strict=True) if n == 1]
    known = {word: 1 / count(*shape) for word, (_, count) in MEANS.items()}
    known = {w: v for w, v in known.items() if not any(letter in w for letter in single)}
    return [w for w, value in known.items() if np.isclose(k, value, rtol=1e-4)]


def _size(k, same):
    """Function (T, H, B) -> factor: a mean is one for other sizes, too."""
    if len(same) != 1:
        return lambda shape: k
    return lambda shape: 1 / MEANS[same[0]][1](*shape)


def _why(k, same):
    if same:
        means = " or ".join(f"the {MEANS[word][0]}" for word in same)
        return f"a mean over {means} (the vectors have a sum), or a factor in the errors that enter"
    if np.isclose(k, -1, rtol=1e-4):
        return "a sign, in the errors that enter or in all that comes out"
    return "a factor in the errors that enter, or in all that comes out"
