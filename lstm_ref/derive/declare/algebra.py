"""An equation as it was typed, a tree, and what it is, a SymPy expression: one from the other."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.expressions import (
    FUNCTIONS,
    OURS,
    SPREAD,
    Constant,
    Dot,
    Mean,
    Outer,
    Size,
    Softmax,
    Total,
    Transposed,
    at,
    t,
)

KNOWN = {sympy.pi: "pi", sympy.E: "e"}
WORDS = FUNCTIONS | {Mean: "mean", Softmax: "softmax", Total: "sum"}
CLASSES = {word: function for function, word in WORDS.items()}
LARGEST = 1.7e308  # what a float can hold, roughly
LARGEST_EXPONENT = 10_000  # Python computes 7**99999999 before any other limit is asked
TOO_LARGE = "a number of more than 308 digits, which no float can hold"


class NoNumber(ValueError):
    """A value that cannot be a number of an equation; the message says why."""


def number(value: object) -> tree.Node | None:
    """A number as it was typed, None of what is no number. Raises NoNumber for nan, inf, 10**400.

    Negative ones have their sign outside, as everything in a tree.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Number):
        return None
    if isinstance(value, numbers.Integral):
        plain: int | Fraction | float = int(value)
    elif isinstance(value, numbers.Rational):
        plain = Fraction(int(value.numerator), int(value.denominator))
    elif isinstance(value, numbers.Real):
        plain = float(value)
    else:
        raise NoNumber(f"{value}: the numbers of a cell are real")
    if plain != plain or plain in (float("inf"), -float("inf")):
        raise NoNumber(f"{plain}: expected a finite number")
    if isinstance(plain, int | Fraction) and _too_long(plain):
        raise NoNumber(TOO_LARGE)
    return tree.Number(plain) if plain >= 0 else tree.Sum(((-1, tree.Number(-plain)),))


def _too_long(value):
    return max(abs(int(value.numerator)), int(value.denominator)).bit_length() > 1023


# ---- what was typed, as SymPy has it


def algebra(node: tree.Node) -> sympy.Expr:
    """The SymPy expression of a tree. Raises NoNumber where a number grows beyond all floats."""
    expr = _algebra(node)
    if expr.is_Number and too_large(expr):
        raise NoNumber(TOO_LARGE)
    return expr


def too_large(value: sympy.Number) -> bool:
    """Whether no float can hold a number of SymPy; infinity is not large but no number."""
    if not value.is_finite:
        return False
    return _too_long(value) if value.is_Rational else bool(abs(value) > LARGEST)


def _algebra(node):
    match node:
        case tree.Signal(name, lag):
            return at(name, lag)
        case tree.Parameter(name):
            return sympy.Symbol(name)
        case tree.Constant(name):
            return Constant(name)
        case tree.Known(name):
            return next(symbol for symbol, known in KNOWN.items() if known == name)
        case tree.Number(value):
            return sympy.sympify(value, strict=True)
        case tree.Sum(parts):
            return sympy.Add(*(s * algebra(part) for s, part in parts))
        case tree.Product(factors):
            return sympy.Mul(*map(algebra, factors))
        case tree.Quotient(above, below):
            return algebra(above) / algebra(below)
        case tree.Power(base, exponent):
            return _power(algebra(base), algebra(exponent))
        case tree.Call(word, arguments):
            return _call(word, [algebra(argument) for argument in arguments])
    return _product(node)


def _power(base, exponent):
    """SymPy computes powers of numbers: not one that fills the memory."""
    if base.is_Rational and exponent.is_Rational and abs(exponent) > 1:
        bits = max(abs(base.p), base.q).bit_length()
        if bits > 1 and bits * abs(exponent) > 2100:
            raise NoNumber(TOO_LARGE)
    if exponent.is_number and exponent.is_real and abs(exponent) > LARGEST_EXPONENT:
        raise NoNumber(f"an exponent of {exponent}; the largest is {LARGEST_EXPONENT}")
    return base**exponent


def _call(word, arguments):
    if word == "norm":
        return sympy.sqrt(Total(arguments[0] ** 2))
    if word == "spread":
        return Dot(SPREAD, arguments[0])
    if word in ("max", "min"):
        return reduce(CLASSES[word], arguments)
    return CLASSES[word](*arguments)


def _product(node):
    match node:
        case tree.Apply(tree.Call("diag", (v,)), C):
            return algebra(C) * Outer(algebra(v), 1)
        case tree.Apply(C, tree.Call("diag", (v,))):
            return algebra(C) * Outer(1, algebra(v))
        case tree.Apply(matrix, vector):
            return Dot(algebra(matrix), algebra(vector))
        case tree.Transposed(matrix):
            return Transposed(algebra(matrix))
        case tree.Outer(left, right):
            return Outer(algebra(left), algebra(right))
        case tree.Dot(left, right):
            return Total(algebra(left) * algebra(right))
    raise TypeError(f"node: expected a tree, got {node!r}")


