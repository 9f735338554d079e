"""Exercises of chapter 10."""

import numpy as np

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.learn import optim
from lstm_ref.types import Array


@exercise(
    "ex-training-baseline",
    tol=1e-3,
    wrong={
        1 / 6: "That is the variance of the sum. Here it is a product.",
        1 / 9: "That is the mean of the square. The square of the mean is to be taken off.",
        1 / 4: "That is the best constant answer. What is its error?",
        1 / 144: "Variances of factors do not multiply.",
    },
)
def baseline():
    """Variance of a product of two numbers from U[0, 1]: mean of the square, less the square."""
    return (1 / 3) ** 2 - (1 / 2) ** 4


def _draw(rng: np.random.Generator) -> tuple[Array, float]:
    """An array and a limit, sometimes above its norm, sometimes below."""
    return rng.normal(size=(3, 2)), float(rng.uniform(0.5, 5.0))


@exercise(
    "ex-training-clip",
    inputs=_draw,
    wrong=[
        (lambda g, limit: g * limit / np.linalg.norm(g), "A small gradient is to be left alone."),
        (lambda g, limit: g, "Nothing is limited."),
        (lambda g, limit: np.clip(g, -limit, limit), "That limits each entry and turns the arrow."),
        (
            lambda g, limit: g * min(1.0, limit / np.sum(g**2)),
            "That is the square of the norm.",
        ),
    ],
)
def clip():
    """Scale by limit / norm where that is below 1."""
    return lambda g, limit: optim.clip_by_norm({"g": g}, float(limit))[0]["g"]


@exercise(
    "ex-training-bias",
    tol=1e-3,
    wrong={
        0.1 ** (1 / 400): "That is the gate. Which bias has σ(b) = f?",
        float(np.log(400)): "That lets about one third through: (1 − 1/400)^400 is 1/e.",
        float(np.log(0.1) / 400): "That is the logarithm of the gate.",
        float(np.log(0.1 / 0.9)): "That gate lets one tenth through a single step.",
    },
)
def bias():
    """The bias whose gate, to the power of 400, is one tenth."""
    f = 0.1 ** (1 / 400)
    return float(np.log(f / (1 - f)))


@exercise(
    "ex-training-window",
    wrong={
        0.75: "That is the share of those that it does not reach.",
        0.2: "Count the places: the first one is 0. Which is the first target that it reaches?",
        0.3: "Count the places: which is the first target that it reaches?",
        1.0: "Where does the window of an early target begin?",
        0.0: "Some targets stand far enough behind the beginning of their window.",
    },
)
def window():
    """Places 15 to 19 of 20 have the input in their window."""
    return float(np.mean([place >= 15 for place in range(20)]))


@exercise(
    "ex-training-rate",
    tol=2e-3,
    wrong={
        1.0: "That is how far Adam moves it. How far does gradient descent?",
        1e-5: "That is how far gradient descent moves it. How far does Adam?",
        1000.0: "Adam moves it by the learning rate in every update.",
        100.0: "Adam moves it by the learning rate in every update; gradient descent by the "
        "learning rate times the gradient.",
    },
)
def rate():
    """Movement of Adam over that of gradient descent: 1 / (g + ε) where g is the gradient."""
    return 1 / (1e-5 + 1e-8)
