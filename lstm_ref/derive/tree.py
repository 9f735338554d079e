"""What is printed, as a tree: an equation as it was written, or what was derived from it.

Every printer (`typeset`, `codegen`) walks over this one tree. Order, signs, fractions and roots
are in it already, so a printer decides about letters and brackets only. `declare` builds it from
what somebody typed, `typeset.arrange` from what SymPy has derived. Nothing here needs SymPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was typed: 2, Fraction(1, 3), 0.042."""

    value: int | Fraction | float


@dataclass(frozen=True, slots=True)
class Known:
    """A number with a letter of its own: "pi", "e"."""

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
    """A function by its word in the language: sigma, tanh, relu, max, mean, sum, softmax, norm."""

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


Atom = Number | Known | Constant | Size | Parameter | Signal | Net | Delta | Outside
Compound = Sum | Product | Quotient | Power | Call | Apply | Transposed | Outer | Dot
Node = Atom | Compound
