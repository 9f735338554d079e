"""What a tree stands for: a number, a vector or a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lstm_ref.derive import tree

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

NUMBERS = ("sum", "mean", "norm")


def of_names(cell: Cell) -> dict[str, int]:
    """Rank of every signal and parameter of a cell: 0 a number, 1 a vector, 2 a matrix."""
    return {name: len(letters.replace("1", "")) for name, letters in cell.letters.items()}


def rank(node: tree.Node, names: Mapping[str, int]) -> int:
    """0, 1 or 2; names: rank of what is not a vector, by name."""
    match node:
        case tree.Signal(name) | tree.Net(name) | tree.Delta(name) | tree.Parameter(name):
            return names.get(name, 1)
        case tree.Known("ones") | tree.Outside():
            return 1
        case tree.Known("I"):
            return 2
        case tree.Number() | tree.Known() | tree.Constant() | tree.Size() | tree.Dot():
            return 0
        case tree.Sum(parts):
            return max(rank(part, names) for _, part in parts)
        case tree.Product(nodes):
            return max(rank(part, names) for part in nodes)
        case tree.Quotient(a, b) | tree.Power(a, b):
            return max(rank(a, names), rank(b, names))
        case tree.Call(word, arguments):
            if word in NUMBERS:
                return 0
            return 2 if word == "diag" else max(rank(part, names) for part in arguments)
        case tree.Apply(_, vector):
            return rank(vector, names)
        case tree.Transposed(inside) | tree.SumOverTime(inside) | tree.Marked(_, inside):
            return rank(inside, names)
        case tree.Changed(old, new):
            return max(rank(part, names) for part in (old, new) if part is not None)
        case tree.Outer() | tree.Chain():
            return 2
        case tree.Partial(above, _):
            return rank(above, names) if above != tree.Known("E") else 1
    raise TypeError(f"node: expected a tree, got {node!r}")


def is_matrix(node: tree.Node, names: Mapping[str, int]) -> bool:
    """Has it rows and columns of its own, as f 1ᵀ has none: its columns are as many as need be?"""
    match node:
        case tree.Outer(left, right):
            return tree.Known("ones") not in (left, right)
        case tree.Apply(tree.Call("diag"), inside) | tree.Apply(inside, tree.Call("diag")):
            return is_matrix(inside, names)
        case tree.Sum(parts):
            return any(is_matrix(part, names) for _, part in parts)
        case tree.Product(nodes) | tree.Call(_, nodes):
            return rank(node, names) == 2 and any(is_matrix(part, names) for part in nodes)
        case tree.Quotient(a, b) | tree.Power(a, b):
            return is_matrix(a, names) or is_matrix(b, names)
    return rank(node, names) == 2
