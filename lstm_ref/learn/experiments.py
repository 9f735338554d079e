"""Named experiments: what is trained, how, and what to expect. `trials` runs them.

An experiment has conditions, the things compared. A condition is a dict of settings that JSON can
hold and that says everything: cell and initialisation, task and sizes, optimiser and criterion.
"""

from dataclasses import dataclass
from typing import Any

from lstm_ref.learn import chapters, conditions, modern_1997

# What a condition takes if it says nothing else. cell: a name for `condition_cells.cell_of`;
# start: options of its `init`; task: a generator of `tasks`, with options; K: classes or numbers of
# the output layer; updates to every: see `loop.fit`; measure: a name in `measures.MEASURES`, on
# `test` sequences; after: a name in `measures.AFTER`.
# A condition may also say: pool, from how many batches, made once, every update draws;
# test_options, what the task is told besides for the test; rule, what the measure is told besides;
# norm, True to keep the largest norm; weights, True to store the parameters.
DEFAULTS = {
    "cell": "LSTM",
    "start": {},
    "options": {},
    "B": 20,
    "dtype": "float32",
    "optimiser": "adam",
    "learning_rate": 2e-2,
    "clip": 1.0,
    "truncate": None,
    "measure": "accuracy",
    "goal": None,
    "every": 25,
    "test": 512,
    "after": None,
}


@dataclass(frozen=True)
class Experiment:
    """about, expected: one line each, expected as measured with 5 seeds or as many as it says;
    time: processor time of one seed of all conditions; conditions: name -> what differs from
    DEFAULTS.
    """

    about: str
    expected: str
    time: str
    conditions: dict


def _chrono(T):
    return {"forget_bias": "chrono", "T_max": T}


def _adding(T, learning_rate):
    task = dict(task="adding", T=T, K=1, H=16, B=16, test=200, start=_chrono(T))
    task |= dict(measure="squared error", goal=["<", 0.01])
    return task | dict(learning_rate=learning_rate, updates=2000)


def _cells(T):
    """Every cell of the chapter on training, at two learning rates each: the better one counts."""
    slow, fast = (1e-3, 3e-3), (1e-2, 3e-2)
    kinds = {
        "tanh RNN": (dict(cell="ELMAN", start={}), slow),
        "IRNN": (dict(cell="IRNN", start={}), slow),
        "LSTM b_f = 0": (dict(start={"forget_bias": 0.0}), fast),
        "LSTM b_f = 1": (dict(start={"forget_bias": 1.0}), fast),
        "LSTM chrono": (dict(start=_chrono(T)), fast),
        "GRU": (dict(cell="GRU_AFTER", start={}), fast),
    }
    return {
        f"{name}, learning rate {learning_rate}": _adding(T, learning_rate)
        | changes
        | {"every": 50}
        for name, (changes, learning_rates) in kinds.items()
        for learning_rate in learning_rates
    }


def _order(T, **changes):
    task = dict(task="temporal_order", T=T, K=8, H=12, updates=1000, goal=[">=", 0.99])
    return task | changes


def _stream(cell):
    task = dict(task="continual_reber", cell=cell, T=1000, K=7, H=12, B=16, test=16)
    learning = dict(truncate=50, learning_rate=1e-2, updates=2000, every=200)
    return task | learning | dict(measure="perfect streams", after="stream")


def _recall(H):
    task = dict(task="recall_any", T=20, K=2, H=H, B=32, options={"items": 16})
    learning = dict(start=_chrono(50), learning_rate=1e-2, updates=2000, every=500)
    return task | learning | dict(after="recall")


def _gender(cell, learning_rate=2e-2, **changes):
    task = dict(task="pronoun_gender", cell=cell, T=40, K=23, H=16)
    return task | dict(learning_rate=learning_rate, updates=1000, goal=[">=", 1.0]) | changes


def _number(cell, learning_rate=2e-2, **changes):
    task = dict(task="subject_verb", cell=cell, T=30, K=17, H=16)
    learning = dict(learning_rate=learning_rate, updates=1000, goal=[">=", 1.0])
    return task | learning | dict(after="distance") | changes


# Of the adding problem with six cells: steps, what to expect, time of one seed.
CELLS = (
    (50, "every seed of all but the tanh RNN, none of that", "17 s"),
    (100, "chrono, GRU, b_f = 0 every seed; IRNN, b_f = 1 four", "34 s"),
    (200, "LSTM chrono and GRU every seed, the others at most two", "66 s"),
    (400, "chrono and GRU every seed, b_f = 0 one, the others none", "135 s"),
    (750, "chrono and GRU every seed, the others none", "250 s"),
)

