"""Every small mistake that can be made in the error terms of a cell, made systematically.

What the literature has not made yet, somebody will: each term left out, counted twice or with the
wrong sign, each factor forgotten, each slope forgotten or taken at the wrong place, each step
index off by one, each matrix not transposed; each error that enters ignored; a bias added to the
forget gate. How a gradient can be wrong by itself, in its
sum over time, and one factor in all gradients: `diagnose.single_gradient` and `.common_factor`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.expressions import FUNCTIONS, at, sigma, t, tanh
from lstm_ref.derive.terms import Product
from lstm_ref.mistakes import edits, wording
from lstm_ref.mistakes.edits import Mistake, alter, chain, drop, inner, key, slopes, untransposed
from lstm_ref.mistakes.known.registry import Parts
from lstm_ref.mistakes.known.terms import no_last


def dropped(cell: Cell) -> list[Mistake]:
    """One `Mistake` for each summand of each signal's error term: that summand is left out.

    The errors that enter, at all steps and at the last states, are summands, too.
    """
    return [*(_dropped(cell, term) for term in _terms(Parts.of(cell))), *_ignored(cell)]


def _ignored(cell):
    h = cell.output

    def change(errors):
        return {**errors, "dh": np.zeros_like(errors["dh"])}

    text = f"{wording.left(cell, h)} lacks the error that enters at every step"
    yield Mistake(f"ignored:{h}", cell, text, edits.errors(change), h, known=False)
    for state in cell.states:
        text = f"the error that enters at the last state {wording.letter(state)}_T is ignored"
        edit = edits.errors(no_last(state, cell))
        yield Mistake(f"ignored:{state}_T", cell, text, edit, state, known=False)


def forward(cell: Cell) -> list[Mistake]:
    """One `Mistake` for each wrong forward pass that is no mistake in its backward pass."""
    if "f" not in cell.equations or cell.equations["f"].activation is not sigma:
        return []
    wrong = cell.but(cell.name, f=lambda gate: sigma(gate.args[0] + 1))
    text = "forward: 1 is added to the net of f (a forget_bias that is no parameter)"
    name = "forget-bias-added"
    return [Mistake(name, cell, text, None, "f", wrong="forward", forward=wrong, known=False)]


def altered(cell: Cell) -> list[Mistake]:
    """One `Mistake` for each factor, slope, index, sign or transposition that can be wrong."""
    parts = Parts.of(cell)
    found = _shared(parts)
    for term in _terms(parts):
        found += [*_signs(cell, term), *_factors(cell, term), *_slips(cell, term)]
        found += _bare(cell, term)
        if term.via is not None and str(term.via) in cell.letters and parts.square(term.via):
            text = f"{wording.left(cell, term.of)} has {term.via} where {term.via}ᵀ belongs"
            found.append(_made(cell, term, "untransposed", text, untransposed([key(term)])))
    for name, slope in parts.right.slopes.items():
        if slope is not None:
            found += _slopes(cell, name)
    return found


def _terms(parts):
    return [term for name in parts.cell.equations for term in parts.right.terms[name]]


def _made(cell, term, kind, sentence, edit):
    late = "+1" if term.lag else ""
    via = f".{term.via}" if term.via is not None else ""
    return Mistake(
        f"{kind}:{term.of}<{term.by}{late}{via}", cell, sentence, edit, term.of, known=False
    )


def _dropped(cell, term):
    text = f"{wording.left(cell, term.of)} lacks {wording.summand(cell, term)}"
    return _made(cell, term, "dropped", text, drop([key(term)]))


def _signs(cell, term):
    left, text = wording.left(cell, term.of), wording.summand(cell, term)
    for factor, word in ((-1, "has the wrong sign"), (2, "is counted twice")):
        edit = inner([key(term)], lambda a, factor=factor: a * factor)
        yield _made(cell, term, f"times{factor}", f"in {left} the summand {text} {word}", edit)


def _factors(cell, term):
    """Each factor forgotten; of a difference each part; of a power the exponent."""
    for place in ("inner", "outer"):
        whole = getattr(term, place)
        for n, (gone, rest) in enumerate(without_one(whole)):
            text = f"{wording.summand(cell, term)} lacks {wording.factor(cell, gone, term)}"
            edit = alter(
                [key(term)], lambda a, p=place, r=rest: replace(a, **{p: sympy.sympify(r)})
            )
            yield _made(
                cell, term, f"lacks-{place}{n}", f"in {wording.left(cell, term.of)}: {text}", edit
            )


def without_one(expr: sympy.Expr) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
    """Pairs (part, the expression without it) for the factors of a product and parts of a sum."""
    if expr.is_number:
        return
    if expr.is_Add:
        for part in expr.args:
            yield part, expr - part
        return
    for part in sympy.Mul.make_args(expr):
        rest = expr / part
        if not part.is_number:
            yield part, rest
        if part.is_Add:
            for piece in part.args:
                yield piece, rest * (part - piece)


def _bare(cell, term):
    """Each function in a factor forgotten: c for tanh(c)."""
    for n, value in enumerate(sorted(term.inner.atoms(*FUNCTIONS), key=str)):
        edit = inner([key(term)], lambda a, v=value: a.xreplace({v: v.args[0]}))
        had, right = (wording.factor(cell, s, term) for s in (value.args[0], value))
        text = f"{wording.summand(cell, term)} has {had} for {right}"
        yield _made(cell, term, f"bare{n}", f"in {wording.left(cell, term.of)}: {text}", edit)


def _shared(parts):
    """A factor between an equation and its products, forgotten in gradients and on the way back.

    One line makes the error at the product, as d_q = d_n * r in a GRU, here without r.
    """
    cell, right = parts.cell, parts.right
    meeting: dict[tuple[str, sympy.Expr], list[tuple[str, Any]]] = {}
    items = [(n, a) for n in (cell.input, *cell.equations) for a in right.terms[n]]
    items = [(n, a) for n, a in items if str(a.via) in cell.letters]
    items += [(n, a) for n in cell.matrices for a in right.products[n]]
    items += [(n, a) for n in cell.vectors for a in right.terms[n]]
    for name, item in items:
        for factor in sympy.Mul.make_args(item.inner):
            if not factor.is_number:
                meeting.setdefault((item.by, factor), []).append((name, item))
    several = {which: met for which, met in meeting.items() if len(met) > 1}
    return [_forgotten(cell, by, factor, met) for (by, factor), met in several.items()]


def _forgotten(cell, by, factor, items):
    """One factor forgotten in some terms and products of one equation, pairs (name, item)."""
    terms = [a for _, a in items if not isinstance(a, Product)]
    changes = [inner(map(key, terms), lambda a: a / factor)]
    for name in dict.fromkeys(n for n, a in items if isinstance(a, Product)):
        changes.append(edits.products(name, lambda q: _less(q, by, factor)))
    met = dict.fromkeys(n for n, _ in items if n in cell.matrices or n in cell.vectors)
    said = wording.factor(cell, factor, items[-1][1])
    text = (
        f"{wording.delta(by)} lacks the factor {said} wherever it meets {wording.listed(met)}: "
        "in the gradients and on the way back"
    )
    of = next((n for n, _ in items if n in cell.equations), "")
    return Mistake(f"forgotten:{by}:{factor}", cell, text, chain(*changes), of, known=False)


def _less(item, by, factor):
    has = item.by == by and factor in sympy.Mul.make_args(item.inner)
    return replace(item, inner=item.inner / factor) if has else item


def _slips(cell, term):
    """Each signal read one step too late or too early."""
    for n, symbol in enumerate(sorted(term.inner.atoms(sympy.Indexed), key=str)):
        lag = int(t - symbol.indices[0])
        other = at(symbol.base.label.name, 1 - lag)
        if symbol.base.label.name == cell.input or term.inner.has(other):
            continue
        edit = inner([key(term)], lambda a, s=symbol, o=other: a.xreplace({s: o}))
        had, right = (wording.factor(cell, s, term) for s in (other, symbol))
        text = (
            f"in {wording.left(cell, term.of)}: {wording.summand(cell, term)} has {had} for {right}"
        )
        yield _made(cell, term, f"slip{n}", text, edit)


def _slopes(cell, name):
    """The slope of one activation forgotten, taken at the activation, or that of the other one."""
    s, kind = at(name), cell.equations[name].activation
    what, delta = wording.letter(name), wording.delta(name)
    ways = {"no-slope": (1, f"lacks the slope {wording.slope(cell, name)}")}
    if kind is sigma:
        ways["slope-at-value"] = (sigma(s) * (1 - sigma(s)), "has the slope of σ at the activation")
        ways["other-slope"] = (1 - s**2, "has the slope of tanh for that of σ")
        ways["other-slope-at-value"] = (1 - tanh(s) ** 2, "has the slope of tanh at the activation")
        ways["value-for-slope"] = (s, "has the activation for its slope")
    elif kind is tanh:
        ways["slope-at-value"] = (1 - tanh(s) ** 2, "has the slope of tanh at the activation")
        ways["other-slope"] = (s * (1 - s), "has the slope of σ for that of tanh")
        ways["no-square"] = (1 - s, f"has 1 − {what} without the square")
        ways["value-for-slope"] = (s, "has the activation for its slope")
    for way, (slope, text) in ways.items():
        edit = slopes({name: lambda _, slope=slope: sympy.sympify(slope)})
        yield Mistake(f"{way}:{name}", cell, f"{delta} {text}", edit, name, known=False)
