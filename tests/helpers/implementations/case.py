"""One file of somebody's, with all that is true about it."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lstm_ref.derive.catalogue import CELLS
from lstm_ref.interop import vectors

from . import catalogue, layouts, public, stored
from .declared import OWN, find
from .edits import implement
from .program import program

NEW = {"T": 4, "B": 2, "D": 9, "H": 10}
OLD = {"T": 5, "B": 3, "D": 4, "H": 6}
COMMON = ("LSTM", "LSTM", "LSTM", "GRU_BEFORE", "GRU_AFTER", "VANILLA", "ELMAN", "CIFG", *OWN)
COMMON += ("LSTM_1997", "GRU_BEFORE_Z_WRITES", "GRU_AFTER_Z_WRITES", "COUPLED", "MGU")
OTHER_SEED = 1009  # of golden vectors that no file was made from


@dataclass
class Case:
    """arrays: the file; truth: its arrays by our names; edits: () for a right one.

    beside: what else is in the file and no result, by our names where it has one.
    """

    cell: str
    sizes: dict
    seed: int
    edits: tuple
    kind: str
    names: tuple
    layout: layouts.Layout
    truth: dict
    arrays: dict
    beside: dict

    def record(self):
        return {
            "cell": self.cell,
            "sizes": self.sizes,
            "seed": self.seed,
            "stored": self.kind,
            "layout": self.layout.record(),
            "truth": [e.record() for e in self.edits],
            "answer": "; ".join(e.text for e in self.edits) or "agrees",
        }


@cache
def vectors_of(cell, sizes, seed=1):
    """Golden vectors, (header, arrays). sizes: as a tuple of pairs."""
    given = dict(sizes)
    letters = program(cell).letters
    if letters[program(cell).inputs[0]] == "H":
        given["D"] = given["H"]
    return vectors.make(find(cell), **given, seed=seed)


def golden(cell, sizes, seed=1):
    """Their arrays."""
    return vectors_of(cell, sizes, seed)[1]


@cache
def kept(cell, sizes, seed=1):
    """The right forward pass of these vectors, once it was made."""
    return {}


def make(rng, count, cell=None, sizes=None, kind=None, families=None, plain=False):
    """A random case with `count` mistakes. plain: our names and layout, float64."""
    names = COMMON if rng.random() < 0.8 else tuple(CELLS)
    cell = cell or names[rng.integers(len(names))]
    sizes = sizes or (OLD if rng.random() < 0.15 else NEW)
    key = tuple(sizes.items())
    arrays, right = golden(cell, key), kept(cell, key)
    p = program(cell)
    for _ in range(60):
        hand = bool(public.edits(cell)) and rng.random() < 0.15 and not families
        what, names = stored.choose(rng, p, kind)
        keep = stored.keep(names)
        if count and hand:
            found = by_hand(rng, count, cell, arrays, keep)
        elif count:
            shown = families or (catalogue.FORWARD if what == "h" else None)
            found = catalogue.draw(rng, cell, count, arrays, keep, right, shown)
        else:
            found = [], implement(cell, arrays, (), right)
        if found is None:
            continue
        edits, results = found
        truth = {n: np.array(v) for n, v in keep(results).items()}
        layout = (
            layouts.Layout(names={"output": p.output}) if plain else layouts.draw(rng, p, names)
        )
        beside = {} if plain or rng.random() > 0.1 else extras(rng, p, arrays)
        file = {**layouts.apply(layout, p, truth), **beside}
        return Case(
            cell, dict(sizes), 1, tuple(edits), what, tuple(names), layout, truth, file, beside
        )
    raise ValueError(f"{cell}: no {count} mistakes that show in {kind}")


def extras(rng, p, arrays):
    """What people store beside their results: the input, weights, the loss."""
    found = {"x": arrays["x"]} if "x" in p.inputs and rng.random() < 0.6 else {}
    if rng.random() < 0.4:
        found |= {n: arrays[n] for n in p.learned}
    return found if rng.random() < 0.5 else {**found, "loss": np.array([rng.normal()])}


def computed(cell, arrays, edits):
    """Everything that an implementation with these mistakes computes on these vectors."""
    by_hand = any(edit.kind == "public" for edit in edits)
    with np.errstate(all="ignore"):
        return (public.implement if by_hand else implement)(cell, arrays, edits)


def by_hand(rng, count, cell, arrays, keep):
    """As `catalogue.draw`, from the implementations by hand and the mistakes of public code."""
    possible = public.edits(cell)
    if len(possible) < count:
        return None
    chosen = [possible[k] for k in rng.choice(len(possible), count, replace=False)]
    if not public.fits(chosen):
        return None
    results = public.implement(cell, arrays, chosen)
    for edit in chosen:
        rest = [e for e in chosen if e is not edit]
        if not catalogue.differ(keep(results), keep(public.implement(cell, arrays, rest))):
            return None
    return chosen, results
