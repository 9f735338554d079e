"""Back-propagation through time, derived: every way in which the error depends on a signal.

δ_u is the error term of the equation of u: ∂E/∂net_u where u = act(net_u) has parameters inside,
else ∂E/∂u. By the chain rule ∂E/∂s_t is a sum over all equations that read s, at the same step
(lag 0) and one step later (lag 1). Each summand is a `Term`; a summand of the gradient of a matrix
is a `Product`. The list of both, `every`, is the only source of the printed formulas, of the
generated code, of what the proof compares, and of truncations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive.expressions import Dot, at, dots

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

ONE = sympy.Integer(1)


@dataclass(frozen=True)
class Term:
    """One summand of ∂E/∂of_t: the error of equation `by`, `lag` steps later, carried to `of`.

    via None:  δ_by ⊙ inner
    via W:     Wᵀ(δ_by ⊙ inner) ⊙ outer, through a product W v with v read from `of`

    inner and outer are written at the step of `by`: in them `of` is read at t - lag.
    """

    of: str
    by: str
    lag: int
    inner: sympy.Expr
    via: sympy.Symbol | None = None
    v: sympy.Expr | None = None
    outer: sympy.Expr = ONE


@dataclass(frozen=True)
class Product:
    """One summand of ∂E/∂W: Σ_t (δ_by ⊙ inner) vᵀ, from a product W v in the equation of `by`.

    It has the other fields of a `Term` too, so that one predicate can be asked about both.
    """

    of: str
    by: str
    inner: sympy.Expr
    v: sympy.Expr
    lag: int = field(default=0, init=False, repr=False)
    via: None = field(default=None, init=False, repr=False)
    outer: sympy.Expr = field(default=ONE, init=False, repr=False)


def of(cell: Cell, name: str) -> list[Term]:
    """All terms of a signal or of a vector of parameters, in the order of the equations.

    Those of the same step come first, then those of the next step. Dropped terms are left out.
    """
    found = []
    for lag, symbol in _occurrences(cell, name):
        for by, equation in cell.equations.items():
            found += _through(equation.net, name, by, lag, symbol)
    return [term for term in found if not any(drop(term) for drop in cell.dropped)]


def every(cell: Cell) -> Iterator[Term | Product]:
    """All terms and products of a cell that are not dropped: of its signals, then parameters."""
    for name in (cell.input, *cell.equations, *cell.vectors):
        yield from of(cell, name)
    for name in cell.matrices:
        yield from products(cell, name)


def _occurrences(cell, name):
    if name == cell.input or name in cell.equations:
        return [(0, at(name)), (1, at(name, 1))]
    return [(0, sympy.Symbol(name))]


@cache  # formulas, code and proof ask for the same terms: each is differentiated once
def _through(net, name, by, lag, symbol):
    """Terms of one equation, by one symbol: its elementwise part, then each matrix product."""
    if not net.has(symbol):
        return ()
    slots, found = _slots(net), []
    inner = _slope(net, symbol, slots)
    if inner != 0:
        found.append(Term(name, by, lag, inner))
    for product, slot in slots.items():
        W, v = product.args
        if v.has(symbol):
            carried = _slope(net, slot, slots)
            found.append(Term(name, by, lag, carried, W, v, _slope(v, symbol, {})))
    return tuple(found)


def products(cell: Cell, name: str) -> list[Product]:
    """All summands of the gradient of the matrix `name`. Dropped ones are left out."""
    found = []
    for by, equation in cell.equations.items():
        for product in dots(equation.net):
            if str(product.args[0]) == name:
                found.append(Product(name, by, at_product(cell, by, product), product.args[1]))
    return [product for product in found if not any(drop(product) for drop in cell.dropped)]


def at_product(cell: Cell, by: str, product: Dot) -> sympy.Expr:
    """What δ_by is multiplied with to get the error at a product W v in the equation of `by`."""
    return _at_product(cell.equations[by].net, product)


@cache
def _at_product(net, product):
    slots = _slots(net)
    return _slope(net, slots[product], slots)


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
        for term in _through(cell.equations[state].net, state, state, 1, at(state, 1)):
            gate = term.inner.args[1] if isinstance(term.inner, Dot) else term.inner
            if term.via is None and gate in map(at, cell.equations):
                summands = sympy.Add.make_args(cell.equations[gate.base.label.name].net)
                return next((str(b) for b in summands if str(b) in cell.vectors), None)
    return None


def net_name(name: str) -> str:
    """Name of the weighted input of an equation; no signal can have it, because of the space."""
    return f"net {name}"


def _slots(expr):
    """A placeholder for every matrix product: what is left works unit by unit."""
    return {product: sympy.Dummy(f"slot{k}") for k, product in enumerate(dots(expr))}


def _slope(expr, symbol, slots):
    """Unit-by-unit derivative with the products held fixed. Never simplified, never expanded."""
    plain = expr.xreplace(slots)
    # Plain symbols instead of indexed ones: SymPy would differentiate c[t-1] by c[t] too.
    symbols = sorted(plain.atoms(sympy.Indexed), key=str)
    stand_in = {s: sympy.Dummy(str(s)) for s in symbols}
    back = {dummy: s for s, dummy in stand_in.items()} | {v: k for k, v in slots.items()}
    return plain.xreplace(stand_in).diff(stand_in.get(symbol, symbol)).xreplace(back)
