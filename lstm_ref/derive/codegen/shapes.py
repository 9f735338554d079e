"""How large the value of a tree is, in letters: () a number of the code, ("H",), ("H", "P").

A number for each sample is ("1",). It goes with vectors and matrices, unit by unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lstm_ref.derive import tree
from lstm_ref.derive.codegen.program import ONCE, StackedErrors, Variable
from lstm_ref.derive.tree import walk

Letters = tuple[str, ...]


class Shapes:
    """Shapes of trees. letters: of every parameter, as a cell has them."""

    def __init__(self, variables: Mapping[str, Variable], letters: Mapping[str, str]) -> None:
        self.variables, self.letters = variables, letters

    def of(self, node: object) -> Letters:
        """The letters of a tree."""
        match node:
            case tree.Signal(name):
                return self.variables[name].letters
            case tree.Net(name):
                return self.variables[f"net {name}"].letters
            case tree.Parameter(name):
                return self.parameter(name)
            case tree.Apply(matrix, vector):
                return self._product(matrix, vector)
            case tree.Outer(left, right):
                return (*self._end(left), *self._end(right))
            case tree.Transposed(matrix):
                return tuple(reversed(self.of(matrix)))
            case tree.Dot() | tree.Call("sum" | "mean" | "norm"):
                return ("1",)
            case tree.Call("spread"):
                return ("H",)
            case tree.Call("gather"):
                return ("G",)
            case StackedErrors(stack):
                return (self.letters[str(stack.matrices[0])][1],)
        return joined(map(self.of, parts(node)))

    def parameter(self, name: str) -> Letters:
        """The letters of a parameter: a column is a vector."""
        word = self.letters[name]
        return tuple(word[:1] if word.endswith("1") else word)

    def _product(self, matrix, vector):
        """Of A v; diag(f) C and C diag(f) are as large as C."""
        for diagonal, other in ((matrix, vector), (vector, matrix)):
            if isinstance(diagonal, tree.Call) and diagonal.function == "diag":
                return self.of(other)
        return self.of(matrix)[:1]

    def _end(self, node):
        return ("1",) if node == tree.Known("ones") else self.of(node)

    def over_time(self, node: object) -> bool:
        """Does it differ from step to step?"""
        for part in walk(node):
            if isinstance(part, tree.Signal | tree.Net | StackedErrors):
                name = getattr(part, "name", None)
                key = f"net {name}" if isinstance(part, tree.Net) else name
                if key is None or self.variables[key].when != ONCE:
                    return True
        return False


def parts(node: object) -> list[object]:
    """The operands of what works unit by unit."""
    match node:
        case tree.Sum(signed):
            return [part for _, part in signed]
        case tree.Product(factors):
            return list(factors)
        case tree.Quotient(a, b) | tree.Power(a, b):
            return [a, b]
        case tree.Call(_, arguments):
            return list(arguments)
    return []


def joined(shapes: Iterable[Letters]) -> Letters:
    """What several sizes are together, unit by unit."""
    found: Letters = ()
    for letters in shapes:
        if len(letters) == len(found):
            found = tuple(b if a == "1" else a for a, b in zip(found, letters, strict=True))
        elif len(letters) > len(found):
            found = letters
    return found
