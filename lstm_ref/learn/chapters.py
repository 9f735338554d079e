"""Experiments of chapters 10 to 12: runs that take too long for a page, networks to look into.

Each is the training that stands on the page, with more seeds; `experiments` lists them.
"""

from typing import Any

CHRONO = {"forget_bias": "chrono"}
CHRONO_50 = CHRONO | {"T_max": 50}


def _adding(cell, learning_rate, **changes):
    task = dict(task="adding", cell=cell, T=50, K=1, H=16, B=16, test=200)
    task |= dict(measure="squared error", goal=["<", 0.01], updates=500)
    return task | dict(learning_rate=learning_rate) | changes


def _chrono_adding(**changes):
    return _adding("LSTM", 3e-2, **{"start": CHRONO_50} | changes)


# name -> (cell, what differs at the start)
STARTS = {
    "tanh RNN": ("ELMAN", {}),
    "IRNN": ("IRNN", {}),
    "LSTM b_f = 0": ("LSTM", {"forget_bias": 0.0}),
    "LSTM b_f = 1": ("LSTM", {"forget_bias": 1.0}),
    "LSTM chrono": ("LSTM", CHRONO_50),
    "GRU": ("GRU_AFTER", {}),
}
LEARNING_RATES = dict(zip(STARTS, (3e-3, 3e-3, 3e-2, 3e-2, 3e-2, 3e-2), strict=True))


def _start(name, learning_rate, **changes):
    cell, start = STARTS[name]
    return _adding(cell, learning_rate, start=start, **changes)


def _windowed_country(window):
    task = dict(task="country_any", T=21, options={"nearest": 21}, K=4, H=16, B=32, test=400)
    return task | dict(
        start=CHRONO | {"T_max": 24}, learning_rate=1e-2, updates=300, truncate=window, every=300
    )


def _agreeing(task, T, K, cell="LSTM", learning_rate=2e-2, **changes):
    """As in the chapter: 200 batches, made once, and a stop when all of 256 streams are right."""
    net = dict(task=task, T=T, K=K, H=16, cell=cell, weights=True, pool=200, test=256)
    return net | dict(learning_rate=learning_rate, updates=1000, goal=[">=", 1.0]) | changes


def _gender(**changes):
    return _agreeing("pronoun_gender", 40, 23, start=CHRONO | {"T_max": 15}, **changes)


def _number(*cell, **changes):
    return _agreeing("subject_verb", 30, 17, *cell, **changes)


def _country(cell, learning_rate, nearest, **changes):
    task = dict(task="country_any", T=30, options={"nearest": nearest}, K=4, H=16, B=32, cell=cell)
    task |= dict(test=256, test_options={"nearest": 30}, after="country", goal=[">=", 1.0])
    return task | dict(learning_rate=learning_rate, updates=250) | changes


def _recall(cell, updates, learning_rate=2e-2, H=8, **changes):
    task = dict(task="recall_any", T=10, K=2, B=32, options={"items": 4}, weights=True)
    task |= dict(cell=cell, H=H, updates=updates, every=100)
    return task | dict(learning_rate=learning_rate) | changes


def _gates(cell):
    task = dict(task="temporal_order", T=80, K=8, H=12, B=16, test=128, cell=cell)
    return task | dict(start={"T_max": 80}, updates=200, goal=[">=", 0.95])


COUNTRY_CELLS = {
    "RNN": ("ELMAN", 3e-3, {}),
    "GRU": ("GRU_AFTER", 2e-2, {}),
    "LSTM": ("LSTM", 2e-2, {}),
    "LSTM, chrono": ("LSTM", 2e-2, {"start": CHRONO | {"T_max": 33}}),
}

