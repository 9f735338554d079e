"""The proof can fail: each wrong claim is refused, with numbers, and only where it belongs."""

import cProfile
import dataclasses
import pstats

import pytest
import sympy

from lstm_ref import diag, outer, scalar
from lstm_ref.derive import proof, report
from lstm_ref.derive.catalogue import BLOCK, LSTM, VANILLA
from lstm_ref.derive.declare.declaration import Cell
from lstm_ref.derive.declare.equation import Equation
from lstm_ref.derive.declare.language import cell as declare
from lstm_ref.derive.expressions import Dot, Transposed, at, sigma, t, tanh
from lstm_ref.derive.proof import slopes
from lstm_ref.derive.proof.normal import vanishes
from lstm_ref.derive.terms import Product, Term

ONE = sympy.Integer(1)


def claims(cell, of, change):
    """The list of a cell with the terms or products of one name changed by a function."""
    right = cell.terms
    if of in right.products:
        products = {**right.products, of: tuple(change(list(right.products[of])))}
        return dataclasses.replace(right, products=products)
    terms = {**right.terms, of: tuple(change(list(right.terms.get(of, ()))))}
    return dataclasses.replace(right, terms=terms)


def verdicts(cell, claimed):
    """Name of the identity -> its verdict, of those that do not hold."""
    return {i.of: i.verdict for i in proof.prove(cell, claimed) if not i.holds}


def each(**fields):
    return lambda found: [dataclasses.replace(one, **fields) for one in found]


def only(lag, **fields):
    return lambda found: [
        dataclasses.replace(one, **fields) if one.lag == lag else one for one in found
    ]


def added(*more):
    return lambda found: [*found, *more]


STATE = ["h[t]", "h[T]"], ["h[t]", "h[0]"]  # where a term of lag 0 and one of lag 1 is missed


@pytest.mark.parametrize(
    "of, change, failing",
    [
        ("f", each(inner=at("c")), ["f[t]"]),  # c_t for c_{t-1}
        ("i", each(by="h"), ["i[t]"]),  # another error
        ("o", each(inner=1 - tanh(at("c")) ** 2), ["o[t]"]),
        ("h", each(via=sympy.Symbol("W_fh")), STATE[1]),  # one matrix for all
        ("h", lambda found: [*found, found[0]], STATE[1]),  # one term twice
        ("h", each(via=Transposed(sympy.Symbol("W_fh"))), STATE[1]),
        ("h", each(lag=0), ["h[t]", "h[T]", "h[0]"]),
        ("h", each(lag=2), STATE[1]),
        ("x", lambda found: found[1:], ["x[t]"]),
        ("c", lambda found: [f for f in found if not f.lag], ["c[t]", "c[0]"]),  # no carousel
        ("c", lambda found: [f for f in found if f.lag], ["c[t]", "c[T]"]),
        ("c", only(1, inner=at("f") ** 2), ["c[t]", "c[0]"]),
        ("c", only(1, inner=-at("f")), ["c[t]", "c[0]"]),
        ("c", only(1, inner=at("f", 1)), ["c[t]", "c[T]", "c[0]"]),  # there is no f_0
        ("c", only(1, inner=at("f", -1)), ["c[t]", "c[T]", "c[0]"]),  # nor an f_{T+1}
        ("b_i", lambda found: [], ["b_i"]),
        ("b_f", each(by="i"), ["b_f"]),
        ("W_oh", each(v=at("h")), ["W_oh"]),  # h_t for h_{t-1}
        ("W_oh", each(inner=2 * ONE), ["W_oh"]),
        ("W_oh", each(transposed=True), ["W_oh"]),
        ("W_oh", each(by="f"), ["W_oh"]),
    ],
)
def test_a_wrong_claim_is_refuted_where_it_belongs(of, change, failing):
    found = verdicts(LSTM, claims(LSTM, of, change))
    assert found == dict.fromkeys(failing, proof.WRONG)


