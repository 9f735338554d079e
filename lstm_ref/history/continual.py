"""The continual stream of Gers, Schmidhuber & Cummins 2000, and nets that learn from it.

Strings of the embedded Reber grammar follow each other, and nothing but the symbols says where one
ends. A net learns from a stream until its first error; then its states are reset, a stream is run
with the weights as they are, and the next one to learn from begins.

As in the paper: the net, its 424 weights and how they begin; a learning rate of 0.5 at the
beginning of every stream, with or without a decay of 0.99 a step; at most 30,000 streams; a
"perfect" solution says 10 test streams of 100,000 symbols without an error, a "good" one more than
1,000 symbols on average. What a right prediction is was read in notes on the paper alone: squared
errors below 0.49. That can be met only if the target has all symbols that may come next, and the
errors of all outputs are summed: so it is here. The lengths of table 2 and the decay at each step
were read in quotations from the paper. Not of the paper: `promising` and `most`, and that the tests
of a net end with the first wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from lstm_ref.history import net, published
from lstm_ref.history.compiled import Compiled
from lstm_ref.history.run import Piece, Plain, Runner
from lstm_ref.history.tasks import Sequence
from lstm_ref.history.topology import Topology
from lstm_ref.learn.tasks import reber
from lstm_ref.native.compiler import NoCompiler
from lstm_ref.types import Array

# Of each way on, 2 state + choice: where it leads, its symbol, which symbols may follow, and
# whether a string begins with it.
NEXT = reber.NEXT.ravel().tolist()
SAID = np.eye(7)[reber.SYMBOL.ravel()]
MAY_FOLLOW = (reber.SYMBOL[NEXT][..., None] == np.arange(7)).any(axis=1).astype(float)
BEGINS = np.array(NEXT) == NEXT[0]

WEIGHTS, TRAINING, TEST, STATES = range(4)  # what a generator is for

BLOCKWISE = [0.5, 1.0, 1.5, 2.0]
PLAIN = replace(published.CONTINUAL, gates="io")


@dataclass(frozen=True)
class Experiment:
    """A line of the paper's table 2. Lengths are in symbols.

    about: in words. kind: of the nets; reset: states are reset before each string; decay: of the
    learning rate, at each step of a stream. rate: at its beginning; bound: of the squared errors of
    a right prediction; streams: to learn from, at most; longest: of them; tests: streams that a
    perfect solution says. promising: only after a stream of this length are the weights tested;
    most: learned from and tested on before a net is given up. grown: steps on which states are
    watched. trials: how many nets.
    """

    about: str
    kind: Topology
    reset: bool = False
    decay: float = 1.0
    rate: float = 0.5
    bound: float = 0.49
    streams: int = 30_000
    longest: int = 100_000
    tests: int = 10
    promising: int = 10_000
    most: int = 4_000_000
    grown: int = 10_000
    trials: int = 30
    long: bool = False


EXPERIMENTS = {
    "2000-external-reset": Experiment("2000: reset before each string", PLAIN, reset=True),
    "2000-standard": Experiment("2000: without forget gates, without resets", PLAIN),
    "2000-forget-gates": Experiment("2000: with forget gates", published.CONTINUAL),
    "2000-forget-gates-decay": Experiment(
        "2000: with forget gates and a learning rate that decays", published.CONTINUAL, decay=0.99
    ),
}


def settings(name: str) -> dict[str, Any]:
    """What an experiment is run with, for JSON."""
    told = asdict(EXPERIMENTS[name])
    kept = {key: told[key] for key in told if key not in ("about", "kind", "trials", "long")}
    kind = EXPERIMENTS[name].kind
    return {"gates": kind.gates, "weights": kind.weights, **kept}


def start(kind: Topology, seed: int) -> net.Nets:
    """A network as it begins, K = 1."""
    biases = {"i": [-b for b in BLOCKWISE], "o": [-b for b in BLOCKWISE]}
    if "f" in kind.gates:
        biases["f"] = BLOCKWISE
    return net.start(kind, [np.random.default_rng([seed, WEIGHTS])], 0.2, biases)


class Stream:
    """Symbols without end, taken piece by piece."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.state = rng, 0

    def take(self, T: int) -> tuple[Sequence, Array]:
        """(x (T, 7), target (T, 7), asked (T,)), and where strings begin, (T,).

        The target has a 1 for each symbol that may come next.
        """
        ways, state = [], self.state
        for choice in self.rng.integers(0, 2, T).tolist():
            way = 2 * state + choice
            ways.append(way)
            state = NEXT[way]
        self.state, taken = state, np.array(ways)
        return (SAID[taken], MAY_FOLLOW[taken], np.ones(T, bool)), BEGINS[taken]


