"""One small cell for every kind of thing that the language knows, in SymPy's words.

So what works on cells can be tried on each kind by itself, without the language in between.
"""

import sympy

from lstm_ref.derive.declare.declaration import Cell, Equation, Given
from lstm_ref.derive.expressions import (
    Constant,
    Dot,
    Mean,
    Outer,
    Size,
    Softmax,
    Total,
    Transposed,
    absolute,
    at,
    cosh,
    logsigmoid,
    maximum,
    minimum,
    relu,
    sigma,
    sinh,
    softplus,
    tanh,
)

S = sympy.Symbol
T = Transposed


def W(name, v):
    return Dot(S(f"W_{name}"), v)


def _cell(name, given=None, **equations):
    made = {n: Equation(n, sympy.sympify(expr)) for n, expr in equations.items()}
    return Cell(name, f"{name}, to try it.", "x", made, (), given or Given())


x, m, d, u, v, k, q, h, c, f = (at(name) for name in "x m d u v k q h c f".split())
h1, c1, C1, n1, s1 = (at(name, 1) for name in "h c C n s".split())
NET = W("uh", h1) + W("ux", x) + S("b_u")


def _leak(name, kept, **more):
    """A matrix memory C that keeps `kept(C[t-1])` of itself."""
    C = kept(at("C", 1)) + Outer(v, k)
    named = {"k": W("k", x), "v": W("v", x) + S("b_v"), **more}
    return _cell(name, Given(scalars=("g",)), **named, C=C, h=Dot(at("C"), k))


