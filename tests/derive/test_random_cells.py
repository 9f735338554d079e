"""Cells that nobody would write: random equations, derived, generated, proved and compared."""

import numpy as np
import sympy
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from lstm_ref.check import witnesses
from lstm_ref.derive import proof
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.declare.declaration import Cell, DeclarationError, Equation
from lstm_ref.derive.expressions import Dot, at, sigma, signals, tanh

NAMES = ("h", "c", "m", "net", "delta", "next_h", "run", "lambda_", "e_h", "t1")
FUNCTIONS = (sigma, tanh, sympy.sin)


@st.composite
def cells(draw):
    """Two to five equations in random letters; the last one is the output."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(2, 5))]
    number, equations = iter(range(99)), {}

    def atom(known):
        kind = draw(st.sampled_from(["signal", "past", "past", "input"]))
        if kind == "input":
            return at("x")
        return (
            at(draw(st.sampled_from(known)))
            if kind == "signal" and known
            else at(draw(st.sampled_from(names)), 1)
        )

    def vector(known):
        a = atom(known)
        return a * atom(known) if draw(st.booleans()) else a

    def term(known):
        kind = draw(st.sampled_from(["product", "scaled", "weighted", "plain", "difference"]))
        if kind == "product":
            return Dot(sympy.Symbol(f"W_{next(number)}"), vector(known))
        if kind == "scaled":
            return _inner(known) * Dot(sympy.Symbol(f"W_{next(number)}"), vector(known))
        if kind == "weighted":
            return sympy.Symbol(f"w_{next(number)}") * _inner(known)
        return (
            _inner(known) * _inner(known)
            if kind == "plain"
            else _inner(known) * (1 - _inner(known))
        )

    def _inner(known):
        a = atom([n for n in known])
        a = at("h" if "h" in names else names[0], 1) if a == at("x") else a
        return draw(st.sampled_from(FUNCTIONS))(a) if draw(st.booleans()) else a

    for name in names:
        known = list(equations)
        expr = sum((term(known) for _ in range(draw(st.integers(1, 3)))), sympy.Symbol(f"b_{name}"))
        if draw(st.booleans()):
            expr = draw(st.sampled_from(FUNCTIONS))(expr)
        equations[name] = Equation(name, expr)
    equations[name] = Equation(name, with_the_unused(equations, Dot(sympy.Symbol("W_x"), at("x"))))
    try:
        cell = Cell("RANDOM", "", "x", equations)
    except DeclarationError:
        assume(False)
    return cell


def with_the_unused(equations, input_term):
    """The last expression, with what does not act on it added: a cell must not have any of that."""
    *others, last = equations
    expr, used, new = equations[last].expr, set(), {last}
    while new:
        used |= new
        read = {s for n in new - {"x"} for s, _ in signals(equations[n].expr)}
        new = read - used
    extra = sum(at(name) for name in others if name not in used)
    extra += 0 if any(("x", 0) in signals(e.expr) for e in equations.values()) else input_term
    return expr.func(expr.args[0] + extra) if expr.func in FUNCTIONS else expr + extra


def interpreted(cell, params, x, state0):
    """Outputs by evaluating the equations one by one, with no generated code."""
    values, outputs = dict(zip(cell.states, state0, strict=True)), []

    def value(expr, now, before):
        if isinstance(expr, sympy.Indexed):
            name = expr.base.label.name
            return now[name] if expr == at(name) else before[name]
        if isinstance(expr, Dot):
            return params[str(expr.args[0])] @ value(expr.args[1], now, before)
        if isinstance(expr, sympy.Symbol):
            return params[str(expr)]
        if expr.is_number:
            return float(expr)
        parts = [value(a, now, before) for a in expr.args]
        functions = {sympy.Add: sum, sympy.Mul: _product, sympy.Pow: lambda p: p[0] ** p[1]}
        functions |= {sigma: lambda p: 1 / (1 + np.exp(-p[0])), tanh: lambda p: np.tanh(p[0])}
        functions[sympy.sin] = lambda p: np.sin(p[0])
        return functions[expr.func](parts)

    for x_t in x:
        now = {"x": x_t}
        for name, equation in cell.equations.items():
            now[name] = value(equation.expr, now, values)
        values = now
        outputs.append(now[cell.output])
    return np.array(outputs)


def _product(parts):
    total = 1
    for part in parts:
        total = total * part
    return total


# No shrinking: every attempt derives a cell anew, which would take minutes.
OPTIONS = dict(
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@settings(max_examples=60, **OPTIONS)
@given(cells(), st.integers(1, 4))
def test_a_random_cell_is_derived_correctly(cell, T):
    module = numpy_code.compiled(cell)
    D = 3 if module.INPUT == "THB" else 2
    rng = np.random.default_rng(T)
    tensors, errors = witnesses.problem(module, rng, T=T, B=2, D=D, H=3, scale=0.5)
    params, x, state0 = witnesses.split(module, tensors)
    try:
        h, _, _ = module.forward(params, x, state0)
    except FloatingPointError:
        assume(False)
    assume(np.max(np.abs(h)) < 1e3)  # cells without squashing may explode
    np.testing.assert_allclose(h, interpreted(cell, params, x, state0), rtol=1e-9, atol=1e-12)
    want = witnesses.by_complex_step(module, tensors, errors)
    witnesses.compare(
        witnesses.by_hand(module, tensors, errors), want, "the complex step", tol=1e-10
    )


@settings(max_examples=15, **OPTIONS)
@given(cells())
def test_a_random_cell_is_proved(cell):
    assert proof.failures(cell) == []
