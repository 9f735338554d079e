"""What the figure `struck` has to show, by the derivation without the summands."""

import numpy as np

from lstm_ref.check.errors import relative
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.typeset import tokens

LSTM = catalogue.LSTM
PARTS = tokens.formulas(LSTM)
# The settings of the four checks of chapter 8, as the buttons of the figure set them.
TINY = dict(B=1, scale="0.0001", bias=False, states=False, every=False)
FOUR = (
    dict(TINY, T=2, look="W_fh"),
    dict(TINY, T=1, look="parameters"),
    dict(TINY, T=2, look="parameters"),
    dict(T=6, B=3, scale="0.5", bias=True, states=True, every=True, look="all"),
)
SUMMANDS = [
    summand["name"]
    for part in ("errors", "passed", "gradients")
    for line in PARTS[part]
    for summand in line["summands"]
    if summand["name"] != "e"
]
LETTERS = dict(zip(SUMMANDS, "abcdefghijklmnopqrstuvwxyz", strict=True))


def shaped(given):
    """(params, x, state0, dy) of the problem that a figure has drawn."""
    sizes = given["sizes"] | {"1": 1}
    params = {n: _as(given["params"][n], LSTM.SHAPES[n], sizes) for n in LSTM.SHAPES}
    x, dy = _as(given["x"], "TDB", sizes), _as(given["dy"], "THB", sizes)
    return params, x, tuple(_as(given["state0"][s], "HB", sizes) for s in "hc"), dy


def _as(flat, letters, sizes):
    return np.reshape(np.array(flat, float), [sizes[letter] for letter in letters])


def gradients(given, struck=()):
    """Gradients of all tensors by generated NumPy, some summands left out of the derivation."""
    cut = LSTM.truncated("cut", lambda u: f"{u.of} from {u.by}" in struck) if struck else LSTM
    cell = numpy_code.compiled(cut)
    params, x, state0, dy = shaped(given)
    _, _, tape = cell.forward(params, x, state0)
    dparams, dx, (dh_0, dc_0) = cell.backward(params, tape, dy)
    return {**dparams, "x": dx, "h_0": dh_0, "c_0": dc_0}


def errors(given, struck):
    """The error of each gradient, as the package measures it."""
    right, got = gradients(given), gradients(given, struck)
    return {name: relative(got[name], right[name]) for name in right}