@pytest.mark.parametrize(
    "of, term, failing",
    [
        ("f", Term("f", "c", 1, at("c", 1)), "f[t]"),  # no equation reads f a step later
        ("x", Term("x", "c", 1, ONE), "x[t]"),
        ("b_f", Term("b_f", "f", 1, ONE), "b_f"),  # a parameter has no step
        ("h", Term("h", "c", 0, ONE), "h[t]"),  # h is not read in its own step
        ("W_fh", Product("W_fh", "i", ONE, at("x")), "W_fh"),
        ("W_fh", Product("W_fh", "c", ONE, at("c", 1)), "W_fh"),
        ("g", Term("g", "c", 0, ONE), "g"),  # there is no such signal
        ("f", Term("f", "g", 0, ONE), "f[t]"),  # nor such an error
        ("f", Term("c", "h", 0, ONE), "f[t]"),  # not a term of f
        ("h", Term("h", "f", 1, ONE, sympy.Symbol("W_fh"), at("x")), "h[t]"),  # not W_fh x
        ("f", Product("f", "c", ONE, at("c")), "f[t]"),  # not even a term
        ("f", Term("f", "c", 0, ONE, sympy.Symbol("b_f"), at("f")), "f[t]"),  # b_f is no matrix
    ],
)
def test_nothing_may_be_claimed_where_nothing_is_read(of, term, failing):
    found = verdicts(LSTM, claims(LSTM, of, added(term)))
    assert failing in found and set(found.values()) == {proof.WRONG}


def test_a_wrong_or_superfluous_slope_is_refuted():
    def changed(**slopes):
        return dataclasses.replace(LSTM.terms, slopes={**LSTM.terms.slopes, **slopes})

    for wrong in (at("f"), at("f") * (1 - at("i")), at("f", 1) * (1 - at("f", 1)), 2 * ONE, None):
        assert verdicts(LSTM, changed(f=wrong)) == {"slope of f": proof.WRONG}
    assert verdicts(LSTM, changed(c=at("c"))) == {"slope of c": proof.WRONG}  # no activation
    assert verdicts(LSTM, changed(g=at("c"))) == {"slope of g": proof.WRONG}
    assert verdicts(LSTM, changed(c=ONE)) == {}  # which is what it is


@pytest.mark.parametrize("lag", [-1, 1])
def test_a_step_that_is_not_there_is_refuted_even_where_it_changes_nothing(lag):
    """cos² + sin² is 1 for every angle; but there is no o_0, and no o_{T+1}."""
    one = sympy.cos(at("o", lag)) ** 2 + sympy.sin(at("o", lag)) ** 2
    found = verdicts(LSTM, claims(LSTM, "c", only(1, inner=at("f") * one)))
    assert set(found.values()) == {proof.WRONG}


def test_a_counterexample_can_be_read():
    cut = LSTM.truncated("cut", lambda term: term.of == "c" and term.lag == 1)
    (inside, start) = [i for i in proof.prove(cut) if not i.holds]
    assert (inside.of, start.of) == ("c[t]", "c[0]")
    assert inside.why.startswith("T = 3, step 2, entry 0: ")
    assert inside.why.endswith(" is claimed to be 0")


def test_equal_numbers_in_another_form_are_not_called_wrong():
    """cos² + sin² is 1, which the normal form does not know."""
    one = sympy.cos(at("o")) ** 2 + sympy.sin(at("o")) ** 2
    found = claims(LSTM, "c", only(1, inner=at("f") * one))
    assert verdicts(LSTM, found) == dict.fromkeys(["c[t]", "c[0]"], proof.NOT_SHOWN)
    assert proof.not_shown(proof.prove(LSTM, found)) == ["c[t]", "c[0]"]


def test_what_equal_signals_hide_is_not_called_wrong():
    """g is the h of the step before: whoever takes one for the other gets the right numbers."""

    @declare
    def Delayed(x, h, g, *, W):
        g[t] = h[t - 1]
        h[t] = tanh(W.hx @ x[t] + W.hg @ g[t])

    found = claims(Delayed, "W_hg", each(v=at("h", 1)))
    assert verdicts(Delayed, found) == {"W_hg": proof.NOT_SHOWN}


def test_roots_denominators_and_deep_expressions_are_shown():
    @declare
    def Norm(x, h, u, p, q, v, *, W, M):
        u[t] = W.ux @ x[t] + W.uh @ h[t - 1]
        p[t] = u[t] / sympy.sqrt(M.mean @ u[t] ** 2 + 1)
        q[t] = W.qx @ x[t]
        v[t] = sympy.sqrt((p[t] - q[t]) ** 2) / (1 + sympy.exp(-(p[t] + q[t])))
        h[t] = sympy.exp(-sympy.log(1 + v[t] ** 2) * sympy.sin(v[t] / (2 + tanh(q[t])))) * (
            (v[t] + 2 ** p[t]) ** 3 / (sigma(v[t]) + sympy.cos(q[t]) ** 2 + v[t] ** -2)
        )

    assert proof.failures(Norm) == []


