"""What a cell computes and when, as objects: the same for every language that it is printed in.

A statement has a target and a value; values are trees of `lstm_ref.derive.tree`. In them a Signal
is a variable of the program, by its key: "h", "net h" (its weighted input), "delta h" (its error
term), "next h" (the error that comes from the step after), "e" (the error from outside), or the
name of an intermediate result. A printer knows how a language says a statement; which ones there
are, and in what order, is decided in `forward` and `backward`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lstm_ref.derive.codegen.stacking import Layout, Stack
from lstm_ref.derive.tree import Net, Node, Parameter, Signal, walk

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

STEPS, STEP, ONCE = "at every step", "within a step", "once"


@dataclass(frozen=True)
class Variable:
    """name: in the code; letters: of its size, ("H",) or ("H", "P"); when: STEPS, STEP or ONCE."""

    name: str
    letters: tuple[str, ...]
    when: str


@dataclass(frozen=True)
class Assign:
    """target = value; a value with fewer units than the target is the same in all of them.

    value None: zeros.
    """

    target: Signal
    value: Node | None


@dataclass(frozen=True)
class Increase:
    """target += value."""

    target: Signal
    value: Node


@dataclass(frozen=True)
class Multiply:
    """The rows of a stack += its matrices, on top of each other, times its vector."""

    stack: Stack
    v: Node


@dataclass(frozen=True)
class AddBiases:
    """Rows += vectors of parameters."""

    rows: tuple[str, ...]
    vectors: tuple[str, ...]


@dataclass(frozen=True)
class Activate:
    """Rows = function(rows), in place; function: its word in a declaration."""

    rows: tuple[str, ...]
    function: str


@dataclass(frozen=True)
class StackedErrors:
    """As a value: the matrices of a stack, transposed, times the errors of its rows."""

    stack: Stack


@dataclass(frozen=True)
class StackGradient:
    """name = errors of the rows of a stack, times its vector, summed over steps and samples."""

    name: str
    stack: Stack
    v: Node


@dataclass(frozen=True)
class Part:
    """As a summand of a gradient: the rows of `row` in the gradient of its stack."""

    name: str
    stack: Stack
    row: str


@dataclass(frozen=True)
class Summed:
    """As a summand of a gradient: error times vᵀ, summed over steps and samples."""

    error: Node
    v: Node
    transposed: bool = False


@dataclass(frozen=True)
class MatrixGradient:
    """The gradient of a matrix; parts: its summands, none for zero."""

    name: str
    parts: tuple[Part | Summed | StackGradient, ...]


@dataclass(frozen=True)
class VectorGradient:
    """The gradient of a vector or a number: its value summed over steps and samples."""

    name: str
    value: Node | None


@dataclass(frozen=True)
class InputGradient:
    """The error at an input, at all steps."""

    name: str
    value: Node | None


Statement = (
    Assign | Increase | Multiply | AddBiases | Activate | StackGradient | MatrixGradient
    | VectorGradient | InputGradient
)  # fmt: skip


@dataclass
class Program:
    """Both passes of a cell.

    once: before the first step, what no step changes. whole: for all steps together, what waits
    for no step. step: one step. back: one step back. after: for all steps, when they are done.
    """

    cell: Cell
    layout: Layout
    variables: dict[str, Variable]
    parameters: dict[str, str]  # their names in the code, those of constants too
    stacks: dict[Stack, str] = field(default_factory=dict)  # of more than one matrix: its name
    errors: list[str] = field(default_factory=list)  # keys of the variables of the way back
    once: list[Statement] = field(default_factory=list)
    whole: list[Statement] = field(default_factory=list)
    step: list[Statement] = field(default_factory=list)
    back: list[Statement] = field(default_factory=list)
    after: list[Statement] = field(default_factory=list)

    @property
    def forward(self) -> list[Statement]:
        """Every statement of the way forward."""
        return [*self.once, *self.whole, *self.step]

    @property
    def backward(self) -> list[Statement]:
        """Every statement of the way back."""
        return [*self.back, *self.after]


def reads(statements: Iterable[Statement]) -> dict[str, None]:
    """Keys of the variables, and names of the parameters, that occur in statements, in order."""
    found: dict[str, None] = {}
    for part in walk(*statements):
        if isinstance(part, Signal | Parameter):
            found[part.name] = None
        elif isinstance(part, Net):
            found[f"net {part.name}"] = None
    return found
