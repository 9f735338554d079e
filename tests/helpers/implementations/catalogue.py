"""Every edit of a cell, by family, and a draw of several with none hidden behind another."""

from functools import cache

import numpy as np

from . import forwards, resets, slopes, steps, summands, sums, whole
from .edits import Build, implement
from .program import program

FAMILIES = {
    "summand": summands.summands,
    "factor": summands.factors,
    "matrix": summands.matrices,
    "slope": slopes.slopes,
    "slopes": slopes.all_slopes,
    "delta": slopes.deltas,
    "gradient": sums.gradients,
    "sums": sums.sums,
    "states": steps.seen,
    "errors": steps.errors,
    "window": steps.windows,
    "left over": steps.left_over,
    "early": steps.too_early,
    "activation": forwards.activations,
    "operation": forwards.operations_of,
    "gates": forwards.gates,
    "inputs": forwards.inputs,
    "reset": resets.resets,
    "stored": forwards.stored,
    "whole": whole.whole,
    "twin": resets.twins,
}
# How often each is drawn.
SHARES = {
    "summand": 20, "factor": 16, "matrix": 5, "slope": 14, "slopes": 2, "delta": 6, "gradient": 12,
    "sums": 4, "states": 4, "errors": 5, "window": 2, "left over": 1, "early": 1, "activation": 5,
    "operation": 4, "gates": 2, "inputs": 5, "reset": 2, "stored": 1, "whole": 8, "twin": 1,
}  # fmt: skip
FORWARD = (
    "activation",
    "operation",
    "gates",
    "inputs",
    "reset",
    "stored",
    "twin",
)  # they show in h
LARGE = 1e6
SEEN = 1e-7  # relative: smaller changes of all that is stored are none


@cache
def edits(cell):
    """family -> tuple of all its edits of a cell."""
    p = program(cell)
    found = {name: tuple(family(p)) for name, family in FAMILIES.items()}
    return {name: each for name, each in found.items() if each}


def draw(rng, cell, count, arrays, stored, kept=None, families=None):
    """`count` edits at different places that all show in what is stored, or None.

    stored: function(results) -> {name: array}. Returns (edits, results).
    """
    possible = edits(cell)
    names = [n for n in (families or SHARES) if n in possible]
    weights = np.array([SHARES[n] for n in names], float)
    chosen = []
    for _ in range(40):
        family = names[rng.choice(len(names), p=weights / weights.sum())]
        edit = possible[family][rng.integers(len(possible[family]))]
        if not fits(cell, edit, chosen):
            continue
        chosen.append(edit)
        if len(chosen) == count:
            break
    if len(chosen) < count:
        return None
    with np.errstate(all="ignore"):
        results = implement(cell, arrays, chosen, kept)
        found = stored(results)
        if not all(np.abs(v).max() < LARGE for v in found.values()):  # nor is NaN
            return None
        for n in range(count):
            rest = chosen[:n] + chosen[n + 1 :]
            if not differ(found, stored(implement(cell, arrays, rest, kept))):
                return None
    return chosen, results


def rewritten(edit):
    """The equation of which a mistake forwards changes the operations, or None."""
    if edit.place[0] == "reset":
        return edit.equations[0]
    plain = edit.place[0] == "forward" and not edit.kind.startswith("activation")
    return edit.place[1] if plain else None


def planted_in(cell, edit):
    """Equations with operations that a mistake changes on the way back."""
    build = Build(program(cell))
    edit.plant(build)
    return {place[0] for place in build.changes.places}


def fits(cell, edit, chosen):
    """One at a place, one forwards per equation, and one for the whole of the same kind."""
    for other in chosen:
        if rewritten(edit) in planted_in(cell, other) or rewritten(other) in planted_in(cell, edit):
            return False
        if edit.place == other.place or edit.place[0] == other.place[0] in ("stored", "gates"):
            return False
        if edit.place[:2] == other.place[:2] and edit.place[0] in ("forward", "inputs", "factor"):
            return False
        if edit.place[0] == other.place[0] and edit.place[0] in ("states", "sums", "reset"):
            return False
        if {edit.place[0], other.place[0]} in ({"reset", "forward"}, {"carry", "summand"}):
            return False
        if {edit.place[0], other.place[0]} == {"slope", "slopes"}:
            return False
    return True


def differ(some, others):
    """Whether any array differs by more than rounding."""
    for name, a in some.items():
        b = others[name]
        scale = max(np.abs(a).max(), np.abs(b).max())
        if scale and np.abs(a - b).max() > SEEN * scale:
            return True
    return False
