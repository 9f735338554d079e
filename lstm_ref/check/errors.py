"""How far two arrays are from each other: the one measure of this package."""

import numpy as np
from numpy.typing import ArrayLike


def relative(got: ArrayLike, want: ArrayLike, of_zero: float = 1.0) -> float:
    """The largest deviation over the largest entry that is wanted: a number, NaN if there is one.

    got, want: arrays of one shape, or numbers. An entry is not measured by its own size: among
    large ones a small one is lost to rounding in any right program. of_zero: what to divide by
    where everything wanted is 0; with 0 any deviation from it is infinite.
    """
    off = float(np.max(np.abs(np.subtract(got, want)), initial=0))
    scale = float(np.max(np.abs(want), initial=0)) or of_zero
    return off / scale if scale else np.inf if off else 0.0