_CELLS = [
    _cell("RELU", h=relu(NET)),
    _cell("RELU_INSIDE", u=NET, h=S("w_h") * relu(u) + u),
    _cell("MAX", u=NET, h=maximum(u, S("w_h") * h1) * minimum(u, h1)),
    _cell("ABS", u=NET, h=absolute(u) * h1 + absolute(u)),
    _cell("SOFTPLUS", u=softplus(NET), h=logsigmoid(W("hu", u)) * h1 + softplus(u)),
    _cell("CONSTANT", Given(constants=(("dt", 0.1),)), u=NET, h=h1 + Constant("dt") * tanh(u)),
    _cell("FIXED", Given(fixed=("A",)), u=Dot(S("A_u"), h1) + NET, h=tanh(u) * S("A_v")),
    _cell("INPUTS", Given(inputs=("m", "d"), scalars=("d",)), u=NET, h=m * tanh(u) + d * h1),
    _cell("WIDE", Given(inputs=("m",)), u=NET + W("um", m), h=sigma(W("hm", m)) * u),
    _cell("TRANSPOSED", h=tanh(W("h", h1) - Dot(T(S("W_h")), h1) + W("x", x) + S("b_h"))),
    _cell("TURNED", u=W("u", h1) + S("b_u"), h=tanh(Dot(T(S("W_u")), u) + W("x", x))),
    _cell("TIED", u=NET, h=tanh(W("ux", x) + W("uh", u * h1))),
    _cell("SCALARS", Given(scalars=("s",)), u=NET, h=sigma(S("s_one")) * u + S("s_two") * h1),
    _cell("SUM", u=NET, h=tanh(u) * Total(tanh(u) * h1) / 3 + Total(u) / 9),
    _cell("NORM", u=NET, h=u / sympy.sqrt(Mean(u**2) + 1) + h1 / sympy.sqrt(Total(h1**2) + 1)),
    _cell(
        "NUMBER",
        Given(scalars=("a",)),
        s=Total(S("w_s") * x) + S("a_s"),
        u=NET,
        n=at("s") + n1 / 2,
        h=u * at("n"),
    ),
    _cell(
        "NUMBER_INSIDE",
        s=Total(S("w_s") * x),
        n=Mean(at("s") + h1),
        u=NET * at("s"),
        h=tanh(u) + Total(at("s") * at("n") + h1) / 9,
    ),
    _cell("LAYER_NORM", u=NET, d=u - Mean(u), h=tanh(S("g_h") * d / sympy.sqrt(Mean(d**2) + 1))),
    _cell("SOFTMAX", u=NET, v=Softmax(u * 2), h=v * h1 + tanh(u)),
    _cell("ATTENTION", u=W("ah", h1) + W("ax", x), v=Softmax(u), h=tanh(W("hv", v))),
    _cell(
        "MEMORY",
        **{"q": W("q", x), "k": W("k", x), "v": W("v", x), "f": sigma(W("f", x) + S("b_f"))},
        C=Total(f) * C1 / 9 + Outer(v, k),
        h=Dot(at("C"), q),
    ),
    _cell(
        "DELTA_RULE",
        Given(scalars=("s",)),
        **{"q": W("q", x), "k": W("k", x), "v": W("v", x)},
        r=sigma(S("s_beta")) * (v - Dot(C1, k)),
        C=C1 + Outer(at("r"), k),
        h=Dot(at("C"), q) / maximum(absolute(Total(q * k)), 1),
    ),
    _cell(
        "DECAYS",
        **{"q": W("q", x), "k": W("k", x), "v": W("v", h1), "f": sigma(W("f", x))},
        d=sigma(W("d", x)),
        C=C1 * Outer(f, 1) * Outer(1, d) + Outer(tanh(v), k),
        c=Dot(T(C1), v),
        h=Dot(at("C"), q + c),
    ),
    # Scaled rows (f 1ᵀ) and columns (1 kᵀ) beside numbers: the vector of ones must be filled.
    _leak("LEAK", lambda C: C - S("g_a") * C * Outer(1, k)),
    _leak("LEAK_ROWS", lambda C: C - S("g_a") * C * Outer(v, 1)),
    _leak("LEAK_OUTER", lambda C: C * Outer(v, k) - S("g_a") * C * Outer(1, k)),
    _leak("LEAK_BOTH", lambda C: C * Outer(v, 1) + S("g_a") * C * Outer(1, k)),
    _leak("LEAK_EACH", lambda C: C * Outer(v, 1) * Outer(1, k) - C / 2),
    _leak("LEAK_ALONE", lambda C: S("g_a") * C * Outer(1, k)),
    _leak("LEAK_OF_OUTER", lambda C: C + S("g_a") * Outer(v, k) * Outer(1, k)),
    _leak("LEAK_SIGNAL", lambda C: C - at("d") * C * Outer(1, k), d=Total(S("w_d") * x)),
    _leak("LEAK_SIGMA", lambda C: C - sigma(S("g_a")) * C * Outer(1, k) * C / 3),
    _leak("LEAK_MEAN", lambda C: C * (Mean(k) - Outer(1, k)) * (1 + Outer(v, 1))),
    _leak("LEAK_SIN", lambda C: C * Outer(v, 1) - sympy.sin(S("g_a") * C * Outer(1, k))),
    _leak("LEAK_WEIGHT", lambda C: C * Outer(1, S("w_k")) - S("g_a") * C * Outer(S("w_v"), 1)),
    _leak("LEAK_STEADY", lambda C: C * Outer(sigma(S("w_v")), 1) * (1 - Outer(1, tanh(S("w_k"))))),
    _leak("LEAK_EXP", lambda C: C * Outer(sympy.exp(-sympy.exp(S("w_v"))), 1) + S("g_a") * C),
    _leak("OUTER_WEIGHTS", lambda C: C * Outer(S("w_v"), S("w_k")) + tanh(S("g_a")) * C),
    _cell("TWO_WIDTHS", c=tanh(W("ch", h1) + W("cx", x) + S("b_c")), h=W("hc", c) + h1),
]
KINDS = {cell.name: cell for cell in _CELLS}