def until_error(
    runner: Runner, rng: np.random.Generator, experiment: Experiment, learn: bool
) -> int:
    """How many symbols of a new stream are said right before the first error, or all of them."""
    runner.start_again()
    stream, count, size = Stream(rng), 0, 32
    while count < experiment.longest:
        sequence, begins = stream.take(min(size, experiment.longest - count))
        rate = experiment.rate * experiment.decay**count
        again = begins if experiment.reset else None
        piece = Piece(experiment.decay, experiment.bound, again)
        errors, _ = runner.run(sequence, rate, learn, piece=piece)
        count += len(errors)
        if not (errors[-1] ** 2).sum() < experiment.bound:
            return count - 1
        size = min(2 * size, 4096)
    return count


def learn(runner: Runner, experiment: Experiment, seed: int) -> dict[str, Any]:
    """Learn from streams until a solution is perfect, or the net is given up.

    Returns "solved"; "sequences", the streams after which it was perfect, None if it was not;
    "seen", how many streams there were; "learned" and "tested", symbols; "longest", the longest
    stream that was learned from; "tests", the lengths of the test streams at the end; "reason".
    """
    learning, testing = (np.random.default_rng([seed, part]) for part in (TRAINING, TEST))
    found: dict[str, Any] = {"solved": False, "sequences": None}
    found |= {"seen": 0, "learned": 0, "tested": 0, "longest": 0}
    found["reason"] = f"all {experiment.streams} streams are presented"

    def tested(to_the_end):
        lengths: list[int] = []
        while len(lengths) < experiment.tests:
            lengths.append(until_error(runner, testing, experiment, learn=False))
            if not to_the_end and lengths[-1] < experiment.longest:
                break
        found["tested"] += sum(lengths)
        return lengths

    def perfect(lengths):
        done = {"solved": True, "sequences": found["seen"], "reason": "perfect"}
        return found | done | {"tests": lengths}

    while found["seen"] < experiment.streams:
        length = until_error(runner, learning, experiment, learn=True)
        found["seen"] += 1
        found["learned"] += length
        found["longest"] = max(found["longest"], length)
        if length >= experiment.promising and min(lengths := tested(False)) == experiment.longest:
            return perfect(lengths)
        if found["learned"] + found["tested"] >= experiment.most:
            found["reason"] = f"{experiment.most} symbols are over"
            break
    last = tested(True)
    return perfect(last) if min(last) == experiment.longest else found | {"tests": last}


def states(
    runner: Compiled | Plain, rng: np.random.Generator, T: int, every: int
) -> dict[str, list[float]]:
    """How large the states get on one stream without resets that nothing stops, not even an error.

    Returns ``steps``, and over the cells at these steps ``mean |c|`` and ``largest |c|``.
    """
    runner.start_again()
    stream = Stream(rng)
    found: dict[str, list[float]] = {"steps": [], "mean |c|": [], "largest |c|": []}
    for step in range(every, T + 1, every):
        runner.run(stream.take(every)[0], learn=False)
        size = np.abs(runner.c if isinstance(runner, Compiled) else runner.nets.c)
        found["steps"].append(step)
        found["mean |c|"].append(round(float(size.mean()), 3))
        found["largest |c|"].append(round(float(size.max()), 3))
    return found


def train(
    name: str,
    numbers: Iterable[int],
    native: bool = True,
    say: Callable[[dict[str, Any]], object] = lambda result: None,
) -> list[dict[str, Any]]:
    """Train the nets with these numbers; as `trials.train`, see there and `learn`."""
    experiment, results = EXPERIMENTS[name], []
    for number in numbers:
        nets = start(experiment.kind, number)
        runner = _runner(nets, native)
        found = learn(runner, experiment, number)
        rng = np.random.default_rng([number, STATES])
        grown = states(runner, rng, experiment.grown, experiment.grown // 20)
        code = "C" if isinstance(runner, Compiled) else "NumPy"
        about = {"condition": name, "seed": number}
        results.append({**about, **found, "states": grown, "code": code})
        say(results[-1])
    return results


def _runner(nets, native):
    try:
        return Compiled(nets) if native else Plain(nets)
    except NoCompiler:
        return Plain(nets)
