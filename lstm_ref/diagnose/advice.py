"""What the reader can do next: other names, another cell, more arrays to store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lstm_ref.derive.computed import resolved
from lstm_ref.diagnose import naming
from lstm_ref.diagnose.reading.names import hints
from lstm_ref.diagnose.reading.part_names import place
from lstm_ref.diagnose.reading.sizes import gates_of
from lstm_ref.diagnose.wording.backward import listed

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.table import Table

EXAMPLES = (
    "names that are understood are dW_fx, dWf, W_f.grad, weight_ih_l0 and bias_ih_l0 (PyTorch), "
    'kernel (Keras), W, R, B (ONNX); all of them: book, page "Golden test vectors"'
)
INPUTS = (
    "the gradients of other inputs are others: take the inputs of the vectors, or say with which "
    "--T --B --D --H --seed yours were made, or give the file with --against"
)
ONE_BY_ONE = "store the gates one by one, dW_fx, dW_ix, ..., and their order is no question"
SMALL = 1e-3
ROUNDING = (
    f"all is within {SMALL:.0e} of the right numbers: rounding, as of single precision or finite "
    "differences, or a small mistake"
)
FAR = 0.3
OTHER_INPUTS = (
    "no array is even near: were all inputs, parameters, initial states and errors of these "
    "vectors used, of this --seed? Store the inputs, too, and they are compared"
)
NO_BIASES = (
    "no gradient of a bias is stored: an implementation without biases computes other numbers, for "
    "the biases of these vectors are not 0; those of `vectors --zero-biases -o FILE` are, "
    "and --against FILE compares with them"
)
FAMILIAR = ("LSTM", "VANILLA", "GRU_AFTER", "GRU_BEFORE", "ELMAN")  # rather than their like
AFTER = " (PyTorch, Keras) or GRU_BEFORE"
GATES = {3: f"GRU_AFTER{AFTER}", 4: "LSTM", 1: "ELMAN"}


def on_left(
    left: Mapping[str, tuple[int, ...]],
    unknown: Iterable[str],
    names: Iterable[str],
    cell: Cell | Table,
) -> str:
    """A sentence on arrays that were not compared, name -> shape.

    unknown: those that no name explains; names: all in the file.
    """
    odd = [name for name in left if name not in unknown]
    if odd:
        return f"laid out unlike the other arrays: {', '.join(odd)}; one layout holds for a file"
    return other_cell(left, names, cell) or flat(left) or EXAMPLES


def other_cell(left: Iterable[str], names: Iterable[str], cell: Cell | Table) -> str:
    """A sentence on names that are those of another cell of the chapters, or "".

    names: all names in the file; left: those that were not understood.
    """
    left = list(left)
    if not left:
        return ""
    cells = {other: _names(resolved(other)) for other in naming.chapters()}
    theirs = {n for n in names if any(n in found for found in cells.values())}
    odd = [n for n in left if n in theirs - _names(cell)]
    fits = [c for c, found in cells.items() if c != cell.name and found >= theirs]
    if not odd or not fits:
        return other_kind(names, cell)
    fits = sorted(fits, key=lambda c: (len(cells[c]), c not in FAMILIAR))[:3]
    return _said_of(odd, f"{' or '.join(fits)}, not of {cell.name}", fits[0])


def other_kind(names: Iterable[str], cell: Cell | Table) -> str:
    """A sentence on names of gates that this kind of cell has not: dWz and dWr of a GRU; or ""."""
    own = set(gates_of(cell))
    gru, lstm = ({n: _gate(n, letters) for n in names} for letters in ("zrh", "fico"))
    if {"z", "r"} <= set(gru.values()) and not {"z", "r"} & own and "f" not in lstm.values():
        odd = [n for n, gate in gru.items() if gate in ("z", "r")]
        return _said_of(odd, f"a GRU, not of {cell.name}", "GRU_AFTER", AFTER)
    if {"f", "o"} <= set(lstm.values()) and not {"f", "o", "i"} & own and "r" not in gru.values():
        odd = [n for n, gate in lstm.items() if gate in ("f", "o")]
        return _said_of(odd, f"an LSTM, not of {cell.name}", "LSTM")
    return ""


def _gate(name, letters):
    """The gate that a name says most likely, if it is that of a parameter, or ""."""
    found = [h for h in hints(name, letters, ["h", "c"]) if h.kind in ("weights", "bias")][:1]
    return found[0].gate if found else ""


def _said_of(odd, whose, say, more=""):
    dots = ", ..." if len(odd) > 4 else ""
    are = "are names" if len(odd) > 1 else "is a name"
    names = ", ".join(odd[:4]) + dots
    return f'{names} {are} of {whose}: say --cell {say}{more}, or cell="{say}"'


def _names(cell):
    parameters = [*cell.matrices, *cell.vectors]
    return {*parameters, *(f"d{n}" for n in parameters)}


def number_of_gates(
    unknown: Mapping[str, tuple[int, ...]], cell: Cell | Table, sizes: Mapping[str, int]
) -> str:
    """A sentence on stacked arrays that have the rows of another number of gates, or "".

    unknown: name -> shape.
    """
    H = sizes["H"]
    here = len({n[2] for n in cell.matrices if n.endswith("x")})
    for key, shape in unknown.items():
        rows = max(shape, default=0)
        gates = rows // H if rows % H == 0 else 0
        if gates != here and gates in GATES and _of_a_library(key, cell):
            return (
                f"{key} {tuple(shape)}: {rows} is {gates} times H, and {cell.name} has {here} "
                f"gates; another cell, --cell {GATES[gates]}, or another --H?"
            )
    return ""


def _of_a_library(key, cell):
    return any(h.library in ("PyTorch", "Keras") for h in hints(key, "fico", cell.states))


def parts(names: Iterable[str]) -> str:
    """A sentence on names that tell one array of several layers or directions, or ""."""
    by_rest: dict[str, dict[object, str]] = {}
    for name in names:
        said = place(name)
        by_rest.setdefault(said.rest, {})[said.layer, said.way] = name
    several = next((found for found in by_rest.values() if len(found) > 1), None)
    if several is None:
        return ""
    return (
        f"{', '.join(list(several.values())[:4])} are of several layers or directions: vectors of "
        "these, as `vectors --layers 2 --both-ways -o FILE` makes them, are compared with "
        "--against FILE"
    )


def flat(unknown: Mapping[str, tuple[int, ...]]) -> str:
    """A sentence on flat arrays, if nothing else is left over, or ""."""
    odd = [key for key, shape in unknown.items() if len(shape) == 1 and shape[0] > 1]
    if not odd or len(odd) < len(unknown):
        return ""
    are = "are flat arrays" if len(odd) > 1 else "is a flat array"
    return (
        f"{', '.join(odd[:4])} {are}: store the shape beside the numbers, in JSON "
        '{"shape": [rows, columns], "data": [...]}'
    )


def sizes(header: Mapping[str, int], fitting: Mapping[str, int]) -> str:
    """A sentence on sizes that fit the arrays better than those of the vectors, or ""."""
    if all(header.get(letter, n) == n for letter, n in fitting.items()):
        return ""
    options = " ".join(f"--{letter} {n}" for letter, n in fitting.items())
    return f"the shapes are those of other sizes: say {options}"


def no_biases(cell: Cell | Table, tensors: Iterable[str]) -> str:
    """A sentence where gradients of all weights are stored and of no bias, or ""."""
    biases = [n for n in cell.vectors if n.startswith("b_")]
    there = {n.removeprefix("d") for n in tensors if n.startswith("d")}
    if not biases or not set(cell.matrices) <= there or there & set(biases):
        return ""
    return NO_BIASES


def to_store(cell: Cell | Table, tensors: Iterable[str]) -> str:
    """A sentence on arrays that would show where a mistake begins, of those not given, or ""."""
    values = [n for n in cell.equations if n not in tensors]
    deltas = [n for n in (f"delta_{s}" for s in cell.equations) if n not in tensors]
    if not values and not deltas:
        return ""
    return f"store {listed([*values, *deltas])}, too: they show where it begins"
