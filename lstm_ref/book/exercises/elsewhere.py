"""Exercises of chapter 9, and what their questions give: weights, a friend's file, a print-out."""

from functools import cache
from itertools import permutations

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.cells.activations import sigmoid
from lstm_ref.check import witnesses
from lstm_ref.generated import lstm
from lstm_ref.interop import carry, keras_bridge, vectors
from lstm_ref.types import Array, Arrays, State

LEARNING_RATE, GRADIENT = 0.1, 2.0
WITHOUT, WITH = sigmoid(np.array([-0.3, 0.7]))  # forget gates, without and with the bias of 1


@exercise(
    "ex-same-by-hand",
    wrong={
        (-0.2, 0.4): "These are the right two numbers in the wrong order: which step has which?",
        (0.28, -0.24): "Your equations go with the inputs of one step. Go along one input, over "
        "both steps.",
        (-0.2, 0.6): "That is the gradient itself.",
        (0.6, -0.2): "That is the gradient itself, turned round.",
    },
)
def by_hand():
    """The error terms of one unit at two steps, from its weight gradient."""
    x, gradient = np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([-0.2, 0.6])
    return np.linalg.solve(x.T, gradient)


@exercise(
    "ex-same-biases",
    wrong={
        -0.2: "So much does one of them move. How many are there?",
        0.4: "Gradient descent goes against the gradient.",
        0.2: "Gradient descent goes against the gradient, and there are two biases.",
        -0.1: "The two do not share the gradient: the derivative by each is the whole of it.",
    },
)
def biases():
    """How far the sum of two biases moves in one update."""
    return -2 * LEARNING_RATE * GRADIENT


@exercise(
    "ex-same-export",
    tol=0.02,
    wrong=lambda: {
        float(WITHOUT / WITH): "That is one step. The gate acts twenty times.",
        float((WITH / WITHOUT) ** 20): "Which of the two is to be divided by which?",
        float(WITHOUT**20): "That is what is left. Divide it by what should be left.",
        float(WITH**20): "That is what should be left.",
    },
)
def export():
    """What is left of a cell state without the bias of 1, as a share of what should be left."""
    return float((WITHOUT / WITH) ** 20)


@exercise(
    "ex-same-blind",
    wrong={
        6: "One of these is the right order itself.",
        23: "Exchange the candidate with a gate: the numbers change.",
        0: "Exchange two gates whose weights are equal: what changes?",
        3: "Those are the exchanges of two. Three gates can also go round.",
        1: "There are more than two gates with the same weights.",
    },
)
def blind():
    """Wrong orders that pass where three of the four gates have the same weights."""
    weights = "sssd"
    return sum("".join(order) == weights for order in permutations(weights)) - 1


def _cut(order):
    def ours(kernel):
        return carry.cut(kernel.T, order, "W_{}x")

    return ours


def _sides(kernel):
    return carry.cut(kernel, keras_bridge.ORDER["LSTM"], "W_{}x")


def _reshaped(kernel):
    return carry.cut(kernel.reshape(kernel.shape[::-1]), keras_bridge.ORDER["LSTM"], "W_{}x")


@exercise(
    "ex-same-unstack",
    inputs=[(4, 24)],
    wrong=[
        (_cut("fico"), "The order is ours. Keras has another one."),
        (_cut("iofc"), "The order is that of ONNX."),
        (_sides, "Along which axis do the gates lie in Keras? And which are rows here?"),
        (_reshaped, "reshape does not transpose: it keeps the numbers in their order."),
    ],
)
def unstack():
    """Our four matrices out of a Keras kernel (D, 4H)."""
    return _cut(keras_bridge.ORDER["LSTM"])


ORDER = "cofi"


@cache
def found_weights() -> tuple[Arrays, Array, State, Array]:
    """Weights stacked in an order that is not told, an input, a state, and the last output.

    Returns (stacked, x, state0, h_T). stacked: "W_{}x" (4H, D), "W_{}h" (4H, H), "b_{}" (4H, 1),
    names as `carry.cut` takes them.
    """
    tensors, _ = witnesses.problem(lstm, np.random.default_rng(9), T=4, B=2, D=3, H=5)
    params, x, state0 = witnesses.split(lstm, tensors)
    stacked = {what: carry.stack(params, ORDER, what) for what in ("W_{}x", "W_{}h", "b_{}")}
    return stacked, x, state0, lstm.forward(params, x, state0)[0][-1]


