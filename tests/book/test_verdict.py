import itertools
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from lstm_ref.book.exercises.verdict import cell_fault, verdict
from lstm_ref.cells import lstm
from lstm_ref.check import witnesses
from lstm_ref.derive.expressions import Dot, at, sigma

x, y, z = sp.symbols("x y z")


@pytest.mark.parametrize(
    "answer, right, says",
    [
        (None, 3, "not answered yet"),
        (3, 3.0, "right"),
        (4, 3, "not right: too large"),
        (2, 3, "not right: too small"),
        (np.nan, 3, "it contains NaN or infinity"),
        ("three", 3, "not a number or an array of numbers: str"),
        ([1, 2], [[1], [2]], "the shape is (2,), it should be (2, 1)"),
        ([1, 2, 3], [1, 5, 3], "not right: 1 of 3 entries, the first at [1]"),
        ([1, 2, 3], [1, 2, 3], "right"),
    ],
)
def test_verdict(answer, right, says):
    assert verdict(answer, right) == says


@pytest.mark.parametrize(
    "answer, right, says",
    [
        (np.array([1 + 5j, 2]), [1, 2], "complex, it should be real"),
        (np.complex128(3 + 9j), 3, "complex, it should be real"),
        (3 + 0j, 3, "complex, it should be real"),
        (np.array([np.complex128(3 + 9j), 1], dtype=object), [3, 1], "complex, it should be real"),
        ("3", 3, "not a number or an array of numbers: str"),
        (b"3", 3, "not a number or an array of numbers: bytes"),
        ([1, "2"], [1, 2], "not a number or an array of numbers: list"),
        (np.array(["2", 1], dtype=object), [2, 1], "not a number or an array of numbers: ndarray"),
        (np.datetime64("1970-01-04"), 3, "not a number or an array of numbers: datetime64"),
        (10**400, 3, "not a number or an array of numbers: int"),
        (sp.I, 3, "not a number or an array of numbers: ImaginaryUnit"),
        (sp.Rational(1, 2), 0.5, "right"),
        (Fraction(1, 2), 0.5, "right"),
        (np.float32(0.5), 0.5, "right"),
        ([Fraction(1, 2), sp.Integer(3)], [0.5, 3], "right"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_numpy_would_convert_in_silence_is_no_number(answer, right, says):
    assert verdict(answer, right) == says
    got = verdict(lambda a: answer, lambda a: right, inputs=[()])
    if np.ndim(right) == 0:
        assert got == ("right" if says == "right" else f"with random input 1 of 5: {says}")


@pytest.mark.filterwarnings("error")
def test_a_function_returns_real_numbers():
    assert "1 of 5: complex" in verdict(lambda a: a + 1j * a, lambda a: a, inputs=[(3,)])
    assert "1 of 5: not a number" in verdict(lambda a: str(a), lambda a: a, inputs=[()])
    says = verdict(lambda a: (str(a), a), lambda a: (a, a), inputs=[()])
    assert says == "with random input 1 of 5: 1: not a number or an array of numbers: str"


@pytest.mark.parametrize(
    "several, says",
    [
        ({1: "x", 2: "y"}, "it returns dict, expected 2 values"),
        ({1, 2}, "it returns set, expected 2 values"),
        ("12", "it returns str, expected 2 values"),
        (itertools.count(1), "it returns more than 2 values, expected 2"),
        ([1, 2, 3], "it returns more than 2 values, expected 2"),
        (np.array([1.0, 2.0]), "right"),
    ],
)
def test_several_values_come_in_an_order(several, says):
    got = verdict(lambda: several, lambda: (1, 2), inputs=[], trials=1)
    assert got == says or got == f"with random input 1 of 1: {says}"


@pytest.mark.parametrize("right", [3 + 1j, "ocif", [1, [2, 3]], np.nan, [1, np.inf], None])
def test_the_right_answer_must_be_a_finite_real_number(right):
    with pytest.raises(ValueError, match="right: expected finite real numbers"):
        verdict(3, right)


def gate(x_t, h, W_x, W_h, b):
    return 1 / (1 + np.exp(-(W_x @ x_t + W_h @ h + b)))


SHAPES = [(4, 3), (6, 3), (6, 4), (6, 6), (6, 1)]


@pytest.mark.parametrize(
    "answer, says",
    [
        (None, "not answered yet"),
        (gate, "right"),
        (lambda x_t, h, W_x, W_h, b: gate(x_t, h, W_x, W_h, b), "right"),
        (3, "not a function: int"),
        (lambda *a: None, "with random input 1 of 5: it returns None; is the return missing?"),
        (lambda *a: gate(*a)[:, 0], "random input 1 of 5: the shape is (6,), it should be (6, 3)"),
        (lambda *a: gate(*a) + np.nan, "random input 1 of 5: it contains NaN or infinity"),
        (lambda *a: "a", "random input 1 of 5: not a number or an array of numbers: str"),
        (lambda *a: 1 - gate(*a), "random input 1 of 5: not right: 18 of 18 entries, the first at"),
        (lambda *a: a[9], "it raises IndexError: tuple index out of range"),
        (lambda x_t: x_t, "it raises TypeError: "),
        (lambda x_t, h, W_x, W_h, b: gate(x_t, h, W_x, W_h, 0), "input 1 of 5: not right: "),
    ],
)
def test_a_function_is_called_with_random_inputs(answer, says):
    got = verdict(answer, gate, inputs=[(4, 3), (6, 3), (6, 4), (6, 6), (6, 1)])
    assert got == says if says in ("right", "not answered yet") else says in got


def test_the_solution_is_not_shown():
    says = verdict(lambda a: 0.0, lambda a: 1234.5678, inputs=[()])
    assert says == "with random input 1 of 5: not right: too small" and "1234" not in says


def test_a_function_may_be_wrong_for_some_inputs_only():
    says = verdict(lambda a: abs(a), lambda a: a, inputs=lambda rng: rng.choice([-1.0, 1.0]))
    assert says.endswith("not right: too large")
    assert verdict(lambda a: a, lambda a: a, inputs=lambda rng: (rng.normal(),)) == "right"


def test_a_function_cannot_spoil_the_arguments_of_the_reference():
    def greedy(a):
        a[:] = 0
        return a

    assert verdict(greedy, lambda a: a, inputs=[(3,)]).endswith("3 of 3 entries, the first at [0]")


def test_inputs_are_needed_for_a_function_and_errors_of_the_reference_are_not_hidden():
    with pytest.raises(ValueError, match="inputs: expected shapes"):
        verdict(gate, gate)
    with pytest.raises(ZeroDivisionError):
        verdict(lambda a: a, lambda a: 1 / 0, inputs=[()])


def step_inputs(rng):
    tensors, errors = witnesses.problem(lstm, rng, T=1)
    params, x_1, state = witnesses.split(lstm, tensors)
    _, record = lstm.step(params, x_1[0], state)
    return params, record, errors["dstate_T"]


def test_gradients_in_dicts_and_tuples_are_named():
    def without_b_o(params, record, dstate):
        dparams, dx, states = lstm.step_backward(params, record, dstate)
        return {**dparams, "b_o": 0 * dparams["b_o"]}, dx, states

    def short(params, record, dstate):
        dparams, dx, states = lstm.step_backward(params, record, dstate)
        dparams["db_f"] = dparams.pop("b_f")
        return dparams, dx, states[:1]

    def say(answer):
        return verdict(answer, lstm.step_backward, inputs=step_inputs)

    assert say(lstm.step_backward) == "right"
    assert "1 of 5: 1: b_o: not right: 6 of 6 entries, the first at [0, 0]" in say(without_b_o)
    says = say(short)
    assert "1: the names differ: missing b_f; unknown db_f" in says
    assert says.endswith("3: it returns 1 values, expected 2")
    assert "1: it returns list, expected a dict" in say(lambda *a: ([], 0, (0, 0)))
    assert "it returns float, expected 3 values" in say(lambda *a: 1.5)


g, u = sp.Function("g"), sp.IndexedBase("u")
W, h = sp.symbols("W h")
POSITIVE = sp.Symbol("p", positive=True)


@pytest.mark.parametrize(
    "answer, right, says",
    [
        (None, x, "not answered yet"),
        (sp.sin(x) ** 2, 1 - sp.cos(x) ** 2, "right"),
        (x * (y + z), x * y + x * z, "right"),
        (0.5, sp.Rational(1, 2), "right"),
        (1, x, "not right: it does not depend on everything that it should"),
        (sp.tanh(x), (sp.exp(2 * x) - 1) / (sp.exp(2 * x) + 1), "right"),
        (sp.Derivative(sigma(x), x), sigma(x) * (1 - sigma(x)), "right"),
        (1 / (1 + sp.exp(-x)), sigma(x), "right"),
        (sp.Function("sigma")(x), sigma(x), "right"),
        (at("c", 1) * at("f") * (1 - at("f")), at("c", 1) * (at("f") - at("f") ** 2), "right"),
        (at("c") * at("f"), at("c", 1) * at("f"), "not right: c[t] should not be in it"),
        (Dot(W, h * (x + y)), Dot(W, h * x + h * y), "right"),
        (Dot(W, h), Dot(W, x), "not right: Dot[W, h] should not be in it"),
        (g(x).diff(x), g(x).diff(x), "right"),
        (sp.S.Zero, g(x).diff(x), "not right: it does not depend on everything that it should"),
        (u[2], u[1], "not right: u[2] should not be in it"),
        (sp.Symbol("p"), POSITIVE, "right"),
        (sp.sqrt(POSITIVE**2), POSITIVE, "right"),
        (sp.sqrt(x**2), x, "not right: its value differs"),
        (-x * y, x * y, "not right: the sign is wrong"),
        (2 * x * y, x * y, "not right: off by a constant factor"),
        (x * y**2, x * y, "not right: its value differs"),
        (x * y * z, x * y, "not right: z should not be in it"),
        (x / 0, x, "not right: its value differs"),
        (sp.Eq(y, x), x, "an equation or a truth value: give the right-hand side alone"),
        (True, x, "an equation or a truth value: give the right-hand side alone"),
        ("x", x, "a string is not evaluated: write the expression with SymPy symbols"),
        ([x], x, "not a SymPy expression: list"),
        (np.sin, x, "not a SymPy expression: ufunc"),
        (sp.Matrix([x]), x, "a matrix, it should be a single expression"),
        (sp.Matrix([[x, y]]), sp.Matrix([[x], [y]]), "the shape is (1, 2), it should be (2, 1)"),
        (sp.Matrix([[x + x, y]]), sp.Matrix([[2 * x, y]]), "right"),
        (
            sp.Matrix([[x, x]]),
            sp.Matrix([[x, y]]),
            "not right: 1 of 2 entries, the first at [0, 1]",
        ),
        (np.array([[1, 2]]), sp.Matrix([[1, 2]]), "right"),
        (x, sp.Matrix([[x]]), "not a SymPy matrix: Symbol"),
        ("x", sp.Matrix([[x]]), "not a SymPy matrix: str"),
    ],
)
def test_an_expression_is_right_in_any_form(answer, right, says):
    assert verdict(answer, right) == says


def test_a_string_is_not_run(monkeypatch):
    monkeypatch.setattr(sp, "parse_expr", None)
    bomb = "__import__('os').abort()"
    assert "not evaluated" in verdict(bomb, x)
    assert verdict(bomb, 3) == "not a number or an array of numbers: str"


@pytest.mark.parametrize("dtype", [str, object])
def test_a_string_in_an_array_is_not_run(dtype, tmp_path):
    bomb = np.array([[f"open({str(tmp_path / 'bang')!r}, 'w')"]], dtype=dtype)
    assert verdict(bomb, sp.Matrix([[x]])).startswith("not a matrix of SymPy expressions")
    assert not list(tmp_path.iterdir())


LARGE = 10**9
n = sp.Symbol("n", integer=True)
square = sp.MatrixSymbol("A", 2, 2)


@pytest.mark.parametrize(
    "answer, says",
    [
        (x**LARGE, "an exponent is too large"),
        (x**-LARGE, "an exponent is too large"),
        (x ** sp.Rational(LARGE + 1, 2), "an exponent is too large"),
        (sp.Pow(2, 10 * LARGE, evaluate=False), "an exponent is too large"),
        ((x**900 + 1) ** 900, "an exponent is too large"),
        (n**n**n**n, "an exponent is too large"),
        (x ** (y * LARGE), "an exponent is too large"),
        (g(g(x**LARGE)), "an exponent is too large"),
        (sp.exp(sp.exp(sp.exp(sp.exp(x**2 + 1)))), "exp of a number above 100000"),
        (sp.factorial(sp.Integer(LARGE), evaluate=False), "factorial of a number above 100000"),
        (sp.Integer(10) ** 60000 * x, "its numbers are too long"),
        (sp.Sum(x * n, (n, 1, LARGE)), "a sum or product of more than 1000 terms"),
        (sp.Sum(sp.Sum(x * y, (x, 1, 99)), (y, 1, 99)), "a sum or product of more than 1000 terms"),
        (sp.Sum(x, (y, 1, n)), "a sum or product of more than 1000 terms"),
        (sp.Integral(sp.exp(-(x**2)), x), "it contains Integral: write what comes out of it"),
        (sp.Derivative(x**3, (x, 100)), "a derivative of an order above 10"),
        (sp.Add(*(sp.sin(k * x) for k in range(1, 800))), "it has more than 2000 parts"),
    ],
)
def test_what_would_take_for_ever_is_not_evaluated(answer, says):
    assert verdict(answer, x).startswith(f"not evaluated: {says}")
    assert verdict(sp.ImmutableMatrix([[1, answer]]), sp.Matrix([[1, x]])).startswith(
        f"not evaluated: {says}"
    )


def test_large_matrices_and_deep_brackets_are_not_evaluated():
    two = sp.Matrix([[x, y], [y, x]])
    assert verdict(square**LARGE, two).startswith("not evaluated: ")
    long = sp.MatrixSymbol("L", 2, LARGE)
    assert verdict(long * long.T, two).startswith("not evaluated: a matrix with more than")
    deep = x
    for _ in range(900):
        deep = sp.sin(deep, evaluate=False)
    assert verdict(deep, x) == "not evaluated: too many brackets within each other"
    shared = x
    for _ in range(60):  # 2**60 parts, 120 of them different
        shared = sp.Add(shared, sp.sin(shared), evaluate=False)
    assert verdict(shared, x) == "not evaluated: it has more than 2000 parts"


@pytest.mark.parametrize(
    "answer, right, says",
    [
        (x**1000, x**1000, "right"),
        (x**1001, x**1000, "not right: its value differs"),
        (x**y**z, x**y**z, "right"),
        (sp.Sum(x * n, (n, 1, 3)), 6 * x, "right"),
        (sp.Derivative(x**3, (x, 2)), 6 * x, "right"),
        (g((x + y) ** 3), g(x**3 + 3 * x**2 * y + 3 * x * y**2 + y**3), "right"),
        (g((x + y + z + 1) ** 300), g((x + y + z + 1) ** 300), "right"),
        (sigma(y * sigma(x)), 1 / (1 + sp.exp(-y / (1 + sp.exp(-x)))), "right"),
        (sp.Piecewise((x, x > 0), (-x, True)), sp.Abs(x), "right"),
        (sp.Tuple(x), x, "not a SymPy expression: Tuple"),
        ({x}, x, "not a SymPy expression: set"),
        (sp.Poly(x**2 + 1, x), x, "not a SymPy expression: Poly"),
        (np.array([[x, 2.5]], dtype=object), sp.Matrix([[x, sp.Rational(5, 2)]]), "right"),
    ],
)
def test_what_is_below_the_bounds_is_evaluated(answer, right, says):
    assert verdict(answer, right) == says


polynomials = st.recursive(
    st.sampled_from([x, y, z]) | st.integers(-3, 3).map(sp.Integer),
    lambda e: st.tuples(st.sampled_from([sp.Add, sp.Mul]), e, e).map(lambda p: p[0](p[1], p[2])),
    max_leaves=8,
)


@given(polynomials, polynomials)
def test_equal_polynomials_and_only_those_are_right(a, b):
    assert verdict(sp.expand(a), a) == "right"
    assert (verdict(a, b) == "right") == (sp.expand(a - b) == 0)


def test_what_is_no_cell_is_said():
    from lstm_ref.derive import catalogue
    from lstm_ref.derive.declare.language import cell
    from lstm_ref.derive.expressions import t

    @cell
    def ADDED(x, h, *, W):
        h[t] = W.hh @ h[t - 1] + x[t]

    assert cell_fault(catalogue.LSTM) == cell_fault(catalogue.LSTM, "HD") == ""
    assert cell_fault(None) == "not answered yet"
    assert cell_fault(lambda x, h: 0).startswith("not a declared cell: function; is there @cell")
    assert cell_fault(ADDED) == "" and "x[t] is added" in cell_fault(ADDED, "HD")
    projection = catalogue.CELLS["PROJECTION"]
    assert cell_fault(projection, "HD") == "sizes: expected H, D, got P too"
    assert cell_fault(projection) == cell_fault(projection, "HDP") == ""


def test_numbers_and_functions_do_not_load_sympy():
    code = (
        "import sys; from lstm_ref.book.exercises.verdict import verdict; "
        "print(verdict(1, 1), verdict(abs, abs, inputs=[()]), 'sympy' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "right right False", out.stderr
