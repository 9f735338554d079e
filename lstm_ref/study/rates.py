"""Does the learning rate that suits a small network suit a large one?

Greff et al. 2017 conclude it from settings that hardly interact: so that the rate can be found on
a small network. Here it is done: vanilla cells of two sizes at every rate of a grid, without noise
and with one momentum, some seeds each. `python -m lstm_ref study rates -o FILE` runs it,
data/rates.json is what came out, `load` reads it. Needs NumPy alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

from lstm_ref.study import trial
from lstm_ref.types import Array

CELL = "VANILLA"
SIZES = (25, 125)
RATES = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16)
SEEDS = 4
FIXED = {"one_minus_momentum": 0.1, "noise": 0.0}
RULES = {"epochs": 10, "patience": 5}
SEQUENCES = {"chorales": 0, "digits": 250, "speech": 0}  # task -> the first of each set, 0 for all
KEPT = ("valid", "test", "best", "ended", "weights", "digest", "code")


def run(seeds: int = SEEDS, say: Callable[[str], object] = lambda text: None) -> dict[str, Any]:
    """All trials, a dict as JSON has it. say: is told each trial."""
    trials = []
    for seed in range(seeds):
        for task, sequences in SEQUENCES.items():
            for size in SIZES:
                for rate in RATES:
                    trials.append(one(task, size, rate, seed, sequences))
                    say(f"{task}, {size} units, rate {rate:g}: {trials[-1]['valid']:.4g}")
    about = {"cell": CELL, "fixed": FIXED, "rules": RULES, "sequences": SEQUENCES}
    command = f"python -m lstm_ref study rates --seeds {seeds}"
    return {"command": command, **about, "where": trial.where(), "trials": trials}


def one(task: str, size: int, rate: float, seed: int, sequences: int) -> dict[str, Any]:
    """One trial, without its curve."""
    settings = {"size": size, "learning_rate": rate, **FIXED}
    rules = {"seed": seed, **RULES, "sequences": sequences}
    found = trial.run(task, CELL, 0, rules, settings=settings)
    name = {"task": task, "size": size, "rate": rate, "seed": seed}
    return {**name, **{each: found[each] for each in KEPT}}


def load() -> dict[str, Any]:
    """The stored result, as `run` gave it."""
    file = resources.files(__package__).joinpath("data", "rates.json")
    return json.loads(file.read_bytes())


class Measured(NamedTuple):
    """The measures of the networks of one size on one task, the smaller the better.

    rates (R,); valid, by which one chooses, and test, by which one judges (R, seeds).
    """

    rates: Array
    valid: Array
    test: Array
    weights: int


def measured(result: dict[str, Any], task: str, size: int) -> Measured:
    """What a result has of a task and a size."""
    trials = [each for each in result["trials"] if (each["task"], each["size"]) == (task, size)]
    rates = sorted({each["rate"] for each in trials})
    valid, test = (
        np.array([[each[what] for each in trials if each["rate"] == rate] for rate in rates])
        for what in ("valid", "test")
    )
    return Measured(np.array(rates), valid, test, trials[0]["weights"])


class Regret(NamedTuple):
    """What the small networks' rate costs on the large ones, in the measure of the task.

    small, large: the rates with the best mean over all seeds. paired (seeds,): for each large
    network, test with the small networks' rate less test with the rate that the OTHER large
    networks chose, so that nobody is judged by what it chose. single (seeds,): a rate chosen on
    one small network alone: mean over the large networks, less that of `large`.
    """

    small: float
    large: float
    paired: Array
    single: Array


def regret(small: Measured, large: Measured) -> Regret:
    """Choose on small networks by `valid`, use on large ones, judge by `test`."""
    chosen, best = (int(size.valid.mean(axis=1).argmin()) for size in (small, large))
    seeds = range(large.test.shape[1])
    others = [int(np.delete(large.valid, k, axis=1).mean(axis=1).argmin()) for k in seeds]
    paired = [large.test[chosen, k] - large.test[others[k], k] for k in seeds]
    alone = large.test.mean(axis=1)[small.valid.argmin(axis=0)] - large.test[best].mean()
    return Regret(small.rates[chosen], large.rates[best], np.array(paired), alone)


def text(result: dict[str, Any]) -> str:
    """A result as JSON, a line for each trial."""
    rest = {name: value for name, value in result.items() if name != "trials"}
    head = json.dumps(rest, indent=1, allow_nan=False).removesuffix("\n}")
    lines = ",\n".join(f"  {json.dumps(each, allow_nan=False)}" for each in result["trials"])
    return f'{head},\n "trials": [\n{lines}\n ]\n}}\n'


def lines(result: dict[str, Any]) -> list[str]:
    """What came out, a line for each task."""
    found = []
    for task in result["sequences"]:
        small, large = (measured(result, task, size) for size in SIZES)
        cost = regret(small, large)
        found.append(
            f"{task}: rate {cost.small:g} by {SIZES[0]} units, {cost.large:g} by {SIZES[1]}; "
            f"the first costs {cost.paired.mean():+.4f} ({cost.paired.min():+.4f} to "
            f"{cost.paired.max():+.4f}) on the large nets"
        )
    return found
