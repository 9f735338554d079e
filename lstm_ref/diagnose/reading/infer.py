"""The sizes T, B, D and H of somebody's arrays, from their names and shapes.

Units and inputs show in the parameters, steps and samples in sequences and states. What does not
show is taken from the default vectors, of now or of before; several answers are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from lstm_ref.diagnose.reading.blocks import Blocks
from lstm_ref.diagnose.reading.meanings import PARAMETERS, Meanings
from lstm_ref.diagnose.reading.names import hints
from lstm_ref.diagnose.reading.sizes import gates_of, shapes
from lstm_ref.types import Sizes

MOST = 6  # answers that are given
NEARLY = 0.45  # of usual sizes: sequences with a slot to cut off still fit
WIDTHS = 12  # numbers that are tried for H and for D


def sizes_of(
    arrays: Mapping[str, Any],
    cell: Any,
    known: Sequence[Sizes],
    given: Mapping[str, int] | None = None,
) -> list[Sizes]:
    """Sizes that fit most arrays, the likeliest first, at most `MOST`.

    arrays: name -> array; cell: see `sizes.shapes`; known: sizes of vectors in use, likely ones
    first; given: letters whose size is known for sure. Never empty.
    """
    arrays = {key: np.asarray(value) for key, value in arrays.items()}
    given = dict(given or {})
    judge = _Judge(cell, arrays)
    usual = {n: judge.fitting(s) for n, s in enumerate(known) if _agree(given, **s)}
    if any(fits > judge.named - NEARLY for fits in usual.values()):
        order = sorted(usual, key=lambda n: -usual[n])
        return [known[n] for n in order if usual[n] > judge.named - NEARLY]
    pairs = _best(judge.units, _widths(arrays, cell, known, given), judge.parameters)
    found: list[tuple[float, int, Sizes]] = []
    for D, H in pairs[:3]:
        times = _times(arrays, (D, H), known, given)
        for n, (T, B) in enumerate(_best(judge.times(D, H), times, judge.others)[:4]):
            sizes = {"T": T, "B": B, "D": D, "H": H}
            found.append((-judge.fitting(sizes), n, sizes))
    found.sort(key=lambda f: f[:2])
    best = [sizes for score, _, sizes in found if score == found[0][0]]
    if not any("D" in letters for letters in cell.letters.values()):  # D is of no consequence
        best = list({(s["T"], s["B"], s["H"]): {**s, "D": known[0]["D"]} for s in best}.values())
    return best[:MOST]


class _Judge:
    """How many arrays fit a cell of some sizes. named: of how many the names are understood."""

    def __init__(self, cell, arrays):
        self.cell, self.arrays = cell, arrays
        self.gates = "".join(gates_of(cell))
        self.exact = set(shapes(cell, dict.fromkeys("TBDH", 1)))
        self.hints = {key: self._hints(key) for key in arrays}
        self.named = sum(key in self.exact or bool(self.hints[key]) for key in arrays)
        self.parameters = [k for k in arrays if self._parameter(k)]
        self.others = [k for k in arrays if k not in self.parameters]

    def _hints(self, key):
        found = hints(key, self.gates, self.cell.states)
        return found or hints(key, self.gates, self.cell.states, wild=True)

    def _parameter(self, key):
        if key in self.exact:
            return key.removeprefix("d") in {*self.cell.matrices, *self.cell.vectors}
        return any(h.kind in PARAMETERS for h in self.hints[key][:1])

    def units(self, pair, keys):
        return self.fitting({"T": 7919, "B": 7907, "D": pair[0], "H": pair[1]}, keys)

    def times(self, D, H):
        return lambda pair, keys: self.fitting({"T": pair[0], "B": pair[1], "D": D, "H": H}, keys)

    def fitting(self, sizes: Sizes, keys: Iterable[str] | None = None) -> float:
        """How many arrays fit, and how well."""
        known = shapes(self.cell, sizes)
        meanings = Meanings(self.cell, {}, known, Blocks(self.cell, known))
        return sum(self._fits(meanings, key) for key in (self.arrays if keys is None else keys))

    def _fits(self, meanings, key):
        """How well: 1 as it stands, less with a slot to cut off or under another meaning."""
        value = self.arrays[key]
        if found := meanings.tensor(key, value):
            return 0.9 if _slot(found) else 1.0
        worth = 0.5 if key in self.exact else 1.0
        for hint in self.hints[key]:
            if meanings.fits(hint, value):
                cut = hint.kind not in PARAMETERS and _slot(next(meanings.fit(hint, value)))
                return worth * (0.9 if cut else 1.0)
        return 0.0


def _slot(reading):
    return any(slot[0] == "slot" for slot in reading.choices)


def _best(judge, pairs, keys):
    """The pairs that most of these arrays fit, in their order."""
    if len(pairs) == 1:
        return pairs
    scores = [judge(pair, keys) for pair in pairs]
    return [pair for pair, score in zip(pairs, scores, strict=True) if score == max(scores)]


def _widths(arrays, cell, known, given):
    """(D, H) to try: known ones, then what axes say, as they are or divided by the gates."""
    gates = len(gates_of(cell)) or 1
    axes = [n for v in arrays.values() for n in v.shape if n > 1]
    axes = sorted(dict.fromkeys(axes), key=lambda n: -axes.count(n))
    whole = [n // k for k in range(2, gates + 1) for n in axes if n % k == 0]
    H = list(dict.fromkeys([*axes, *whole]))[:WIDTHS]
    rest = [n - h - one for n in axes for h in H for one in (0, 1) if n > h + one]
    flat = [v.size // (h * k) for v in arrays.values() for h in H for k in (1, gates)]
    D = list(dict.fromkeys([*axes, *rest, *(n for n in flat if 0 < n <= max(axes, default=1))]))
    found = [(s["D"], s["H"]) for s in known]
    found += [(d, h) for h, d in product(H, D[: 2 * WIDTHS])] + [(1, h) for h in H]
    return [p for p in dict.fromkeys(found) if _agree(given, D=p[0], H=p[1])] or [
        (given.get("D", known[0]["D"]), given.get("H", known[0]["H"]))
    ]


def _times(arrays, widths, known, given):
    """(T, B) to try: known ones, then pairs of axes that are no widths; more steps than samples.

    Known ones of these widths come first.
    """
    axes = [n for v in arrays.values() if v.ndim != 1 for n in v.shape]
    free = list(dict.fromkeys(n for n in axes if n not in widths)) or [1]
    free = list(dict.fromkeys([*free, *(n for n in axes if n > 1)]))[:WIDTHS]
    usual = sorted(known, key=lambda s: (s["D"], s["H"]) != widths)
    pairs = [(s["T"], s["B"]) for s in usual]
    if all(v.ndim < 3 for v in arrays.values()):
        free = [1]
    pairs += sorted(product(free, free), key=lambda p: (p[0] < p[1], p[0] == p[1]))
    flat = {v.size // n for v in arrays.values() if v.ndim == 1 for n in widths if v.size % n == 0}
    if all(v.ndim == 1 for v in arrays.values()):
        pairs += [(n // b, b) for n in sorted(flat) for b in range(1, 9) if n % b == 0 and n > b]
    pairs += [(n, 1) for n in free] + [(1, n) for n in free] + [(1, 1)]
    return [p for p in dict.fromkeys(pairs) if _agree(given, T=p[0], B=p[1])] or [
        (given.get("T", known[0]["T"]), given.get("B", known[0]["B"]))
    ]


def _agree(given, **sizes):
    return all(given.get(letter, n) == n for letter, n in sizes.items())
