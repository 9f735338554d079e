"""What golden vectors are drawn from: how large the weights are, so that no gate is saturated.

A gate whose slope is nearly zero hides whatever is wrong behind it. Small problems are drawn as
`witnesses.problem` draws them, with standard deviation 0.8. A net that adds up more numbers grows,
so the weights are drawn smaller, until no gate is saturated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.check import witnesses
from lstm_ref.check.values import WORDS, tree_of, value_of, word_of
from lstm_ref.derive import tree
from lstm_ref.types import Arrays, Sizes

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table
    from lstm_ref.interop.nets import Net

SCALE = 0.8  # standard deviation of inputs, biases, states and errors, and of the weights of few
FEW = 10  # D + H, of what a net adds up
FEW_UNITS = 6  # H, in a cell in which nothing has the width D
SLOPE = 1e-3  # of a σ or tanh, as a share of its largest: below, the gate is saturated
LARGEST = 50.0  # of a value: what grows beyond hides what is small beside it
SHRINK, TRIALS = 0.9, 40  # from one scale that is tried to the next, and how many are


def draw(net: Net, sizes: Sizes, seed: int, scale: float) -> tuple[Arrays, Arrays]:
    """(tensors, errors) of a net as `nets` takes them, the weights with standard deviation `scale`.

    Weights are all parameters but the biases. Everything else has standard deviation SCALE. One
    generator draws part after part, each as `witnesses.problem` does; x is that of the first part.
    """
    from lstm_ref.interop import nets

    kinds: dict[str, Any] = dict.fromkeys(("bias", "x", "state", "dh", "dstate_T"), SCALE)
    rng, above = np.random.default_rng(seed), sizes["D"]
    tensors: Arrays = {}
    errors: Arrays = {}
    given = witnesses.inputs(net.cell)
    for prefixes in net.prefixes:
        entering = []
        for prefix in prefixes:
            own = {**sizes, "D": above}
            drawn, outside = witnesses.problem(net.cell, rng, **own, scale=scale, **kinds)
            inputs = {name: drawn.pop(name) for name in given}
            tensors |= {prefix + name: value for name, value in drawn.items()}
            tensors |= {name: value for name, value in inputs.items() if name not in tensors}
            last = zip(net.cell.states, outside["dstate_T"], strict=True)
            errors |= {prefix + state: value for state, value in last}
            entering.append(outside["dh"])
        errors["e"] = np.concatenate(entering, axis=1)
        above = errors["e"].shape[1]
    return nets.in_order(net, tensors), errors


def scale(net: Net, sizes: Sizes, seed: int) -> float:
    """The standard deviation of the weights when nobody chooses it.

    0.8 where D + H <= 10; else 0.8 √(10 / (D + H)), made smaller by a tenth until no gate is
    saturated and no value above 50. A cell whose input is as wide as its units: H and 6.
    """
    wide = any("D" in letters for letters in net.cell.letters.values())
    added, few = (sizes["D"] + sizes["H"], FEW) if wide else (sizes["H"], FEW_UNITS)
    if added <= few:
        return SCALE
    trials = [_short(SCALE * np.sqrt(few / added) * SHRINK**k) for k in range(TRIALS)]
    return next((trial for trial in trials if _lively(net, sizes, seed, trial)), trials[0])


def _lively(net, sizes, seed, trial):
    """Is no gate saturated, and no value too large?"""
    from lstm_ref.interop import nets

    tensors, _ = draw(net, sizes, seed, trial)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [part for layer in nets.forward(net, tensors) for part in layer]
        runs = [values for part in parts for *_, values in part.runs]
        slopes = [s for values in runs for s in least_slopes(net.cell, values).values()]
    names = net.cell.equations
    largest = max(np.max(np.abs(values[name][1:])) for values in runs for name in names)
    return min(slopes, default=1.0) >= SLOPE and largest <= LARGEST


def _short(number):
    """With three digits, which the header can say."""
    return float(f"{number:.3g}")


def least_slopes(cell: Cell | Table, values: Arrays) -> dict[str, float]:
    """Signal -> the least slope of a σ or tanh in its equation, as a share of the largest slope.

    values: of `summands.forward`. A signal whose equation has neither is left out.
    """
    steps, sizes = slice(1, len(values[cell.input])), signal_sizes(cell, values)
    found: dict[str, float] = {}
    for name, equation in cell.equations.items():
        whole = tree_of(equation.net)
        if equation.activation:
            whole = tree.Call(word_of(equation.activation), (whole,))
        for part in tree.walk(whole):
            match part:
                case tree.Call("sigma" | "tanh" as word, (inside,)):
                    a = WORDS[word](value_of(inside, values, steps, sizes))
                    share = 4 * a * (1 - a) if word == "sigma" else 1 - a**2
                    found[name] = min(found.get(name, 1.0), float(np.min(share)))
    return found


def signal_sizes(cell: Cell | Table, values: Arrays) -> Sizes:
    """Letter -> size of every signal, from its values over time."""
    found = {"1": 1}
    for name in (*cell.inputs, *cell.equations):
        found |= dict(zip(cell.letters[name], values[name].shape[1:-1], strict=True))
    return found
