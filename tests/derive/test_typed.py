"""What was typed is kept as it was typed, and means what it says."""

import subprocess
import sys

import numpy as np
import pytest
import sympy

import lstm_ref
from lstm_ref import DeclarationError, Family, cell, t
from lstm_ref.derive import expressions, report, tree
from lstm_ref.derive.catalogue import BLOCK
from lstm_ref.derive.declare import checks
from lstm_ref.derive.declare.functions import SYMPYS
from lstm_ref.derive.declare.text import shown
from lstm_ref.derive.expressions import Constant, Dot, Mean, Outer, Total, at

WORDS = "sigma tanh relu softplus logsigmoid exp log sqrt sin cos mean softmax norm dot outer diag"
SPACE = {word: getattr(lstm_ref, word) for word in f"{WORDS} spread scalar fixed t".split()}
SPACE |= {"np": np, "sympy": sympy, "lstm_ref": lstm_ref}


def declared(*lines, head="x, m, d: scalar, /, h, v, *, W, A: fixed, b, s: scalar, dt=0.25"):
    """The cell of these lines; what they do not read is read in an equation before them."""
    space = dict(SPACE)
    body = ["v[t] = tanh(W.vx @ x[t] + A.v @ m[t]) + d[t] * s.v * dt + b.v + h[t-1]", *lines]
    exec("\n    ".join([f"def Mine({head}):", *body]) + "\n", space)
    return cell(space["Mine"])


TYPED = [
    "v[t] - b.p + 0.1 * (b.q - 2 * h[t-1]) + 1 - v[t] / 3",
    "W.h @ (v[t] * h[t-1]) + b.h",
    "b.h + W.h @ v[t] - W.h.T @ h[t-1]",
    "-v[t] + 0.042 * v[t]",
    "-(v[t] + b.h)",
    "v[t] - (b.h - h[t-1]) - (b.g + h[t-1])",
    "v[t] * (W.h @ h[t-1]) * b.h",
    "(W.h @ h[t-1]) * v[t]",
    "v[t] / (b.h * h[t-1])",
    "v[t] / b.h / h[t-1]",
    "v[t] / b.h * h[t-1]",
    "2 * v[t] * 3",
    "sqrt(v[t] ** 2 + 1e-05)",
    "v[t] ** 3 / 1.5",
    "(1 + v[t]) ** (-b.h)",
    "exp(-exp(b.h)) * v[t] + dt * (1 - v[t])",
    "relu(v[t]) + softplus(b.h) - logsigmoid(v[t])",
    "max(0, v[t]) + min(v[t], b.h, 1) - abs(h[t-1])",
    "mean(v[t]) * v[t] / sqrt(mean(v[t] ** 2) + 1e-05)",
    "softmax(v[t]) * sum(v[t]) - norm(v[t]) * h[t-1]",
    "dot(v[t], h[t-1]) * v[t]",
    "s.a * v[t] + sigma(s.b)",
    "sin(v[t]) * cos(h[t-1]) * log(1 + v[t] ** 2)",
    "A.h @ (m[t] * d[t]) + v[t]",
    "diag(v[t]) @ outer(v[t], m[t]) @ m[t]",
]
ALSO = {
    "-0.5 * v[t]": "-0.5 * v[t]",
    "v[t] + -0.5 * h[t-1]": "v[t] - 0.5 * h[t-1]",
    "v[t] ** 0.5": "sqrt(v[t])",
    "sum([v[t], b.h, h[t-1]])": "v[t] + b.h + h[t-1]",
    "max([v[t], 0])": "max(v[t], 0)",
    "np.float64(0.5) * v[t] + np.int64(2)": "0.5 * v[t] + 2",
    "sympy.exp(v[t]) * sympy.tanh(h[t-1]) + 1": "exp(v[t]) * tanh(h[t-1]) + 1",
    "sympy.Max(v[t], 0) - sympy.Abs(b.h)": "max(v[t], 0) - abs(b.h)",
    "sympy.Rational(1, 3) * v[t] * sympy.pi": "1/3 * v[t] * pi",
    "2 * lstm_ref.relu(v[t])": "2 * relu(v[t])",
    "W.h @ v[t] * 2": "(W.h @ v[t]) * 2",
    "W.h @ v[t] / dt": "(W.h @ v[t]) / dt",
    "(lambda u: u * tanh(u))(v[t])": "v[t] * tanh(v[t])",
}


def sympys(text):
    """The same text, where everything is SymPy's from the beginning."""
    space = dict(SYMPYS)
    space |= {"W": Family("W"), "A": Family("A"), "b": Family("b"), "s": Family("s"), "t": t}
    space |= {name: sympy.IndexedBase(name) for name in "xmdhv"}
    return eval(text, space | {"dt": Constant("dt"), "sympy": sympy})


@pytest.mark.parametrize("typed", TYPED[:-1], ids=str)
def test_an_expression_stays_as_it_was_typed(typed):
    equation = declared(f"h[t] = {typed}").equations["h"]
    assert shown(equation.written) == typed
    assert equation.expr == sympys(typed)


@pytest.mark.parametrize("typed", ALSO, ids=str)
def test_other_ways_to_type_it(typed):
    equation = declared(f"h[t] = {typed}").equations["h"]
    assert shown(equation.written) == ALSO[typed]
    fraction = ALSO[typed].replace("1/3", "sympy.Rational(1, 3)").replace(" pi", " sympy.pi")
    assert equation.expr == sympys(fraction)


