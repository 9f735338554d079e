"""What no operand of a declaration can do, and the cure: conditions, lists, numbers, NumPy."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from lstm_ref.derive.declare import numpy_names
from lstm_ref.derive.expressions import DeclarationError

ARITHMETIC = ("add", "sub", "mul", "truediv", "pow", "matmul")
OTHERS = {
    "floordiv": "//: there is no whole part; a fraction is /",
    "mod": "%: there is no remainder; what depends on the step comes in with an input",
    "divmod": "divmod: there is no whole part; a fraction is /",
    "xor": "^ is no power: write ** for it, or @ for a matrix product, * unit by unit",
    "and": "&: there are no conditions; a mask of zeros and ones multiplies: m[t] * h[t-1]",
    "or": "|: there are no conditions; a mask of zeros and ones multiplies: m[t] * h[t-1]",
    "lshift": "<<: an equation is written with =",
    "rshift": ">>: an equation is written with =",
}
COMPARED = (
    "there are no comparisons and no if, since a cell is the same at every step; the larger of two "
    "is max(a, b), the positive part relu(a), and a mask comes in as an input: m[t] * h[t-1]"
)
NO_PARTS = (
    "it is a vector for the whole step and no list of units; the sum over its units is sum(v), "
    "their mean is mean(v)"
)
NO_NUMBER = (
    "it is a symbol and no number, as a cell runs on symbols; functions come from lstm_ref, "
    "as in: from lstm_ref import exp, sqrt, tanh"
)
KINDS = {
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne", "bool"), COMPARED),
    **dict.fromkeys(("iter", "len", "contains", "reversed"), NO_PARTS),
    **dict.fromkeys(("float", "int", "complex", "index", "round", "trunc", "floor"), NO_NUMBER),
    **dict.fromkeys(("ceil", "str_format"), NO_NUMBER),
    "invert": "~: there are no conditions; the opposite of a mask is 1 - m[t]",
    "delitem": "del: an equation is not taken back; leave its line out",
}


class Operand:
    """What stands in a declaration. What it cannot do is refused, with the line and the cure."""

    _notes: Any  # the `notes.Notes`, None outside of a declaration
    _op_priority = 100  # SymPy then leaves what it meets to our own operators
    __hash__ = None  # type: ignore[assignment]

    @property
    def _cure(self) -> str:
        """What to write instead, where it stands alone and must not."""
        return "write an expression"

    def __setattr__(self, name: str, value: Any) -> None:
        """Raises DeclarationError for names of the reader's."""
        if not name.startswith("_"):
            self._refuse(f"{self!r}.{name} = ...: it has no parts; an equation is h[t] = ...")
        object.__setattr__(self, name, value)

    def _refuse(self, message: str) -> NoReturn:
        if self._notes is not None:
            self._notes.refuse(message)
        raise DeclarationError(message)

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **_: Any) -> Any:
        """NumPy's functions; its numbers come here too: np.float64(2) * h[t]."""
        operator = numpy_names.OPERATORS.get(function.__name__) if method == "__call__" else None
        if operator is None or any(numpy_names.is_array(value) for value in inputs):
            self._refuse(numpy_names.refused(function.__name__, inputs))
        return operator(*map(numpy_names.plain, inputs))

    def __array_function__(self, function: Any, types: Any, inputs: Any, named: Any) -> NoReturn:
        """NumPy's other functions: mean, sum, dot, concatenate."""
        self._refuse(numpy_names.refused(function.__name__, inputs))

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        """An array of symbols."""
        self._refuse(numpy_names.refused("array", ()))


def _refusing(name, said):
    def method(self, *_):
        extra = ""
        caller = sys._getframe(1).f_code
        inside = self._notes is not None and caller is self._notes.code
        if said is COMPARED and not inside and {"max", "min"} & {*caller.co_names}:
            extra = "; in a function outside of the declaration: from lstm_ref import max, min"
        if said is NO_PARTS and not inside and "sum" in caller.co_names:
            extra = "; in a function outside of the declaration: from lstm_ref import sum"
        self._refuse(f"{self!r}: {said}{extra}")

    method.__name__ = method.__qualname__ = name
    return method


for _kind, _said in KINDS.items():
    setattr(Operand, f"__{_kind}__", _refusing(f"__{_kind}__", _said))
for _kind, _said in OTHERS.items():
    for _name in (f"__{_kind}__", f"__r{_kind}__"):
        setattr(Operand, _name, _refusing(_name, _said))
