"""SymPy expressions as trees, in the order in which they were written.

SymPy sorts sums and products by an order of its own. Here they get back the order of an equation:
what it read first stands first. Signs, numbers in front and fractions are decided here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.expressions import (
    FUNCTIONS,
    SPREAD,
    Constant,
    Dot,
    Mean,
    Outer,
    Size,
    Softmax,
    Total,
    Transposed,
    relu,
    step,
    t,
)
from lstm_ref.derive.typeset.carried import filled, fraction, whole
from lstm_ref.derive.typeset.ranks import is_matrix, rank

KNOWN = {sympy.pi: "pi", sympy.E: "e"}
KNOWN |= {sympy.GoldenRatio: "GoldenRatio", sympy.EulerGamma: "EulerGamma"}


class Arranger:
    """Arranges expressions of one equation.

    order: what it reads, in the order of writing. names: rank of each name, 0 a number, 2 a matrix;
    without them nothing but a bᵀ is known to be a matrix.
    """

    def __init__(
        self, order: Iterable[sympy.Basic] = (), names: Mapping[str, int] | None = None
    ) -> None:
        self.names = names or {}
        self.place = {symbol: k for k, symbol in enumerate(dict.fromkeys(order))}
        self._seen: dict[sympy.Expr, tree.Node] = {}
        self._texts: dict[sympy.Expr, str] = {}

    def node(self, expr: sympy.Expr) -> tree.Node:
        """The expression as a tree; the same one is arranged once."""
        if expr not in self._seen:
            self._seen[expr] = self._node(expr)
        return self._seen[expr]

    def _node(self, expr):
        if isinstance(expr, sympy.Indexed):
            return _signal(expr)
        if isinstance(expr, sympy.Symbol):
            return _symbol(expr)
        if expr in KNOWN:
            return tree.Known(KNOWN[expr])
        if isinstance(expr, sympy.Number):
            return number(expr)
        if isinstance(expr, sympy.Add):
            return self._sum(expr)
        if isinstance(expr, sympy.Mul | sympy.Pow):
            return self.product(expr)
        return self._function(expr)

    def product(self, expr: sympy.Expr, *first: tree.Node) -> tree.Node:
        """A product or a power, after the factors `first`; its sign and its number lead."""
        return fraction(*self.parts(expr, *first))

    def parts(
        self, expr: sympy.Expr, *first: tree.Node
    ) -> tuple[int, Fraction | float, list[tree.Node], list[tree.Node]]:
        """(sign, number, factors after `first`, factors below the line); the number is positive."""
        value, rest = expr.as_coeff_Mul()
        sign = -1 if value.is_negative else 1
        above, below = list(first), []
        for factor in sorted(sympy.Mul.make_args(rest), key=self._place):
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sympy.Integer(1))
            if exponent.is_number and exponent.is_negative:
                below.append(self._power(base, -exponent))
            elif factor != 1:
                above.append(self._power(base, exponent))
        return sign, _value(abs(value)), self._matrices(rest, above), below

    def _place(self, factor):
        """Numbers first, named ones too, then factors in the order of writing."""
        fixed = all(isinstance(symbol, Constant | Size) for symbol in factor.free_symbols)
        return not fixed, self._first(factor), isinstance(factor, sympy.Add), self._text(factor)

    def _matrices(self, rest, above):
        """diag(f) C and C diag(f) out of the products with f 1ᵀ and 1 fᵀ that they are in SymPy.

        Only where something in the product is a matrix: 1 - a 1 fᵀ is none times diag(f).
        """
        outers = [a for a in sympy.Mul.make_args(rest) if isinstance(a, Outer) and 1 in a.args]
        if not outers:
            return above
        nodes: list[Any] = [self.node(outer) for outer in outers]
        numbers = [factor for factor in above if not rank(factor, self.names)]
        others = [factor for factor in above if factor not in nodes and factor not in numbers]
        if not any(is_matrix(factor, self.names) for factor in others):
            return [*numbers, *others, *filled(nodes)]
        node = tree.product(*others)
        for left, right in (outer.args for outer in outers):
            diagonal = tree.Call("diag", (self.node(left if right == 1 else right),))
            node = tree.Apply(diagonal, node) if right == 1 else tree.Apply(node, diagonal)
        return [*numbers, node]

    def _sum(self, expr):
        """Positive terms first, each group in the order of writing; numbers lead."""
        terms = sorted(
            expr.args, key=lambda a: (_negative(a), not a.is_number, self._first(a), self._text(a))
        )
        below = {
            term.as_coeff_Mul()[0].q if term.as_coeff_Mul()[0].is_Rational else 1 for term in terms
        }
        if len(below) == 1 and below != {1}:  # (1 + a) / 2, which SymPy multiplies out
            (number_below,) = below
            inside = self._sum(sympy.Add(*(number_below * term for term in terms)))
            return tree.Quotient(inside, tree.Number(int(number_below)))
        parts: list[tuple[int, tree.Node]] = []
        for term in terms:
            node = self.node(-term if _negative(term) else term)
            parts.append((-1 if _negative(term) else 1, node))
        return tree.Sum(tuple(parts))

    def _power(self, base, exponent):
        if exponent == 1:
            return self.node(base)
        if exponent == sympy.Rational(1, 2) and isinstance(base, Total):
            squares = sympy.Mul.make_args(base.args[0])
            if len(squares) == 1 and squares[0].is_Pow and squares[0].exp == 2:
                return tree.Call("norm", (self.node(squares[0].base),))
        return tree.Power(self.node(base), self.node(exponent))

    def _function(self, expr):
        if isinstance(expr, Dot):
            A, v = expr.args
            if A == SPREAD:
                return tree.Call("spread", (self.node(v),))
            return tree.Apply(self.node(A), self.node(v))
        if isinstance(expr, Transposed):
            return tree.Transposed(self.node(expr.args[0]))
        if isinstance(expr, Outer):
            return tree.Outer(*(tree.Known("ones") if a == 1 else self.node(a) for a in expr.args))
        if isinstance(expr, Total):
            return self._total(expr.args[0])
        if isinstance(expr, step) and isinstance(expr.args[0], relu):  # they jump together
            return self.node(step(*expr.args[0].args))
        word = {Mean: "mean", Softmax: "softmax"}.get(expr.func) or FUNCTIONS[expr.func]
        return tree.Call(word, tuple(map(self.node, expr.args)))

    def _total(self, expr):
        """Σ over units: aᵀ b of a product of vectors, with what is a number in front."""
        sign, value, above, below = self.parts(expr)
        vectors = [node for node in above if rank(node, self.names)]
        if below or len(vectors) < 2:
            squares = [v for v in vectors if isinstance(v, tree.Power)]
            if below or not squares or squares[0].exponent != tree.Number(2):
                return tree.Call("sum", (self.node(expr),))
            vectors = [squares[0].base] * 2
        numbers = [node for node in above if not rank(node, self.names)]
        inner = tree.Dot(vectors[0], tree.product(*vectors[1:]))
        return fraction(sign, value, [*numbers, inner], [])

    def _text(self, expr):
        """What decides where nothing else does; SymPy takes its time for it."""
        if expr not in self._texts:
            self._texts[expr] = str(expr)
        return self._texts[expr]

    def _first(self, expr):
        """When the symbols of an expression were written, first ones first."""
        read = expr.atoms(sympy.Indexed, sympy.Symbol)
        return sorted(self.place[symbol] for symbol in read if symbol in self.place) or [
            len(self.place)
        ]


def arrange(
    expr: sympy.Expr, order: Iterable[sympy.Basic] = (), names: Mapping[str, int] | None = None
) -> tree.Node:
    """An expression as a tree; order: its symbols in the order in which they were written.

    names: rank of signals and parameters, 0 for a number, 2 for a matrix; others are vectors.
    """
    return Arranger(order, names).node(expr)


def number(value: sympy.Number) -> tree.Node:
    """A number of SymPy."""
    node = tree.Number(whole(_value(abs(value))))
    return tree.minus(node) if value.is_negative else node


def _value(value: Any) -> Fraction | float:
    return Fraction(value.p, value.q) if value.is_Rational else float(value)


def _negative(expr: sympy.Expr) -> bool:
    return bool(expr.as_coeff_Mul()[0].is_negative)


def _signal(symbol):
    name, lag = symbol.base.label.name, int(t - symbol.indices[0])
    if name.startswith("net "):
        return tree.Net(name[4:], lag)
    return tree.Signal(name, lag)


def _symbol(symbol):
    kinds: dict[Any, Callable[[str], tree.Node]] = {Constant: tree.Constant, Size: tree.Size}
    return kinds.get(type(symbol), tree.Parameter)(symbol.name)
