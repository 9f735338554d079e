"""Back-propagation through time, derived: every way in which the error depends on a signal.

δ_u is the error term of the equation of u: ∂E/∂net_u where u = act(net_u) has parameters inside,
else ∂E/∂u. By the chain rule ∂E/∂s_t is a sum over all equations that read s, at the same step
(lag 0) and one step later (lag 1). Each summand is a `Term`; a summand of the gradient of a matrix
is a `Product`. A cell has one list of both, `Cell.terms`, the only source of the printed formulas,
of the generated code, of what the proof compares, and of truncations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive.expressions import (
    ONES,
    Column,
    Dot,
    Left,
    Mean,
    Outer,
    Right,
    Row,
    Size,
    Softmax,
    Total,
    Transposed,
    at,
    dots,
    matrix,
    operators,
    parameters,
    signals,
)
from lstm_ref.derive.tree import net_name

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

ONE = sympy.Integer(1)


@dataclass(frozen=True)
class Term:
    """One summand of ∂E/∂of_t: the error of equation `by`, `lag` steps later, carried to `of`.

    With G = δ_by ⊙ inner it is op(G) ⊙ outer, where via says what op is:

    - None: G itself;
    - a matrix A, through a product A v with v read from `of`: Aᵀ G. A is the symbol of a
      parameter, a signal, `Transposed` of one of them, or SPREAD;
    - ONES, through a sum over units: the sum of G over its units, the same in every unit of `of`;
    - Row(v) or Column(v), through C v or Cᵀ v, `of` being the matrix C: G vᵀ or v Gᵀ;
    - Right(b) or Left(a), through a bᵀ with a or b read from `of`: G b or Gᵀ a.

    Where `of` is a number and the result is not, its units are summed. v is the argument of the
    product or sum. All is written at the step of `by`: there `of` is read at t - lag.
    """

    of: str
    by: str
    lag: int
    inner: sympy.Expr
    via: sympy.Expr | None = None
    v: sympy.Expr | None = None
    outer: sympy.Expr = ONE


@dataclass(frozen=True)
class Product:
    """One summand of ∂E/∂W: Σ_t (δ_by ⊙ inner) vᵀ, from a product W v in the equation of `by`.

    transposed: from a product Wᵀ v; then it is Σ_t v (δ_by ⊙ inner)ᵀ. It has the other fields of a
    `Term` too, so that one predicate can be asked about both.
    """

    of: str
    by: str
    inner: sympy.Expr
    v: sympy.Expr
    transposed: bool = False
    lag: int = field(default=0, init=False, repr=False)
    via: None = field(default=None, init=False, repr=False)
    outer: sympy.Expr = field(default=ONE, init=False, repr=False)


@dataclass(frozen=True)
class Terms:
    """The whole list of a cell.

    terms: of every input, signal, vector and number among the parameters, in the order of the
    equations, those of the same step first. products: of every matrix. slopes: ∂u/∂net_u of every
    equation, None for one without activation.
    """

    terms: dict[str, tuple[Term, ...]]
    products: dict[str, tuple[Product, ...]]
    slopes: dict[str, sympy.Expr | None]


def derived(cell: Cell) -> Terms:
    """Derive the list of a cell; `Cell.terms` has it. What the cell drops is left out."""
    terms: dict[str, list[Term]] = {n: [] for n in (*cell.inputs, *cell.equations, *cell.vectors)}
    products: dict[str, list[Product]] = {name: [] for name in cell.matrices}
    for lag in (0, 1):
        for by, equation in cell.equations.items():
            where = _where(cell, by)
            for name, symbol in _occurrences(cell, equation.net, lag):
                terms[name] += _through(equation.net, name, by, lag, symbol, where)
            for product in dots(equation.net) if lag == 0 else ():
                if (name := str(matrix(product))) in products:
                    products[name].append(_product(cell, name, by, product))
    kept = _kept(cell)
    return Terms(
        {name: tuple(filter(kept, found)) for name, found in terms.items()},
        {name: tuple(filter(kept, found)) for name, found in products.items()},
        {name: slope(cell, name) for name in cell.equations},
    )


def _kept(cell):
    return lambda item: not any(drop(item) for drop in cell.dropped)


def of(cell: Cell, name: str) -> list[Term]:
    """The terms of a signal or of a vector of parameters, without what the cell drops."""
    return list(cell.terms.terms.get(name, ()))


def products(cell: Cell, name: str) -> list[Product]:
    """The summands of the gradient of the matrix `name`, without what the cell drops."""
    return list(cell.terms.products.get(name, ()))


def every(cell: Cell) -> Iterator[Term | Product]:
    """All terms and products of a cell that are not dropped: of its signals, then parameters."""
    for terms in cell.terms.terms.values():
        yield from terms
    for products in cell.terms.products.values():
        yield from products


def _occurrences(cell, net, lag):
    """(name, symbol) of what an equation reads at this lag and an error goes to; once each."""
    names = [(n, at(n, lag)) for n in (*cell.inputs, *cell.equations)]
    if lag == 0:
        names += [(n, sympy.Symbol(n)) for n in cell.vectors]
    read = net.free_symbols | net.atoms(sympy.Indexed)
    return [(name, symbol) for name, symbol in names if symbol in read]


def _where(cell, by):
    """What the terms of an equation depend on besides its expression: ranks and widths."""
    from lstm_ref.derive.declare.widths import letter_of  # which needs a cell

    net = cell.equations[by].net
    sums = [each for each in operators(net) if isinstance(each, Total | Mean)]
    widths = tuple((each, letter_of(cell, each.args[0])) for each in sums)
    read = _reads(net) if sums else ()
    numbers = frozenset(name for name in read if not cell.rank(name))
    return cell.rank(by), widths, numbers


@cache  # variants share equations: each is differentiated once
def _through(net, name, by, lag, symbol, where):
    """Terms of one equation, by one symbol: its elementwise part, then each operator."""
    slots, found = _slots(net), []
    inner = _slope(net, symbol)
    if inner != 0:
        found.append(Term(name, by, lag, inner))
    for operator, slot in slots.items():
        if operator.has(symbol):
            carried = _slope(net, slot)
            term = Term(name, by, lag, carried)
            found += _through_operator(term, operator, symbol, where)
    return tuple(found)


def _through_operator(term, operator, symbol, where):
    """Terms through one operator; term: with the factor from the error to the operator's value."""
    rank, widths, numbers = where
    *left, v = operator.args
    outer = _slope(v, symbol)
    if isinstance(operator, Dot):
        yield from _through_product(term, operator, symbol, outer)
    elif isinstance(operator, Outer):
        (a,) = left
        if a.has(symbol):
            yield _new(term, via=Right(v), v=a, outer=_slope(a, symbol))
        if v.has(symbol):
            yield _new(term, via=Left(a), v=v, outer=outer)
    elif isinstance(operator, Total | Mean):
        inner, size = term.inner, Size(dict(widths)[operator])
        if isinstance(operator, Mean):
            inner = inner / size
        if term.of in numbers and _reads(outer) <= numbers:  # the same number in every unit
            outer = outer * size
        via = ONES if rank else None  # the error of a number is a number: nothing is to be summed
        yield _new(term, inner=inner, via=via, v=v, outer=outer)
    elif isinstance(operator, Softmax):
        inner = term.inner * operator
        yield _new(term, inner=inner, v=v, outer=outer)
        yield _new(term, inner=inner, via=ONES, v=v, outer=-operator * outer)


