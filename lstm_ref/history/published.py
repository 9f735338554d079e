"""Every network of the published tables whose weights are counted there, with that count.

Hochreiter & Schmidhuber 1997, tables 1 to 9; Gers, Schmidhuber & Cummins 2000; Gers, Schraudolph &
Schmidhuber 2002. Counts of 1997 were read from stored copies of the paper; those of 2000 and 2002
from notes on the papers.
"""

from __future__ import annotations

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
