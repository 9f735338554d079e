"""What the figure `scrub` has to show, by the cell written by hand."""

import numpy as np

from lstm_ref.cells import elman

PARAMS = {"W_hx": [[1.0], [0.0]], "W_hh": [[0.0, 1.0], [1.0, 0.0]], "b_h": [[0.0], [0.0]]}
READS = 1.0, 0.0, 0.0


def scrub(step=3, unit=1):
    """(steps, sums) of three steps; E is a number of h at a step.

    steps: for each a dict of h, delta, back, and the terms of each weight by its name.
    """
    params = {name: np.array(value) for name, value in PARAMS.items()}
    x = np.reshape(READS, (3, 1, 1))
    _, _, tape = elman.forward(params, x)
    steps, back = [], np.zeros((2, 1))
    for t in (3, 2, 1):
        record = tape["steps"][t - 1]
        e = np.array([[float(t == step and unit == k)] for k in (1, 2)])
        terms, _, (after,) = elman.step_backward(params, record, (e + back,))
        found = {"h": record["h"], "delta": terms["b_h"], "back": after, **terms}
        steps.insert(0, {name: np.ravel(value) for name, value in found.items()})
        back = after
    dh = np.zeros((3, 2, 1))
    dh[step - 1, unit - 1] = 1.0
    whole, *_ = elman.backward(params, tape, dh)
    return steps, {name: np.ravel(value) for name, value in whole.items()}