def _reads(expr):
    return {*dict(signals(expr)), *map(str, parameters(expr))}


def _through_product(term, product, symbol, outer):
    A, v = product.args
    if matrix(product) == symbol:
        yield _new(term, via=Column(v) if isinstance(A, Transposed) else Row(v), v=v)
    if v.has(symbol):
        yield _new(term, via=A, v=v, outer=outer)


def _new(term, **fields):
    known = {"inner": term.inner, **fields}
    return Term(term.of, term.by, term.lag, **known)


def _product(cell, name, by, product):
    A, v = product.args
    return Product(name, by, at_product(cell, by, product), v, isinstance(A, Transposed))


def at_product(cell: Cell, by: str, product: sympy.Expr) -> sympy.Expr:
    """What δ_by is multiplied with to get the error at a product W v in the equation of `by`."""
    return _at_product(cell.equations[by].net, product)


@cache
def _at_product(net, product):
    return _slope(net, _slots(net)[product])


def slope(cell: Cell, name: str) -> sympy.Expr | None:
    """∂u/∂net_u of an equation with an activation, in terms of the value u_t where possible.

    f(1 - f) for a logistic f. Where it cannot be said with the value (sin), it holds the symbol
    net_u[t]. None for an equation without activation.
    """
    activation: Any = cell.equations[name].activation  # a class of SymPy, which has no types
    return None if activation is None else _slope_of(activation, name)


@cache
def _slope_of(activation, name):
    net = sympy.Dummy("net")
    value = activation(net)
    return value.diff(net).xreplace({value: at(name)}).xreplace({net: at(net_name(name))})


def keeping_bias(cell: Cell) -> str | None:
    """The bias of the gate that a state's own last value is multiplied with, or None: "b_f".

    That gate keeps the state where it is 1. One that writes, h = (1 - z) h + z h̃, is not meant.
    """
    for state in cell.states:
        net = cell.equations[state].net
        if not net.has(at(state, 1)):
            continue
        for term in _through(net, state, state, 1, at(state, 1), _where(cell, state)):
            gate = term.inner.args[1] if isinstance(term.inner, Dot) else term.inner
            if term.via is None and gate in map(at, cell.equations):
                summands = sympy.Add.make_args(cell.equations[gate.base.label.name].net)
                return next((str(b) for b in summands if str(b) in cell.vectors), None)
    return None


def _slots(expr):
    """A placeholder for every operator: what is left works unit by unit."""
    slots, _, _, _ = _prepared(expr)
    return slots


def _slope(expr, symbol):
    """Unit-by-unit derivative with the operators held fixed. Never simplified, never expanded.

    symbol: a signal or parameter outside of the operators, or the placeholder of one of them.
    """
    _, stand_in, back, having = _prepared(expr)
    by = stand_in.get(symbol, symbol)
    slopes = (summand.diff(by) for summand in having.get(by, ()))
    return sympy.Add(*slopes).xreplace(back)


@cache
def _prepared(expr):
    """What `_slope` needs of an expression, which is differentiated by many symbols.

    (operator -> placeholder, signal -> plain symbol, the way back of both, plain symbol -> the
    summands that have it). Plain symbols: SymPy would differentiate c[t-1] by c[t] too.
    """
    slots = {each: sympy.Dummy(f"slot{k}") for k, each in enumerate(operators(expr))}
    plain = expr.xreplace(slots)
    signals = sorted(plain.atoms(sympy.Indexed), key=str)
    stand_in = {s: sympy.Dummy(str(s)) for s in signals}
    back = {dummy: s for s, dummy in stand_in.items()} | {v: k for k, v in slots.items()}
    having: dict[sympy.Symbol, list[sympy.Expr]] = {}
    for summand in sympy.Add.make_args(plain.xreplace(stand_in)):
        for symbol in summand.free_symbols:
            having.setdefault(symbol, []).append(summand)
    return slots, stand_in, back, having
