"""A cell and its back-propagation as a table of trees: what `terms` has derived, without SymPy.

Tables of the catalogue's cells are stored with the package (`lstm_ref.generated.tables`, written by
`tabulate`), so that reading somebody's numbers needs NumPy only. A `Table` answers to the names
that a declared cell has, too: name, states, letters, matrices, vectors, inputs, equations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from lstm_ref.derive import tree
from lstm_ref.derive.tree import Node

ONE = tree.Number(1)
FOLDER = "tables"  # in lstm_ref.generated: as formulas are printed
COMPUTED = "computed"  # likewise: as numbers are computed, in SymPy's order


@dataclass(frozen=True)
class Equation:
    """name[t] = activation(net), or net where activation is None."""

    net: Node
    activation: str | None = None


@dataclass(frozen=True)
class Via:
    """How a summand carries an error G, see `terms.Term`.

    kind: "matrix" (Aᵀ G), "transposed" (A G), "spread", "ones", "row" (G vᵀ), "column" (v Gᵀ),
    "right" (G b) or "left" (Gᵀ a). node: the matrix A, a parameter or a signal; or v, b, a.
    """

    kind: str
    node: Node | None = None


@dataclass(frozen=True)
class Summand:
    """One summand of ∂E/∂of: op(δ_by ⊙ inner) ⊙ outer, `lag` steps later. See `terms.Term`."""

    of: str
    by: str
    lag: int
    inner: Node
    via: Via | None = None
    outer: Node = ONE


@dataclass(frozen=True)
class Product:
    """One summand of ∂E/∂of, a matrix: Σ_t (δ_by ⊙ inner) vᵀ, or its transpose."""

    of: str
    by: str
    inner: Node
    v: Node
    transposed: bool = False


class Asked:
    """What `lstm_ref.cells.interface` asks every cell for, from the letters of its arrays."""

    NAME = property(lambda self: self.name)
    INPUT = property(lambda self: f"T{self.letters[self.input]}B")
    INPUTS = property(lambda self: {x: f"T{self.letters[x]}B" for x in self.inputs})
    OUTPUT = property(lambda self: f"T{self.letters[self.output]}B")
    STATES = property(lambda self: {s: f"{self.letters[s]}B" for s in self.states})


@dataclass(frozen=True)
class Table(Asked):
    """A cell: its equations in order, and every summand of its error terms and gradients.

    letters: sizes of every signal and parameter. slopes: ∂u/∂net_u, None without an activation.
    terms: of inputs, signals, vectors; products: of matrices; both in the order of `terms.derived`.
    text: the equations, for the reader, in tables that numbers are computed from. NAME, SHAPES and
    the like: what `lstm_ref.cells.interface` asks every cell for.
    """

    name: str
    inputs: tuple[str, ...]
    states: tuple[str, ...]
    letters: dict[str, str]
    matrices: tuple[str, ...]
    vectors: tuple[str, ...]
    fixed: tuple[str, ...]
    constants: dict[str, float]
    equations: dict[str, Equation]
    slopes: dict[str, Node | None]
    terms: dict[str, tuple[Summand, ...]]
    products: dict[str, tuple[Product, ...]]
    text: tuple[str, ...] = ()
    dropped: tuple[()] = field(default=(), repr=False)

    @property
    def SHAPES(self) -> dict[str, str]:
        """Letters of every learned parameter, in the order of their first use."""
        learned = {*self.matrices, *self.vectors}
        return {name: word for name, word in self.letters.items() if name in learned}

    @property
    def FIXED(self) -> dict[str, str]:
        """Letters of every fixed parameter."""
        return {name: self.letters[name] for name in self.fixed}

    @property
    def catalogued(self) -> bool:
        """Is it one of the stored tables?"""
        return any(self is stored(folder, self.name) for folder in (FOLDER, COMPUTED))

    @property
    def input(self) -> str:
        """The first input."""
        return self.inputs[0]

    @property
    def output(self) -> str:
        """The signal of the last equation, which is its output."""
        return list(self.equations)[-1]

    def summands(self, name: str) -> tuple[Summand, ...] | tuple[Product, ...]:
        """The summands of ∂E/∂name: of a matrix products, of all others terms; () of no name."""
        return self.products.get(name) or self.terms.get(name, ())

    def rank(self, name: str) -> int:
        """0 for a number, 1 for a vector, 2 for a matrix; name: a signal or a parameter."""
        return len(self.letters[name].replace("1", ""))


CLASSES: dict[str, type] = {
    c.__name__: c
    for c in (
        *(tree.Number, tree.Known, tree.Constant, tree.Size, tree.Parameter, tree.Signal),
        *(tree.Net, tree.Delta, tree.Outside, tree.Sum, tree.Product, tree.Quotient, tree.Power),
        *(tree.Call, tree.Apply, tree.Transposed, tree.Outer, tree.Dot),
        *(Equation, Via, Summand),
    )
}
CLASSES["Of"] = Product  # tree.Product has the name
NAMES = {c: name for name, c in CLASSES.items()}


def written(value: Any) -> Any:
    """Trees and tables of trees as what JSON can hold: ["Signal", "c", 1]."""
    if isinstance(value, Fraction):
        return ["/", value.numerator, value.denominator]
    if isinstance(value, tuple):
        return ["()", *map(written, value)]
    if isinstance(value, dict):
        return {key: written(each) for key, each in value.items()}
    if type(value) in NAMES:
        return [NAMES[type(value)], *(written(getattr(value, f.name)) for f in fields(value))]
    return value


def parsed(value: Any) -> Any:
    """What `written` has written. Raises KeyError for a word that is no class of ours."""
    if isinstance(value, dict):
        return {key: parsed(each) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    word, *rest = value
    if word == "/":
        return Fraction(*rest)
    parts = [parsed(each) for each in rest]
    return tuple(parts) if word == "()" else CLASSES[word](*parts)


def dumped(table: Table) -> str:
    """The table as JSON text, the same bytes each time."""
    found = {f.name: written(getattr(table, f.name)) for f in fields(table) if f.repr}
    if not table.text:
        del found["text"]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=False) + "\n"


def loaded(text: str) -> Table:
    """The table that `dumped` has written."""
    return Table(**{key: parsed(value) for key, value in json.loads(text).items()})


def of_catalogue(name: str) -> Table:
    """The stored table of a cell of the catalogue. Raises ValueError for another name."""
    if (found := stored(FOLDER, name)) is None:
        raise ValueError(f"name: expected a cell of the catalogue, got {name!r}")
    return found


@cache
def stored(folder: str, name: str) -> Table | None:
    """The table of a cell of the catalogue in one of the two folders, None of another name."""
    file = resources.files("lstm_ref.generated") / folder / f"{name.lower()}.json"
    if not name.isidentifier() or not file.is_file():
        return None
    return loaded(file.read_text(encoding="utf-8"))
