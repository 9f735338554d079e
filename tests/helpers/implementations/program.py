"""The equations of a declared cell as operations in order, each an `Op`; the last is its value."""

from dataclasses import dataclass, replace
from functools import cache

import sympy

from lstm_ref.derive import catalogue, expressions

from .declared import find


@dataclass(frozen=True)
class Op:
    """kind: read, parameter, number, constant, size, add, mul, pow, call, apply, spread, outer,
    total, mean, softmax. args: positions of its operands. name: signal, parameter or function;
    lag: of what is read; turned: a matrix that is applied transposed.
    """

    kind: str
    args: tuple = ()
    name: str = ""
    lag: int = 0
    number: float = 0.0
    turned: bool = False


PLAIN = {sympy.Add: "add", sympy.Mul: "mul", sympy.Pow: "pow", expressions.Outer: "outer"}
PLAIN |= {expressions.Total: "total", expressions.Mean: "mean", expressions.Softmax: "softmax"}


@dataclass(frozen=True)
class Program:
    """equations: name -> tuple of `Op`; active: names whose last operation is an activation."""

    name: str
    equations: dict
    active: tuple
    inputs: tuple
    states: tuple
    output: str
    learned: tuple
    letters: dict
    constants: dict

    def __hash__(self):
        return hash(self.name)

    def but(self, **changes):
        """The same cell with other operations in some equations."""
        fields = dict(self.__dict__)
        return Program(**{**fields, "equations": {**self.equations, **changes}})


@cache
def program(cell):
    """Of a name: of the catalogue, or of `declared`. An only input is x, as in golden vectors."""
    cell = catalogue.declared(find(cell))
    own = {cell.input: "x"} if len(cell.inputs) == 1 else {}
    return Program(
        name=cell.name,
        equations={n: called(operations(e.expr), own) for n, e in cell.equations.items()},
        active=tuple(name for name, e in cell.equations.items() if e.activation),
        inputs=tuple(own.get(n, n) for n in cell.inputs),
        states=tuple(cell.states),
        output=cell.output,
        learned=tuple(cell.SHAPES),
        letters={own.get(n, n): word for n, word in cell.letters.items()},
        constants=dict(cell.constants),
    )


def called(ops, own):
    """Operations with other names for what they read."""
    return tuple(replace(o, name=own.get(o.name, o.name)) if o.kind == "read" else o for o in ops)


def operations(expr):
    """An expression as a tuple of operations, operands before what uses them."""
    ops = []
    _walk(expr, ops)
    return tuple(ops)


def _walk(expr, ops):
    """Append the operations of an expression; returns the position of the last."""
    op = _leaf(expr)
    if op is None and isinstance(expr, expressions.Dot):
        op = _product(expr, ops)
    elif op is None:
        args = tuple(_walk(part, ops) for part in expr.args)
        word = expressions.FUNCTIONS.get(expr.func, "")
        op = Op(PLAIN.get(expr.func, "call"), args, word)
    ops.append(op)
    return len(ops) - 1


def _leaf(expr):
    if isinstance(expr, sympy.Indexed):
        return Op("read", name=expr.base.label.name, lag=int(expressions.t - expr.indices[0]))
    if isinstance(expr, expressions.Size):
        return Op("size", name=expr.name)
    if isinstance(expr, expressions.Constant):
        return Op("constant", name=expr.name)
    if isinstance(expr, sympy.Symbol):
        return Op("parameter", name=expr.name)
    return Op("number", number=float(expr)) if expr.is_number else None


def _product(expr, ops):
    matrix, vector = expr.args
    if matrix == expressions.SPREAD:
        return Op("spread", (_walk(vector, ops),))
    turned = isinstance(matrix, expressions.Transposed)
    inner = matrix.args[0] if turned else matrix
    return Op("apply", (_walk(inner, ops), _walk(vector, ops)), turned=turned)
