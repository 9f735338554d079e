"""What a set of golden vectors can tell apart, and what not: `tells`.

A wrong implementation passes vectors that do not depend on what is wrong in it: with zero initial
states nobody sees that they are ignored, with equal weights no order of the gates is wrong. Four
things are computed, of any set and for any declared cell:

- whether error terms can be recovered from the gradients of the weights (`seen`);
- whether a gate is saturated, so that what is behind it hardly counts;
- whether something is zero, or two things are equal;
- whether each way of misreading the numbers (`behaviours`) changes the results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.derive.computed import resolved
from lstm_ref.interop import behaviours, drawn, nets, seen
from lstm_ref.interop.given import completed, net_of
from lstm_ref.interop.vector_files import VectorsError
from lstm_ref.types import Params

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

FAR = 1e-3  # share of an array's largest entry: what changes less is not told apart
CONDITION = 1e5  # float64 keeps 15 digits; of those ten remain in what is recovered
TOLERANCE = 1e-6  # where the header has none
WORDS = {
    "orders": "order of the gates",
    "transposes": "transposed matrices",
    "vectors": "biases, peepholes and other vectors",
    "states": "initial states",
    "sequences": "inputs",
    "errors": "errors that enter",
}


@dataclass(frozen=True)
class Tells:
    """What `tells` found.

    told: what is told apart, in words. untold: (what, why not). matrices, equations: name -> `Seen`
    of what is multiplied with it, of its error terms. changes: way of misreading -> how much it
    changes at most, as a share of the largest entry of an array.
    """

    cell: str
    told: tuple[str, ...]
    untold: tuple[tuple[str, str], ...]
    matrices: dict[str, seen.Seen]
    equations: dict[str, seen.Seen]
    changes: dict[str, float]

    @property
    def ok(self) -> bool:
        """Is everything told apart?"""
        return not self.untold

    @property
    def line(self) -> str:
        """The answer in one line."""
        if self.ok:
            least, worst = min(self.changes.values()), self._condition()
            return (
                f"{self.cell}: all is told apart; {len(self.changes)} ways to misread it change "
                f"{100 * least:.2g} % or more, error terms follow from gradients (condition "
                f"{worst:.0f})"
            )
        first, why = self.untold[0]
        more = f", and {len(self.untold) - 1} more" if len(self.untold) > 1 else ""
        return f"{self.cell}: not told apart: {first} ({why}){more}"

    def _condition(self):
        return max((found.condition for found in self.equations.values()), default=1.0)

    @property
    def text(self) -> str:
        """The answer in full, a thing a line."""
        lines = [self.line, *(f"told: {what}" for what in self.told)]
        return "\n".join([*lines, *(f"not told: {what}: {why}" for what, why in self.untold)])

    def __str__(self) -> str:
        return self.text


def tells(header: Mapping[str, Any], arrays: Params, cell: Cell | str | None = None) -> Tells:
    """What these vectors can tell apart.

    header: "cell", and "lengths", "layers", "directions", "tolerance" where they apply, as of
    `vectors.make`. arrays: parameters and x at least; initial states, biases and errors that are
    not there are zero. cell: if it is not the one of the header. Raises VectorsError, which is a
    ValueError.
    """
    of: Any = resolved(cell or header.get("cell", "LSTM"))
    net = net_of(header, of)
    given = completed(net, arrays)
    with np.errstate(all="ignore"):
        layers = nets.forward(net, given)
        runs = [values for layer in layers for part in layer for *_, values in part.runs]
        if not all(np.all(np.isfinite(v[name][1:])) for v in runs for name in of.equations):
            raise VectorsError(f"arrays: {of.name} computes numbers from them that are not finite")
        tolerance = header.get("tolerance", TOLERANCE)
        far = max(FAR, 100 * tolerance) if isinstance(tolerance, float) else FAR
        return _told(net, given, layers, far)


def _told(net, given, layers, far):
    parts = [part for layer in layers for part in layer]
    changes = {**_misread(parts), **_errors(net, layers, given)}
    small = {what: f"changes {c:.0e} at most" for what, c in changes.items() if not c >= far}
    matrices = {p.prefix + n: found for p in parts for n, found in seen.by_matrix(p).items()}
    equations = {p.prefix + n: found for p in parts for n, found in seen.by_equation(p).items()}
    untold = [*_zeros(given), *_equal(given), *small.items(), *_saturated(parts)]
    untold += [*_dead(net, layers, given), *_unseen(matrices, "what {} is multiplied with")]
    untold += _unseen(equations, "error terms of {}, from the gradients of the weights")
    told = _counted(changes, small)
    rest = [name for name, found in equations.items() if found.condition <= CONDITION]
    told += [f"error terms of {', '.join(rest)}, from the gradients of the weights"] if rest else []
    return Tells(net.cell.name, tuple(told), tuple(untold), matrices, equations, changes)


def _zeros(given):
    for name, value in given.items():
        zeros = int(np.sum(value == 0))
        if zeros:
            yield name, "zero" if zeros == value.size else f"{zeros} of {value.size} are zero"


def _equal(given):
    names: dict[bytes, str] = {}
    for name, value in given.items():
        apart = len(np.unique(value[value != 0])) == np.sum(value != 0)
        if not apart:
            yield name, "entries are equal"
        same = names.setdefault(value.tobytes() + str(value.shape).encode(), name)
        if same != name and np.any(value):
            yield f"{same} and {name}", "equal"


def _misread(parts):
    """Way of misreading -> change of the outputs and last states of its part."""
    found = {}
    for part in parts:
        right = behaviours.outcome(part, part.params, part.x, part.state0)
        for way in behaviours.every(part):
            other = behaviours.outcome(part, way.params, way.x, way.state0, way.whole)
            where = f" ({part.prefix[:-1]})" if part.prefix else ""
            found[f"{way.kind}: {way.what}{where}"] = behaviours.change(right, other)
    return found


def _errors(net, layers, given):
    """Way of misreading the errors that enter -> change of the gradients."""
    errors = _entering(net, given)
    e, last = given["e"], np.zeros_like(given["e"])
    last[-1] = e[-1]
    ways = {f"{_error_name(key)} ignored": {key: 0 * value} for key, value in errors.items()}
    if len(e) > 1:
        ways |= {"e of the last step alone": {"e": last}}
        ways |= {"e from the last step to the first": {"e": e[::-1]}}
    if e.shape[-1] > 1:
        ways["e of other samples"] = {"e": np.roll(e, 1, axis=-1)}
    _, right = nets.backward(net, layers, errors)
    found = {}
    for what, changed in ways.items():
        _, other = nets.backward(net, layers, {**errors, **changed})
        found[f"errors: {what}"] = behaviours.change(right, other)
    return found


def _entering(net, given):
    """The errors that enter, as `nets.backward` takes them."""
    prefixes = [prefix for prefixes in net.prefixes for prefix in prefixes]
    keys = [f"{prefix}{s}" for prefix in prefixes for s in net.cell.states]
    return {"e": given["e"], **{key: given[_error_name(key)] for key in keys}}


def _error_name(key):
    """ "1.h" -> "1.e_h_T"; "e" is "e"."""
    prefix, dot, state = key.rpartition(".")
    return "e" if key == "e" else f"{prefix}{dot}e_{state}_T"


def _counted(changes, small):
    """One line for each kind of misreading: how many of it are told apart."""
    kinds = Counter(what.partition(":")[0] for what in changes if what not in small)
    return [f"{WORDS[kind]}: {n} ways to misread" for kind, n in kinds.items()]


def _saturated(parts):
    found: dict[str, float] = {}
    for part in parts:
        for *_, values in part.runs:
            for name, slope in drawn.least_slopes(part.cell, values).items():
                found[part.prefix + name] = min(slope, found.get(part.prefix + name, 1.0))
    for name, slope in found.items():
        if slope < drawn.SLOPE:
            yield name, f"saturated, a slope is {slope:.0e} of the largest"


def _dead(net, layers, given):
    """Error terms that are zero at every step of every sample in more than half of the units."""
    errors = _entering(net, given)
    if not any(map(np.any, errors.values())):
        return  # which is said of the errors themselves
    for name, delta in nets.backward(net, layers, errors)[0].items():
        zero = ~np.any(delta != 0, axis=(0, *range(2, delta.ndim)))
        if 2 * zero.sum() > len(zero):
            yield f"error terms of {name}", f"zero in {zero.sum()} of {len(zero)} units"


def _unseen(found, what):
    """What cannot be recovered; names with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for name, one in found.items():
        if one.rank < one.columns:
            why = f"rank {one.rank} of {one.columns} steps and samples"
        else:
            why = f"condition {one.condition:.0e}"
        if not one.condition <= CONDITION:
            reasons.setdefault(why, []).append(name)
    return [(what.format(", ".join(names)), why) for why, names in reasons.items()]
