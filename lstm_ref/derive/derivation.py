"""The lines of a derivation: equations, error terms step by step, gradients.

A line is (left side, right sides); each right side is a list of pieces that a page may break
between. The same lines become LaTeX (`latex`) and text (`text`): only the style differs.
"""

from collections import defaultdict
from dataclasses import replace

from lstm_ref.derive import bptt
from lstm_ref.derive.expressions import SPREAD, at
from lstm_ref.derive.printing import grouped, show


def equations(cell, style):
    """The forward pass, in the order and with the letters of the declaration."""
    for name, equation in cell.equations.items():
        ranked = style.ranked(equation.reads)
        yield style.signal(name), [[show(equation.expr, ranked)]]


def error_terms(cell, style, names=None):
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


def slope_text(cell, name, style):
    """The slope of an equation's activation, f ⊙ (1 - f)."""
    value = bptt.slope(cell, name)
    ranked = style.ranked([at(name)])
    # f ⊙ (1 - f) is a product already; a sum needs brackets
    return show(value, ranked) if value.is_Mul else grouped(value, ranked)


def _summands(cell, name, style):
    """Pieces of ∂E/∂s_t as partial derivatives and as results: error from outside, then terms."""
    chain, result = [], []
    if name == cell.output:
        chain, result = [style.outside()], [style.outside()]
    found = bptt.terms(cell, name)
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


def term_text(cell, term, style):
    """One `bptt.Term`: the error it carries, times its factors."""
    late = style.later(term.lag).ranked(cell.equations[term.by].reads)
    sign, inner = _signed(term.inner)
    text = _factor(late.delta(term.by), inner, late)
    if term.via is not None:
        brackets = inner != 1
        text = f"{style.left}{text}{style.right}" if brackets else text
        W = "S" if term.via == SPREAD else style.parameter(str(term.via))
        text = style.transposed(W) + style.thin + text
        if term.outer != 1:
            text = _factor(f"{style.left}{text}{style.right}", term.outer, late)
    return sign + text


def _signed(factor):
    """A minus sign is taken out to the front of the term."""
    if not factor.is_Add and factor.could_extract_minus_sign():
        return "-", -factor
    return "", factor


def _factor(text, factor, style):
    return text if factor == 1 else text + style.times + grouped(factor, style)


def times(pieces, factor, style):
    """A sum times a factor, with brackets if it has more than one summand."""
    if not pieces:
        return []
    if len(pieces) == 1:
        return [pieces[0] + style.times + factor]
    left, right = style.wide
    return [left + pieces[0], *pieces[1:-1], pieces[-1] + right + style.times + factor]


def _join(pieces, text, style):
    """Append a summand with its sign."""
    if text.startswith("-"):
        pieces.append(style.minus.strip() + " " + text[1:] if pieces else text)
    else:
        pieces.append(f"+ {text}" if pieces else text)


def gradients(cell, style):
    """Weight gradients: sums over time of error times input, matrices first, then vectors."""
    for name in cell.matrices:
        pieces = []
        for product in bptt.products(cell, name):
            _join(pieces, style.sum + product_text(cell, product, style), style)
        yield style.partial("E", style.parameter(name)), [pieces]
    for name in cell.vectors:
        pieces = []
        for term in bptt.terms(cell, name):
            _join(pieces, style.sum + term_text(cell, term, style), style)
        yield style.partial("E", style.parameter(name)), [pieces or ["0"]]


def product_text(cell, product, style):
    """One `bptt.Product`: an error times the transposed input of its matrix."""
    ranked = style.ranked(cell.equations[product.by].reads)
    left = _factor(style.delta(product.by), product.inner, ranked)
    if product.inner != 1:
        left = f"{style.left}{left}{style.right}"
    right = show(product.v, ranked)
    if not product.v.is_Indexed:
        right = f"{style.left}{right}{style.right}"
    return left + style.thin + style.transposed(right)


def passed_on(cell, style):
    """The error at the input, which a layer below gets, and at the initial state."""
    found = [term_text(cell, term, style) for term in bptt.terms(cell, cell.input)]
    yield style.partial("E", style.signal(cell.input)), [_joined(found, style)]
    first = replace(style, start=True)
    for name in cell.states:
        late = [term for term in bptt.terms(cell, name) if term.lag]
        found = [term_text(cell, term, first) for term in late]
        yield style.partial("E", first.signal(name)), [_joined(found, style)]


def _joined(texts, style):
    pieces = []
    for text in texts:
        _join(pieces, text, style)
    return pieces or ["0"]
