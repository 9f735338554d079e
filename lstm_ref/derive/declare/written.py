"""Expressions of a declaration: they keep what was typed, in its order, as a tree.

SymPy would sort a sum, multiply out 2 (a + b) and turn a / b into a power. It gets the expression
at the end, when the equation is complete.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.declare import algebra, numpy_names, text
from lstm_ref.derive.declare.building import add, begins, flat, leaves, negative, over, power, times
from lstm_ref.derive.declare.refusing import Operand

if TYPE_CHECKING:
    from lstm_ref.derive.declare.notes import Notes


class Written(Operand):
    """An expression, with the tree of what was typed. size, depth: of the tree."""

    def __init__(
        self, notes: Notes, node: tree.Node, *made_of: Written, begins: tuple | None = None
    ) -> None:
        self._notes: Any = notes
        self._node, self._begins = node, begins
        self._size: int = 1 + sum(part._size for part in made_of)
        self._depth: int = 1 + max((part._depth for part in made_of), default=0)
        if made_of and flat(node, made_of[0]._node):  # a + b + c is one sum
            self._depth = max(made_of[0]._depth, *(1 + part._depth for part in made_of[1:]))
        notes.count(self._size, self._depth)

    def __repr__(self):
        return text.shown(self._node)

    def __format__(self, _):
        return repr(self)

    # ---- what works

    def __add__(self, other):
        return self._with(other, lambda a, b: add(a, 1, b))

    def __radd__(self, other):
        if isinstance(other, int) and other == 0:  # Python's sum of a list begins with 0
            return self
        return self._after(other, lambda a, b: add(a, 1, b))

    def __sub__(self, other):
        return self._with(other, lambda a, b: add(a, -1, b))

    def __rsub__(self, other):
        return self._after(other, lambda a, b: add(a, -1, b))

    def __mul__(self, other):
        self._ask_for_brackets(other, "*", sys._getframe(1))
        return self._with(other, times)

    def __rmul__(self, other):
        return self._after(other, times)

    def __truediv__(self, other):
        self._ask_for_brackets(other, "/", sys._getframe(1))
        if isinstance(other, int | float) and other == 0:
            self._refuse(f"{text.within(self._node)} / 0: a division by zero")
        return self._with(other, over)

    def __rtruediv__(self, other):
        return self._after(other, over)

    def __pow__(self, other, modulo=None):
        return self._with(other, power)

    def __rpow__(self, other):
        return self._after(other, power)

    def __neg__(self):
        return Written(self._notes, negative(self._plain()._node), self)

    def __pos__(self):
        return self._plain()

    def __abs__(self):
        return self._called("abs")

    def _called(self, word: str, *others: Any) -> Written:
        """word(self, ...), a function of the language."""
        parts = [self._plain(), *(self._lift(other) for other in others)]
        return Written(self._notes, tree.Call(word, tuple(p._node for p in parts)), *parts)

    # ---- matrices: a signal that is one, its transposed one, diag(v)

    def __matmul__(self, other):
        if isinstance(other, Operand) and not isinstance(other, Written):
            return NotImplemented  # a family, or a matrix on the right: they know what to say
        scaled = isinstance(other, Written) and other._is_diagonal()  # columns of any matrix
        if isinstance(self._node, tree.Signal | tree.Transposed) or self._is_diagonal() or scaled:
            right = self._lift(other, diagonal=not self._is_diagonal())
            if not any(isinstance(n, tree.Signal) for n in (self._node, *leaves(right._node))):
                self._refuse(f"{self} @ {right}: a matrix multiplies a vector with a signal in it")
            node = tree.Apply(self._node, right._node)
            where = begins(sys._getframe(1))
            return Written(self._notes, node, self, right, begins=where)
        self._refuse(
            f"{text.within(self._node)} @ ...: only a matrix stands left of @, a family with a "
            "capital letter, W.fx @ x[t], or a matrix that is a signal, C[t] @ q[t]; "
            "vectors multiply unit by unit, with *, and dot(a, b) is the number a^T b"
        )

    def __rmatmul__(self, other):
        self._refuse(f"{other!r:.40} @ {self}: left of @ stands a matrix: W.fx of a family W")

    @property
    def T(self) -> Written:
        """The transposed matrix of a signal that is one."""
        if not isinstance(self._node, tree.Signal):
            self._refuse(
                f"{text.within(self._node)}.T: transposed are matrices, W.hh.T @ v and C[t].T @ v; "
                "a^T b of two vectors is dot(a, b), a b^T is outer(a, b)"
            )
        return Written(self._notes, tree.Transposed(self._node), self)

    def _is_diagonal(self):
        return isinstance(self._node, tree.Call) and self._node.function == "diag"

    def _plain(self, diagonal: bool = False) -> Written:
        """Itself, where it is no half of a matrix product."""
        if isinstance(self._node, tree.Transposed):
            self._refuse(
                f"{self} stands left of @, {self} @ v, and is a matrix; "
                "of two vectors a^T b is dot(a, b), a b^T is outer(a, b)"
            )
        if self._is_diagonal() and not diagonal:
            self._refuse(
                f"{self}: diag stands beside @, {self} @ C[t-1] scales the rows of the matrix C, "
                f"C[t-1] @ {self} its columns; unit by unit, a vector multiplies with *"
            )
        return self

    # ---- two operands

    def _with(self, other, build):
        if isinstance(other, Operand) and not isinstance(other, Written):
            return NotImplemented
        left, right = self._plain(), self._lift(other)
        return Written(self._notes, build(left._node, right._node), left, right)

    def _after(self, other, build):
        left, right = self._lift(other), self._plain()
        return Written(self._notes, build(left._node, right._node), left, right)

    def _lift(self, value: Any, diagonal: bool = False) -> Written:
        """Anything that may stand in an expression, as one."""
        if isinstance(value, Written):
            return value._plain(diagonal)
        return lift(self._notes, value)

    def _ask_for_brackets(self, other, sign, caller):
        """W.c @ r[t] * h[t-1] is (W r) ⊙ h for Python, and W (r ⊙ h) for most who type it."""
        bare = self._begins is not None and self._begins == begins(caller)
        if bare and isinstance(other, Written) and leaves(other._node):
            matrix, v = (text.shown(part) for part in algebra.parts(self._node))
            right = text.within(other._node)
            self._refuse(
                f"{matrix} @ {v} {sign} {right} needs brackets: {matrix} @ ({v} {sign} {right}) "
                f"or, as Python takes it, ({matrix} @ {v}) {sign} {right}"
            )

    def _sympy_(self) -> Any:
        """A symbol that stands for it inside of a function of SymPy."""
        return self._notes.symbol(self._plain()._node)

    # ---- what does not

    def __getitem__(self, _):
        if isinstance(self._node, tree.Parameter):
            self._refuse(f"{self} is the same at every step and has no index; write {self} alone")
        self._refuse(
            f"{self}[...]: it is the whole vector and has no parts; write it without an index"
        )

    def __setitem__(self, _, __):
        self._refuse(f"{self}[...] = ...: it has no equation; that is for signals, h[t] = ...")

    def __call__(self, *_):
        short = text.within(self._node)
        self._refuse(f"{short}(...): it is no function; is there a * missing: {short} * (...)?")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        short = text.within(self._node)
        self._refuse(
            f"{short}.{name}: vectors are used as they are; a function stands before them, "
            "as in tanh(h[t-1]) or mean(u[t])"
        )


def lift(notes: Notes, value: Any) -> Written:
    """A number, an expression of SymPy or of a declaration, as one of a declaration."""
    if isinstance(value, Written):
        return value._plain()
    if isinstance(value, Operand):
        notes.refuse(f"{value} is not an expression; {value._cure}")
    try:
        node = algebra.number(value)
    except algebra.NoNumber as error:
        notes.refuse(str(error))
    if node is None and isinstance(value, sympy.Expr):
        if (fault := notes.sympy_fault(value)) is not None:
            notes.refuse(fault)
        node = algebra.typed(value, notes.symbols)
    if node is None:
        array = numpy_names.is_array(value) or isinstance(value, list | tuple)
        notes.refuse(notes.array(value) if array else f"{value!r:.80}: expected an expression")
    return Written(notes, node)
