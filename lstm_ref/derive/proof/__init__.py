"""A proof of the error terms, for any size and any number of steps, in index notation.

Give every equation u a multiplier δ_u and write the whole sequence as one sum,

    L = Σ_{τ=1..T} Σ_u Σ_k δ_u[τ, k] · net_u(τ, k),

with every matrix product and every sum over units written out. The derivative of L by an entry
s[t, q] of a signal, an entry s[0, q] of an initial state, an entry of a parameter, is what the
terms of `terms` claim. SymPy differentiates the sum and sums the Kronecker deltas, those of the
step τ too: that a step T has no next one and step 0 no own one comes out of that. T and the sizes
are symbols. Each identity is shown, not shown, or wrong; wrong only with numbers for which the
two sides differ. What is taken for granted is in `ASSUMED`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive.expressions import operators, signals
from lstm_ref.derive.proof.claims import claimed
from lstm_ref.derive.proof.identity import NOT_SHOWN, SHOWN, WRONG, Identity, counted, identity
from lstm_ref.derive.proof.indices import ENTRY, Misfit, T, names, tau
from lstm_ref.derive.proof.normal import vanishes
from lstm_ref.derive.proof.numbers import STEPS
from lstm_ref.derive.proof.slopes import slope_identities
from lstm_ref.derive.proof.sums import condition, pieces, t
from lstm_ref.derive.terms import Term

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell
    from lstm_ref.derive.terms import Terms

__all__ = [
    "ASSUMED",
    "NOT_SHOWN",
    "SHOWN",
    "WRONG",
    "Identity",
    "failures",
    "not_shown",
    "prove",
    "wrong",
]

# What every identity takes for granted.
ASSUMED = (
    "E depends on the output of each step and on the last states, and these bring an error from "
    "outside, which is added as it is",
    "the samples of a batch meet in no equation: one column is looked at",
    "all numbers are real, and every function is differentiable where it is taken; at a kink the "
    "derivative is the one of the rule",
    "both sides leave it to SymPy to differentiate what works unit by unit",
)
INSIDE, LAST, FIRST = t, T, sympy.S.Zero  # 1 <= t < T, t = T, t = 0


def prove(cell: Cell, claims: Terms | None = None) -> list[Identity]:
    """Every identity, as a list of `Identity`: signals, initial states, parameters, slopes.

    claims: the list of terms that is to be proved, that of the cell if it is not given. s[t] is
    meant for 1 <= t < T; s[T] and s[0] are there for what is read one step later.
    """
    claims = cell.terms if claims is None else claims
    return [*_entries(cell, claims), *_unknown(cell, claims), *slope_identities(cell, claims)]


def failures(cell: Cell, claims: Terms | None = None) -> list[str]:
    """What the identities that are wrong or not shown are about: [] for a correct derivation."""
    return [identity.of for identity in prove(cell, claims) if not identity.holds]


def not_shown(identities: Iterable[Identity]) -> list[str]:
    """What the identities are about whose sides differ in form and agree in numbers."""
    return [identity.of for identity in identities if identity.verdict == NOT_SHOWN]


def wrong(identities: Iterable[Identity]) -> list[str]:
    """What the identities are about that numbers refute."""
    return [identity.of for identity in identities if identity.verdict == WRONG]


def _entries(cell, claims):
    """The identities of everything that has a gradient."""
    readers = _readers(cell)
    for name in (*cell.inputs, *cell.equations, *cell.vectors, *cell.matrices):
        left = tuple(
            piece
            for by in readers[name]
            for piece in pieces(cell.letters, by, cell.equations[by].net, name)
        )
        right, misfit = _right(cell, claims, name)
        for of, time in _times(cell, name):
            yield _identity(cell, name, of, time, left, right, misfit)


def _readers(cell):
    """Name -> the equations that read it."""
    found = defaultdict(list)
    for by, equation in cell.equations.items():
        for name in names(equation.net):
            found[name].append(by)
    return found


def _times(cell, name):
    """(name of the identity, the step that is differentiated by), None for a parameter."""
    if name not in cell.inputs and name not in cell.equations:
        return [(name, None)]
    ends = [(f"{name}[T]", LAST), (f"{name}[0]", FIRST)] if name in cell.states else []
    return [(f"{name}[t]", INSIDE), *ends]


def _claims_of(claims, name):
    return (*claims.terms.get(name, ()), *claims.products.get(name, ()))


def _right(cell, claims, name):
    """The claimed pieces of a name, and what does not fit about the others."""
    found, misfit = [], ""
    for term in _claims_of(claims, name):
        try:
            found.append(_timed(cell, name, term))
        except Misfit as error:
            misfit = str(error)
    return tuple(found), misfit


def _timed(cell, name, term):
    """The piece of a term; one of a parameter belongs to no step."""
    if term.of != name:
        raise Misfit(f"a term of {term.of} in the list of {name}")
    if term.by not in cell.equations:
        raise Misfit(f"{term.by} has no error")
    if isinstance(term, Term) and term.v is not None:  # code is arranged by it
        if not any(term.v in each.args for each in operators(cell.equations[term.by].net)):
            raise Misfit(f"{term.by} has no product with {term.v} and no sum of it")
    _look_at_steps(cell, term)
    piece = claimed(cell.letters, term)
    if name in cell.inputs or name in cell.equations:
        if piece.lag is None:
            raise Misfit(f"a product of {name}, which is a signal")
        return piece
    if term.lag:
        raise Misfit(f"{name} is no signal and has no step")
    return replace(piece, lag=None)


def _look_at_steps(cell, term):
    """Raises Misfit for a factor that some step cannot have, even if it would cancel."""
    for part in (term.inner, term.outer, term.v, term.via):
        for name, lag in signals(part) if isinstance(part, sympy.Basic) else ():
            if lag not in (0, 1):
                raise Misfit(f"{name}[t{-lag:+d}] is no part of a step")
            if lag and name not in cell.states:
                raise Misfit(f"{name}[t-1] has no value at the first step")


def _unknown(cell, claims):
    """Claims about what has no gradient are wrong."""
    known = {*cell.inputs, *cell.equations, *cell.vectors, *cell.matrices}
    for name in dict.fromkeys((*claims.terms, *claims.products)):
        if name not in known and _claims_of(claims, name):
            why = f"{cell.name} has no gradient of {name}"
            yield identity(name, sympy.S.Zero, sympy.Symbol("?"), WRONG, why)


def _identity(cell, name, of, time, left, right, misfit):
    left = [p for p in left if _there(p.lag, time)]
    right = [p for p in right if _there(p.lag, time, claimed=True)]

    def written():
        both = (sympy.Add(*(p.written(time) for p in side)) for side in (left, right))
        return tuple(both)

    unknown = Identity(of, written)
    if misfit:
        return replace(unknown, verdict=WRONG, why=misfit)
    differing = [sides for sides in _groups(left, right) if not _equal(*sides)]
    if not differing:
        return replace(unknown, verdict=SHOWN)
    sides = [_sums(a, b, time) for a, b in differing]
    times = {INSIDE: (2, 1), LAST: (STEPS,), FIRST: (0,), None: (0,)}[time]
    return counted(cell, unknown, sides, cell.letters[name], ENTRY[cell.rank(name)], times)


@cache
def _there(lag, time, claimed=False):
    """Is there a step at this lag? On the left side it is SymPy's sum over time that says it."""
    if lag is None:
        return True
    rule = sympy.And(time + lag >= 1, time + lag <= T) if claimed else condition(lag, time)
    return _decided(rule, time) != sympy.false


