"""What is printed, as a tree: an equation as it was written, or what was derived from it.

Every printer (`typeset`, `codegen`) walks over this one tree. Order, signs, fractions and roots
are in it already, so a printer decides about letters and brackets only. `declare` builds it from
what somebody typed, `typeset.arrange` from what SymPy has derived. Nothing here needs SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was typed: 2, Fraction(1, 3), 0.042."""

    value: int | Fraction | float


@dataclass(frozen=True, slots=True)
class Known:
    """What has a sign of its own: the numbers "pi", "e", "GoldenRatio", "EulerGamma"; "E", the
    error; "ones", a vector of ones; "I", the unit matrix."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that the cell gives a name: dt, whose value the cell knows."""

    name: str


@dataclass(frozen=True, slots=True)
class Size:
    """How many units a width has: H, by its letter."""

    letter: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, learned or fixed: W_fh, b_f."""

    name: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal `lag` steps back: c_{t-1}."""

    name: str
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Net:
    """The weighted input of an equation with an activation, `lag` steps back."""

    name: str
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Delta:
    """The error term of a signal, `lag` steps back (-1: one step later)."""

    name: str
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Outside:
    """The error that enters from outside at the output, e_t."""

    lag: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """Signed summands in order: ((1, a), (-1, b)) is a - b; ((-1, a),) is -a."""

    parts: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors in order, unit by unit where they are vectors."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    """A fraction, unit by unit."""

    above: Node
    below: Node


@dataclass(frozen=True, slots=True)
class Power:
    """A power, unit by unit; a square root has the exponent Fraction(1, 2)."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its word in the language: sigma, tanh, relu, max, mean, sum, softmax, norm.

    "spread" and "gather" are the products with S and its transposed one, "diag" is a matrix.
    """

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """A matrix times a vector. matrix: Parameter, Signal, Transposed or Call("diag", v)."""

    matrix: Node
    vector: Node


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transposed matrix, or a vector as a row."""

    matrix: Node


@dataclass(frozen=True, slots=True)
class Outer:
    """The matrix a bᵀ of two vectors."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Dot:
    """The number aᵀ b of two vectors."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Partial:
    """The derivative of one letter by another."""

    above: Node
    below: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """The product of matrices in order; a vector is a column."""

    matrices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class SumOverTime:
    """The sum over all steps."""

    body: Node


@dataclass(frozen=True, slots=True)
class Marked:
    """A part of a formula that is struck out ("cancel") or framed ("boxed")."""

    how: str
    body: Node


@dataclass(frozen=True, slots=True)
class Changed:
    """What stands in the place of the right thing: None where something is missing, or too much."""

    old: Node | None
    new: Node | None


Atom = Number | Known | Constant | Size | Parameter | Signal | Net | Delta | Outside
Written = Sum | Product | Quotient | Power | Call | Apply | Transposed | Outer | Dot
Compound = Written | Partial | Chain | SumOverTime | Marked | Changed
Node = Atom | Compound
LETTERS = (Known, Constant, Size, Parameter, Signal, Net, Delta, Outside)

T = TypeVar("T")


def parts(node: Any) -> tuple[Any, ...]:
    """What is directly inside of a tree, or of a tuple of trees; () of an atom and of no tree."""
    if isinstance(node, tuple):
        return node
    if not isinstance(node, Compound):
        return ()
    return tuple(getattr(node, f.name) for f in fields(node))


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """The same tree, or tuple of trees, with change(part) for each of its `parts`."""
    if isinstance(node, tuple):
        return tuple(map(change, node))
    if not isinstance(node, Compound):
        return node
    inside: Any = node
    return replace(inside, **{f.name: change(getattr(node, f.name)) for f in fields(inside)})


def walk(*parts: object) -> Iterator[object]:
    """Every object inside of trees or of what holds trees, they themselves among them."""
    waiting = list(reversed(parts))
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting += reversed(part)
        elif is_dataclass(part):
            yield part
            waiting += [getattr(part, f.name) for f in reversed(fields(part))]


def net_name(name: str) -> str:
    """Name of the weighted input of an equation; no signal can have it, because of the space."""
    return f"net {name}"


def later(node: T, steps: int) -> T:
    """The same tree, `steps` later: c_{t-1} becomes c_t for 1."""
    if isinstance(node, Signal | Net | Delta | Outside):
        return replace(node, lag=node.lag - steps)
    found: T = mapped(node, lambda part: later(part, steps))
    return found


def product(*factors: Node) -> Node:
    """The product of factors; of one of them, itself; without a factor 1."""
    left = [factor for factor in factors if factor != Number(1)]
    if not left:
        return Number(1)
    return left[0] if len(left) == 1 else Product(tuple(left))


def minus(node: Node) -> Node:
    """The negative of a tree."""
    if isinstance(node, Sum):
        return Sum(tuple((-sign, part) for sign, part in node.parts))
    return Sum(((-1, node),))


def total(parts: list[Node]) -> Node:
    """The sum of trees, signs of their first summands kept outside; 0 of none."""
    if len(parts) == 1:
        return parts[0]
    flat: list[tuple[int, Node]] = []
    for part in parts:
        flat += part.parts if isinstance(part, Sum) and len(part.parts) == 1 else [(1, part)]
    return Sum(tuple(flat)) if flat else Number(0)