g, DT = at("g"), Constant("dt")
# What is hard for the code alone: sizes that must be filled, what no step changes, names, whole
# sequences of matrices.
_HARD = [
    _cell("FILLED", s=NET, h=Mean(at("s", 1)) * S("w_h") + at("s") * h1),
    _cell("FILLED_INPUT", u=W("uh", h1) + S("b_u"), h=tanh(u) * Mean(x) + Softmax(u)),
    _cell("FILLED_WEIGHT", u=NET, h=u * Mean(S("w_h") + u)),
    _cell("STILL", a=sigma(S("b_a")), v=at("a") * S("w_v"), u=NET, h=at("a") * h1 + tanh(u) * v),
    _cell("ONCE", u=NET, h=sympy.exp(-softplus(S("w_h"))) * h1 + sympy.sqrt(S("w_u") ** 2 + 1) * u),
    _cell(
        "NUMBERS",
        Given(constants=(("dt", 0.042), ("steps", 3))),
        u=NET,
        h=sympy.sqrt(2) * tanh(u) * sympy.exp(-Constant("dt")) / sympy.sqrt(Size("H"))
        + h1 * Constant("dt") ** Constant("steps")
        + sympy.pi * sympy.sqrt(Constant("dt")) * u / 9,
    ),
    _cell(
        "MATRIX_OF_INPUT",
        Given(inputs=("d",), scalars=("d", "s")),
        v=W("v", x) + S("b_v"),
        g=sigma(S("s_g") * at("d")),
        C=g * S("s_C") * C1 + g * Outer(v, x) + Outer(S("w_C"), x) + tanh(C1) * Mean(v),
        h=Dot(at("C"), x) + Dot(C1, x * g),
    ),
    _cell("TWO_MATRICES", u=NET, h=tanh(W("a", h1) + W("b", h1)) * (W("a", u) + W("b", u) + u)),
    _cell("NAMES", np=NET, run=tanh(at("np")), fn=at("run") * at("fn", 1), lambda_=at("fn") + h1,
          h=at("lambda_") * at("run") + at("np")),
    _cell("NAMES_OF_ARRAYS", net=NET + W("d", at("delta", 1)), delta=W("n", at("net")) + S("b_let"),
          let=tanh(at("delta")) * at("net", 1), biases=at("let") + at("zeros", 1) * h1,
          zeros=W("z", x) + S("b_z"), h=at("biases") * at("zeros") + tanh(at("net"))),
    _cell("SIGNS", u=NET, h=-u * h1 - (u - h1) * tanh(-u) - maximum(-u, h1)),
    _cell("CHAIN", u=tanh(NET), v=sympy.sin(W("v", u) + S("b_v")), h=sympy.cos(u + S("b_h")) * v),
    _cell("WORDS", u=NET, h=sympy.log(u**2 + 1) + sympy.atan(u) * sinh(u / 3)
          + cosh(u / 4) * h1 / (1 + absolute(u)) ** sympy.Rational(3, 2)),
    _cell("OF_NUMBERS", Given(constants=(("dt", 0.3),)), u=sigma(DT) * NET,
          h=softplus(DT) * maximum(DT, 1) * h1 + relu(DT) * sympy.exp(DT) * tanh(u)),
]  # fmt: skip
HARD = {cell.name: cell for cell in _HARD}

# Long names, which a line cannot hold many of.
_GATES = [f"a_gate_with_a_long_name_{k}" for k in ("one", "two", "three", "four")]
_LONG = {_GATES[0]: tanh(W("ax", x)), _GATES[1]: sigma(W("bx", x)), _GATES[2]: sigma(W("ch", h1))}
_LONG[_GATES[3]] = sigma(W("da", at(_GATES[0]) * at(_GATES[1])))
_LONG["h"] = sympy.Mul(*map(at, _GATES)) * h1 / (at(_GATES[2]) + at(_GATES[3]) * at(_GATES[1]) ** 2)
LONG_NAMES = _cell("LONG_NAMES", **_LONG)
