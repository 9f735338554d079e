"""What a declaration has said so far, and the line that it is at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import islice
from types import CodeType, FrameType
from typing import Any, NoReturn

import sympy

from lstm_ref.derive import letters, tree
from lstm_ref.derive.declare import algebra, checks, refusals
from lstm_ref.derive.declare.equation import Equation
from lstm_ref.derive.declare.refusals import head_with
from lstm_ref.derive.declare.signature import Head
from lstm_ref.derive.expressions import DeclarationError, foreign, ours, parameters

# Published equations have up to 31 letters and operations, 10 within each other, 3 factors.
LARGEST = 250  # letters, numbers and operations of one equation
DEEPEST = 25  # operations within each other
FACTORS = 16  # of one product
MOST = 20_000  # operations of a declaration


Place = tuple[int | None, int | None]  # line and column, as in a `DeclarationError`


class Refused(DeclarationError):
    """A line of a declaration was refused; the message says which."""


class Notes:
    """Equations in order, what was read too early, and how much was computed."""

    def __init__(self, function: Callable[..., None], head: Head) -> None:
        self.name, self.code, self.head = function.__name__, function.__code__, head
        self.signals, self.families = head.signals, head.families
        self.equations: dict[str, Equation] = {}
        self.places: dict[str, Place] = {}  # of the equations
        self.early: dict[str, Place] = {}  # signal without an equation yet -> where it was read
        self.symbols: dict[sympy.Basic, tree.Node] = {}  # see `symbol`
        self.parameters: dict[str, str] = {}  # their families
        self.looks = {letters.look(name): name for name in (*head.signals, *head.constants)}
        self.operations = 0

    @property
    def input(self) -> str:
        """The first input."""
        return self.head.inputs[0]

    def look_fault(self, parameter: str) -> str | None:
        """Why a name of a parameter cannot be on the page beside the others, or None."""
        if (fault := refusals.not_on_the_page(parameter)) is not None:
            return fault
        other = self.looks.setdefault(letters.look(parameter), parameter)
        if parameter in (other, *self.signals, *self.head.constants):
            return None
        return f"{other} and {parameter} look the same on the page; give one another name"

    def free(self, names: Iterable[str]) -> list[str]:
        """Those of these names that the cell does not use."""
        return [name for name in names if name not in self.head.names]

    # ---- SymPy's functions, when they are called in a declaration

    def symbol(self, node: tree.Node) -> sympy.Dummy:
        """A symbol that stands for a tree inside of SymPy."""
        symbol = sympy.Dummy("typed")
        self.symbols[symbol] = node
        return symbol

    def sympy_fault(self, expr: sympy.Expr) -> str | None:
        """Why an expression of SymPy cannot stand in an equation, or None."""
        for size, _ in enumerate(sympy.preorder_traversal(expr)):
            self.count(size)
        if (part := foreign(ours(expr))) is not None:
            return checks.foreign_fault(part, algebra.typed(part, self.symbols))
        for symbol in parameters(expr):
            if symbol not in self.symbols and "_" not in symbol.name:
                return (
                    f"{symbol} of SymPy is no parameter; declare its family after the star, "
                    f"{head_with(self, families=symbol.name)}, and write {symbol}.h, for instance"
                )
        return None

    # ---- equations

    def equation(self, name: str, node: tree.Node) -> None:
        """name[t] = node, checked as far as one equation can be."""
        try:
            expr = algebra.algebra(node)
        except algebra.NoNumber as error:
            self.refuse(f"{name}[t] has {error}")
        self.count(factors=max((len(part.args) for part in expr.atoms(sympy.Mul)), default=0))
        if any(map(algebra.too_large, expr.atoms(sympy.Number))):
            self.refuse(f"{name}[t] has {algebra.TOO_LARGE}")
        if (fault := checks.equation_fault(name, expr, self.head.names)) is not None:
            self.refuse(fault)
        self.equations[name] = Equation(name, expr, tuple(algebra.reads(node)), node)
        self.places[name] = self._place()

    def read_early(self, name: str) -> None:
        """A signal was read at t and has no equation so far."""
        self.early.setdefault(name, self._place())

    def check_early(self) -> None:
        """Raises Refused for the first signal that was read too early, if there is one."""
        for name, place in self.early.items():
            raise Refused(refusals.too_early(name, self), self.name, *place)

    # ---- limits and refusals

    def count(self, size: int = 0, depth: int = 0, factors: int = 0) -> None:
        """One more operation. Raises Refused where there are too many, or one is too large."""
        if factors > FACTORS:
            self.refuse(f"more than {FACTORS} factors in a product; give parts of it names")
        self.operations += 1
        if size > LARGEST:
            self.refuse(
                f"an equation of more than {LARGEST} letters and operations; give parts of it names"
            )
        if depth > DEEPEST:
            self.refuse(
                f"more than {DEEPEST} operations within each other; give an inner one a name: "
                "a[t] = ..., then tanh(a[t])"
            )
        if self.operations > MOST:
            self.refuse(f"more than {MOST} operations in a declaration; does a loop not end?")

    def array(self, value: Any) -> str:
        """Why a list or an array cannot stand in an expression."""
        return refusals.listed(value)

    def refuse(self, message: str) -> NoReturn:
        """Raise with the line of the declaration that is being run."""
        raise Refused(message, self.name, *self._place())

    def refuse_at(self, place: Place, message: str) -> NoReturn:
        """Raise with a line that is not run yet."""
        raise Refused(message, self.name, *place)

    def _place(self):
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code is not self.code:
            frame = frame.f_back
        return (None, None) if frame is None else place(frame.f_code, frame.f_lasti)


def place(code: CodeType, instruction: int) -> Place:
    """Where the instruction at this offset stands in the file of the code."""
    line, _, column, _ = next(islice(code.co_positions(), instruction // 2, None))
    return line, None if column is None else column + 1


def last_place(error: BaseException, code: CodeType) -> Place:
    """Where this code was when the error arose; no place where it did not run."""
    found: Place = None, None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code:
            found = place(code, trace.tb_lasti)
        trace = trace.tb_next
    return found
