"""Run an experiment of 1997: its trials, in C where there is a compiler, else side by side."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lstm_ref.history import compiled, net, run
from lstm_ref.history.experiments import known
from lstm_ref.history.run import Runner, Trial
from lstm_ref.native.compiler import NoCompiler
from lstm_ref.types import Array

TESTED = 2560  # sequences, after training
WEIGHTS, START, TRAINING, TEST = range(4)  # what a generator is for
END = "end"  # the test of a trial that is cut off


def train(
    name: str,
    numbers: Sequence[int],
    native: bool = True,
    say: Callable[[dict[str, Any]], object] = lambda result: None,
) -> list[dict[str, Any]]:
    """Train the trials with these numbers; a trial does not depend on the others.

    native: in C where it can be had, one after the other; else side by side. say: is told each
    result. A result: condition, the experiment's name; seed, the trial's number; sequences,
    after how many the last stage was met, None where it was cut off; seen, how many there were;
    solved; stages, name -> sequences and what the test gave then: wrong of how many, mean of the
    absolute errors, of their squares; end, that test where it was cut off; code, "C" or "NumPy".
    Raises ValueError for an unknown name.
    """
    experiment = known(name)
    rngs = [_generator(name, k, WEIGHTS) for k in numbers]
    nets = net.start(experiment.kind, rngs, experiment.width, experiment.biases)
    tests: list[dict[str, Any]] = [{} for _ in numbers]
    trials = [_trial(name, k, into) for k, into in zip(numbers, tests, strict=True)]
    runners = _compiled(nets, len(numbers)) if native else None
    if runners is None:
        run.together(nets, trials, experiment.rate, experiment.once)
    results = []
    for place, (number, trial, found) in enumerate(zip(numbers, trials, tests, strict=True)):
        if runners is not None:
            run.one(runners[place], trial, experiment.rate, experiment.once)
        code = "NumPy" if runners is None else "C"
        results.append(_result(name, number, trial, found, code))
        say(results[-1])
    return results


def _compiled(nets, K):
    """A runner in C for each network, None where there is no compiler."""
    try:
        return [compiled.Compiled(nets, k) for k in range(K)]
    except NoCompiler:
        return None


def _generator(name, number, use):
    return np.random.default_rng([zlib.crc32(name.encode()), number, use])


def _trial(name, number, tests):
    """A trial whose tests, as its stages are met, go into a dict."""
    experiment = known(name)
    begun = experiment.begin(_generator(name, number, START), number)

    def at_stage(stage, runner):
        tests[(*experiment.stages, END)[stage]] = _tested(name, number, runner)

    return Trial(
        _generator(name, number, TRAINING),
        begun.draw,
        begun.rule,
        len(experiment.stages),
        experiment.most,
        begun.tests,
        at_stage,
    )


def _tested(name: str, number: int, runner: Runner) -> dict[str, Any]:
    """What a network says of test sequences, the same for all stages of a trial."""
    experiment, rng = known(name), _generator(name, number, TEST)
    if experiment.test is None:
        return {}
    errors: list[Array] = []
    for _ in range(TESTED):
        runner.start_again()
        errors.append(runner.run(experiment.test(rng), learn=False)[0][-1])
    size = np.abs(errors)
    return {
        "wrong": int((size.max(axis=1) > experiment.limit).sum()),
        "of": TESTED,
        "mean_error": float(size.mean()),
        "squared_error": float((size**2).mean()),
    }


def _result(name, number, trial, tests, code):
    stages = dict(zip(known(name).stages, trial.met, strict=True))
    end = {END: tests[END]} if tests.get(END) else {}
    return {
        "condition": name,
        "seed": number,
        "solved": trial.met[-1] is not None,
        "sequences": trial.met[-1],
        "seen": trial.count,
        "stages": {stage: {"sequences": n, **tests.get(stage, {})} for stage, n in stages.items()},
        **end,
        "code": code,
    }