def test_reads_are_in_the_order_of_writing():
    reads = declared("h[t] = v[t] * (W.h @ h[t-1]) + b.h - v[t] * dt").equations["h"].reads
    assert [str(symbol) for symbol in reads] == ["v[t]", "W_h", "h[t - 1]", "b_h"]


def test_what_the_head_says():
    mine = declared("h[t] = W.h @ v[t]")
    assert mine.inputs == ("x", "m", "d") and mine.constants == {"dt": 0.25}
    assert mine.given.scalars == ("d", "s") and mine.given.fixed == ("A",)
    assert mine.letters["d"] == "1" and mine.letters["s_v"] == "11" and mine.fixed == ["A_v"]


def test_annotations_may_be_text():
    SPACE["one"] = lstm_ref.scalar
    head = "x, m, d: 'lstm_ref.scalar', /, h, v, *, W, A: 'fixed', b, s: 'one', dt=1"
    mine = declared("h[t] = A.h @ v[t]", head=head)
    assert mine.given.scalars == ("d", "s") and mine.given.fixed == ("A",)
    assert mine.constants == {"dt": 1}


def test_matrices_that_are_signals():
    @cell
    def Memory(x, h, C, k, v, *, W):
        k[t] = W.k @ x[t]
        v[t] = W.v @ x[t]
        C[t] = lstm_ref.diag(k[t]) @ C[t - 1] @ lstm_ref.diag(v[t]) + lstm_ref.outer(v[t], k[t])
        h[t] = C[t] @ k[t] + C[t - 1].T @ v[t]

    C, h = Memory.equations["C"], Memory.equations["h"]
    assert shown(C.written) == "diag(k[t]) @ C[t-1] @ diag(v[t]) + outer(v[t], k[t])"
    assert C.expr.has(Outer(at("k"), 1)) and C.expr.has(Outer(1, at("v")))
    assert shown(h.written) == "C[t] @ k[t] + C[t-1].T @ v[t]"
    assert Memory.rank("C") == 2 and Memory.letters["C"] == "HH"


def test_spread_is_a_call():
    c = BLOCK.equations["c"]
    spread = tree.Call("spread", (tree.Signal("f"),))
    assert c.written.parts[0][1].factors == (spread, tree.Signal("c", 1))
    assert c.expr.has(expressions.spread(at("f")))


def test_functions_of_a_helper_keep_the_order_too():
    def gate(u, v):
        return lstm_ref.exp(u) - sympy.sqrt(v) / lstm_ref.sigma(u)

    @cell
    def Mine(x, h, *, W):
        h[t] = gate(W.hx @ x[t], h[t - 1])

    text = "exp(W.hx @ x[t]) - sqrt(h[t-1]) / sigma(W.hx @ x[t])"
    assert shown(Mine.equations["h"].written) == text


def test_functions_from_around_the_declaration():
    squash = sympy.exp

    @cell
    def Mine(x, h, *, W):
        h[t] = 2 * (squash(W.hx @ x[t]) + squash(h[t - 1]))

    assert shown(Mine.equations["h"].written) == "2 * (exp(W.hx @ x[t]) + exp(h[t-1]))"


def test_brackets_are_seen_in_helpers_and_over_lines():
    def gated(W, r, h):
        return (
            W.c @ r
            * h
        )  # fmt: skip

    def Mine(x, h, *, W):
        h[t] = gated(W, W.rx @ x[t], h[t - 1])

    with pytest.raises(DeclarationError, match=r"Mine, line \d+: W.c @ .* needs brackets"):
        cell(Mine)


def test_the_words_outside_of_a_declaration():
    u = at("u")
    assert lstm_ref.max(1, 2) == 2 and lstm_ref.sum([1, 2]) == 3 and lstm_ref.abs(-1) == 1
    assert lstm_ref.max([3, 1], key=lambda k: -k) == 1
    assert lstm_ref.mean(u) == Mean(u) and lstm_ref.dot(u, at("h")) == Total(u * at("h"))
    assert lstm_ref.max(u, 0) == expressions.maximum(u, 0)
    assert sympy.exp(u).replace(lstm_ref.exp, lstm_ref.sin) == sympy.sin(u)
    assert lstm_ref.without(lstm_ref.exp)(1 + sympy.exp(u)) == 1 + u
    assert Family("R").ff.T @ u == Dot(expressions.Transposed(sympy.Symbol("R_ff")), u)


def test_what_must_be_as_wide_is_told():
    @cell
    def Highway(x, h, last, *, W):
        last[t] = x[t]
        h[t] = W.hl @ last[t] + h[t - 1] * x[t]

    (remark,) = checks.remarks(Highway)
    assert remark.startswith("x must have the width of h, since h[t] has it outside of matrix")
    assert " ".join(report.text(Highway).split()).count(remark) == 1
    assert checks.remarks(declared("h[t] = W.h @ v[t]")) == []


HIDDEN = """
import sys
sys.modules["numpy"] = None
import lstm_ref
from lstm_ref import cell, t, tanh
from lstm_ref.derive import catalogue, letters, terms, tree
from lstm_ref.derive.typeset import latex, lines

@cell
def Mine(x, h, *, W, b):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t-1] + b.h)

print(len(list(terms.every(Mine))), latex.__name__, lines.__name__)
"""


def test_derivation_needs_no_numpy():
    done = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "5"


def test_the_language_is_loaded_when_it_is_used():
    code = "import sys, lstm_ref; print('sympy' in sys.modules, lstm_ref.tanh, lstm_ref.max)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "tanh", "max"]
