"""A study in one small file of JSON, which NumPy alone reads: `lstm-ref study export` writes it.

`commands`: what runs the trials again. `where`, `code`, `ended`: the values that occur; a trial
has the place of its own. `studies`: an entry for each task and cell, with `task`, `cell`, `rules`
and a list for each thing that `trial.run` tells, an item a trial, in the order of their numbers.
Floats are read again bit for bit; one that is not finite is a text, "inf", "-inf" or "nan".

data/stored.json is the study of the book:

    study = stored.read()
    study.told["speech", "NP", 7]         # as `trial.run` gave it
    study.column("speech", "NP", "test")  # (n,), in the order of the numbers
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstm_ref.io import files, header
from lstm_ref.study import columns, space, trial
from lstm_ref.study.columns import StoredError, Tables, Told
from lstm_ref.types import Array

FILE = Path(__file__).parent / "data" / "stored.json"
FORMAT, VERSION = "lstm_ref study", 1
LARGEST = 50 * 2**20  # bytes that are read


@dataclass(frozen=True)
class Stored:
    """rules: of each task. told: the trials, by task, cell and number."""

    rules: dict[str, dict[str, int]]
    told: Told

    @property
    def tasks(self) -> list[str]:
        """In the order in which they are stored."""
        return [*dict.fromkeys(key.task for key in self.told)]

    def cells(self, task: str) -> list[str]:
        """Those with trials of this task, VANILLA first. Raises ValueError where there are none."""
        found = {key.cell for key in self.told if key.task == task}
        if not found:
            raise ValueError(f"task: expected one of {', '.join(self.tasks)}, got {task!r}")
        return sorted(found, key=lambda cell: ([*space.CELLS, cell].index(cell), cell))

    def trials(self, task: str, cell: str) -> list[dict[str, Any]]:
        """What `trial.run` gave, in the order of the numbers. Raises ValueError for none."""
        if cell not in (known := self.cells(task)):
            raise ValueError(f"cell: expected one of {', '.join(known)}, got {cell!r}")
        return [self.told[key] for key in sorted(self.told) if key[:2] == (task, cell)]

    def column(self, task: str, cell: str, name: str) -> Array:
        """One number of each trial, (n,): a setting, or "valid", "test", "best", "seconds"..."""
        return np.array([(each["settings"] | each)[name] for each in self.trials(task, cell)])

    def below(self, most: int) -> Stored:
        """The trials with numbers below `most`."""
        return Stored(self.rules, {k: each for k, each in self.told.items() if k.number < most})

    @property
    def digest(self) -> str:
        """A hash of what the trials had set and measured; other trials have another one."""
        said = [[*key, each["settings"], each["valid"]] for key, each in sorted(self.told.items())]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def commands(self) -> list[str]:
        """The commands that run all of it again, one for tasks that have their rules in common."""
        alike: dict[str, list[str]] = {}
        for task in self.tasks:
            alike.setdefault(json.dumps([self.rules[task], self.cells(task)]), []).append(task)
        return [self._command(tasks) for tasks in alike.values()]

    def _command(self, tasks):
        options = [f"--tasks {','.join(tasks)}"]
        if (cells := self.cells(tasks[0])) != [*space.CELLS]:
            options.append(f"--cells {','.join(cells)}")
        options.append(f"--trials {1 + max(k.number for k in self.told if k.task in tasks)}")
        for name, value in self.rules[tasks[0]].items():
            if value != trial.RULES[name]:
                options.append(f"--{name} {value}")
        return " ".join(["python -m lstm_ref study run", *options])


def write(path: str | Path, study: Stored) -> None:
    """Write the file, whole or not at all. Raises OSError; ValueError where there is no trial."""
    if not study.told:
        raise ValueError("trials: expected at least one that is told, got none")
    tables: Tables = {name: [] for name in columns.WORDS}
    entries = []
    for task in study.tasks:
        for cell in study.cells(task):
            own = {key: study.told[key] for key in study.told if key[:2] == (task, cell)}
            names = {"task": task, "cell": cell, "rules": study.rules[task]}
            entries.append(json.dumps(names | columns.written(own, tables), separators=(",", ":")))
    head = {"format": FORMAT, "version": VERSION, "commands": study.commands, **tables}
    text = json.dumps(head, indent=1)[:-2] + ',\n "studies": [\n' + ",\n".join(entries) + "\n]}\n"
    files.write_whole(path, lambda file: file.write(text.encode("ascii")))


def read(path: str | Path = FILE) -> Stored:
    """The study in a file. Raises FileNotFoundError; StoredError for what is none."""
    try:
        text = files.read(path, LARGEST, StoredError).decode("ascii")
        return _study(header.parse(text, "the study", StoredError))
    except (StoredError, UnicodeDecodeError) as error:
        raise StoredError(f"{files.cut(path, 100)}: {error}") from None


def _study(found: Mapping[str, Any]) -> Stored:
    header.check(dict(found), FORMAT, VERSION, StoredError)
    names = {"format", "version", "commands", "studies", *columns.WORDS}
    whole = columns.exactly(found, "the study", names)
    for name in names - {"format", "version"}:
        if not isinstance(whole[name], list):
            raise StoredError(f"{name}: expected a list, got {whole[name]!r:.40}")
    rules: dict[str, dict[str, int]] = {}
    told: Told = {}
    for k, entry in enumerate(whole["studies"]):
        own, trials = columns.read(entry, whole, f"studies[{k}]")
        if rules.setdefault(entry["task"], own) != own:
            raise StoredError(f"studies[{k}].rules: others than before for {entry['task']}")
        if twice := told.keys() & trials.keys():
            raise StoredError(f"studies[{k}]: {'/'.join(min(twice)[:2])} is there already")
        told |= trials
    return Stored(rules, told)
