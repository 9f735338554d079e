"""The types that annotations share. The letters of their shapes stand in the docstrings.

T steps, D inputs, H units, B samples as columns: a sequence x is (T, D, B), a state (H, B).
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# float32 or float64; complex128 for the complex step. Any: the stubs of NumPy know no operators
# for np.inexact, which would be all three.
Array = NDArray[Any]
Whole = NDArray[np.integer]  # whole numbers: classes, lengths
Mask = NDArray[np.bool_]  # (T, B): which steps count
Target = NDArray[Any]  # class numbers (T, B), or numbers (T, K, B)

Params = Mapping[str, Array]  # symbol of the page -> array, "W_fx" -> (H, D); gradients likewise
Arrays = dict[str, Array]  # such a dict that is yours to change
State = tuple[Array, ...]  # an array (H, B) for each name in STATES, the output first
Tape = dict[str, Any]  # what `forward` keeps for `backward`; nobody else looks into it
Workspace = dict[str, Any]  # arrays that calls of `forward` share
Sizes = dict[str, int]  # letter -> number, {"H": 4, "D": 3}
Batch = tuple[Any, ...]  # (x, target, mask), or with lengths as well

Step = Callable[[Params, Array, State], tuple[State, Tape]]  # params, x, state -> state, record
StepBackward = Callable[[Params, Tape, State], tuple[Arrays, Array, State]]
# forward(params, x, state0=None) -> (outputs, last state, tape); some take a workspace, lengths.
Forward = Callable[..., tuple[Array, State, Tape]]
# backward(params, tape, dh, dstate_T=None) -> (dparams, dx, dstate0)
Backward = Callable[..., tuple[Arrays, Array, State]]


class CellLike(Protocol):
    """What a cell has, by hand or derived: usually a module; layers of cells have it too."""

    @property
    def SHAPES(self) -> Mapping[str, str]:
        """Parameter -> letters of its shape, "HD"."""

    @property
    def STATES(self) -> Mapping[str, str]:
        """State -> letters, "HB"."""

    @property
    def forward(self) -> Forward:
        """Outputs, last state and tape for a sequence."""

    @property
    def backward(self) -> Backward:
        """Gradients of the parameters, of x and of the initial state."""


AnyCell = Any  # what `lstm_ref.cells.resolve` takes: a name, a module, layers, a declaration
