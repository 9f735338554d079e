"""What the body of a declaration works with: signals, families of parameters, matrices, numbers.

They know which equation is being run, through the `notes.Notes`, and refuse with its line. What
may stand in an expression is a `written.Written`. A family outside of a declaration, `Family("R")`,
gives what SymPy has, for `but`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.declare import refusals, text
from lstm_ref.derive.declare.algebra import typed
from lstm_ref.derive.declare.building import begins, leaves
from lstm_ref.derive.declare.refusing import ARITHMETIC, Operand
from lstm_ref.derive.declare.step import plain
from lstm_ref.derive.declare.written import Written, lift
from lstm_ref.derive.expressions import Dot, Transposed, signals

if TYPE_CHECKING:
    from lstm_ref.derive.declare.notes import Notes

UNARY = ("neg", "pos", "abs")


def _everywhere(cls: type, refuse: Callable[..., Any], but: tuple[str, ...] = ()) -> None:
    """Every operator of a class refuses, `but` those that it has itself."""
    names = [f"__{r}{name}__" for name in ARITHMETIC for r in ("", "r")]
    for name in (*names, *(f"__{name}__" for name in UNARY), "_sympy_"):
        if name not in but:
            setattr(cls, name, refuse)


def constant(name: str, notes: Notes) -> Written:
    """A number of the cell that keeps its name."""
    return Written(notes, tree.Constant(name))


class Signal(Operand):
    """What changes with time. Only `s[t]` and `s[t-1]` can be used."""

    def __init__(self, name: str, notes: Notes) -> None:
        self._name, self._notes = name, notes

    def __getitem__(self, when):
        notes, name, when = self._notes, self._name, plain(when)
        lag = refusals.steps_back(when)
        if lag not in (0, 1):
            notes.refuse(refusals.wrong_step(name, when, notes))
        if lag == 0 and name not in notes.head.inputs and name not in notes.equations:
            notes.read_early(name)
        if lag == 1 and name in notes.head.inputs:
            notes.refuse(refusals.input_back(name))
        return Written(notes, tree.Signal(name, lag or 0))

    def __setitem__(self, when, value):
        notes, name, when = self._notes, self._name, plain(when)
        if refusals.steps_back(when) != 0:
            notes.refuse(refusals.wrong_left_side(name, when))
        if name in notes.head.inputs:
            notes.refuse(refusals.input_defined(name, notes))
        if name in notes.equations:
            notes.refuse(f"{name} is defined twice; a cell has one equation for each signal")
        if isinstance(value, tuple):
            notes.refuse(f"{name}[t] gets several values; is there a comma too many?")
        if isinstance(value, bool | str | None):
            notes.refuse(f"{name}[t] = {value!r:.80}: expected an expression")
        notes.equation(name, lift(notes, value)._node)

    @property
    def _cure(self):
        return f"write {self._name}[t] or {self._name}[t-1]"

    def __repr__(self):
        return self._name

    def __call__(self, *_):
        self._refuse(f"the step stands in square brackets; {self._cure}")

    def __getattr__(self, index):
        if index.startswith("_"):
            raise AttributeError(index)
        name, notes = self._name, self._notes
        notes.refuse(
            f"{name}.{index}: {name} stands before the star, so it is a signal; {self._cure}, or "
            f"declare a family of parameters after the star: def {notes.name}(..., *, {name})"
        )

    def _no_time(self, *_):
        self._refuse(f"{self._name} without a time; {self._cure}")


_everywhere(Signal, Signal._no_time)


class Family(Operand):
    """Parameters that share a letter: `W.fh` is the parameter W_fh."""

    def __init__(self, letter: str, notes: Notes | None = None) -> None:
        self._letter, self._notes = letter, notes

    def __getattr__(self, index):
        if index.startswith("_"):
            if self._notes is not None and not index.startswith("__") and not index.endswith("_"):
                self._refuse(f"{self}.{index}: an index does not begin with _; {self._cure}")
            raise AttributeError(index)
        name, notes = f"{self._letter}_{index}", self._notes
        if index == "T" and self._letter[0].isupper():
            self._refuse(f"{self}.T: which matrix is transposed? {self}.h.T, for instance")
        if notes is not None:
            notes.count()
            if (fault := notes.look_fault(name)) is not None:
                self._refuse(fault)
            if name in (*notes.signals, *notes.head.constants):
                self._refuse(f"{name} is a signal or a number; call the family another letter")
            if notes.parameters.setdefault(name, self._letter) != self._letter:
                other = notes.parameters[name]
                self._refuse(
                    f"{self._letter}.{index} and {other}.{name[len(other) + 1 :]} are one "
                    f"parameter, {name}; call one of the families another letter"
                )
        if self._letter[0].isupper():
            return Weight(name, f"{self._letter}.{index}", notes)
        return sympy.Symbol(name) if notes is None else Written(notes, tree.Parameter(name))

    def __setattr__(self, index, value):
        if not index.startswith("_"):
            self._refuse(f"{self._letter}.{index} is a parameter: it has no equation")
        object.__setattr__(self, index, value)

    def _no_index(self, *_):
        self._refuse(f"{self._letter} is a family of parameters; {self._cure}")

    @property
    def _cure(self):
        return f"say which one: {self._letter}.fx, for instance"

    def __repr__(self):
        return self._letter

    __getitem__ = __setitem__ = __call__ = _no_index


_everywhere(Family, Family._no_index)


class Weight(Operand):
    """A matrix of parameters, or a transposed one. It can only multiply a vector, with @."""

    def __init__(self, name: str, call: str, notes: Notes | None, turned: bool = False) -> None:
        self._name, self._call, self._notes, self._turned = name, call, notes, turned

    def __matmul__(self, v):
        if isinstance(v, Weight):
            self._refuse(
                f"{self._call} @ {v._call}: one product at a time, and the inner one has a name: "
                f"q[t] = {v._call} @ v, then {self._call} @ q[t]"
            )
        if isinstance(v, Operand) and not isinstance(v, Written):
            self._refuse(f"{self._name} @ {v}: {v._cure}")
        if not isinstance(v, Operand) and self._notes is None:
            return self._of_sympy(v)
        notes = self._notes or v._notes
        right = lift(notes, v)
        if not any(isinstance(leaf, tree.Signal) for leaf in leaves(right._node)):
            self._refuse(
                f"{self._name} @ {right}: a matrix multiplies a vector with a signal in it"
            )
        A: tree.Node = tree.Parameter(self._name)
        node = tree.Apply(tree.Transposed(A) if self._turned else A, right._node)
        return Written(notes, node, right, begins=begins(sys._getframe(1)))

    def _of_sympy(self, v):
        """Outside of a declaration, for `but`."""
        v = sympy.sympify(v, strict=True)
        if not signals(v):
            self._no_signal(v)
        A = sympy.Symbol(self._name)
        return Dot(Transposed(A) if self._turned else A, v)

    def _no_signal(self, v):
        self._refuse(f"{self._name} @ {v}: a matrix multiplies a vector with a signal in it")

    @property
    def T(self) -> Weight:
        """The transposed matrix."""
        if self._turned:
            return Weight(self._name, self._call.removesuffix(".T"), self._notes)
        return Weight(self._name, f"{self._call}.T", self._notes, turned=True)

    def __rmatmul__(self, v):
        self._refuse(f"the matrix stands on the left: {self._call} @ {_shown(v)}")

    def _elementwise(self, *_):
        self._refuse(f"{self._kind}: {self._call} @ v; {self._small}")

    def __rmul__(self, v):
        self._first(f"{_shown(v)} * ({self._call} @ v)")

    def __neg__(self):
        self._first(f"-({self._call} @ v)")

    def __truediv__(self, v):
        self._first(f"({self._call} @ v) / {_shown(v)}")

    def _first(self, example):
        self._refuse(
            f"{self._kind}, which needs brackets here, since Python goes from left to right: "
            f"{example}; {self._small}"
        )

    def __getitem__(self, _):
        self._refuse(f"{self._call} is the same at every step and has no index; {self._cure}")

    def __setitem__(self, _, __):
        self._refuse(f"{self._call} is a parameter: it has no equation")

    def __call__(self, *_):
        self._refuse(f"{self._call} is a matrix, no function; {self._cure}")

    def __getattr__(self, index):
        if index.startswith("_"):
            raise AttributeError(index)
        self._refuse(f"{self._call}.{index}: a parameter has one index, {self._call}_{index}")

    @property
    def _kind(self):
        return f"{self._name} is a matrix (capital letter) and works with @"

    @property
    def _small(self):
        index = self._call.split(".")[1]
        return f"a weight for each unit has a small letter: w.{index} * v"

    @property
    def _cure(self):
        return f"write {self._call} @ v with a vector v"

    def __repr__(self):
        return self._call


_own = ("__matmul__", "__rmatmul__", "__rmul__", "__neg__", "__truediv__")
_everywhere(Weight, Weight._elementwise, _own)


def _shown(value):
    """An operand in the words of a declaration, in brackets where it needs them."""
    if isinstance(value, Written):
        return text.within(value._node)
    return text.within(typed(value)) if isinstance(value, sympy.Expr) else str(value)
