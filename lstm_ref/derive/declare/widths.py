"""How wide everything is, from the equations alone.

What is added or multiplied unit by unit has the same width; a matrix leads from the width of the
vector it multiplies to the width of the equation it stands in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from lstm_ref import arguments
from lstm_ref.derive.expressions import SPREAD, DeclarationError, Dot, t

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


def letters(cell: Cell) -> dict[str, str]:
    """Letters of every signal and parameter: {"f": "H", "W_fx": "HD", "b_f": "H1", ...}.

    D: the input; H: the widest group of signals, which is D too where input and units are combined
    unit by unit; G: gates shared by the cells of a block; P, Q, ...: other groups, in order.
    Parameters come in the order of their first use.
    """
    groups, matrices = _groups(cell)
    names = _names(cell, groups)
    found = {s: names[groups.find(s)] for s in (cell.input, *cell.equations)}
    for name in cell._parameters():
        if name in matrices:
            row, column = matrices[name]
            found[name] = names[groups.find(row)] + names[groups.find(column)]
        else:
            found[name] = names[groups.find(name)] + "1"
    for name in matrices.keys() & {str(SPREAD)}:
        found[name] = "".join(names[groups.find(end)] for end in matrices[name])
    return found


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


def _groups(cell):
    groups = Groups()
    matrices: dict[str, tuple[str, str]] = {}  # matrix -> its rows, its columns

    def visit(expr, owner):
        """Join everything outside of products with `owner`; products open a group of their own."""
        if isinstance(expr, Dot):
            W, v = expr.args
            inner = f"the argument of {W} {v}"
            row, column = matrices.setdefault(str(W), (owner, inner))
            groups.join(row, owner)
            groups.join(column, inner)
            visit(v, inner)
        elif isinstance(expr, sympy.Indexed):
            groups.join(expr.base.label.name, owner)
        elif isinstance(expr, sympy.Symbol) and expr != t:
            groups.join(str(expr), owner)
        else:
            for argument in expr.args:
                visit(argument, owner)

    for name, equation in cell.equations.items():
        visit(equation.expr, name)
    if str(SPREAD) in matrices:
        groups.blocks = groups.find(matrices[str(SPREAD)][1])
    return groups, matrices


def _names(cell, groups):
    """A letter for each group."""
    names, roots = {}, [groups.find(name) for name in cell.equations]
    main = max(roots, key=lambda root: (root != groups.blocks, roots.count(root)))
    names[main] = "H"
    if groups.blocks is not None:
        names.setdefault(groups.blocks, "G")
    names.setdefault(groups.find(cell.input), "D")
    spare = iter(arguments.SPARE)
    for root in roots:
        if root not in names:
            if (letter := next(spare, None)) is None:
                raise DeclarationError(
                    f"{cell.name}: more than {len(arguments.SPARE)} different widths"
                )
            names[root] = letter
    return names
