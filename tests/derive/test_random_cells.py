"""Cells that nobody would write: random equations, derived, generated, proved and compared."""

import numpy as np
import sympy
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from lstm_ref.check import summands, witnesses
from lstm_ref.derive import proof
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.derive.declare.declaration import Cell, DeclarationError, Equation, Given
from lstm_ref.derive.expressions import (
    Constant,
    Dot,
    Mean,
    Outer,
    Softmax,
    Total,
    Transposed,
    absolute,
    at,
    maximum,
    relu,
    sigma,
    signals,
    softplus,
    tanh,
)

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
    return made(equations)


def made(equations, given=None):
    """The cell of these equations, if they make one."""
    try:
        return Cell("RANDOM", "", "x", equations, (), given or Given())
    except DeclarationError:
        assume(False)


# ---- the same with everything else that an equation may be made of

SQUASHED = (sigma, tanh, sympy.sin, softplus, relu, absolute, sympy.cos)
GIVEN = Given(inputs=("m", "d"), scalars=("d", "s"), fixed=("A",), constants=(("dt", 0.3),))


@st.composite
def rich_cells(draw):
    """A vector or three, a memory that is a matrix, a number, and an output that reads them all."""
    number = iter(range(99))
    vectors = [at("x"), at("m"), at("h", 1), at("c", 1)]

    def new(family):
        return sympy.Symbol(f"{family}_{next(number)}")

    def vector():
        """A vector that is no operator: one signal, two, or a function of one."""
        a, b = draw(st.sampled_from(vectors)), draw(st.sampled_from(vectors))
        kind = draw(st.sampled_from(["signal", "signal", "product", "function", "larger"]))
        found = {"signal": a, "product": a * b, "larger": maximum(a, b), "function": a}[kind]
        return draw(st.sampled_from(SQUASHED))(found) if kind == "function" else found

    def a_number():
        kinds = {
            "mean": lambda: Mean(vector()),
            "dot": lambda: Total(vector() * vector()) / 9,
            "norm": lambda: 1 / sympy.sqrt(Total(vector() ** 2) + 1),
            "signal": lambda: at("n"),
            "input": lambda: at("d"),
            "learned": lambda: sigma(new("s")),
            "constant": lambda: Constant("dt") ** 2,
        }
        return kinds[draw(st.sampled_from(sorted(kinds)))]()

    def term():
        kinds = {
            "product": lambda: Dot(new("W"), vector()),
            "turned": lambda: Dot(Transposed(sympy.Symbol("W_tied")), vector()),
            "tied": lambda: Dot(sympy.Symbol("W_tied"), vector()),
            "fixed": lambda: Dot(new("A"), vector()),
            "softmax": lambda: Softmax(vector()) * draw(st.sampled_from(vectors)),
            "scaled": lambda: a_number() * vector(),
            "inside": lambda: draw(st.sampled_from(SQUASHED))(a_number() * vector() + new("b")),
            "memory": lambda: Dot(at("C", 1), vector()),
            "turned memory": lambda: Dot(Transposed(at("C", 1)), vector()),
        }
        return kinds[draw(st.sampled_from(sorted(kinds)))]()

    equations = {"n": sigma(Mean(vector()) + new("s") * at("d"))}
    for name in ("u", "c"):
        equations[name] = sigma(sum(term() for _ in range(draw(st.integers(1, 3)))) + new("b"))
        vectors.append(at(name))
    keep = draw(st.sampled_from([a_number(), Outer(sigma(at("u")), 1), Outer(1, at("c"))]))
    equations["C"] = keep * at("C", 1) / 2 + Outer(vector(), vector())
    out = (
        Dot(at("C"), vector())
        + term()
        + at("m") * at("n")
        + at("u")
        + Constant("dt") * at("c")
        + at("x")
    )
    equations["h"] = tanh(out)
    return made({n: Equation(n, expr) for n, expr in equations.items()}, GIVEN)


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


# No shrinking: every attempt derives a cell anew, which would take minutes.
OPTIONS = dict(
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


def compared(cell, T, D):
    """The generated code against the equations themselves and against the complex step."""
    module = numpy_code.compiled(cell)
    rng = np.random.default_rng(T)
    tensors, errors = witnesses.problem(module, rng, T=T, B=2, D=D, H=3, scale=0.5)
    params, x, state0 = witnesses.split(module, tensors)
    try:
        h, _, _ = module.forward(params, x, state0)
    except FloatingPointError:
        assume(False)
    assume(np.max(np.abs(h)) < 1e3)  # cells without squashing may explode
    want = summands.run(cell, params, x, state0)[cell.output][1:]
    np.testing.assert_allclose(h, np.array(want), rtol=1e-9, atol=1e-12)
    want = witnesses.by_complex_step(module, tensors, errors)
    witnesses.compare(
        witnesses.by_hand(module, tensors, errors), want, "the complex step", tol=1e-10
    )


@settings(max_examples=60, **OPTIONS)
@given(cells(), st.integers(1, 4))
def test_a_random_cell_is_derived_correctly(cell, T):
    compared(cell, T, 3 if cell.INPUT == "THB" else 2)


@settings(max_examples=40, **OPTIONS)
@given(rich_cells(), st.integers(1, 4))
def test_a_random_cell_of_every_kind_is_derived_correctly(cell, T):
    compared(cell, T, 3)


@settings(max_examples=15, **OPTIONS)
@given(cells())
def test_a_random_cell_is_proved(cell):
    assert proof.failures(cell) == []