def test_decimal_numbers_are_what_was_typed():
    """In floats 0.1 * 9 is not 0.9, and 0.042 * 2.7 is not 0.1134."""

    @declare
    def Decimals(x, y, z, *, W, w):
        u = tanh(w.y * y[t - 1] + W.y @ x[t]) + 9 * y[t - 1]
        z[t] = z[t - 1] - 0.1 * sigma(w.c) * u
        y[t] = y[t - 1] + 0.1 * sigma(w.c) * z[t]

    assert proof.failures(Decimals) == []


def test_large_numbers_are_no_decimals():
    """Of 16 digits the last one counts; and a number may be beyond all floats."""
    more = [
        Term("c", "c", 1, number * at("f")) for number in (1234567890123457.0, -1234567890123456.0)
    ]
    assert "c[t]" in verdicts(LSTM, claims(LSTM, "c", added(*more)))
    beyond = Term("c", "c", 1, sympy.Float("1e400") * at("f"))
    assert "c[t]" in verdicts(LSTM, claims(LSTM, "c", added(beyond)))


def test_sums_over_the_two_widths_of_a_matrix_have_no_order():
    @declare
    def Scaled(x, C, k, v, h, *, W, g: scalar):
        k[t] = W.k @ x[t]
        v[t] = W.v @ x[t]
        C[t] = C[t - 1] @ diag(g.b * k[t]) + outer(v[t], g.a * k[t])
        h[t] = C[t] @ k[t]

    assert proof.failures(Scaled) == []


def chain(signals):
    """Every signal reads the one before, and h one step back."""
    names = [f"g{k}" for k in range(signals - 1)] + ["h"]
    equations = {}
    for before, name in zip(["x", *names], names, strict=False):
        product = Dot(sympy.Symbol(f"W_{name}"), at(before))
        late = sympy.Symbol(f"w_{name}") * at("h", 1)
        equations[name] = Equation(name, sigma(product + late))
    return Cell("CHAIN", "", "x", equations)


def test_the_work_grows_with_the_signals_and_not_faster():
    """Calls, not seconds: twice the signals, twice the calls."""
    calls = {}
    for signals in (5, 20, 40):  # the first one pays for what all share
        cell = chain(signals)
        assert cell.terms
        profile = cProfile.Profile()
        assert all(identity.holds for identity in profile.runcall(proof.prove, cell))
        calls[signals] = pstats.Stats(profile).total_calls
    assert 100_000 < calls[40] < 2.3 * calls[20] < 3_000_000


def test_the_number_of_identities():
    """LSTM: 7 signals, 2 states at both ends, 4 biases, 8 matrices, 4 slopes."""
    counts = {cell.name: len(proof.prove(cell)) for cell in (LSTM, VANILLA, BLOCK)}
    assert counts == {"LSTM": 27, "VANILLA": 30, "BLOCK": 27}


def test_the_ends_of_time_come_out_of_the_sum():
    by_name = {identity.of: str(identity.left) for identity in proof.prove(LSTM)}
    assert "f[t + 1, q]*δ_c[t + 1, q]" in by_name["c[t]"] and "δ_h[t, q]" in by_name["c[t]"]
    assert by_name["c[0]"] == "f[1, q]*δ_c[1, q]"
    assert "δ_h[T, q]" in by_name["c[T]"] and "δ_c" not in by_name["c[T]"]
    assert by_name["b_f"] == "Sum(δ_f[tau, q], (tau, 1, T))"
    assert by_name["h[T]"] == "0"


@pytest.mark.parametrize("function", slopes.EXPONENTIALS)
def test_slopes_are_those_of_the_exponentials(function):
    """What the identities called "slope" compare with is written with exp and nothing else."""
    net = sympy.Symbol("net")
    stated, slope = function(net).diff(net), slopes.written_out(function(net)).diff(net)
    assert vanishes(slopes.written_out(stated) - slope)
    assert not vanishes(slopes.written_out(2 * stated) - slope)


def test_the_report_tells_doubt_from_error(monkeypatch):
    one = sympy.cos(at("o")) ** 2 + sympy.sin(at("o")) ** 2
    found = claims(LSTM, "c", only(1, inner=at("f") * one))
    found = dataclasses.replace(found, terms={**found.terms, "b_f": ()})
    identities = proof.prove(LSTM, found)
    monkeypatch.setattr(proof, "prove", lambda cell: identities)
    assert report.proved(LSTM).splitlines()[:4] == [
        "24 of 27 identities hold for any size and any number of steps.",
        "Not shown, though all numbers that were tried agree: c[t], c[0].",
        "Wrong, numbers differ: b_f.",
        "Taken for granted:",
    ]
