"""Expressions in the words of a declaration, for messages: sigma(W.fh @ h[t-1] + b.f)."""

from __future__ import annotations

from fractions import Fraction

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.declare.algebra import typed

SUM, TERM, PRODUCT, POWER, ATOM = range(5)  # how tightly something holds together
LONGEST = 120  # letters of an expression in a message


def written(expr: sympy.Expr) -> str:
    """A SymPy expression as somebody would have typed it."""
    return shown(typed(expr))


def shown(node: tree.Node) -> str:
    """A tree as it was typed; of a long one the beginning."""
    text = _text(node)[0]
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def within(node: tree.Node) -> str:
    """The same, in brackets where it needs them beside a * or a /."""
    return _in(node, PRODUCT)


def _in(node, level):
    text, own = _text(node)
    return f"({text})" if own < level else text


def _text(node):
    """(text, how tightly it holds together)."""
    match node:
        case tree.Signal(name, lag):
            return f"{name}[t{-lag:+d}]" if lag else f"{name}[t]", ATOM
        case tree.Parameter(name):
            return name.replace("_", ".", 1), ATOM
        case tree.Number(value):
            return str(value), PRODUCT if isinstance(value, Fraction) else ATOM
        case tree.Known(name) | tree.Constant(name) | tree.Size(name):
            return name, ATOM
        case tree.Sum(signed):
            negative = signed[0][0] < 0
            texts = ["-" * negative + _in(signed[0][1], PRODUCT if negative else TERM)]
            texts += [f" {'-' if s < 0 else '+'} {_in(part, TERM)}" for s, part in signed[1:]]
            return "".join(texts), SUM
        case tree.Product(factors):
            return " * ".join(_in(factor, PRODUCT) for factor in factors), PRODUCT
        case tree.Quotient(above, below):
            return f"{_in(above, PRODUCT)} / {_in(below, POWER)}", PRODUCT
        case tree.Power(base, tree.Number(half)) if half == Fraction(1, 2):
            return f"sqrt({_text(base)[0]})", ATOM
        case tree.Power(base, exponent):
            return f"{_in(base, ATOM)} ** {_in(exponent, ATOM)}", POWER
        case tree.Call(word, arguments):
            return f"{word}({', '.join(_text(a)[0] for a in arguments)})", ATOM
    return _of_products(node)


def _of_products(node):
    match node:
        case tree.Apply(matrix, vector):
            return f"{_in(matrix, TERM)} @ {_in(vector, ATOM)}", TERM
        case tree.Transposed(matrix):
            return f"{_in(matrix, ATOM)}.T", ATOM
        case tree.Outer(a, b):
            return f"outer({_text(a)[0]}, {_text(b)[0]})", ATOM
        case tree.Dot(a, b):
            return f"dot({_text(a)[0]}, {_text(b)[0]})", ATOM
    raise TypeError(f"node: expected a tree, got {node!r}")
