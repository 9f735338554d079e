"""All experiments of this room by their names: of 1997, 2000 and 2002."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from lstm_ref.history import continual, experiments, spikes, trials

# The tables of their modules, seen together, the oldest first.
EXPERIMENTS: ChainMap[str, Any] = ChainMap(
    spikes.EXPERIMENTS,
    continual.EXPERIMENTS,
    experiments.EXPERIMENTS,
)


def known(name: str) -> Any:
    """The experiment of this name: about, trials, long and more. Raises ValueError."""
    return experiments.known(name, EXPERIMENTS)


def settings(name: str) -> dict[str, Any]:
    """What decides its numbers, as JSON has it. Raises ValueError."""
    known(name)
    return _room(name).settings(name)


def train(
    name: str, numbers: Sequence[int], native: bool, say: Callable[[dict[str, Any]], object]
) -> list[dict[str, Any]]:
    """Train the trials with these numbers: see `trials.train`. Raises ValueError."""
    known(name)
    where = trials if _room(name) is experiments else _room(name)
    return where.train(name, numbers, native, say)


def _room(name: str) -> ModuleType:
    return next(room for room in (experiments, continual, spikes) if name in room.EXPERIMENTS)