# name -> arguments of `experiments.Experiment`
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "adding-starts": dict(
        about="the adding problem with 50 steps, at most 500 updates: six starts (10 seeds)",
        expected="LSTM chrono and GRU every seed, in at most 300 updates",
        time="13 s",
        conditions={
            **{
                name: _start(name, learning_rate, after="lags")
                for name, learning_rate in LEARNING_RATES.items()
            },
            "tanh RNN, 4,000 updates": _start("tanh RNN", 3e-3, updates=4000),
        },
    ),
    "adding-rates": dict(
        about="the same six at five learning rates each",
        expected="the tanh RNN at none, LSTM chrono and GRU from 0.01 on",
        time="30 s",
        conditions={
            f"{name}, learning rate {learning_rate}": _start(name, learning_rate)
            for name in LEARNING_RATES
            for learning_rate in (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
        },
    ),
    "adding-clip": dict(
        about="the adding problem with 50 steps, with and without clipping (10 seeds)",
        expected="the IRNN needs clipping, the LSTM with chrono does not",
        time="4 s",
        conditions={
            "IRNN, clip 1": _adding("IRNN", 1e-2, norm=True),
            "IRNN, no clip": _adding("IRNN", 1e-2, norm=True, clip=None),
            "LSTM chrono, clip 1": _chrono_adding(norm=True),
            "LSTM chrono, no clip": _chrono_adding(norm=True, clip=None),
        },
    ),
    "windows": dict(
        about="truncated back-propagation: windows shorter than the sequence (10 seeds)",
        expected="the sum in any window, the country only in a whole sentence",
        time="8 s",
        conditions={
            **{f"country, window {n}": _windowed_country(n) for n in (24, 12, 1)},
            **{f"adding, window {n}": _chrono_adding(truncate=n) for n in (25, 5)},
        },
    ),
    "inside-gender": dict(
        about="LSTMs asked for the pronoun: the networks that chapter 11 looks into (6 seeds)",
        expected="every seed learns it",
        time="2 s",
        conditions={"LSTM": _gender()},
    ),
    "gender-unit": dict(
        about="thirty such LSTMs: which unit holds the gender, what its gates do (30 seeds)",
        expected="29 learn it; in 26 one unit turns 9 pronouns of 10",
        time="3 s",
        conditions={"LSTM": _gender(weights=False, after="unit")},
    ),
    "inside-words": dict(
        about="the same, trained to predict every next word (8 seeds)",
        expected="every seed learns it",
        time="2 s",
        conditions={
            "LSTM": _gender(options={"every_word": True}, test_options={"every_word": False})
        },
    ),
    "inside-number": dict(
        about="LSTMs that make a verb agree with its subject, to be looked into",
        expected="every seed learns it",
        time="2 s",
        conditions={
            "LSTM": _number(),
            "LSTM chrono": _number(start=CHRONO | {"T_max": 15}),
        },
    ),
    "country": dict(
        about="country and language, 30 words apart: trained there, or on 0 to 30 (3 seeds)",
        expected="there: LSTM chrono alone; on 0 to 30: all but the RNN",
        time="5 s",
        conditions={
            f"{cell}, {name}": _country(of, learning_rate, nearest, **start)
            for name, nearest in (("30 only", 30), ("0 to 30", 0))
            for cell, (of, learning_rate, start) in COUNTRY_CELLS.items()
        },
    ),
    "recall-cells": dict(
        about="recall of at most 4 bits: the networks that chapter 12 looks into (10 seeds)",
        expected="the RNN holds one bit; the GRU gets better after 500 updates",
        time="7 s",
        conditions={
            "LSTM": _recall("LSTM", 500, start=CHRONO_50),
            "GRU": _recall("GRU_AFTER", 500),
            "RNN": _recall("ELMAN", 500, 1e-2),
            "GRU, 1,300 updates": _recall("GRU_AFTER", 1300),
            "RNN, 1,300 updates": _recall("ELMAN", 1300, 1e-2),
        },
    ),
    "recall-parts": dict(
        about="the same task without output gate, or without the tanh of the output",
        expected="NOG takes about three times as many updates",
        time="5 s",
        conditions={
            "VANILLA": _recall("VANILLA", 400, H=12, start=CHRONO_50),
            "NOG": _recall("NOG", 400, H=12, start=CHRONO_50),
            "NOAF": _recall("NOAF", 400, H=12, start=CHRONO_50),
            "NOG, 1,200 updates": _recall("NOG", 1200, H=12, start=CHRONO_50),
        },
    ),
    "reber-rnn": dict(
        about="the endless stream of Reber strings with a tanh network of 24 units (3 seeds)",
        expected="fewer than one wrong prediction of a hundred",
        time="2 s",
        conditions={
            "RNN": dict(task="continual_reber", cell="ELMAN", T=1000, K=7, H=24, B=16, test=16)
            | dict(truncate=50, learning_rate=1e-2, updates=600, every=100, weights=True)
            | dict(measure="perfect streams")
        },
    ),
    "gate-functions": dict(
        about="temporal order in 80 steps with other functions in the gates (10 seeds)",
        expected="9 of 10 with logistic gates, one with tanh in all three",
        time="5 s",
        conditions={
            "logistic": _gates("LSTM, gates logistic"),
            "sine squared": _gates("LSTM, gates sine squared"),
            "tanh": _gates("LSTM, gates tanh"),
            "tanh, but i logistic": _gates("LSTM, gates tanh, i logistic"),
        },
    ),
}
