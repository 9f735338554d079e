"""How wide everything is, from the equations alone.

What is added or multiplied unit by unit has the same width; a matrix leads from the width of the
vector it multiplies to the width of the equation it stands in. A matrix that is a signal has two
widths. A number goes with everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive.declare.ranks import ranks
from lstm_ref.derive.expressions import (
    SPREAD,
    Constant,
    DeclarationError,
    Dot,
    Mean,
    Outer,
    Size,
    Softmax,
    Total,
    Transposed,
    matrix,
    t,
)
from lstm_ref.sizes import SPARE

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


def letters(cell: Cell) -> dict[str, str]:
    """Letters of every signal and parameter: {"f": "H", "W_fx": "HD", "b_f": "H1", ...}.

    D: the input; H: the widest group of signals, which is D too where input and units are combined
    unit by unit; G: gates shared by the cells of a block; P, Q, ...: other groups, in order.
    "1": a number; two letters: a matrix. Parameters come in the order of their first use.
    """
    rank = ranks(cell)
    groups, matrices = _groups(cell, rank)
    names = _names(cell, groups, rank, matrices)

    def letter(name):
        return names[groups.find(name)]

    kinds = {0: lambda s: "1", 1: letter, 2: lambda s: letter(s) + letter(_columns(s))}
    found = {s: kinds[rank[s]](s) for s in (*cell.inputs, *cell.equations)}
    for name in cell._parameters():
        if name in matrices:
            found[name] = "".join(map(letter, matrices[name]))
        else:
            found[name] = "11" if rank.get(name) == 0 else letter(name) + "1"
    for name in matrices.keys() & {str(SPREAD)}:
        found[name] = "".join(map(letter, matrices[name]))
    return found


def letter_of(cell: Cell, expr: sympy.Expr) -> str:
    """The letter of the width of an expression that is a vector, "1" of a number."""
    if isinstance(expr, Dot):
        word = cell.letters[_label(matrix(expr))]
        return word[1] if isinstance(expr.args[0], Transposed) else word[0]
    if isinstance(expr, Total | Mean):
        return "1"
    if isinstance(expr, sympy.Indexed | sympy.Symbol):
        plain = expr == t or isinstance(expr, Constant | Size)
        return "1" if plain else cell.letters[_label(expr)][0]
    found = (letter_of(cell, a) for a in sorted(expr.args, key=str))
    return next((letter for letter in found if letter != "1"), "1")


def _label(symbol):
    return symbol.base.label.name if isinstance(symbol, sympy.Indexed) else str(symbol)


def _columns(name):
    """The name that stands for the second width of a matrix."""
    return f"columns of {name}"


class Groups(dict[str, str]):
    """Names that have the same width (union-find)."""

    blocks: str | None = None  # the group of the gates that the cells of a block share

    def find(self, name: str) -> str:
        """The name that stands for the whole group of this one."""
        while self.setdefault(name, name) != name:
            name = self[name]
        return name

    def join(self, a: str, b: str) -> None:
        """Make two groups one; the name that stood for that of b stands for both."""
        self[self.find(a)] = self.find(b)


class _Visitor:
    """Joins what has the same width. owner: (rows, columns) of what an expression belongs to."""

    def __init__(self, rank: dict[str, int]) -> None:
        self.rank, self.groups = rank, Groups()
        self.matrices: dict[str, tuple[str, str]] = {}  # matrix of parameters -> rows, columns

    def visit(self, expr, owner):
        """Join everything outside of products with the owner; products open groups of their own."""
        if isinstance(expr, Dot):
            self._dot(expr, owner)
        elif isinstance(expr, Outer):
            a, b = expr.args
            self.visit(a, (owner[0], None))
            self.visit(b, (owner[1], None))
        elif isinstance(expr, Total | Mean):
            self.visit(expr.args[0], (f"the argument of {expr}", None))
        elif isinstance(expr, Softmax):
            self.visit(expr.args[0], owner)
        elif isinstance(expr, sympy.Indexed):
            self._join(expr.base.label.name, owner)
        elif isinstance(expr, sympy.Symbol):
            if expr != t and not isinstance(expr, Constant | Size):
                self._join(str(expr), owner)
        else:
            for argument in expr.args:
                self.visit(argument, owner)

    def _join(self, name, owner):
        """Nothing is joined with a number, which goes with every width."""
        for part, end in zip((name, _columns(name)), owner, strict=True):
            if self.rank.get(name, 1) > (part != name) and end is not None:
                self.groups.join(part, end)

    def _dot(self, product, owner):
        A, v = matrix(product), product.args[1]
        turned = isinstance(product.args[0], Transposed)
        inner = f"the argument of {A} {v}"
        if isinstance(A, sympy.Indexed):
            ends = A.base.label.name, _columns(A.base.label.name)
        elif turned:
            ends = self.matrices.setdefault(str(A), (inner, owner[0]))
        else:
            ends = self.matrices.setdefault(str(A), (owner[0], inner))
        row, column = reversed(ends) if turned else ends
        self.groups.join(row, owner[0])
        self.groups.join(column, inner)
        self.visit(v, (inner, None))


def _groups(cell, rank):
    visitor = _Visitor(rank)
    for name, equation in cell.equations.items():
        visitor.visit(equation.expr, (name, _columns(name) if rank[name] == 2 else None))
    if str(SPREAD) in visitor.matrices:
        units, blocks = map(visitor.groups.find, visitor.matrices[str(SPREAD)])
        if units == blocks:
            raise DeclarationError(
                f"{cell.name}: spread hands one gate to all units of its block, and here what it "
                "gives is as wide as what it gets; the gates need a signal of their own: "
                "g[t] = sigma(W.g @ x[t]), then spread(g[t])"
            )
        visitor.groups.blocks = visitor.groups.find(visitor.matrices[str(SPREAD)][1])
    return visitor.groups, visitor.matrices


def _names(cell, groups, rank, matrices):
    """A letter for each group."""
    names: dict[str, str] = {}
    roots = [groups.find(name) for name in cell.equations if rank[name]]
    if roots:
        main = max(roots, key=lambda root: (root != groups.blocks, roots.count(root)))
        names[main] = "H"
    if groups.blocks is not None:
        names.setdefault(groups.blocks, "G")
    vectors = [name for name in cell.inputs if rank[name]]
    for name in vectors[:1]:
        names.setdefault(groups.find(name), "D")
    spare = iter(SPARE)
    # vectors of parameters that no signal shares its width with come last
    alone = [name for name in cell._parameters() if name not in matrices and rank.get(name, 1)]
    wide = [groups.find(_columns(name)) for name in cell.equations if rank[name] == 2]
    for root in (*map(groups.find, vectors), *roots, *wide, *map(groups.find, alone)):
        if root not in names:
            if (letter := next(spare, None)) is None:
                raise DeclarationError(f"{cell.name}: more than {len(SPARE)} different widths")
            names[root] = letter
    return names
