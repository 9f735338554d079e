"""Somebody else's implementation: from the inputs of a vectors file to everything it computed.

Forward steps of `forwards.py`, written by hand; backward by autograd through them. What a stranger
would have: no line of lstm_ref.derive, lstm_ref.generated or lstm_ref.mistakes.summands is used.
"""

import forwards
import numpy as np
from autograd import grad


def inputs(arrays):
    """What an implementation is given: parameters, x, initial states, errors that enter."""
    given = [n for n in arrays if f"d{n}" in arrays]
    return {n: arrays[n] for n in arrays if n in given or n == "e" or n.startswith("e_")}


def implement(cell_name, arrays):
    """Own numbers for a vectors file: h, and the gradients of all parameters, x and states.

    E = Σ_t ⟨e_t, h_t⟩ + Σ_s ⟨e_s_T, s_T⟩. arrays: of the file; only `inputs` of it are read.
    """
    given = inputs(arrays)
    values = {n: v for n, v in given.items() if not (n == "e" or n.startswith("e_"))}

    def E(tensors):
        outputs, last = run(cell_name, tensors)
        total = 0.0
        for error, h in zip(given["e"], outputs, strict=True):
            total = total + np.sum(error * h)
        for state, value in last.items():
            total = total + np.sum(given[f"e_{state}_T"] * value)
        return total

    outputs, _ = run(cell_name, values)
    gradients = grad(E)(values)
    return {"h": np.stack(outputs), **{f"d{n}": np.asarray(g) for n, g in gradients.items()}}


def run(cell_name, tensors):
    """Outputs as a list, and the last states, by the hand-written steps."""
    states = {n[:-2]: v for n, v in tensors.items() if n.endswith("_0")}
    params = {n: v for n, v in tensors.items() if n != "x" and not n.endswith("_0")}
    return forwards.run(cell_name, params, tensors["x"], states)
