"""What a program does as plain loops: what a language without arrays prints.

A step is a list of *operations* on arrays. `Each` goes through units and samples one by one; its
values are trees in which everything is elementwise, for what is not (products, sums over units,
softmax) has been computed by operations before it and stands there as a variable. `lowering` makes
the operations, `fusing` puts them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lstm_ref.derive.codegen.program import Variable
from lstm_ref.derive.codegen.stacking import Stack
from lstm_ref.derive.tree import Node, Parameter, Signal, walk

# keys of arrays that no signal has, for there is a space in them
NET, DELTA, BIASES = "all net", "all delta", "all biases"
SINGLE, SAMPLES, SEQUENCE = "one", "samples", "samples of all steps"  # columns of a product


@dataclass(frozen=True)
class Rows:
    """Neighbouring rows of a block, NET or DELTA; above: the rows before them."""

    block: str
    names: tuple[str, ...]  # equations
    above: tuple[str, ...]


@dataclass(frozen=True)
class Flat:
    """An array over all steps with its steps side by side, (n, T B); of it the rows `names`.

    key: of the array; names: none for all of it.
    """

    key: str
    names: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stacked:
    """The matrices of a stack on top of each other, or the only one."""

    stack: Stack


@dataclass(frozen=True)
class Gradient:
    """The gradient of a parameter; key: its name, or that of the gradient of a whole stack."""

    key: str


Operand = Signal | Parameter | Rows | Flat | Stacked | Gradient


@dataclass(frozen=True)
class Set:
    """target = value, or += value, for one unit of one sample."""

    target: Signal
    value: Node
    add: bool = False


@dataclass
class Each:
    """Sets for every unit and sample, in any order; letters: of the units; samples: or for one.

    local: keys of the targets that nothing else reads.
    """

    letters: tuple[str, ...]
    sets: list[Set]
    samples: bool = True
    local: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Fold:
    """target = what a value adds up to, or its maximum, over the units of `letters` not kept.

    kept: numbers of axes of `letters`, or "block": the block of the unit of axis 0.
    """

    target: Signal
    letters: tuple[str, ...]
    kept: tuple[int | str, ...]
    value: Node
    word: str = "sum"
    samples: bool = True


@dataclass(frozen=True)
class Collect:
    """Gradients of vectors += values, summed over samples. letters: of the units."""

    letters: tuple[str, ...]
    pairs: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Product:
    """target (+)= left right, each perhaps transposed.

    height, inner: letters of the rows and of what is summed over, added; columns: SINGLE, SAMPLES,
    SEQUENCE, or a letter. inner: SEQUENCE for a sum over steps and samples.
    """

    target: Operand
    left: Operand
    right: Operand
    height: tuple[str, ...]
    inner: tuple[str, ...]
    columns: str
    turned: str = ""  # "left", "right" or neither
    add: bool = False


@dataclass(frozen=True)
class Flatten:
    """This step of a flat array = an array of the step. letters: its rows, added."""

    flat: Flat
    source: Operand
    letters: tuple[str, ...]


@dataclass(frozen=True)
class Unflatten:
    """An array of a step = this step of a flat one; bias: the array of biases to add, or None.

    flat None: of zeros.
    """

    target: Operand
    flat: Flat | None
    letters: tuple[str, ...]
    bias: bool = False


@dataclass(frozen=True)
class CopyRows:
    """The gradient of a matrix (+)= rows of the gradient of its stack; letters: of the matrix."""

    target: Gradient
    source: Gradient
    above: tuple[str, ...]  # letters of the rows before them
    letters: tuple[str, ...]
    add: bool = False


@dataclass(frozen=True)
class Zero:
    """A gradient or a flat array = zeros. size: letters to multiply."""

    target: Operand
    height: tuple[str, ...]
    columns: str


Operation = Each | Fold | Collect | Product | Flatten | Unflatten | CopyRows | Zero


@dataclass(frozen=True)
class Array:
    """Room in the work array: height (letters, added) times columns, over T + 1 steps or not.

    columns: as in `Product`; deep: letters of further axes, of matrices in every sample.
    """

    height: tuple[str, ...]
    columns: str
    deep: tuple[str, ...] = ()
    over_time: bool = False


@dataclass
class Loops:
    """Both passes of a cell as operations.

    begin: before the first step; steps: one step; back: one step back; end: after the last one
    back; spread: for every step after that. arrays: by their keys. variables: those of the
    program and the temporary ones. again, products: see `parts`.
    """

    variables: dict[str, Variable]
    arrays: dict[str, Array] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)  # to be put on top of each other
    biases: list[tuple[str, str]] = field(default_factory=list)  # (row, vector)
    begin: list[Operation] = field(default_factory=list)
    flatten: list[Operation] = field(default_factory=list)  # for every step, before `whole`
    whole: list[Operation] = field(default_factory=list)
    step: list[Operation] = field(default_factory=list)
    zero: list[Operation] = field(default_factory=list)  # before the way back
    back: list[Operation] = field(default_factory=list)
    again: list[Operation] = field(default_factory=list)  # for every step of a part, before
    products: list[Product] = field(default_factory=list)  # of a part, after its steps back
    end: list[Operation] = field(default_factory=list)
    spread: list[Operation] = field(default_factory=list)

    def all(self) -> Iterator[Operation]:
        """Every operation."""
        for part in (self.begin, self.flatten, self.whole, self.step, self.zero, self.back):
            yield from part
        yield from (*self.again, *self.products, *self.end, *self.spread)


Place = tuple[str, int]  # a key and a lag


def read(operation: Operation) -> set[Place]:
    """What an operation reads; the rows of a block by their keys."""
    if isinstance(operation, Each):
        found = set().union(*(_signals(s.value) for s in operation.sets))
        return found | {(s.target.name, 0) for s in operation.sets if s.add}
    if isinstance(operation, Fold):
        return _signals(operation.value)
    if isinstance(operation, Collect):
        return set().union(*(_signals(value) for _, value in operation.pairs))
    if isinstance(operation, Product):
        found = _places(operation.left) | _places(operation.right)
        return found | (_places(operation.target) if operation.add else set())
    if isinstance(operation, Flatten):
        return _places(operation.source)
    return set()


def written(operation: Operation) -> set[Place]:
    """What an operation writes."""
    if isinstance(operation, Each):
        return {(s.target.name, 0) for s in operation.sets}
    if isinstance(operation, Fold | Product | Unflatten):
        return _places(operation.target)
    return set()


def _places(operand: Operand | None) -> set[Place]:
    if isinstance(operand, Rows):
        prefix = "" if operand.block == NET else "delta "
        return {(prefix + name, 0) for name in operand.names}
    return {(operand.name, operand.lag)} if isinstance(operand, Signal) else set()


def _signals(node: Node) -> set[Place]:
    return {(n.name, n.lag) for n in walk(node) if isinstance(n, Signal)}
