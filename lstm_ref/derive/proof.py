"""A proof of the error terms for any size, in index notation.

Take one step of a cell and give every equation u a multiplier δ_u:

    L = Σ_u Σ_k δ_u[k] · net_u[k]

with every matrix product written as a sum over an index. The derivative of L by an entry s[q] of
a signal, by an entry of the state before, s′[q], or by an entry of a parameter, is what the terms
of `terms` claim. SymPy differentiates the sums, which gives Kronecker deltas; the deltas are
summed; both sides are brought to one form and compared. The sizes are symbols: nothing is
multiplied out for a chosen number of units. The argument that leads from one step to the sum over
time is in words, in the book (chapter 5); the sum over samples is not looked at, columns do not
meet. Nothing here uses the rules of `terms`: only its results are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from lstm_ref.optional import needs

with needs(__name__):
    import sympy
    from sympy.concrete.delta import deltasummation

from lstm_ref.derive import terms
from lstm_ref.derive.expressions import Dot, sigma, signals, t

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

p, q, k = sympy.symbols("p q k", integer=True)


@dataclass(frozen=True)
class Identity:
    """One identity: by what L was differentiated, both sides, and whether they are equal."""

    of: str
    left: sympy.Expr
    right: sympy.Expr
    holds: bool


def prove(cell: Cell, left: dict[str, sympy.Expr] | None = None) -> list[Identity]:
    """Every identity of one step, as a list of `Identity`: signals, parameters, slopes.

    left: what `derivatives` returned for a cell with the same equations; else it is worked out.
    """
    left = derivatives(cell) if left is None else left
    return [*(_compare(of, left[of], right) for of, right in _claims(cell)), *_slopes(cell)]


def failures(cell: Cell, left: dict[str, sympy.Expr] | None = None) -> list[str]:
    """What the identities that do not hold are about: [] for a correct derivation."""
    return [identity.of for identity in prove(cell, left) if not identity.holds]


def derivatives(cell: Cell) -> dict[str, sympy.Expr]:
    """The left sides: ∂L/∂entry of all that the equations read, name of the identity -> expression.

    They follow from the equations alone. So a cell with terms left out has those of the whole one.
    """
    L = [
        (name, _at(cell, equation.net, k), (k, 0, _size(cell.letters[name][0]) - 1))
        for name, equation in cell.equations.items()
    ]
    entries = {_label(name, lag): _entry(name, lag, q) for name, lag in _read(cell)}
    entries |= {name: sympy.IndexedBase(name)[q] for name in cell.vectors}
    entries |= {name: sympy.IndexedBase(name)[p, q] for name in cell.matrices}
    return {of: _form(_derivative(L, entry)) for of, entry in entries.items()}


def _read(cell):
    """Every (signal, lag) that is read: those of the same step first, in order."""
    read = {pair for e in cell.equations.values() for pair in signals(e.expr)}
    order = [cell.input, *cell.equations]
    return sorted(read, key=lambda pair: (pair[1], order.index(pair[0])))


def _label(name, lag):
    return f"{name}[t-1]" if lag else f"{name}[t]"


def _claims(cell):
    """(name of the identity, what the derived terms claim), of signals, vectors, matrices."""
    for name, lag in _read(cell):
        found = [term for term in terms.of(cell, name) if term.lag == lag]
        yield _label(name, lag), _total(_claimed(cell, term) for term in found)
    for name in cell.vectors:
        yield name, _total(_claimed(cell, term) for term in terms.of(cell, name))
    for name in cell.matrices:
        yield name, _total(_claimed_product(cell, each) for each in terms.products(cell, name))


def _total(summands):
    return sum(summands, sympy.Integer(0))


def _slopes(cell):
    """The derivative of each activation, said with its value: f(1 - f) for the logistic one."""
    net = sympy.Symbol("net", real=True)
    for name, equation in cell.equations.items():
        stated = terms.slope(cell, name)
        if stated is None:
            continue
        value, of_net = sympy.IndexedBase(name)[t], sympy.IndexedBase(terms.net_name(name))[t]
        right = stated.xreplace({value: equation.activation(net), of_net: net})
        left = _written_out(equation.activation(net)).diff(net)
        yield Identity(f"slope of {name}", left, right, _is_zero(left - _written_out(right)))


@cache  # four gates have the same slope
def _is_zero(expr):
    return sympy.simplify(expr) == 0


def _written_out(expr):
    logistic = expr.replace(sigma, lambda a: 1 / (1 + sympy.exp(-a)))
    return logistic.replace(sympy.tanh, lambda a: 1 - 2 / (sympy.exp(2 * a) + 1))


def _entry(name, lag, index):
    """s[index] at this step, s′[index] at the step before: different symbols."""
    return sympy.IndexedBase(name + "′" * lag)[index]


def _delta(name, index):
    return sympy.IndexedBase(f"δ_{name}")[index]


def _size(letter):
    return sympy.Symbol(f"n_{letter}", integer=True, positive=True)


_fresh = count()  # SymPy confuses bound indices that have the same name


def _at(cell, expr, index):
    """Entry `index` of a vector expression, products written as sums."""
    if isinstance(expr, Dot):
        W, v = expr.args
        j = sympy.Dummy(f"j{next(_fresh)}", integer=True)
        summand = sympy.IndexedBase(str(W))[index, j] * _at(cell, v, j)
        return sympy.Sum(summand, (j, 0, _size(cell.letters[str(W)][1]) - 1))
    if isinstance(expr, sympy.Indexed):
        return _entry(expr.base.label.name, int(t - expr.indices[0]), index)
    if isinstance(expr, sympy.Symbol):
        return sympy.IndexedBase(str(expr))[index]
    return expr.func(*(_at(cell, a, index) for a in expr.args)) if expr.args else expr


def _derivative(L, entry):
    """∂L/∂entry, deltas summed. L: (u, net_u at k, the bounds of k) of every equation."""
    total = sympy.Integer(0)
    for name, net, bound in L:
        if net.has(entry.base):
            total += _summed(_delta(name, k) * net.diff(entry), bound)
    return total


def _summed(expr, bound):
    """Σ over an index, term by term; a Kronecker delta with that index takes its place."""
    total = sympy.Integer(0)
    for term in sympy.Add.make_args(_expanded(_inner_sums(expr))):
        if any(bound[0] in d.free_symbols for d in term.atoms(sympy.KroneckerDelta)):
            total += deltasummation(term, bound, no_piecewise=True)
        elif term != 0:
            total += sympy.Sum(term, bound)
    return total


def _inner_sums(expr):
    """Sums inside of an expression first."""
    if isinstance(expr, sympy.Sum):
        return _summed(expr.function, expr.limits[0])
    return expr.func(*map(_inner_sums, expr.args)) if expr.has(sympy.Sum) else expr


def _claimed(cell, term):
    """A term at entry q, written as a sum."""
    if term.via is None:
        return _delta(term.by, q) * _at(cell, term.inner, q)
    rows = _size(cell.letters[term.by][0])
    summand = sympy.IndexedBase(str(term.via))[k, q] * _delta(term.by, k)
    carried = sympy.Sum(summand * _at(cell, term.inner, k), (k, 0, rows - 1))
    return carried * _at(cell, term.outer, q)


def _claimed_product(cell, product):
    """A summand of the gradient of a matrix at entry (p, q)."""
    return _delta(product.by, p) * _at(cell, product.inner, p) * _at(cell, product.v, q)


def _compare(of, left, right):
    """left: in one form already, as `derivatives` returns it."""
    right = _form(right)
    return Identity(of, left, right, _expanded(left - right) == 0)


def _expanded(expr):
    """Products multiplied out, and nothing else: exp of a sum would become a product."""
    return sympy.expand(expr, power_base=False, power_exp=False, log=False)


def _form(expr, depth=0):
    """One form for equal sums: expanded, factors in front, bound indices named by their depth."""
    total = sympy.Integer(0)
    for term in sympy.Add.make_args(_expanded(expr)):
        product = sympy.Integer(1)
        for factor in sympy.Mul.make_args(term):
            product *= _sum_form(factor, depth) if factor.has(sympy.Sum) else factor
        total += product
    return _expanded(total)


def _sum_form(factor, depth):
    if not isinstance(factor, sympy.Sum):
        return factor.func(*(_form(a, depth) for a in factor.args))
    (old, low, high), total = factor.limits[0], sympy.Integer(0)
    index = sympy.Symbol(f"j_{depth}", integer=True)
    for term in sympy.Add.make_args(_form(factor.function.xreplace({old: index}), depth + 1)):
        inside, outside = term.as_independent(index)[::-1]
        total += outside * sympy.Sum(inside, (index, low, high))
    return total
