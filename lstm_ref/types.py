"""The types that annotations share. The letters of their shapes stand in the docstrings.

T steps, D inputs, H units, B samples as columns: a sequence x is (T, D, B), a state (H, B).
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.inexact]  # float32 or float64; complex128 for the complex step
Params = Mapping[str, Array]  # symbol of the page -> array, "W_fx" -> (H, D); gradients likewise
State = tuple[Array, ...]  # an array (H, B) for each name in STATES, the output first
Tape = dict[str, Any]  # what `forward` keeps for `backward`; nobody else looks into it
Sizes = dict[str, int]  # letter -> number, {"H": 4, "D": 3}


class CellLike(Protocol):
    """What every cell has, by hand or derived: usually a module, a stack of layers likewise."""

    NAME: str
    SHAPES: Mapping[str, str]  # parameter -> letters of its shape, "HD"
    STATES: Mapping[str, str]  # state -> letters, "HB"
    init: Callable[..., dict[str, Array]]

    def forward(
        self, params: Params, x: Array, state0: State | None = None
    ) -> tuple[Array, State, Tape]:
        """Outputs (T, H, B), last state, tape."""
        ...

    def backward(
        self, params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
    ) -> tuple[dict[str, Array], Array, State]:
        """Gradients of the parameters, of x and of the initial state."""
        ...
