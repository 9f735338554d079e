"""Many trials side by side: each walks through its own sequences until its rule is met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from lstm_ref.history import net
from lstm_ref.history.net import Nets
from lstm_ref.history.tasks import Sequence
from lstm_ref.types import Array


class Rule(Protocol):
    """When a trial is done."""

    def seen(self, k: int, errors: Array) -> bool:
        """Has trial k met the rule with a sequence of these errors (asked steps, outputs)?"""
        ...

    def keep(self, which: Array) -> None:
        """Go on with these trials (K,) alone."""
        ...


class Trials:
    """K networks, each at some step of a sequence of its own.

    draw(rng): a sequence. numbers: of the trials, by which results are told apart.
    """

    def __init__(
        self,
        nets: Nets,
        rngs: list[np.random.Generator],
        draw: Callable[[np.random.Generator], Sequence],
        rate: float,
    ) -> None:
        K = len(rngs)
        self.nets, self.rngs, self.draw = nets, list(rngs), draw
        self.rate = np.full(K, rate)
        self.numbers = np.arange(K)
        self.at = np.zeros(K, int)
        self.count = np.zeros(K, int)  # sequences that are over
        self.sequences: list[Any] = [draw(rng) for rng in self.rngs]
        self.errors: list[list[Array]] = [[] for _ in range(K)]

    def step(self) -> Array:
        """One step in every trial; returns the places of those whose sequence is over now."""
        x = np.array([s[0][t] for s, t in zip(self.sequences, self.at, strict=True)])
        target = np.array([s[1][t] for s, t in zip(self.sequences, self.at, strict=True)])
        asked = np.array([s[2][t] for s, t in zip(self.sequences, self.at, strict=True)])
        out, tape = net.step(self.nets, x)
        if asked.any():
            error = net.update(self.nets, tape, out, target, self.rate, asked)
            for k in np.flatnonzero(asked):
                self.errors[k].append(error[k])
        self.at += 1
        lengths = np.array([len(s[0]) for s in self.sequences])
        over = np.flatnonzero(self.at == lengths)
        self.count[over] += 1
        return over

    def next_sequences(self, which: Array) -> None:
        """These trials begin a new sequence."""
        if len(which):
            self.nets.start_again(which)
            self.at[which] = 0
            for k in which:
                self.sequences[k] = self.draw(self.rngs[k])
                self.errors[k] = []

    def keep(self, which: Array) -> None:
        """Go on with these trials (K,) alone."""
        self.nets.keep(which)
        for name in ("rate", "numbers", "at", "count"):
            setattr(self, name, getattr(self, name)[which])
        for name in ("rngs", "sequences", "errors"):
            kept = [one for one, stay in zip(getattr(self, name), which, strict=True) if stay]
            setattr(self, name, kept)


def until(trials: Trials, rule: Rule, most: int) -> dict[int, int | None]:
    """Train until every trial meets the rule or has seen `most` sequences.

    Returns number of the trial -> sequences that it had seen, None where it was cut off.
    """
    found: dict[int, int | None] = {}
    while len(trials.numbers):
        over = trials.step()
        gone = np.zeros(len(trials.numbers), bool)
        for k in over:
            met = rule.seen(k, np.array(trials.errors[k]))
            if met or trials.count[k] >= most:
                gone[k] = True
                found[int(trials.numbers[k])] = int(trials.count[k]) if met else None
        trials.next_sequences(over)
        if gone.any():
            trials.keep(~gone)
            rule.keep(~gone)
    return found
