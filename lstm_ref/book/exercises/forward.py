"""Chapter 4: the forward pass."""

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.cells import lstm, params
from lstm_ref.cells.activations import sigmoid

# layer -> weight from h, weight from x, bias
PENCIL = {"f": (0, 0.5, 1), "i": (1, 1, 0), "c": (2, 1, 0), "o": (1, 0.5, 0)}


def _pencil(x, h=0.0, c=0.0, *, squash=np.tanh, late=False):
    """(c, h) of the pencil example behind the inputs x; late: h is read from the old c."""
    for x_t in x:
        net = {g: w_h * h + w_x * x_t + b for g, (w_h, w_x, b) in PENCIL.items()}
        f, i, o = (sigmoid(net[g]) for g in "fio")
        before, c = c, f * c + i * np.tanh(net["c"])
        h = o * squash(before if late else c)
    return c, h


X = (1.0, -1.0, 2.0)


def _third(**changed):
    """The third step done wrong, the two before it right."""
    c, h = _pencil(X[:2])
    return _pencil(X[2:], changed.pop("h", h), c, **changed)


def _wrong_thirds():
    return [
        (_third(squash=lambda c: c), "Where is the tanh of the output?"),
        (_third(late=True), "The output is read from the new cell state."),
        (_third(h=0.0), "The output of step 2 enters three of the four layers."),
        (_pencil(X[2:]), "That is a first step; both states are carried over."),
    ]


@exercise("ex-forward-third", tol=0.01, wrong=_wrong_thirds)
def third():
    """(c_3, h_3) for x_3 = 2, to two digits."""
    return _pencil(X)


@exercise(
    "ex-forward-count",
    wrong={
        91136: "Where are the biases?",
        22912: "That is one layer; there are four.",
        92160: "One bias a layer is asked for, not two.",
        68736: "That is three layers; the candidate has weights too.",
    },
)
def count():
    """Parameters for D = 50 and H = 128."""
    return params.count(lstm.init(np.random.default_rng(0), 50, 128))


@exercise(
    "ex-forward-object",
    tol=0.01,
    wrong=lambda: {
        float(np.tanh(np.tanh(3))): "Do these gates know that “boys” is not the subject?",
        -float(np.tanh(3)): "That is the cell state; what of it is shown?",
        0.0: "Is it forgotten only, or written too?",
    },
)
def number_of_an_object():
    """Unit 2 of h at “boys”, with an open output gate."""
    return float(np.tanh(np.tanh(-3)))


@exercise(
    "ex-forward-split",
    inputs=[(3, 8)],
    wrong=[
        (lambda W: (W[:, :3], W[:, 3:]), "In this order the columns of x come first."),
        (lambda W: (W[:, :5], W[:, 5:]), "The parts are right; which is asked for first?"),
        (lambda W: (W[:, -5:], W[:, :-5]), "How many columns does a vector with H entries need?"),
    ],
)
def split():
    """(W_fh, W_fx) of a matrix for [x, h]."""
    return lambda W: (W[:, -len(W) :], W[:, : -len(W)])