@exercise(
    "ex-same-order",
    wrong={
        "iofc": "That is the order of ONNX. Does it give the output?",
        "ifco": "That is the order of PyTorch and Keras. Does it give the output?",
        "fico": "That is ours. Does it give the output?",
        "ifoc": "The candidate is not the last one.",
    },
)
def order():
    """The order in which `found_weights` are stacked."""
    return ORDER


@cache
def friend() -> tuple[Array, Array, Array, Array, Array]:
    """x, h_prev, dW_fx, dW_fh, db_f of a friend's LSTM, whose δ_f are to be found."""
    v, Delta = _friends()
    x, h_prev = v["x"], np.stack([v["h_0"], *v["h"][:-1]])
    dW_fx, dW_fh = (Delta @ _columns(a).T for a in (x, h_prev))
    return x, h_prev, dW_fx, dW_fh, Delta.sum(axis=1, keepdims=True)


@cache
def _friends():
    """Vectors, and the friend's δ_f (H, T B): it has c_t in the place of c_{t-1}."""
    _, v = vectors.make("LSTM", T=3, B=2, D=3, H=4, seed=5)
    return v, _columns(v["delta_c"] * v["c"] * v["f"] * (1 - v["f"]))


def _columns(sequence):
    """(T, n, B) -> (n, T B), the samples of a step side by side."""
    return np.concatenate(list(sequence), axis=1)


def _few_wrong():
    v, Delta = _friends()
    x, _, dW_fx, _, _ = friend()
    T, _, B = v["x"].shape
    turned = Delta.reshape(-1, T, B).swapaxes(1, 2).reshape(len(Delta), -1)
    return [
        (_columns(v["delta_f"]), "That is the right δ_f. His is not."),
        (
            dW_fx @ np.linalg.pinv(_columns(x).T),
            "Three equations for six unknowns: the pseudoinverse gives the smallest of many "
            "solutions. You have more equations.",
        ),
        (turned, "The columns are ordered by sample; they should be ordered by step."),
    ]


@exercise("ex-same-few", wrong=_few_wrong)
def few():
    """All three gradients side by side are enough equations."""
    return _friends()[1]


@cache
def print_out() -> Array:
    """dW_x (40, 9) of a program that has o_t in the place of i_t in δ_c̃, at step 2 only."""
    _, v = vectors.make("LSTM")
    W_h = np.concatenate([v[f"W_{g}h"] for g in "fico"])
    delta_h, delta_c, dW_x = v["e_h_T"], v["e_c_T"], np.zeros((len(W_h), v["x"].shape[1]))
    for t in reversed(range(len(v["x"]))):
        f, i, c_tilde, o, tanh_c = (*(v[n][t] for n in ("f", "i", "c_tilde", "o")), v["c"][t])
        tanh_c, c_prev = np.tanh(tanh_c), v["c"][t - 1] if t else v["c_0"]
        delta_h = delta_h + v["e"][t]
        delta_c = delta_c + delta_h * o * (1 - tanh_c**2)
        delta = [
            delta_c * c_prev * f * (1 - f),
            delta_c * c_tilde * i * (1 - i),
            delta_c * (o if t == 1 else i) * (1 - c_tilde**2),
            delta_h * tanh_c * o * (1 - o),
        ]
        dW_x = dW_x + np.concatenate(delta) @ v["x"][t].T
        delta_h, delta_c = W_h.T @ np.concatenate(delta), delta_c * f
    return dW_x


@exercise(
    "ex-same-read",
    wrong={
        (5, 2): "δ_c is taken from δ_c̃ here. Take it from δ_i: does its equation still fail?",
        (2, 2): "Two equations fail at this step that both read δ_c. Where does it come from?",
        (1, 2): "That of δ_i fails there, too. What do the two have in common?",
        (3, 1): "In the list, step 1 has the index 0.",
        (5, 1): "What fails at step 1 reads a number of step 2.",
    },
)
def read():
    """δ_c̃ is the third, and the step is the second."""
    return (3, 2)
