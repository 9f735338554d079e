"""What the list of terms claims, in index notation: the right sides of the identities.

G = δ_by ⊙ inner is carried to `of` by an operation, see `terms.Term`; each is written out here by
its definition: (Wᵀ G)_q = Σ_k W[k, q] G[k], and so on.
"""

from __future__ import annotations

from functools import cache

import sympy

from lstm_ref.derive.expressions import ONES, Column, Left, Right, Row
from lstm_ref.derive.proof import indices
from lstm_ref.derive.proof.indices import ENTRY, UNITS, Misfit, Shapes, entry, rank
from lstm_ref.derive.proof.sums import Piece
from lstm_ref.derive.terms import Product, Term


def claimed(letters: Shapes, term: Term | Product) -> Piece:
    """One term or product as a `Piece`. Raises indices.Misfit if the ranks of its parts do not fit.

    A term of a parameter has no step of its own: its lag has to be 0 and is left out.
    """
    parts = [term.inner, term.v, term.outer, term.via]
    used = [p for p in parts if p is not None]
    shapes = indices.shapes_of(letters, *used, also=(term.of, term.by))
    if term.of not in shapes or term.by not in shapes:
        raise Misfit(f"the cell has no {term.of if term.of not in shapes else term.by}")
    return _claimed(tuple(shapes.items()), term)


@cache
def _claimed(shapes, term):
    letters = dict(shapes)
    if isinstance(term, Product):
        return _product(letters, term)
    return _collapsed(letters, term)


def _product(letters, product):
    p, q = ENTRY[2]
    row, column = (q, p) if product.transposed else (p, q)
    factor = entry(product.inner, letters, (row,)) * entry(product.v, letters, (column,))
    return Piece(product.by, None, (row,), (), factor)


def _collapsed(letters, term):
    """op(G) ⊙ outer at an entry, its units summed where `of` is a number and they are some."""
    of, result = letters[term.of], _letters_of_result(letters, term)
    at = ENTRY[rank(of)]
    if rank(of) not in (0, len(result)) and result:
        raise Misfit(f"{term.of} has {rank(of)} indices, its term has {len(result)}")
    bounds: tuple[tuple[sympy.Symbol, str], ...] = ()
    if not at and result:
        at = tuple(sympy.Symbol(f"i_{n}", integer=True) for n in range(len(result)))
        bounds = tuple(zip(at, result, strict=True))
    index, more, factor = _operation(letters, term, at)
    factor *= entry(term.outer, letters, at)
    return _piece(term, index, bounds + more, factor)


def _piece(term, index, bounds, factor):
    """With bound indices named by their place in δ; a sum over others belongs to the factor."""
    names = {i: UNITS[place] for place, i in enumerate(index) if i in dict(bounds)}
    for i, letter in bounds:
        if i not in names:
            factor = indices.total(factor, i, letter)
    bounds = tuple((names[i], letter) for i, letter in bounds if i in names)
    index = tuple(names.get(i, i) for i in index)
    return Piece(term.by, term.lag, index, bounds, factor.xreplace(names))


def _letters_of_result(letters, term):
    """Letters of op(G) ⊙ outer: "" of a number."""
    by, via, width = letters[term.by].replace("1", ""), term.via, indices.width
    if isinstance(via, Row | Column):
        found = letters[term.of]
    elif isinstance(via, Right | Left):
        found = by[:1] if isinstance(via, Right) else by[1:]
    elif via == ONES:
        found = width(term.v, letters) if rank(letters[term.of]) else ""
    elif via is not None:
        found = indices.ends(via, letters)[1]
    else:
        found = by
    found = found.replace("1", "")
    return found or width(term.outer, letters).replace("1", "")


def _operation(letters, term, at):
    """op(G) at an entry: (the entry of δ, the bounds of what is summed, the factor)."""
    k, via = sympy.Symbol("i_k", integer=True), term.via
    by = letters[term.by].replace("1", "")
    if via is None:
        index = at[: len(by)]
        return index, (), entry(term.inner, letters, index or at)
    if via == ONES:
        index = tuple(sympy.Symbol(f"i_k{n}", integer=True) for n in range(len(by)))
        return index, tuple(zip(index, by, strict=True)), entry(term.inner, letters, index)
    if len(at) != isinstance(via, Row | Column) + 1:
        raise Misfit(f"{term.of} has {len(at)} indices, which does not go with {via}")
    if isinstance(via, Row | Column):
        row, column = at if isinstance(via, Row) else at[::-1]
        factor = entry(term.inner, letters, (row,)) * entry(via.args[0], letters, (column,))
        return (row,), (), factor
    if isinstance(via, Right | Left):
        index = (*at, k) if isinstance(via, Right) else (k, *at)
        letter = by[1:] if isinstance(via, Right) else by[:1]
        factor = entry(term.inner, letters, index) * entry(via.args[0], letters, (k,))
        return index, ((k, letter),), factor
    carried = indices.entry_of_matrix(via, letters, (k, *at))
    return (k,), ((k, by),), carried * entry(term.inner, letters, (k,))