WRONG = ("LSTM without carousel", "LSTM carousel only")

EXPERIMENTS = {
    "adding-400": Experiment(
        about="add two numbers up to 400 steps apart; LSTM with chrono initialisation",
        expected="mean squared error below 0.01 with every seed",
        time="4 s",
        conditions={"LSTM chrono": _adding(400, 2e-2)},
    ),
    "adding-750": Experiment(
        about="the same with 750 steps",
        expected="mean squared error below 0.01 with every seed",
        time="12 s",
        conditions={"LSTM chrono": _adding(750, 1e-2)},
    ),
    **{
        f"adding-cells-{T}": Experiment(
            about=f"the adding problem with {T} steps: six cells and starts, two learning rates",
            expected=expected,
            time=time,
            conditions=_cells(T),
        )
        for T, expected, time in CELLS
    },
    "temporal-order": Experiment(
        about="the order of three symbols in 105 steps; initialisations and cells",
        expected="LSTM chrono and GRU every seed, b_f = 1 and tanh RNN none",
        time="9 s",
        conditions={
            "LSTM chrono": _order(105, start=_chrono(105)),
            "LSTM b_f = 1": _order(105),
            "GRU": _order(105, cell="GRU_AFTER"),
            "tanh RNN": _order(105, cell="ELMAN", learning_rate=3e-3),
        },
    ),
    "three-gradients": Experiment(
        about="temporal order with three gradients: full, without carousel, carousel only",
        expected="full and carousel only every seed, without carousel none",
        time="4 s",
        conditions={kind: _order(50, cell=kind, start=_chrono(50)) for kind in ("LSTM", *WRONG)},
    ),
    "continual-reber": Experiment(
        about="an endless stream of Reber strings, with and without a forget gate",
        expected="with: no error; without: errors, and |c| in the thousands",
        time="9 s",
        conditions={"forget gate": _stream("LSTM"), "no forget gate": _stream("LSTM_1997")},
    ),
    "recall": Experiment(
        about="how many bits are kept for how long, by the number of units",
        expected="more units keep more bits to 100 steps; at 400 only H = 32",
        time="13 s",
        conditions={f"H = {H}": _recall(H) for H in (4, 8, 16, 32)},
    ),
    "gender": Experiment(
        about="the pronoun that agrees with its subject, across nouns of either gender",
        expected="chrono and GRU every seed, b_f = 1 one, tanh RNN four",
        time="5 s",
        conditions={
            "LSTM chrono": _gender("LSTM", start=_chrono(15)),
            "LSTM b_f = 1": _gender("LSTM"),
            "GRU": _gender("GRU_AFTER"),
            "tanh RNN": _gender("ELMAN", 3e-3),
        },
    ),
    "number": Experiment(
        about="the verb that agrees with its subject, learned up to 6 words away, asked up to 96",
        expected="all learn it; right at 96 words: 24, 12, 11, 12, 24 of 30",
        time="4 s",
        conditions={
            "LSTM b_f = 1": _number("LSTM"),
            "LSTM chrono": _number("LSTM", start=_chrono(15)),
            "GRU": _number("GRU_AFTER"),
            "tanh RNN": _number("ELMAN", 3e-3),
            "tanh RNN, learning rate 0.02": _number("ELMAN"),
        },
    ),
    "number-rates": Experiment(
        about="the same with the two learning rates of chapter 11, for each cell (10 seeds)",
        expected="at 0.02 every seed, the RNN first; at 0.003 one GRU of 10",
        time="8 s",
        conditions={
            f"{name}, learning rate {rate}": _number(cell, rate)
            for name, cell in (("tanh RNN", "ELMAN"), ("GRU", "GRU_AFTER"), ("LSTM", "LSTM"))
            for rate in (3e-3, 2e-2)
        },
    ),
    **{name: Experiment(**about) for name, about in chapters.EXPERIMENTS.items()},
    **{name: Experiment(**about) for name, about in conditions.EXPERIMENTS.items()},
    **{name: Experiment(**about) for name, about in modern_1997.EXPERIMENTS.items()},
}


def settings(name: str) -> dict[str, dict[str, Any]]:
    """The conditions of an experiment with all their settings: dict of dicts. Raises ValueError."""
    if name not in EXPERIMENTS:
        known = ", ".join(EXPERIMENTS)
        raise ValueError(f"experiment: expected one of {known}, got {name!r:.60}")
    return {
        condition: DEFAULTS | changes for condition, changes in EXPERIMENTS[name].conditions.items()
    }
