"""What the proof stands on: its left sides are derivatives, its normal form is sound."""

import kinds
import pytest
import sympy
from sympy import cos, exp, log, sqrt
from sympy.concrete.delta import deltasummation

from lstm_ref.derive import catalogue, proof
from lstm_ref.derive.expressions import sigma, tanh
from lstm_ref.derive.proof import indices, numbers, sums
from lstm_ref.derive.proof.indices import ENTRY, UNITS, T, tau
from lstm_ref.derive.proof.normal import vanishes

mp = numbers.mp
STEP = mp.mpf(10) ** -15  # the error of a central difference is its square


class Free(numbers.Numbers):
    """Random numbers for all signals too: none is computed from its equation."""

    def _compute(self, name, index):
        pass

    def sum(self):
        """L, step by step and entry by entry."""
        total = mp.mpf(0)
        for step in range(1, numbers.STEPS + 1):
            for name, net in self.written.items():
                for entry in self.entries(self.cell.letters[name]):
                    where = {tau: step, **dict(zip(UNITS, entry, strict=False))}
                    total += self.drawn(f"δ_{name}", (step, *entry)) * self.value(net, where)
        return total

    def slope(self, name, index):
        """∂L/∂name[index] as a central difference."""
        middle, found = self.drawn(name, index), []
        for value in (middle + STEP, middle - STEP):
            self.known[name, index] = value
            found.append(self.sum())
        self.known[name, index] = middle
        return (found[0] - found[1]) / (2 * STEP)


CELLS = {**kinds.KINDS, **{name: catalogue.BOOK[name] for name in ("VANILLA", "GRU_AFTER")}}


@pytest.mark.parametrize("name", CELLS)
def test_left_sides_are_derivatives_of_the_whole_sum(name):
    """For three steps and two to four units, at the first, last and a middle step."""
    cell = CELLS[name]
    drawn, looked_at = Free(cell, 0), 0
    for identity in proof.prove(cell):
        of, _, step = identity.of.rstrip("]").partition("[")
        if of not in cell.letters:  # a slope
            continue
        entry = drawn.entries(cell.letters[of])[-1]
        where = dict(zip(ENTRY[cell.rank(of)], entry, strict=True))
        time = {"t": 2, "T": 3, "0": 0}.get(step)
        index = entry if time is None else (time, *entry)
        want = drawn.slope(of, index)
        got = drawn.value(identity.left, {**where, sums.t: 2})
        assert abs(got - want) < mp.mpf(10) ** -20 * (1 + abs(want)), identity.of
        looked_at += want != 0
    assert looked_at > 4


def test_deltas_are_summed_as_sympy_sums_them():
    """ELMAN by W[p, q] and by h[t, q]: the whole summand, given to SymPy as it is."""
    cell = catalogue.ELMAN
    net = indices.entry(cell.equations["h"].net, cell.letters, UNITS[:1])
    (k,), (q,) = UNITS[:1], ENTRY[1]
    high = indices.size("H") - 1
    summand = indices.delta("h", tau, (k,)) * net.diff(indices.parameter("b_h", (q,)))
    want = deltasummation(summand, (k, 0, high), no_piecewise=True)
    left = {identity.of: identity.left for identity in proof.prove(cell)}
    assert left["b_h"] == sympy.Sum(want, (tau, 1, T))
    assert left["b_h"].function == indices.delta("h", tau, (q,))


a, b, c = sympy.symbols("a b c")
j, k = sympy.symbols("j k", integer=True)
n = sympy.Symbol("n", integer=True, positive=True)
v, w = sympy.IndexedBase("v"), sympy.IndexedBase("w")


def total(expr, index=j):
    return sympy.Sum(expr, (index, 0, n - 1))


EQUAL = [
    ((a + b) ** 2, a**2 + 2 * a * b + b**2),
    (1 / (a + b) + 1 / (a - b), 2 * a / (a**2 - b**2)),
    ((a**2 - b**2) / (a - b), a + b),
    (sqrt(a + b) ** 3 / (a + b), sqrt(a + b)),
    (1 / sqrt(1 + a**2) - a**2 / sqrt(1 + a**2) ** 3, (1 + a**2) ** sympy.Rational(-3, 2)),
    (exp(a + b) * exp(-b), exp(a)),
    (1 / (1 + exp(-a)), exp(a) / (1 + exp(a))),
    (sigma(a * (b + c)), sigma(a * b + a * c)),
    (0.5 * a + a / 4, 0.75 * a),
    (total(v[j] * (a + w[j])), a * total(v[k], k) + total(v[k] * w[k], k)),
    (total(v[j]) * total(w[j]), total(w[k], k) * total(v[j])),
    (total(total(v[j] * w[k], k)), total(v[j]) * total(w[j])),
    (total(a), n * a),
    (total(exp(v[j] + a)), exp(a) * total(exp(v[k]), k)),
    (1 / (1 + total(v[j])) - 1, -total(v[j]) / (1 + total(v[j]))),
    (total(v[j] / sqrt(1 + total(w[k] ** 2, k))), total(v[j]) / sqrt(1 + total(w[j] ** 2))),
]
DIFFERENT = [
    (sqrt(a**2), a),  # not for negative ones
    (sqrt(a * b), sqrt(a) * sqrt(b)),
    (log(a * b), log(a) + log(b)),
    (sigma(-a), sigma(a)),
    (tanh(a + b), tanh(a) + tanh(b)),
    (1 / (a + b), 1 / a + 1 / b),
    (total(v[j] ** 2), total(v[j]) ** 2),
    (total(v[j] * w[j]), total(v[j]) * total(w[j])),
    (total(v[j]), total(w[j])),
    (total(v[j]), sympy.Sum(v[j], (j, 0, a - 1))),
    (total(total(v[j] * w[k], k)), total(total(v[j] * w[j], k))),
    (v[j], v[k]),
    (exp(a) ** 2, exp(a**2)),
    (2**a, a**2),
    (cos(a), cos(-a) + 1),
]


@pytest.mark.parametrize("left, right", EQUAL)
def test_equal_expressions_have_one_form(left, right):
    assert vanishes(left - right)
    assert not vanishes(left - right + a) and not vanishes(left - 2 * right)


@pytest.mark.parametrize("left, right", DIFFERENT)
def test_different_expressions_are_not_made_equal(left, right):
    assert not vanishes(left - right)


def test_too_long_an_expression_is_not_shown():
    """Two products of sixteen sums each, equal, one with every pair of factors written out."""
    factors = [a + sympy.Symbol(f"s_{k}") + sympy.Symbol(f"r_{k}") for k in range(16)]
    pairs = [sympy.expand(x * y) for x, y in zip(factors[::2], factors[1::2], strict=True)]
    assert vanishes(pairs[0] - factors[0] * factors[1])
    assert not vanishes(sympy.Mul(*factors) - sympy.Mul(*pairs))