def parts(node: tree.Node) -> tuple[tree.Node, ...]:
    """What a tree is made of, in the order of writing; nothing of a letter or a number."""
    match node:
        case tree.Sum(signed):
            return tuple(part for _, part in signed)
        case tree.Product(found) | tree.Call(_, found):
            return found
        case tree.Quotient(a, b) | tree.Power(a, b) | tree.Apply(a, b):
            return a, b
        case tree.Outer(a, b) | tree.Dot(a, b):
            return a, b
        case tree.Transposed(matrix):
            return (matrix,)
    return ()


def reads(node: tree.Node) -> Iterator[sympy.Basic]:
    """Its signals and parameters, in the order in which they were written, each once."""
    yield from dict.fromkeys(_leaves(node))


def _leaves(node):
    if isinstance(node, tree.Signal | tree.Parameter):
        yield algebra(node)
    for part in parts(node):
        yield from _leaves(part)


# ---- what SymPy has, as it may have been typed


def typed(expr: sympy.Expr, known: Mapping[sympy.Basic, tree.Node] | None = None) -> tree.Node:
    """A tree of what went through a function of SymPy, or of what a message shows.

    known: trees that symbols stand for, in the order of writing, which is kept as far as SymPy
    lets it. A function that the language does not have gets a call with its name.
    """
    return _Typed(known or {}).node(expr)


class _Typed:
    def __init__(self, known):
        self.known = known
        self.order = {symbol: place for place, symbol in enumerate(known)}

    def node(self, expr):
        if expr in self.known:
            return self.known[expr]
        if expr.is_Number and expr.is_finite:
            found = number(expr)
            return tree.Known(str(expr)) if found is None else found
        if isinstance(expr, sympy.Indexed):
            return tree.Signal(expr.base.label.name, int(t - expr.indices[0]))
        if not expr.args:
            return self._letter(expr)
        if expr.is_Add:
            return self._sum(expr)
        return self._product(expr) if expr.is_Mul or expr.is_Pow else self._function(expr)

    def _letter(self, expr):
        kinds = {Constant: tree.Constant, Size: tree.Size, sympy.Symbol: tree.Parameter}
        plain = type(expr) in kinds and expr != t
        return kinds[type(expr)](expr.name) if plain else tree.Known(KNOWN.get(expr, str(expr)))

    def _first(self, expr):
        """When the first symbol of an expression was written, and its text."""
        found = [self.order[s] for s in expr.free_symbols if s in self.order]
        return min(found, default=len(self.order)), str(expr)

    def _sum(self, expr):
        """In the order of writing, positive numbers first, negative ones last."""
        signed = [(-1 if a.could_extract_minus_sign() else 1, a) for a in expr.args]
        signed.sort(key=lambda p: (p[0] * -p[1].is_number, *self._first(p[1])))
        return tree.Sum(tuple((s, self.node(s * a)) for s, a in signed))

    def _product(self, expr):
        value, rest = expr.as_coeff_Mul()
        above: list[tree.Node] = []
        below: list[tree.Node] = []
        for factor in sorted(sympy.Mul.make_args(rest), key=self._first):
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sympy.S.One)
            under = exponent.is_number and exponent.is_negative
            exponent = -exponent if under else exponent
            node = self.node(base)
            if exponent != 1:
                node = tree.Power(node, self.node(exponent))
            (below if under else above).append(node)
        if abs(value) != 1 or not above:
            above.insert(0, self.node(abs(value)))
        found = _times(above) if not below else tree.Quotient(_times(above), _times(below))
        return tree.Sum(((-1, found),)) if value < 0 else found

    def _function(self, expr):
        nodes = tuple(map(self.node, expr.args))
        if isinstance(expr, Dot) and expr.args[0] == SPREAD:
            return tree.Call("spread", nodes[1:])
        kinds = {Dot: tree.Apply, Outer: tree.Outer, Transposed: tree.Transposed}
        if expr.func in kinds:
            return kinds[expr.func](*nodes)
        word = WORDS.get(OURS.get(expr.func, expr.func), expr.func.__name__)
        order = sorted(zip(expr.args, nodes, strict=True), key=lambda p: self._first(p[0]))
        sorts = isinstance(expr, sympy.Max | sympy.Min)  # SymPy has no order of these
        return tree.Call(word, tuple(n for _, n in order) if sorts else nodes)


def _times(factors):
    return factors[0] if len(factors) == 1 else tree.Product(tuple(factors))
