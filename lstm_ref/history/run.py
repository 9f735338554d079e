"""Training by the rules of 1997: one trial in C, or many side by side in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from lstm_ref.history import net
from lstm_ref.history.net import Nets
from lstm_ref.history.rules import Rule
from lstm_ref.history.tasks import Sequence
from lstm_ref.types import Array

ONE = np.array([True])  # asked, of a single network
Draw = Callable[[np.random.Generator], Sequence]


@dataclass(frozen=True)
class Piece:
    """What is different where one sequence is a piece of a stream.

    decay: of the learning rate, at each step; bound: stop behind the first asked step whose squared
    errors are not below it together, 0 for never; again (T,): before which steps states, outputs
    and derivatives are reset.
    """

    decay: float = 1.0
    bound: float = 0.0
    again: Array | None = None


WHOLE = Piece()


class Runner(Protocol):
    """One network that runs through sequences, `compiled.Compiled` or `Plain`."""

    def start_again(self) -> None:
        """States, outputs and derivatives as before the first step."""
        ...

    def run(
        self,
        sequence: Sequence,
        rate: float = 0.0,
        learn: bool = True,
        once: bool = False,
        piece: Piece = WHOLE,
    ) -> tuple[Array, Array]:
        """(errors, outputs) of the asked steps, (asked, outputs) each; see `Plain.run`."""
        ...


class Plain:
    """Number k of `nets` as a runner of its own, in NumPy: weights are shared, states are not."""

    def __init__(self, nets: Nets, k: int = 0) -> None:
        own = slice(k, k + 1)
        self.nets = Nets(nets.kind, nets.W[own], nets.V[own], nets.free_W, nets.free_V)

    def start_again(self) -> None:
        """States, outputs and derivatives as before the first step."""
        self.nets.start_again(ONE)

    def run(
        self,
        sequence: Sequence,
        rate: float = 0.0,
        learn: bool = True,
        once: bool = False,
        piece: Piece = WHOLE,
    ) -> tuple[Array, Array]:
        """(errors, outputs) of the asked steps, (asked, outputs) each, on from where it stands.

        learn: change the weights with this learning rate, at every asked step or once, at the end.
        piece: of a stream, where it stops and starts again.
        """
        errors, outputs = [], []
        again = np.zeros(len(sequence[0]), bool) if piece.again is None else piece.again
        late = np.zeros_like(self.nets.W), np.zeros_like(self.nets.V)
        for t, (x, target, asked, fresh) in enumerate(zip(*sequence, again, strict=True)):
            if fresh:
                self.start_again()
            out, tape = net.step(self.nets, x[None], learn)
            if not asked:
                continue
            outputs.append(out[0])
            errors.append(target - out[0])
            if learn:
                now = np.array([rate * piece.decay**t])
                into = late if once else (self.nets.W, self.nets.V)
                net.update(self.nets, tape, out, target[None], now, ONE, into)
            if piece.bound > 0 and not (errors[-1] ** 2).sum() < piece.bound:
                break
        if once:
            self.nets.W += late[0]
            self.nets.V += late[1]
        return np.array(errors), np.array(outputs)


class Said:
    """The outputs at the asked steps of each sequence, computed when they are first wanted.

    Nothing is learned. A rule that has seen enough asks for no more: a test is cheap as long as the
    network is bad.
    """

    def __init__(self, runner: Runner, sequences: list[Sequence]) -> None:
        self._runner, self._sequences = runner, sequences
        self._known: list[Array] = []

    def __iter__(self) -> Iterator[Array]:
        for k, sequence in enumerate(self._sequences):
            if k == len(self._known):
                self._runner.start_again()
                self._known.append(self._runner.run(sequence, learn=False)[1])
            yield self._known[k]


@dataclass
class Trial:
    """What one network learns from and is judged by, and how far it is.

    rng, draw: the sequences. rule: when it is done; stages: how many the rule has; looked: test
    sequences that the rule looks at. most: sequences after which the trial is cut off. at_stage: is
    told of the runner when a stage is met, and as number `stages` when the trial is cut off. met:
    after how many sequences a stage was met, None where it was not.
    """

    rng: np.random.Generator
    draw: Draw
    rule: Rule
    stages: int
    most: int
    looked: list[Sequence] = field(default_factory=list)
    at_stage: Callable[[int, Runner], Any] = lambda stage, runner: None

    def __post_init__(self) -> None:
        self.count = 0
        self.met: list[int | None] = [None] * self.stages

    def over(self, errors: Array, runner: Runner) -> bool:
        """After a sequence with these errors: is the trial at its end?"""
        self.count += 1
        stages = self.rule.seen(errors, Said(runner, self.looked))
        for stage in range(stages):
            if self.met[stage] is None:
                self.met[stage] = self.count - self.rule.late
                self.at_stage(stage, runner)
        if self.met[-1] is None and self.count >= self.most:
            self.at_stage(self.stages, runner)
        return self.met[-1] is not None or self.count >= self.most


def one(runner: Runner, trial: Trial, rate: float, once: bool = False) -> None:
    """Train one network to the end of its trial. once: see `Plain.run`."""
    over = False
    while not over:
        runner.start_again()
        errors, _ = runner.run(trial.draw(trial.rng), rate, once=once)
        over = trial.over(errors, runner)


def together(nets: Nets, trials: list[Trial], rate: float, once: bool = False) -> None:
    """Train a network for each trial, side by side; as `one` does, to rounding."""
    walk = Walk(nets, trials, rate, once)
    while walk.trials:
        over = walk.step()
        stay = np.ones(len(walk.trials), bool)
        for k in over:
            stay[k] = not walk.trials[k].over(np.array(walk.errors[k]), Plain(nets, k))
        walk.next_sequences(over[stay[over]])
        if not stay.all():
            walk.keep(stay)


class Walk:
    """K networks, each at some step of a sequence of its own trial."""

    def __init__(self, nets: Nets, trials: list[Trial], rate: float, once: bool) -> None:
        K = len(trials)
        self.late = (np.zeros_like(nets.W), np.zeros_like(nets.V)) if once else None
        self.nets, self.trials, self.rate = nets, list(trials), np.full(K, rate)
        self.at = np.zeros(K, int)
        self.sequences = [trial.draw(trial.rng) for trial in trials]
        self.errors: list[list[Array]] = [[] for _ in trials]

    def step(self) -> Array:
        """One step in every trial; returns the places of those whose sequence is over now."""
        now = [[part[t] for part in s] for s, t in zip(self.sequences, self.at, strict=True)]
        x, target, asked = (np.array(part) for part in zip(*now, strict=True))
        out, tape = net.step(self.nets, x)
        if asked.any():
            error = net.update(self.nets, tape, out, target, self.rate, asked, self.late)
            for k in np.flatnonzero(asked):
                self.errors[k].append(error[k])
        self.at += 1
        over = np.flatnonzero(self.at == [len(s[0]) for s in self.sequences])
        if self.late:
            for w, change in zip((self.nets.W, self.nets.V), self.late, strict=True):
                w[over] += change[over]
                change[over] = 0
        return over

    def next_sequences(self, which: Array) -> None:
        """These begin a new sequence."""
        self.nets.start_again(which)
        self.at[which] = 0
        for k in which:
            self.sequences[k] = self.trials[k].draw(self.trials[k].rng)
            self.errors[k] = []

    def keep(self, which: Array) -> None:
        """Go on with these (K,) alone."""
        self.nets.keep(which)
        self.rate, self.at = self.rate[which], self.at[which]
        self.late = self.late and (self.late[0][which], self.late[1][which])
        for name in ("trials", "sequences", "errors"):
            kept = [one for one, stay in zip(getattr(self, name), which, strict=True) if stay]
            setattr(self, name, kept)
