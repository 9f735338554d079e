"""Numbers, vectors and matrices, and how wide they are, from the equations alone."""

import kinds
import pytest
import sympy
from kinds import S, W

from lstm_ref.derive.declare.declaration import Cell, DeclarationError, Equation, Given
from lstm_ref.derive.declare.widths import letter_of
from lstm_ref.derive.expressions import Dot, Mean, Outer, Softmax, Total, Transposed, at, tanh

x, h1, C1, k, v = at("x"), at("h", 1), at("C", 1), at("k"), at("v")


def declared(given=None, **equations):
    made = {n: Equation(n, sympy.sympify(expr)) for n, expr in equations.items()}
    return Cell("MINE", "", "x", made, (), given or Given())


@pytest.mark.parametrize(
    "name, letters",
    [
        ("FIXED", {"u": "H", "A_u": "HH", "A_v": "H1", "W_uh": "HH"}),
        ("INPUTS", {"x": "D", "m": "H", "d": "1", "h": "H"}),
        ("WIDE", {"x": "D", "m": "P", "W_um": "HP", "W_hm": "HP"}),
        ("TURNED", {"u": "H", "h": "P", "W_u": "HP", "W_x": "PD"}),
        ("SCALARS", {"s_one": "11", "s_two": "11", "h": "H"}),
        ("NUMBER", {"s": "1", "a_s": "11", "w_s": "D1", "n": "1", "h": "H"}),
        ("MEMORY", {"C": "HP", "v": "H", "k": "P", "q": "P", "f": "Q", "b_f": "Q1", "W_f": "QD"}),
        ("DECAYS", {"C": "PH", "v": "P", "k": "H", "d": "H", "f": "P", "c": "H", "q": "H"}),
        ("ATTENTION", {"u": "H", "v": "H", "h": "P", "W_hv": "PH", "W_ah": "HP"}),
    ],
)
def test_letters(name, letters):
    found = kinds.KINDS[name].letters
    assert {n: found[n] for n in letters} == letters


def test_a_number_makes_nothing_else_a_number():
    """A parameter with a small letter is one number a unit, beside a sum as well."""
    cell = declared(s=Total(S("w_s") * x) + S("b_s"), h=tanh(at("s") * h1))
    assert cell.letters["s"] == "H" and cell.letters["b_s"] == "H1"
    assert cell.rank("w_s") == 1 and letter_of(cell, S("w_s") * x) == "D"


@pytest.mark.parametrize(
    "expr, letter",
    [
        (Dot(S("W_x"), x), "H"),
        (Dot(Transposed(S("W_x")), h1), "D"),
        (Dot(Transposed(C1), h1), "D"),
        (Mean(x) * 2, "1"),
        (Mean(x) * h1, "H"),
        (Softmax(x), "D"),
        (sympy.Integer(3), "1"),
    ],
)
def test_the_width_of_an_expression(expr, letter):
    cell = declared(C=C1 + Outer(tanh(h1), x), h=tanh(Dot(at("C"), x)) + W("x", x))
    assert letter_of(cell, expr) == letter


@pytest.mark.parametrize(
    "equations, said",
    [
        (
            {"v": W("v", x), "C": at("v") * C1 + Outer(v, x), "h": Dot(at("C"), x)},
            r"C\[t\] is a matrix and v\[t\] a vector: say which way it goes, diag\(v\[t\]\) @ C",
        ),
        (
            {"C": C1 + Outer(h1, x) * S("b_i"), "h": Dot(at("C"), x)},
            r"b\.i a vector.*s\.i, with s: scalar",
        ),
        ({"h": tanh(Dot(h1, x) + S("b_h"))}, r"h\[t-1\] is a vector; left of @ stands a matrix"),
        (
            {"h": W("h", x) * Total(Total(h1))},
            r"h\[t\] has a sum over units inside of another one; give the inner one a name",
        ),
        (
            {"C": C1 + Outer(h1, x), "h": W("h", x) * Total(at("C"))},
            r"expected a vector, and C\[t\] is a matrix",
        ),
        (
            {"C": C1 + Outer(C1, x), "h": W("h", x) * Dot(at("C"), x)},
            r"expected a vector, and C\[t-1\] is a matrix",
        ),
        (
            {"s": Total(x), "h": Dot(S("W_s"), at("s") * 2) * h1},
            r"expected a vector, and .* is a number",
        ),
    ],
)
def test_what_does_not_fit_is_refused(equations, said):
    with pytest.raises(DeclarationError, match=said):
        declared(**equations)
