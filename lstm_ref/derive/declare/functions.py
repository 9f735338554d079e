"""The functions of a declaration: sigma, exp, max, mean, outer and the others, by their words.

They take expressions of a declaration, or of SymPy (for `but`). max, min, abs and sum are Python's
own where no argument is an expression, so a module may import them in place of those.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import sympy

from lstm_ref.derive import expressions, tree
from lstm_ref.derive.declare import algebra
from lstm_ref.derive.declare.building import HALF
from lstm_ref.derive.declare.refusing import Operand
from lstm_ref.derive.declare.written import Written, lift
from lstm_ref.derive.expressions import (
    FUNCTIONS,
    OURS,
    DeclarationError,
    Mean,
    Outer,
    Softmax,
    Total,
    maximum,
    minimum,
)

if TYPE_CHECKING:
    from lstm_ref.derive.declare.notes import Notes

TWO = ("outer", "dot")
# One argument or two, and what each is for SymPy.
SYMPYS: dict[str, Callable[..., Any]] = {word: function for function, word in FUNCTIONS.items()} | {
    "sqrt": sympy.sqrt,
    "mean": Mean,
    "sum": Total,
    "softmax": Softmax,
    "norm": lambda v: sympy.sqrt(Total(v**2)),
    "dot": lambda a, b: Total(a * b),
    "outer": Outer,
    "spread": expressions.spread,
    "max": lambda *v: _folded(maximum, v),
    "min": lambda *v: _folded(minimum, v),
}
WORDS = (*SYMPYS, "diag")
NAMES = ", ".join(word for word in WORDS if word not in ("step", "sign"))
PYTHONS = {word: getattr(builtins, word) for word in ("max", "min", "abs", "sum")}
# What a module may have imported that means a word, by identity.
MEANT = {id(function): word for function, word in FUNCTIONS.items()}
MEANT |= {id(function): algebra.WORDS[ours] for function, ours in OURS.items()}
MEANT |= {id(sympy.sqrt): "sqrt", id(expressions.spread): "spread"}
MEANT |= {id(function): word for word, function in PYTHONS.items()}


def _folded(function, values):
    first, *others = values
    for other in others:
        first = function(first, other)
    return first


class Word:
    """A function of the language."""

    def __init__(self, word: str, notes: Notes | None = None) -> None:
        self.word, self._notes = word, notes

    def __repr__(self):
        return self.word

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The function of expressions, numbers or, of max, min, abs, sum, anything else."""
        values = self._unpacked(values)
        found = next((value for value in values if isinstance(value, Operand)), None)
        if found is None and not any(isinstance(value, sympy.Basic) for value in values):
            return self._of_numbers(values, named)
        self._check(values, named, found)
        if found is None:
            return SYMPYS[self.word](*values)
        return self._of_expressions(found._notes, values)

    def _unpacked(self, values):
        """max([a, b]) is max(a, b), of a list or a generator."""
        one = self.word in ("max", "min") and len(values) == 1
        listed = one and isinstance(values[0], Iterable) and not isinstance(values[0], Operand)
        return tuple(values[0]) if listed else values

    def _of_numbers(self, values, named):
        if self.word in PYTHONS:
            try:
                return PYTHONS[self.word](*values, **named)
            except TypeError as error:
                self._refuse(f"{self.word}: {error}")
        self._check(values, named, None)
        if self.word == "diag":
            self._refuse("diag: expected a vector, diag(f[t])")
        return SYMPYS[self.word](*map(sympy.sympify, values))

    def _check(self, values, named, found):
        refuse = self._refuse if found is None or found._notes is None else found._refuse
        wanted = 2 if self.word in TWO else 1
        several = self.word in ("max", "min")
        if several and len(values) == 1:
            refuse(
                f"{self.word}(v): {self.word} is of two or more, {self.word}(a, b), unit by unit; "
                "there is no largest unit of one vector, but mean(v), sum(v), norm(v)"
            )
        if named or (len(values) != wanted and not several):
            example = f"{self.word}({'a, b' if wanted == 2 else 'v'})"
            got = ", ".join([str(len(values)), *(f"{name}=" for name in named)])
            refuse(f"{self.word} is {example}, expected {wanted} argument(s), got {got}")
        for value in values:
            if isinstance(value, Operand) and not isinstance(value, Written):
                refuse(f"{self.word}({value}): {value._cure}")

    def _of_expressions(self, notes, values):
        parts = [lift(notes, value) for value in values]
        nodes = tuple(part._node for part in parts)
        kinds: dict[str, Any] = {"outer": tree.Outer, "dot": tree.Dot}
        node: tree.Node
        if self.word == "sqrt":
            node = tree.Power(nodes[0], HALF)
        else:
            node = kinds[self.word](*nodes) if self.word in kinds else tree.Call(self.word, nodes)
        return Written(notes, node, *parts)

    def _sympy_(self) -> Any:
        """The function of SymPy: without(tanh), expr.replace(tanh, sigma)."""
        if self.word not in FUNCTIONS.values():
            raise sympy.SympifyError(self.word)
        return SYMPYS[self.word]

    def __getitem__(self, _):
        self._refuse(f"{self.word}[...]: the argument stands in round brackets, {self.word}(...)")

    def _not_called(self, *_):
        self._refuse(f"{self.word} is a function and needs its argument: {self.word}(...)")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _not_called
    __matmul__ = __rmatmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = _not_called

    def _refuse(self, message):
        if self._notes is not None:
            self._notes.refuse(message)
        raise DeclarationError(message)


def meant(value: Any) -> str | None:
    """The word that a function of SymPy or Python means in a declaration, or None."""
    return value.word if isinstance(value, Word) else MEANT.get(id(value))


_BY_NAME = {word: Word(word) for word in WORDS}


def __getattr__(name):
    """The words as functions of this module, for those who import them."""
    if name not in _BY_NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _BY_NAME[name]
