"""Check a reader's answer and say what is wrong with it, without showing the solution."""

import numpy as np


def verdict(answer, right, tol=1e-6):
    """Compare a number or an array with the right one; returns a sentence.

    answer: what the reader wrote, None for nothing yet. right: number or array. An entry is right
    within tol, relative to the largest entry of `right`.
    """
    if answer is None:
        return "not answered yet"
    try:
        got, want = np.asarray(answer, dtype=float), np.asarray(right, dtype=float)
    except (TypeError, ValueError):
        return f"not a number or an array of numbers: {type(answer).__name__}"
    if got.shape != want.shape:
        return f"the shape is {got.shape}, it should be {want.shape}"
    if not np.isfinite(got).all():
        return "it contains NaN or infinity"
    scale = np.max(np.abs(want), initial=0) or 1.0
    wrong = np.abs(got - want) > tol * scale
    if not wrong.any():
        return "right"
    if got.ndim == 0:
        return "not right: too large" if got > want else "not right: too small"
    where = tuple(int(k) for k in np.argwhere(wrong)[0])
    return f"not right: {int(wrong.sum())} of {wrong.size} entries, the first at {list(where)}"
