"""Which mistake is this? Somebody's numbers against the golden vectors.

    python -m lstm_ref diagnose mine.npz

says what agrees, what does not, where in time the difference begins, and which equations are other
ones: theirs beside the right ones, with the name of the known mistake where it is one. `diagnose`
does the same for arrays, for a backward function and for a module. What is said to give every
stored number gives it to 1e-6 of the largest entry of its tensor (1e-4 if the numbers are stored in
single precision, 2e-3 in half); what is not explained is said so. SymPy is needed for cells
that are not of the catalogue.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_ref.cells.resolve import resolve
from lstm_ref.diagnose import advice, part_vectors
from lstm_ref.interop.drawn import SCALE
from lstm_ref.mistakes.evaluate import numbers_of

if TYPE_CHECKING:
    import lstm_ref.diagnose.report
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table
    from lstm_ref.mistakes.evaluate import Numbers

DAMAGED = (
    "the checksum in the file is not that of its arrays: it is damaged, or its arrays were "
    "changed under an old header"
)


def diagnose(
    mine: Any,
    cell: Cell | Table | str = "LSTM",
    *,
    T: int | None = None,
    B: int | None = None,
    D: int | None = None,
    H: int | None = None,
    seed: int = 1,
    scale: float | None = None,
    against: tuple[dict[str, Any], Any] | None = None,
) -> lstm_ref.diagnose.report.Report:
    """Compare with the golden vectors of a cell; returns a `Report`.

    mine: a dict of arrays, under our names or others, all tensors or some; or a module (or object)
    with forward(params, x, state0) -> (h, state_T, tape) and backward(params, tape, dh, dstate_T)
    -> (dparams, dx, dstate0), as in lstm_ref.cells; or such a backward function alone, which gets
    the tape of the book's own forward; it may also return a dict of arrays. cell: a name of the
    catalogue, or a declared cell. T, B, D, H, seed, scale: of the vectors; sizes that are not given
    are found from the shapes of the arrays. against: (header, arrays) to use instead of them.
    Raises TypeError or ValueError for what cannot be compared.
    """
    from lstm_ref.derive.computed import resolved
    from lstm_ref.diagnose import golden
    from lstm_ref.diagnose.comparison import Comparison
    from lstm_ref.diagnose.parts import Net

    of: Any = resolved(cell)
    if against is None:
        if isinstance(mine, Mapping) and (several := advice.parts(map(str, mine))):
            raise ValueError(f"mine: {several}")
        sizes = {k: n for k, n in dict(T=T, B=B, D=D, H=H).items() if n is not None}
        against = golden.fitting(mine, of, sizes, seed, scale)
    header, right = _vectors(against, of)
    given = isinstance(mine, Mapping)
    if part_vectors.several(header):
        if not given:
            raise TypeError("mine: expected a dict of arrays, for vectors of layers or lengths")
        return Net(mine, of, header, right).report()
    runs, changed = ([dict(mine)], []) if given else run(mine, of, numbers_of(of, right))
    for arrays in runs:
        found = Comparison(arrays, of, header, right)
        report = found.verdict() or _explained(found)
        if not report.ok:
            break
    notes = [report.note] if report.note else []
    if len(runs) > 1:
        notes = ["a second run on the same arguments gives other numbers"]
    if changed:
        notes.append(f"changes {', '.join(changed)} in place: who reads it next gets other numbers")
    return report.but(note="; ".join(notes))


def _explained(found):
    from lstm_ref.diagnose.explain import explain  # which a file that agrees does not need

    return explain(found)


def _vectors(against, cell):
    """Golden vectors, (header, arrays), unless they are of another cell or lack an array."""
    if not isinstance(against, tuple | list) or len(against) != 2:
        raise TypeError(f"against: expected (header, arrays), got {type(against).__name__}")
    header, right = against
    if header.get("cell") != cell.name:
        raise ValueError(f"against: vectors of {header.get('cell')}, the cell is {cell.name}")
    only = cell.inputs if len(cell.inputs) > 1 else ("x",)  # so vectors call an only input
    inputs = [*cell.matrices, *cell.vectors, *only, *(f"{s}_0" for s in cell.states)]
    names = [*inputs, *(f"d{n}" for n in inputs), "e", *(f"e_{s}_T" for s in cell.states)]
    if part_vectors.several(header):
        names = ["e"]
    if missing := [n for n in names if n not in right]:
        raise ValueError(f"against: no {', '.join(missing)}, which vectors of {cell.name} have")
    return header, right


def run(mine: Any, cell: Cell | Table, numbers: Numbers) -> tuple[list[dict[str, Any]], list[str]]:
    """Run somebody's module or backward function twice, each time on arguments of its own.

    Returns (a list of dicts of arrays: of the first run, and of the second if it differs; names of
    the arguments that the first run changes in place). Raises TypeError for what cannot be run.
    """
    backward = getattr(mine, "backward", mine)
    if not callable(backward):
        got = type(mine).__name__
        raise TypeError(
            f"mine: expected a dict of arrays, a backward function or a module, got {got}"
        )
    forward = getattr(mine, "forward", None) or resolve(cell).forward
    given, again = _given(numbers), _given(numbers)
    h, _, tape = forward(*(given[name] for name in ("params", "x", "state0")))
    values = {"h": np.array(h)} if hasattr(mine, "forward") else {}
    given["the tape"], again["the tape"] = tape, _copied(tape)

    def ran(own):
        found = backward(*(own[name] for name in ("params", "the tape", "dh", "dstate_T")))
        return {**values, **_results(found, cell)}

    first = ran(given)
    changed = [name for name in given if not _same(given[name], again[name])]
    second = ran(again)
    same = all(n in second and np.array_equal(first[n], second[n]) for n in first)
    return [first] if same else [first, second], changed


def _given(numbers):
    """Copies of all arguments of the two functions, by their names."""
    names = dict(params=numbers.params, x=numbers.x, state0=numbers.state0, **numbers.errors)
    return copy.deepcopy(names)


def _copied(tape):
    """A copy of somebody's tape; the tape itself if it holds what cannot be copied."""
    try:
        return copy.deepcopy(tape)
    except Exception:  # whatever his own classes raise
        return tape