@cache
def _decided(rule, time):
    """A condition for 1 <= t < T, or for any T where the step is one of the ends."""
    a, b = sympy.symbols("a b", integer=True, nonnegative=True)
    return rule.subs({t: 1 + a, T: 2 + a + b} if time == t else {T: 1 + a}, simultaneous=True)


def _groups(left, right):
    """Both sides by the multiplier that they are linear in: pairs that must be equal."""
    found: dict = {}
    for side, summands in enumerate((left, right)):
        for piece in summands:
            found.setdefault((piece.by, piece.lag), ([], []))[side].append(piece)
    return [(tuple(a), tuple(b)) for a, b in found.values()]


@cache  # variants of a cell share terms
def _equal(left, right):
    """Are two sums of pieces the same, entry of δ by entry of δ?"""
    factors: dict = {}
    for sign, side in ((1, left), (-1, right)):
        for piece in side:
            factors.setdefault((piece.index, frozenset(piece.bounds)), []).append(
                sign * piece.factor
            )
    return all(vanishes(sympy.Add(*summands)) for summands in factors.values())


def _sums(left, right, time):
    """Both sides as expressions at a step, to be evaluated."""
    if time is None:
        return tuple(sympy.Add(*(p.written(None) for p in side)) for side in (left, right))
    return tuple(
        sympy.Add(*(p.summand().xreplace({tau: tau + p.lag}) for p in side))
        for side in (left, right)
    )
