"""A mistake as a record, and what an implementation with several of them computes.

place says where: ("summand", of, by, lag), ("part", of, by, lag, number), ("factor", of, by, lag),
("slope", equation, number), ("matrix", parameter, equation), ("gradient", parameter),
("delta", equation), ("states", which), ("errors", which), ("sums",), ("window",), ("before",) on
the way back; ("forward", equation, number), ("gates",), ("inputs", what), ("reset",) forwards;
("stored", what) for what is right and stored in a wrong order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .program import Program, program
from .tape import Changes, Run

STEPS = {
    "all": lambda k, T: True,
    "last only": lambda k, T: k == T,
    "first only": lambda k, T: k == 1,
    "not first": lambda k, T: k > 1,
    "not last": lambda k, T: k < T,
}


@dataclass(frozen=True)
class Edit:
    """One mistake. equations: those that it makes wrong. plant: changes a `Build`."""

    place: tuple
    kind: str
    text: str
    equations: tuple
    plant: Callable = field(compare=False, repr=False)
    weight: float | None = None
    steps: str = "all"

    @property
    def forward(self):
        return self.place[0] in ("forward", "gates", "inputs", "reset")

    def record(self):
        """As plain data."""
        return {
            "place": list(self.place),
            "kind": self.kind,
            "weight": self.weight,
            "steps": self.steps,
            "text": self.text,
            "equations": list(self.equations),
        }


@dataclass
class Build:
    """An implementation in the making.

    given: functions of the tensors, applied before the run. after: functions(arrays, run) ->
    arrays, applied to all results in the order of planting. errors: functions(e, last).
    """

    program: Program
    changes: Changes = field(default_factory=Changes)
    given: list[Callable] = field(default_factory=list)
    errors: list[Callable] = field(default_factory=list)
    after: list[Callable] = field(default_factory=list)
    repeats: list[Callable] = field(default_factory=list)


def tensors_of(cell, arrays):
    """What an implementation is given, from a file of golden vectors."""
    p = program(cell)
    names = [n for n in p.letters if n in arrays and n not in p.equations]
    names += [f"{s}_0" for s in p.states]
    given = {name: arrays[name] for name in names}
    return given, arrays["e"], {s: arrays[f"e_{s}_T"] for s in p.states}


def implement(cell, arrays, edits=(), kept: dict[str, Any] | None = None):
    """Everything that an implementation with these mistakes computes, by the names of the vectors.

    arrays: golden vectors, of which only the inputs are read. kept: keeps the right forward pass.
    """
    tensors, e, last = tensors_of(cell, arrays)
    build = Build(program(cell))
    for edit in edits:
        edit.plant(build)
    for change in build.given:
        tensors = change(dict(tensors))
    if kept is not None and not build.given and build.program is program(cell):
        if "run" not in kept:
            kept["run"] = Run(build.program, tensors)
        run = kept["run"]
        run.changes = build.changes
    else:
        run = Run(build.program, tensors, build.changes)
    for change in build.repeats:
        last = change(run, e, dict(last))
    results = collected(run, *run.backward(e, last))
    for change in build.after:
        results = change(results, run)
    return results


def collected(run, gradients, deltas):
    found = {n: np.stack(run.V[n][1:]) for n in run.program.equations}
    for name in run.program.active:
        net = run.program.equations[name][-1].args[0]
        found[f"net_{name}"] = np.stack([run.tape[name][k][net] for k in range(1, run.T + 1)])
    found |= {f"delta_{n}": v for n, v in deltas.items()}
    return found | {f"d{n}": v for n, v in gradients.items()}
