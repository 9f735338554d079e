"""How large is a mistake? What the modules errata_* share."""

import numpy as np
import wrong_lstm as wrong

from lstm_ref.cells import lstm
from lstm_ref.check import witnesses

PARAMETERS = list(lstm.SHAPES)
EXACT = 1e-13


def per_cent(error):
    return f"{100 * error:.0f} %"


def num(value, digits):
    return f"{value:.{digits}f}".replace("-", "−")


def problem(T, seed, *, zero=False, last=False, B=3):
    """Random tensors and errors; zero: zero initial states; last: error at the last step only."""
    tensors, errors = witnesses.problem(lstm, np.random.default_rng(seed), T=T, B=B, scale=0.5)
    errors["dstate_T"] = tuple(np.zeros_like(e) for e in errors["dstate_T"])
    if zero:
        tensors |= {s: np.zeros_like(tensors[s]) for s in ("h_0", "c_0")}
    if last:
        errors["dh"][:-1] = 0
    return tensors, errors


def wrong_gradients(step, tensors, errors):
    W, x, state = witnesses.split(lstm, tensors)
    steps = wrong.forward(W, x, *state)[2]
    return wrong.backward(steps, errors["dh"], errors["dstate_T"], step)


def error(step, T, **options):
    """Median over twenty problems of the error of the worst of the twelve parameter gradients."""
    found = []
    for seed in range(20):
        given = problem(T, seed, **options)
        want = witnesses.by_hand(lstm, *given)
        found.append(wrong.worst(wrong_gradients(step, *given)[0], want, PARAMETERS))
    return np.median(found)
