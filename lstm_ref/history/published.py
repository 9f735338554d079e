"""Every network of the published tables with its count of weights, and what the tables say.

Hochreiter & Schmidhuber 1997, tables 1 to 9; Gers, Schmidhuber & Cummins 2000; Gers, Schraudolph &
Schmidhuber 2002. Counts of 1997 were read from stored copies of the paper; those of 2000 and 2002
from notes on the papers.
"""

from __future__ import annotations

from typing import NamedTuple

from lstm_ref.history.topology import Topology

HIDDEN = ("cells", "gates")
ALL = ("cells", "gates", "outputs")


def lag(p: int) -> Topology:
    """Experiments 2a and 2b with p + 1 symbols: one cell, an input gate, no output gate.

    Who sees whom is inferred from the published count, 10,504 for p = 100.
    """
    return Topology(
        p + 1, p + 1, 1, gates="i", biased=(), sees="nothing", shortcut=True, linear=True
    )


def lags(p: int) -> Topology:
    """Experiment 2c with p + 4 symbols."""
    return Topology(p + 4, 2, 2, biased=())


REBER = {"4 x 1": Topology(7, 7, 4), "3 x 2": Topology(7, 7, 3, 2)}
TWO_SEQUENCE = Topology(1, 1, 3, biased=HIDDEN)
ADDING = Topology(2, 1, 2, 2, biased=ALL)
ORDER = {2: Topology(8, 4, 2, 2, biased=ALL), 3: Topology(8, 8, 3, 2, biased=ALL)}
CONTINUAL = Topology(
    7, 7, 4, 2, gates="fio", biased=("gates", "outputs"), sees="cells", shortcut=True
)
TIMING = Topology(1, 1, 1, gates="fio", biased=ALL, sees="cells", peepholes=True)

# (table, row) -> (network, published number of weights)
LSTM = {
    ("1", "LSTM, 4 blocks of 1"): (REBER["4 x 1"], 264),
    ("1", "LSTM, 3 blocks of 2"): (REBER["3 x 2"], 276),
    ("2", "LSTM, p = 100"): (lag(100), 10504),
    ("3", "q = 50"): (lags(50), 364),
    ("3", "q = 100"): (lags(100), 664),
    ("3", "q = 200"): (lags(200), 1264),
    ("3", "q = 500"): (lags(500), 3064),
    ("3", "q = 1000"): (lags(1000), 6064),
    ("4 to 6", "two sequences"): (TWO_SEQUENCE, 102),
    ("7", "adding"): (ADDING, 93),
    ("8", "multiplication"): (ADDING, 93),
    ("9", "temporal order, 4 classes"): (ORDER[2], 156),
    ("9", "temporal order, 8 classes"): (ORDER[3], 308),
    ("Gers 2000", "continual Reber"): (CONTINUAL, 424),
    ("Gers 2002", "timing"): (TIMING, 17),
}


def fully_recurrent(inputs: int, units: int) -> int:
    """Weights of a net whose units all see the input and each other, without biases."""
    return units * (inputs + units)


def elman(inputs: int, hidden: int, outputs: int) -> int:
    """Weights of an Elman network without biases."""
    return hidden * (inputs + hidden) + outputs * hidden


def direct(p: int) -> int:
    """Experiment 2a without memory: p + 1 symbols in and out, joined directly, and one hidden unit
    that sees the input and itself and is seen by the outputs; inferred from the counts."""
    return (p + 1) ** 2 + (p + 1) + 1 + (p + 1)


# The others of the same tables, (table, row) -> (count, published).
OTHERS = {
    ("1", "RTRL, 3 hidden"): (fully_recurrent(7, 7 + 3), 170),
    ("1", "RTRL, 12 hidden"): (fully_recurrent(7, 7 + 12), 494),
    ("1", "Elman, 15 hidden"): (elman(7, 15, 7), 435),
    ("2", "RTRL, p = 4"): (direct(4), 36),
    ("2", "RTRL, p = 10"): (direct(10), 144),
    ("2", "RTRL and BPTT, p = 100"): (direct(100), 10404),
}


class Result(NamedTuple):
    """A row of a table of 1997. sequences: name of a stage -> mean over the trials that succeeded;
    trials: how many there were, percent: how many of them succeeded; wrong: of 2,560 test sequences
    after the last stage, mean, None where it is not told.
    """

    table: int
    sequences: dict[str, int]
    trials: int
    wrong: float | None = None
    percent: int = 100


def _two(table, first, second, share):
    return Result(table, {"ST1": first, "ST2": second}, 10, share * 2560)


# Name of an experiment of `experiments` -> what the paper found. Means alone are published.
RESULTS = {
    "1997-1-reber-4x1-0.1": Result(1, {"solved": 39_740}, 30),
    "1997-1-reber-3x2-0.1": Result(1, {"solved": 21_730}, 30),
    "1997-1-reber-3x2-0.2": Result(1, {"solved": 14_060}, 30, percent=97),
    "1997-1-reber-4x1-0.5": Result(1, {"solved": 9_500}, 30, percent=97),
    "1997-1-reber-3x2-0.5": Result(1, {"solved": 8_440}, 30),
    "1997-2a-lag": Result(2, {"solved": 5_040}, 18),
    "1997-2b-fillers": Result(2, {"solved": 5_680}, 18),
    "1997-2c-50-50": Result(3, {"solved": 30_000}, 20),
    "1997-2c-100-100": Result(3, {"solved": 31_000}, 20),
    "1997-2c-200-200": Result(3, {"solved": 33_000}, 20),
    "1997-2c-500-500": Result(3, {"solved": 38_000}, 20),
    "1997-2c-1000-1000": Result(3, {"solved": 49_000}, 20),
    "1997-2c-1000-500": Result(3, {"solved": 49_000}, 20),
    "1997-2c-1000-200": Result(3, {"solved": 75_000}, 20),
    "1997-2c-1000-100": Result(3, {"solved": 135_000}, 20),
    "1997-2c-1000-50": Result(3, {"solved": 203_000}, 20),
    "1997-3a-100-3": _two(4, 27_380, 39_850, 0.000195),
    "1997-3a-100-1": _two(4, 58_370, 64_330, 0.000117),
    "1997-3a-1000-3": _two(4, 446_850, 452_460, 0.000078),
    "1997-3b-100-3": _two(5, 41_740, 43_250, 0.00828),
    "1997-3b-100-1": _two(5, 74_950, 78_430, 0.01500),
    "1997-3b-1000-1": _two(5, 481_060, 485_080, 0.01207),
    "1997-3c-100-3": Result(6, {"solved": 269_650}, 10, 0.00558 * 2560),
    "1997-3c-100-1": Result(6, {"solved": 565_640}, 10, 0.00441 * 2560),
    "1997-4-adding-100": Result(7, {"solved": 74_000}, 10, 1),
    "1997-4-adding-500": Result(7, {"solved": 209_000}, 10, 0),
    "1997-4-adding-1000": Result(7, {"solved": 853_000}, 10, 1),
    "1997-5-multiplication": Result(8, {"n_seq = 140": 482_000, "n_seq = 13": 1_273_000}, 10, 14),
    "1997-6a-order": Result(9, {"solved": 31_390}, 20, 1),
    "1997-6b-order": Result(9, {"solved": 571_100}, 10, 2),
}
