"""What golden vectors are drawn from: how large the weights are, so that no gate is saturated.

A gate whose slope is nearly zero hides whatever is wrong behind it. Small problems are drawn as
`witnesses.problem` draws them, with standard deviation 0.8. A net that adds up more numbers grows,
so the weights are drawn smaller, until no gate is saturated. Needs SymPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lstm_ref.check import witnesses
from lstm_ref.check.witnesses import Errors
from lstm_ref.types import Arrays, Sizes

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

SCALE = 0.8  # standard deviation of inputs, biases, states and errors, and of the weights of few
FEW = 10  # D + H, of what a net adds up
FEW_UNITS = 6  # H, in a cell in which nothing has the width D
SLOPE = 1e-3  # of a σ or tanh, as a share of its largest: below, the gate is saturated
LARGEST = 50.0  # of a value: what grows beyond hides what is small beside it
SHRINK, TRIALS = 0.9, 40  # from one scale that is tried to the next, and how many are


def draw(cell: Cell, sizes: Sizes, seed: int, scale: float) -> tuple[Arrays, Errors]:
    """Tensors and errors as of `witnesses.problem`, the weights with standard deviation `scale`.

    Weights are all parameters but the biases. Everything else has standard deviation SCALE.
    """
    kinds = dict.fromkeys(("bias", "x", "state", "dh", "dstate_T"), SCALE)
    rng = np.random.default_rng(seed)
    return witnesses.problem(cell, rng, **sizes, scale=scale, **kinds)


def scale(cell: Cell, sizes: Sizes, seed: int) -> float:
    """The standard deviation of the weights when nobody chooses it.

    0.8 where D + H <= 10; else 0.8 √(10 / (D + H)), made smaller by a tenth until no gate is
    saturated and no value above 50. A cell whose input is as wide as its units: H and 6.
    """
    from lstm_ref.check import summands

    wide = any("D" in letters for letters in cell.letters.values())
    added, few = (sizes["D"] + sizes["H"], FEW) if wide else (sizes["H"], FEW_UNITS)
    if added <= few:
        return SCALE
    trials = [_short(SCALE * np.sqrt(few / added) * SHRINK**k) for k in range(TRIALS)]
    for trial in trials:
        tensors, _ = draw(cell, sizes, seed, trial)
        with np.errstate(over="ignore", invalid="ignore"):
            values = summands.forward(cell, *witnesses.split(cell, tensors))
            slopes = least_slopes(cell, values).values()
        largest = max(np.max(np.abs(values[name][1:])) for name in cell.equations)
        if min(slopes, default=1.0) >= SLOPE and largest <= LARGEST:
            return trial
    return trials[0]


def _short(number):
    """With three digits, which the header can say."""
    return float(f"{number:.3g}")


def least_slopes(cell: Cell, values: Arrays) -> dict[str, float]:
    """Signal -> the least slope of a σ or tanh in its equation, as a share of the largest slope.

    values: of `summands.forward`. A signal whose equation has neither is left out.
    """
    from lstm_ref.check.values import NUMERIC, value_of
    from lstm_ref.derive.expressions import sigma, tanh

    sizes, steps = {"1": 1}, slice(1, len(values[cell.input]))
    for name in (*cell.inputs, *cell.equations):
        sizes |= dict(zip(cell.letters[name], values[name].shape[1:-1], strict=True))
    found: dict[str, float] = {}
    for name, equation in cell.equations.items():
        for part in equation.expr.atoms(sigma, tanh):
            a = NUMERIC[part.func](value_of(part.args[0], values, steps, sizes))
            share = 4 * a * (1 - a) if part.func == sigma else 1 - a**2
            found[name] = min(found.get(name, 1.0), float(np.min(share)))
    return found
