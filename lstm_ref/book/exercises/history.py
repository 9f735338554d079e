"""Exercises of chapter 13, 1997 again."""

from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.history.published import ALL
from lstm_ref.history.topology import Topology


@exercise(
    "ex-again-count",
    wrong={
        Topology(5, 3, 4, 2, biased=()).weights: "Where are the biases?",
        Topology(5, 3, 4, 2, biased=ALL, sees="cells").weights: "The gates see the gates, too.",
        Topology(5, 3, 4, 2, gates="fio", biased=ALL).weights: "In 1997 nothing was forgotten.",
        Topology(5, 3, 8, 1, biased=ALL).weights: "Two cells share their gates.",
    },
)
def count() -> int:
    """Weights of a network of four blocks of two cells."""
    return Topology(5, 3, 4, 2, biased=ALL).weights


@exercise(
    "ex-again-drift",
    wrong={
        1000.0: "In which range does the candidate of 1997 lie?",
        1.0: "That is what leaves the cell. What is in it?",
        2.0: "That is a single step.",
        4000.0: "The candidate has the factor 4, but 2 is taken off.",
    },
)
def drift() -> float:
    """Less than 1 times 2 is added at each of 1,000 steps."""
    return 1000 * 1.0 * 2.0


@exercise(
    "ex-again-luck",
    tol=5e-3,
    wrong={
        1 - 0.999**2000: "That is the probability that at least one is wrong.",
        0.001 * 2000: "That is how many are wrong on average.",
        0.999: "That is a single sequence.",
        0.001**2: "Right, and right again: which number is taken to which power?",
    },
)
def luck() -> float:
    """2,000 in a row."""
    return 0.999**2000


@exercise(
    "ex-again-cut",
    tol=2e-3,
    wrong=[
        ((28.0, 28.0), "Those are of the three that were done."),
        ((28.0, 40.8), "Where do the two that were cut off stand in the order?"),
        ((35.0, 28.0), "What does a trial add to the sum that needed more than 60?"),
        ((40.8, 35.0), "The median first."),
    ],
)
def cut() -> tuple[float, float]:
    """The median, and what the mean is at least."""
    return 35.0, (21 + 28 + 35 + 2 * 60) / 5
