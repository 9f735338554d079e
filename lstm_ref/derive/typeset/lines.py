"""The lines of a derivation: equations, error terms step by step, gradients.

A line is (left side, right sides); each right side is a list of pieces that a page may break
between. The same lines become LaTeX (`latex`) and text (`text`): only the style differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive import terms
from lstm_ref.derive.expressions import SPREAD, at
from lstm_ref.derive.typeset.alphabets import Page
from lstm_ref.derive.typeset.printing import grouped, show

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

# Left side; right sides, each in pieces that a page may break between.
Line = tuple[str, list[list[str]]]


def equations(cell: Cell, style: Page) -> Iterator[Line]:
    """The forward pass, in the order and with the letters of the declaration."""
    for name, equation in cell.equations.items():
        ranked = style.ranked(equation.reads)
        yield style.signal(name), [[show(equation.expr, ranked)]]


def error_terms(cell: Cell, style: Page, names: Iterable[str] | None = None) -> Iterator[Line]:
    """δ of every signal, backwards: its definition, the chain rule, the result.

    names: only these signals, in this order.
    """
    for name in reversed(cell.equations) if names is None else names:
        yield _error_term(cell, name, style)


def _error_term(cell, name, style):
    split = cell.equations[name].activation is not None
    target = style.net(name) if split else style.signal(name)
    chain, result = _summands(cell, name, style)
    if split:
        factor = style.partial(style.signal(name), style.net(name))
        chain = times(chain, factor, style)
        result = times(result, slope_text(cell, name, style), style)
    if not result:
        chain = result = ["0"]
    definition = [style.partial("E", target)]
    rights = [definition, chain, result] if chain != result else [definition, result]
    return style.delta(name), rights


def slope_text(cell: Cell, name: str, style: Page) -> str:
    """The slope of an equation's activation, f ⊙ (1 - f)."""
    if (value := terms.slope(cell, name)) is None:
        raise ValueError(f"name: {name} has no activation, so it has no slope")
    ranked = style.ranked([at(name)])
    # f ⊙ (1 - f) is a product already; a sum needs brackets, and so does a sign
    plain = value.is_Mul and _split(value)[0] > 0
    return show(value, ranked) if plain else grouped(value, ranked)


def _summands(cell, name, style):
    """Pieces of ∂E/∂s_t as partial derivatives and as results: error from outside, then terms."""
    chain, result = [], []
    if name == cell.output:
        chain, result = [style.outside()], [style.outside()]
    found = terms.of(cell, name)
    groups = defaultdict(list)
    for term in found:
        groups[term.by, term.lag].append(term)
    for (by, lag), group in groups.items():
        _join(chain, _partial(cell, name, by, lag, group, style), style)
    for term in found:
        _join(result, term_text(cell, term, style), style)
    return chain, result


def _partial(cell, name, by, lag, group, style):
    """One use of s in one equation: the error there times a partial derivative."""
    late = style.later(lag)
    split = cell.equations[by].activation is not None
    above = late.net(by) if split else late.signal(by)
    slope = style.partial(above, style.signal(name))
    if all(term.via is None for term in group):
        return late.delta(by) + style.times + slope
    return style.transposed(f"{style.left}{slope}{style.right}") + style.thin + late.delta(by)


def term_text(cell: Cell, term: terms.Term, style: Page) -> str:
    """One `terms.Term`: the error it carries, times its factors."""
    late = style.later(term.lag).ranked(cell.equations[term.by].reads)
    sign, number, inner = _split(term.inner)
    outer_sign, outer_number, outer = _split(term.outer)
    number *= outer_number
    text = _factor(late.delta(term.by), inner, late)
    if term.via is not None:
        text = text if inner == 1 else f"{style.left}{text}{style.right}"
        W = "S" if term.via == SPREAD else style.parameter(str(term.via))
        text = style.transposed(W) + style.thin + text
        if outer != 1 or number != 1:
            text = _factor(f"{style.left}{text}{style.right}", outer, late)
    return _signed(sign * outer_sign, number, text, style)


