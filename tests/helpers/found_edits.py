"""Every edit that the reader of `diagnose.core` can find in a cell, and some forwards."""

from dataclasses import replace

import numpy as np

from lstm_ref.check import witnesses
from lstm_ref.derive import catalogue, table
from lstm_ref.diagnose.core import alternatives, dictionary, passes, values
from lstm_ref.diagnose.core.edits import Edit

SIZES = {"T": 4, "B": 2}


def backwards(name):
    """(table, edits) of the error terms of a cell of the catalogue."""
    cell = catalogue.declared(name)
    tensors, errors = witnesses.problem(cell, np.random.default_rng(3))
    enter = {"e": errors["dh"], **dict(zip(cell.states, errors["dstate_T"], strict=True))}
    stored = table.of_catalogue(name)
    base = passes.Pass(stored, values.forward(stored, tensors), enter)
    delta = base.run()
    found = []
    for of in (*stored.equations, *stored.inputs):
        for item in alternatives.items(base, of, delta):
            found += [Edit(item.place, "dropped", weight=0.0), Edit(item.place, "weight", 2.0)]
            found += item.edits
        if of in stored.equations:
            found += alternatives.slopes(base, of)[1]
    for state in stored.states:
        for item in alternatives.items(base, state, delta, start=True):
            found += [Edit(item.place, "dropped", weight=0.0), *item.edits]
    return stored, found


def sums(stored):
    """Edits of the gradients of parameters."""
    found = []
    for name in (*stored.matrices, *stored.vectors):
        for k, item in enumerate((*stored.products.get(name, ()), *stored.terms.get(name, ()))):
            place = ("sum", name, k)
            found += [Edit(place, "weight", weight=w) for w in (0.0, 0.5, 0.25, -1.0, 3.7)]
            found += [
                Edit(place, "dropped", 0.0, steps=s) for s in ((1,), (4,), (1, 2, 3), (2, 3, 4))
            ]
            found += [
                Edit(place, kind, inner=n) for n, kind in dictionary.others(stored, item.inner)
            ]
            if hasattr(item, "v"):
                found += [Edit(place, kind, v=n) for n, kind in dictionary.others(stored, item.v)]
    return found


def others(stored):
    """Edits of finished tensors, of what goes in and of the forward pass."""
    every = tuple(f"d{n}" for n in (*stored.matrices, *stored.vectors))
    found = [Edit(("scale", every), "clipped", weight=0.3, other="0.25")]
    found += [Edit(("scale", every), "weight", weight=0.5)]
    found += [Edit(("enter", s), "dropped", weight=0.0) for s in ("e", *stored.states)]
    found += [Edit(("enter", "e"), "dropped", 0.0, steps=s) for s in ((1, 2, 3), (4,), (2,))]
    for state in stored.states:
        found += [Edit(("state", state), word, other=word) for word in ("zero", "ones")]
    found += [Edit(("state", "all"), "zero", other="zero")]
    for name in ("reversed", "shifted", "last"):
        found.append(Edit(("result", stored.output), name, other=name))
    found += [Edit(("given", stored.input), "reversed", other="reversed"),
              Edit(("given", stored.input), "reshaped", other="BTD")]  # fmt: skip
    for name, equation in stored.equations.items():
        place = ("forward", name)
        if equation.activation:
            found.append(Edit(place, "activation", other="hard sigmoid"))
        found += [Edit(place, kind, inner=n) for n, kind in dictionary.others(stored, equation.net)]
    return found


def stepwise(edits):
    """The same at some steps only."""
    found = (e for e in edits if e.steps is None and "|" not in repr(e))
    return [replace(e, steps=(1,)) for e in found if e.place[0] in ("term", "slope", "sum")]
