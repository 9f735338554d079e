"""Exercises of chapter 1, recurrent networks."""

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.cells import elman
from lstm_ref.learn import network

# The example of the page: one input, two units that change places.
EXAMPLE = {
    "W_hx": np.array([[1.0], [0.0]]),
    "W_hh": np.array([[0.0, 1.0], [1.0, 0.0]]),
    "b_h": np.zeros((2, 1)),
}


def _example():
    """Four steps of the example: outputs and tape."""
    x = np.array([1.0, 0, 0, 0]).reshape(4, 1, 1)
    outputs, _, tape = elman.forward(EXAMPLE, x)
    return outputs[:, :, 0], tape


@exercise(
    "ex-rnn-fourth",
    tol=2e-3,
    wrong=[
        ((0.513, 0), "The right number at the wrong unit: what does the second row of W_hh do?"),
        ((0, 0.566), "The unit has repeated the number, but where is tanh?"),
        ((0.566, 0), "That is h_3; one step more."),
        ((0, 0.642), "That is h_2; two steps more."),
    ],
)
def fourth():
    """h_4 of the example."""
    return _example()[0][3]


@exercise(
    "ex-rnn-back",
    tol=5e-3,
    wrong=lambda: {
        0.168: "That is three steps; here the error starts one step later.",
        float(np.prod(_slopes()[1:])): "The slope of step 1 is missing: it belongs to its delta.",
        float(np.prod(_outputs())): "These are the outputs; the slope of tanh is 1 - h**2.",
        0.0: "Follow the exchange of the units: four steps lead from unit 2 to unit 1.",
    },
)
def back():
    """δ_1 of the first unit if E is the second number of h_4."""
    _, tape = _example()
    dh = np.zeros((4, 2, 1))
    dh[3, 1] = 1
    return float(elman.backward(EXAMPLE, tape, dh)[0]["W_hx"][0, 0])


def _outputs():
    """The number that travels, at steps 1 to 4."""
    return _example()[0].max(axis=1)


def _slopes():
    return 1 - _outputs() ** 2


@exercise(
    "ex-rnn-window",
    tol=2e-3,
    wrong={
        0.75: "An open carry is guessed, and half of the guesses are right.",
        0.5: "That is a window of one digit.",
        0.9375: "The current pair passes nothing on to itself: only two pairs stand before it.",
        0.125: "That is the share of wrong digits.",
    },
)
def window():
    """Right digits through a window of three digits, far from the beginning."""
    return 1 - 0.5**3


@exercise(
    "ex-rnn-count",
    tol=1e-4,
    wrong={
        620: "That is the cell; the output layer has parameters too.",
        660: "Where are the biases?",
        663: "Where are the biases of the cell?",
        680: "Where are the biases of the output layer?",
        683 * 50: "The same weights serve at every step.",
    },
)
def count():
    """Parameters of a network with D = 10, H = 20, K = 3."""
    params = network.start(elman, np.random.default_rng(0), 10, 20, 3)
    return sum(value.size for value in params.values())
