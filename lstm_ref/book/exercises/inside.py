"""Exercises of chapter 11, inside a trained LSTM."""

from collections.abc import Iterator

import numpy as np

from lstm_ref.book import weights
from lstm_ref.book.exercises.exercise import exercise
from lstm_ref.book.shares import fisher
from lstm_ref.cells import lstm
from lstm_ref.learn import inside, network, tasks
from lstm_ref.learn.tasks.agreement import FEMALE, GENDER_WORDS, MALE, PRONOUNS
from lstm_ref.types import Arrays, Params

START, GATE, WRITTEN, WORDS = 2.0, 0.9, 0.3, 4  # of ex-inside-left


def _left(written, first_written=False):
    """Shares of a difference after some words: with the gates alone, and with what is written."""
    difference = 2 * START
    for _ in range(WORDS):
        if first_written:
            difference = GATE * (difference - written)
        else:
            difference = GATE * difference - written
    return GATE**WORDS, difference / (2 * START)


def _wrong_shares():
    product, left = _left(2 * WRITTEN)
    return [
        (_left(0), "The second number: something is written at every word."),
        (_left(WRITTEN), "The second number: the twin is written on, too."),
        (_left(2 * WRITTEN, True), "The second number: first the gate, then what is written."),
        ((GATE, left), "The first number: there are four words."),
        ((left, product), "The other way round?"),
    ]


@exercise("ex-inside-left", wrong=_wrong_shares, tol=5e-3)
def left() -> tuple[float, float]:
    """Share of a difference that gates alone would leave, and the share that is left."""
    return _left(2 * WRITTEN)


def by_hand(W_fh: float, b_f: float, W_ih: float, b_i: float) -> Arrays:
    """An LSTM with two units and its output layer; the arguments are those of unit 1.

    Unit 0 notes that the last word was "the". Unit 1 is to hold the gender; its candidate is -1
    at a male noun, 1 at a female one, its forget and input gates see the output of unit 0.
    """
    sizes = {"H": 2, "D": len(GENDER_WORDS), "1": 1}
    params = {name: np.zeros([sizes[k] for k in letters]) for name, letters in lstm.SHAPES.items()}
    params["b_o"][:] = 20  # output gates open
    params["b_f"][0], params["b_i"][0] = -20, 20  # unit 0 keeps nothing and takes all
    params["W_cx"][0, GENDER_WORDS.index("the")] = 20
    for sign, nouns in ((-20, MALE), (20, FEMALE)):
        params["W_cx"][1, [GENDER_WORDS.index(noun) for noun in nouns]] = sign
    params["W_fh"][1, 0], params["b_f"][1] = W_fh, b_f
    params["W_ih"][1, 0], params["b_i"][1] = W_ih, b_i
    params |= {"W_yh": np.zeros((len(GENDER_WORDS), 2)), "b_y": np.zeros((len(GENDER_WORDS), 1))}
    params["W_yh"][[GENDER_WORDS.index(word) for word in PRONOUNS], 1] = [-1, 1]
    return params


def _story(answer):
    numbers = np.asarray(answer, dtype=float)
    if numbers.shape != (4,):
        return f"the shape is {numbers.shape}, it should be (4,)"
    stream = tasks.pronoun_gender(np.random.default_rng(3), T=200, B=50)
    share = network.accuracy(lstm, by_hand(*numbers), stream)
    return "right" if share == 1 else f"not right: {share:.0%} of the pronouns are right"


@exercise(
    "ex-inside-story",
    wrong=[
        ((40, -20, 40, -20), "The forget gate is open at the noun and shut at all other words."),
        ((-40, 20, -40, 20), "The input gate is shut at the noun and open at all other words."),
        ((0, 20, 40, -20), "Nothing is ever forgotten: what was written adds up."),
        ((0, -20, 40, -20), "The gender is forgotten at the next word."),
    ],
    check=_story,
)
def story() -> tuple[float, ...]:
    """W_fh, b_f, W_ih, b_i with which unit 1 forgets and writes at a noun behind "the"."""
    return -40.0, 20.0, 40.0, -20.0


@exercise(
    "ex-inside-fisher",
    wrong={
        16: "Its p is 0.054.",
        17: "Is that the p of one side only?",
        23: "That is one net less; chance does that easily.",
        12: "There p is 0.003; there is room.",
    },
)
def most_nets() -> int:
    """The most of 30 against which 24 of 30 still differ with p < 0.05."""
    return max(k for k in range(24) if fisher(24, 30, k, 30) < 0.05)


NET, AT, GOAL, MOST = 2, 3, 0.99, 4  # of ex-inside-set


def hardest() -> Params:
    """The net of the exercise: the stored number LSTM whose best unit flips the fewest texts."""
    return weights.load("inside-number")["LSTM"][NET]


def _set(answer):
    units = [int(k) for k in np.atleast_1d(answer)]
    if len(set(units)) != len(units) or not all(0 <= k < 16 for k in units):
        return "expected different numbers from 0 to 15"
    if len(units) > MOST:
        return f"not right: {len(units)} units, at most {MOST}"
    share = inside.flipped(hardest(), units, inside.numbers(), AT)
    return "right" if share >= GOAL else f"not right: {share:.0%} of the texts are flipped"


def greedy() -> Iterator[int]:
    """Units of `hardest`, always the one that helps most, until enough texts are flipped."""
    net, texts = hardest(), inside.numbers()
    units: list[int] = []
    while not units or inside.flipped(net, units, texts, AT) < GOAL:
        others = [k for k in range(16) if k not in units]
        units.append(max(others, key=lambda k: inside.flipped(net, [*units, k], texts, AT)))
        yield units[-1]


def _wrong_sets():
    alone = inside.flips(hardest(), inside.numbers(), AT).argsort()[::-1]
    return [
        (range(16), "That is the whole state; fewer will do."),
        ([int(alone[0])], "That is the best unit alone."),
        ([int(k) for k in alone[:2]], "The two best do not suffice."),
    ]


@exercise("ex-inside-set", wrong=_wrong_sets, check=_set)
def units() -> list[int]:
    """Units whose common transplant flips nearly all texts."""
    return [*greedy()]