def _split(factor):
    """(sign, number, rest): the first two go to the front of the term."""
    parts = sympy.Mul.make_args(factor)
    number = sympy.Mul(*(part for part in parts if part.is_number))
    rest = sympy.Mul(*(part for part in parts if not part.is_number))
    return (-1 if number.is_negative else 1), abs(number), rest


def _signed(sign, number, text, style):
    """The text of a term with its sign and its number in front of everything."""
    lead = "" if number == 1 else show(number, style) + style.times
    return ("-" if sign < 0 else "") + lead + text


def _factor(text, factor, style):
    return text if factor == 1 else text + style.times + grouped(factor, style)


def times(pieces: list[str], factor: str, style: Page) -> list[str]:
    """A sum times a factor, with brackets if it has more than one summand.

    A single product Wᵀδ gets brackets as well: the factor belongs to all of it, not to δ.
    """
    if not pieces:
        return []
    if len(pieces) == 1:
        return [_closed(pieces[0], style) + style.times + factor]
    left, right = style.wide
    return [left + pieces[0], *pieces[1:-1], pieces[-1] + right + style.times + factor]


def _closed(piece, style):
    """A piece in brackets if a transposed matrix is outside of all brackets in it."""
    depth, outside = 0, ""
    for letter in piece:
        depth -= letter == ")"
        outside += letter * (depth == 0)
        depth += letter == "("
    if style.transposed("") not in outside:
        return piece
    sign = "-" * piece.startswith("-")
    return f"{sign}{style.left}{piece.removeprefix('-')}{style.right}"


def _join(pieces, text, style):
    """Append a summand with its sign."""
    if text.startswith("-"):
        pieces.append(style.minus.strip() + " " + text[1:] if pieces else text)
    else:
        pieces.append(f"+ {text}" if pieces else text)


def gradients(cell: Cell, style: Page) -> Iterator[Line]:
    """Weight gradients: sums over time of error times input, matrices first, then vectors."""
    for name in cell.matrices:
        found = [product_text(cell, product, style) for product in terms.products(cell, name)]
        yield style.partial("E", style.parameter(name)), [_joined(_summed(found, style), style)]
    for name in cell.vectors:
        found = [term_text(cell, term, style) for term in terms.of(cell, name)]
        yield style.partial("E", style.parameter(name)), [_joined(_summed(found, style), style)]


def _summed(texts, style):
    """Each summed over time, the sign before the sum."""
    return ["-" * t.startswith("-") + style.sum + t.removeprefix("-") for t in texts]


def product_text(cell: Cell, product: terms.Product, style: Page) -> str:
    """One `terms.Product`: an error times the transposed input of its matrix."""
    ranked = style.ranked(cell.equations[product.by].reads)
    sign, number, inner = _split(product.inner)
    left = _factor(style.delta(product.by), inner, ranked)
    if inner != 1:
        left = f"{style.left}{left}{style.right}"
    right = show(product.v, ranked)
    if not product.v.is_Indexed:
        right = f"{style.left}{right}{style.right}"
    text = left + style.thin + style.transposed(right)
    if number != 1:
        text = f"{style.left}{text}{style.right}"
    return _signed(sign, number, text, style)


def passed_on(cell: Cell, style: Page) -> Iterator[Line]:
    """The error at the input, which a layer below gets, and at the initial state."""
    found = [term_text(cell, term, style) for term in terms.of(cell, cell.input)]
    yield style.partial("E", style.signal(cell.input)), [_joined(found, style)]
    first = replace(style, start=True)
    for name in cell.states:
        late = [term for term in terms.of(cell, name) if term.lag]
        found = [term_text(cell, term, first) for term in late]
        yield style.partial("E", first.signal(name)), [_joined(found, style)]


def _joined(texts, style):
    pieces: list[str] = []
    for text in texts:
        _join(pieces, text, style)
    return pieces or ["0"]
