"""The experiments of Hochreiter & Schmidhuber 1997, by name: networks, tasks, rules.

Every number for the LSTM in tables 1 to 9 of the paper has a name here. What the paper leaves open
is said where it is filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from lstm_ref.history import grammar, published, rules, tasks
from lstm_ref.history.rules import Rule
from lstm_ref.history.run import Draw
from lstm_ref.history.tasks import Sequence
from lstm_ref.history.topology import Topology

LOOK = 100  # a test set is looked at after so many sequences; the paper does not say


class Begun(NamedTuple):
    """What a trial begins with. tests: sequences that its rule looks at."""

    draw: Draw
    rule: Rule
    tests: list[Sequence]


@dataclass(frozen=True)
class Experiment:
    """about: in words. kind, width, biases: see `net.start`; rate: learning rate.

    begin: for a generator and the number of a trial what it begins with. stages: of the rule, by
    name. limit: largest absolute error at the end of a test sequence that is right; test: draws
    those, None for no test after training. trials, most: how many, and where they are cut off, in
    sequences. once: weights change at the end of a sequence, not at every asked step. long: takes
    more than ten minutes.
    """

    about: str
    kind: Topology
    width: float
    biases: dict[str, list[float]]
    rate: float
    begin: Callable[[np.random.Generator, int], Begun]
    limit: float
    test: Draw | None
    trials: int
    most: int
    stages: tuple[str, ...] = ("solved",)
    once: bool = False
    long: bool = False


def _online(task, rule):
    """Every sequence is drawn anew, and the rule looks at those alone."""
    return lambda rng, k: Begun(task, rule(), [])


def _reber(blocks, rate, about="", legal=False, **ranges):
    """Experiment 1: three pairs of sets of strings, ten trials with each.

    legal: all symbols that may come are the target, not the one that comes; ranges: of the cells.
    """
    kind = replace(published.REBER[blocks], **ranges)

    def begin(rng, k):
        training, test = grammar.strings(k % 3)
        drawn = [tasks.reber_sequence(each) for each in training]
        looked = drawn + [tasks.reber_sequence(each) for each in test]
        if legal:
            targets = grammar.legal(training)
            drawn = [
                (x, may.astype(float), asked)
                for (x, _, asked), may in zip(drawn, targets, strict=True)
            ]
        rule = rules.Tested(LOOK, [grammar.Predicted(training + test)])
        return Begun(lambda rng: drawn[rng.integers(len(drawn))], rule, looked)

    return Experiment(
        f"1: embedded Reber grammar, {blocks}, learning rate {rate}{about}",
        kind,
        0.2,
        {"o": [-1.0, -2.0, -3.0, -4.0][: kind.blocks]},
        rate,
        begin,
        limit=0.0,
        test=None,
        trials=30,
        most=60_000,
    )


def _lag(about, task, last):
    """Experiments 2a and 2b. The 10,000 right sequences do not count: 5,040 are published."""
    rule = partial(rules.InARow, 10_000, 0.25, last=last, late=10_000)
    return Experiment(
        about,
        published.lag(100),
        0.2,
        {},
        1.0,
        _online(task, rule),
        limit=0.25,
        test=task,
        trials=18,
        most=60_000,
    )


def _distractors(q, p):
    """Experiment 2c; here, too, the 10,000 do not count."""
    task = partial(tasks.distractors, q=q, p=p)
    return Experiment(
        f"2c: lag of {q}, {p} distractors",
        published.lags(p),
        0.2,
        {},
        0.01,
        _online(task, partial(rules.InARow, 10_000, 0.2, late=10_000)),
        limit=0.2,
        test=task,
        trials=20,
        most=600_000,
        long=q > 50,
    )


# Of experiment 3: largest error, how many may be wrong, mean error, learning rate, stages.
TWO = {
    "a": (0.2, 0, 0.01, 1.0, ("ST1", "ST2")),
    "b": (0.2, 5, 0.04, 1.0, ("ST1", "ST2")),
    "c": (0.1, 0, 0.015, 0.1, ("solved",)),
}


def _two_sequence(letter, T, N):
    limit, most_wrong, mean, rate, stages = TWO[letter]
    task = partial(tasks.two_sequence, T=T, N=N, kind=letter)
    test = partial(tasks.two_sequence_clean, T=T, N=N) if letter == "c" else task

    def begin(rng, k):
        looked = [test(rng) for _ in range(256)]
        right = rules.Classified(looked, limit, most_wrong)
        close = rules.Classified(looked, limit, most_wrong, mean)
        return Begun(task, rules.Tested(LOOK, [right, close][-len(stages) :]), looked)

    return Experiment(
        f"3{letter}: two classes, lag of {T}, the first {N} steps tell",
        published.TWO_SEQUENCE,
        0.1,
        {"i": [-1.0, -3.0, -5.0], "o": [-2.0, -4.0, -6.0]},
        rate,
        begin,
        limit=limit,
        test=test,
        trials=10,
        most=2_000_000 if T > 100 or letter == "c" else 800_000,
        stages=stages,
        long=T > 100 or letter == "c",
    )


def _adding(T):
    task = partial(tasks.adding, T=T)
    return Experiment(
        f"4: adding, length {T}",
        published.ADDING,
        0.1,
        {"i": [-3.0, -6.0]},
        0.5,
        _online(task, partial(rules.InARow, 2000, 0.04, mean=0.01)),
        limit=0.04,
        test=task,
        trials=10,
        most=400_000 if T == 100 else 3_000_000,
        long=T > 100,
    )


def _order(marks, rate, trials):
    task = partial(tasks.order, marks=marks)
    return Experiment(
        f"6{'ab'[marks - 2]}: temporal order of {marks} symbols",
        published.ORDER[marks],
        0.1,
        {"i": [-2.0, -4.0, -6.0][:marks]},
        rate,
        _online(task, partial(rules.InARow, 2000, 0.3, mean=0.1)),
        limit=0.3,
        test=task,
        trials=trials,
        most=300_000 if marks == 2 else 3_000_000,
        long=marks > 2,
    )


LAGS = [(50, 50), (100, 100), (200, 200), (500, 500), (1000, 1000)]
LAGS += [(1000, 500), (1000, 200), (1000, 100), (1000, 50)]
ROWS = (("4 x 1", 0.1), ("3 x 2", 0.1), ("3 x 2", 0.2), ("4 x 1", 0.5), ("3 x 2", 0.5))

# Readings of experiment 1 beside the plain one, for 3 x 2 at 0.5: see `_reber` and `Experiment`.
LAST = replace(_reber("3 x 2", 0.5), most=30_000, trials=10)
READINGS = {
    "once": replace(LAST, about=f"{LAST.about}, weights change at a string's end", once=True),
    "swapped": _reber("3 x 2", 0.5, ", g in (-1, 1), h in (-2, 2)", g=1.0, h=2.0),
    "small": _reber("3 x 2", 0.5, ", g in (-1, 1), h in (-1, 1)", g=1.0),
    "closed": replace(
        LAST,
        about=f"{LAST.about}, input gates begin at -1, -2, -3",
        biases={**LAST.biases, "i": [-1.0, -2.0, -3.0]},
    ),
    "legal": _reber("3 x 2", 0.5, ", targets all that may come", legal=True),
    "legal-small": _reber("3 x 2", 0.5, ", g in (-1, 1), targets all that may come", True, g=1.0),
}

EXPERIMENTS = {
    **{f"1997-1-reber-{b.replace(' ', '')}-{rate}": _reber(b, rate) for b, rate in ROWS},
    **{
        f"1997-1-reber-3x2-0.5-{reading}": replace(one, most=LAST.most, trials=LAST.trials)
        for reading, one in READINGS.items()
    },
    "1997-2a-lag": _lag("2a: lag of 100 without noise", tasks.noise_free, last=False),
    "1997-2b-fillers": _lag(
        "2b: lag of 100, random symbols between", tasks.random_fillers, last=True
    ),
    **{f"1997-2c-{q}-{p}": _distractors(q, p) for q, p in LAGS},
    **{f"1997-3{n}-100-{N}": _two_sequence(n, 100, N) for n in "abc" for N in (3, 1)},
    "1997-3a-1000-3": _two_sequence("a", 1000, 3),
    "1997-3b-1000-1": _two_sequence("b", 1000, 1),
    **{f"1997-4-adding-{T}": _adding(T) for T in (100, 500, 1000)},
    "1997-5-multiplication": Experiment(
        "5: multiplication, length 100",
        published.ADDING,
        0.1,
        {},
        0.1,
        _online(partial(tasks.multiplication, T=100), lambda: rules.Fewer(2000, 0.04, (140, 13))),
        limit=0.04,
        test=partial(tasks.multiplication, T=100),
        trials=10,
        most=4_000_000,
        stages=("n_seq = 140", "n_seq = 13"),
        long=True,
    ),
    "1997-6a-order": _order(2, 0.5, 20),
    "1997-6b-order": _order(3, 0.1, 10),
}


def known(name: str, among: Mapping[str, Any] = EXPERIMENTS) -> Any:
    """The experiment of this name. Raises ValueError."""
    if name not in among:
        names = ", ".join(among)
        raise ValueError(f"experiment: expected one of {names}, got {name!r:.60}")
    return among[name]


def settings(name: str) -> dict[str, Any]:
    """What decides the numbers of an experiment beside its task and rule, as JSON has it.

    Raises ValueError for an unknown name.
    """
    one = known(name)
    kind = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(one.kind).items()}
    if (one.kind.g, one.kind.h) == (2.0, 1.0):  # as in the paper, which goes without saying
        del kind["g"], kind["h"]
    return {
        "kind": {**kind, "weights": one.kind.weights},
        "width": one.width,
        "biases": one.biases,
        "rate": one.rate,
        "once": one.once,
        "limit": one.limit,
        "stages": list(one.stages),
        "most": one.most,
    }