def _same(one, other):
    """Whether two nests of dicts, tuples and lists hold the same arrays."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")  # nobody fills slot 0
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    return True


def _results(found, cell):
    if isinstance(found, Mapping):
        return {name: np.array(value) for name, value in found.items()}
    if not isinstance(found, tuple) or len(found) != 3 or not isinstance(found[0], Mapping):
        raise TypeError(
            "mine: backward must return (dict of gradients, dx, tuple of state gradients) or a "
            f"dict of arrays, got {type(found).__name__}"
        )
    dparams, dx, dstate0 = found
    result = {name if name.startswith("d") else f"d{name}": v for name, v in dparams.items()}
    states = zip(cell.states, dstate0 or (), strict=False)
    result |= {"dx": dx, **{f"d{s}_0": v for s, v in states}}
    return {name: np.array(value) for name, value in result.items() if value is not None}


def main(options: argparse.Namespace) -> int:
    """The command; returns the exit code.

    0: all was compared and agrees; 1: something differs or was not compared; 2: unusable input.
    """
    try:
        report = _from_files(options)
    except (TypeError, ValueError) as error:
        return _refuse(error)
    if report.verdict == "inputs":
        return _refuse(report.text)
    print(json.dumps(report.json, ensure_ascii=False, indent=1) if options.json else report.text)
    return 0 if report.ok else 1


def _from_files(options):
    from lstm_ref.derive import computed
    from lstm_ref.interop import vectors

    header, arrays = vectors.read_arrays(options.mine)
    against = vectors.read(options.against) if options.against else None
    said = against[0] if against else header
    # A file is run where the command line names one, never because a header says so.
    name = computed.named(options.cell) if options.cell else said.get("cell", "LSTM")
    given = {k: n for k in "TBDH" if (n := getattr(options, k)) is not None}
    sizes = said.get("sizes") or given
    if not isinstance(sizes, dict):
        raise ValueError(f"header: sizes: expected T, B, D and H, got {type(sizes).__name__}")
    sizes = {k: sizes[k] for k in "TBDH" if k in sizes}
    seed = said.get("seed", options.seed)
    scale = said.get("scale", SCALE if "sizes" in said else None)
    if against is None and set(vectors.OPTIONAL) & set(said) - {"scale"}:
        against = vectors.make(**{**vectors.again(said), "cell": name})
    report = diagnose(arrays, name, **sizes, seed=seed, scale=scale, against=against)
    if not report.ok and "checksum" in header:
        if header["checksum"] != vectors.checksum(header, arrays):
            report = report.but(hints=(DAMAGED, *report.hints))
    return report


def _refuse(message):
    print(message, file=sys.stderr)
    return 2
