"""One line that makes no sense, each: what is refused in an equation, and what the message says.

u is W.hx @ x[t] + W.hh @ h[t-1] + b.h, v a signal, C a matrix, s a number, m a second input.
"""

import math
import re

import autograd.numpy as anp
import numpy as np
import pytest
import sympy

import lstm_ref
from lstm_ref import DeclarationError, cell

WORDS = "t cell sigma tanh relu exp log sqrt mean softmax norm dot outer diag spread".split()
SPACE = {word: getattr(lstm_ref, word) for word in WORDS}
SPACE |= {"np": np, "anp": anp, "math": math, "sympy": sympy, "lstm_ref": lstm_ref}
BODY = """
def Mine(x, m, /, h, v, C, s, *, W, b):
    v[t] = tanh(W.vx @ x[t] + m[t])
    C[t] = C[t-1] + outer(v[t], v[t])
    s[t] = mean(v[t])
    u = W.hx @ x[t] + W.hh @ h[t-1] + b.h
    {}
"""


def refused(line, body=BODY):
    """The message, without the name and the line, which must be those of the line."""
    space = dict(SPACE)
    exec(body.format(line), space)
    with pytest.raises(DeclarationError) as error:
        cell(space["Mine"])
    where = 2 + body.format("!").split("!")[0].count("\n") - 1
    start = f"Mine, line {where}: "
    assert str(error.value).startswith(start), error.value
    assert len(str(error.value)) < 600
    return str(error.value).removeprefix(start)


NUMPY = {
    "np.mean(u)": r"mean of NumPy computes with numbers.*: from lstm_ref import mean$",
    "np.sum(u)": r"from lstm_ref import sum$",
    "np.max(u)": r"no largest unit",
    "np.dot(v[t], h[t-1])": r"from lstm_ref import dot$",
    "np.tanh(u)": r"from lstm_ref import tanh$",
    "np.absolute(u)": r"from lstm_ref import abs$",
    "np.maximum(0, u)": r"from lstm_ref import max$",
    "np.linalg.norm(u)": r"from lstm_ref import norm$",
    "np.var(u)": r"d\[t\] = a\[t\] - mean\(a\[t\]\), then mean\(d\[t\]\*\*2\)",
    "np.clip(u, 0, 1)": r"max\(low, min\(v, high\)\)",
    "np.where(m[t], u, 0)": r"a mask comes in as an input",
    "np.concatenate([h[t-1], x[t]])": r"W.hh @ h\[t-1\] \+ W.hx @ x\[t\] is W \[h, x\]",
    "np.array([u, u])": r"array of NumPy",
    "np.zeros_like(u)": r"it has no word in a declaration",
    "np.einsum('i,i->i', u, u)": r"write dot, outer or @$",
    "np.matmul(W.h, v[t])": r"write @: W.hx @ x\[t\]",
    "np.ones(3) * u": r"a family A: fixed after the star",
    "u * np.ones(3)": r"a family A: fixed after the star",
    "anp.mean(u)": r"from lstm_ref import mean$",
    "math.exp(u)": r"it is a symbol and no number, .*from lstm_ref import exp",
    "float(u)": r"it is a symbol and no number",
}
SHAPES = {
    "max(u)": r"max is of two or more, max\(a, b\), unit by unit",
    "list(u)": r"it is a vector for the whole step and no list of units",
    "u.sum()": r"\.sum: vectors are used as they are; a function stands before them",
    "u > 0": r"no comparisons and no if.*relu\(a\), and a mask comes in as an input",
    "u == 0": r"no comparisons and no if",
    "u if u else 1": r"no comparisons and no if",
    "u ^ 2": r"\^ is no power: write \*\*",
    "u // 2": r"a fraction is /",
    "u % 2": r"there is no remainder",
    "divmod(u, 2)": r"there is no whole part",
    "tanh[u]": r"tanh\[...\]: the argument stands in round brackets, tanh\(...\)",
    "tanh * u": r"tanh is a function and needs its argument",
    "tanh(u, u)": r"tanh is tanh\(v\), expected 1 argument\(s\), got 2",
    "outer(v[t])": r"outer is outer\(a, b\), expected 2 argument\(s\), got 1",
    "mean(u, axis=0)": r"expected 1 argument\(s\), got 1, axis=",
    "tanh(W)": r"tanh\(W\): say which one: W.fx",
    "tanh(h)": r"tanh\(h\): write h\[t\] or h\[t-1\]",
    "2(u)": r"'int' object is not callable; is there a \* missing",
    "u(h[t-1])": r"it is no function; is there a \* missing",
    "{u}": r"an expression cannot be in a set",
    "[u]": r"a list cannot stand in an expression",
    "None * u": r"None: expected an expression",
    "u * 'a'": r"'a': expected an expression",
    "u * True": r"True: expected an expression",
    "1j * u": r"1j: the numbers of a cell are real",
}
MATRICES = {
    "W.h @ [h[t-1], x[t]]": r"a list cannot .*: W.hh @ h\[t-1\] \+ W.hx @ x\[t\] is W \[h, x\]",
    "W.h @ np.array([1, 2])": r"a family A: fixed after the star",
    "W.h @ W.g @ v[t]": r"W.h @ W.g: one product at a time.*q\[t\] = W.g @ v, then W.h @ q\[t\]",
    "W.h @ (W.g @ v[t])": r"give the inner one a name: q\[t\] = W.g @ v\[t\], then W.h @ q\[t\]",
    "mean(u) * u": r"h\[t\] has a matrix product inside of a mean; .*, then mean\(q\[t\]\)",
    "mean(mean(v[t]) * v[t]) * u": r"h\[t\] has a mean inside of another one",
    "W.h @ b.h": r"W_h @ b.h: a matrix multiplies a vector with a signal in it",
    "mean(b.h) * u": r"h\[t\] has mean\(b.h\), a mean without a signal in it",
    "W.h.T": r"W.h.T is not an expression; write W.h.T @ v",
    "W.h.T + u": r"W_h is a matrix .*: W.h.T @ v",
    "b.f @ x[t]": r"b.f @ ...: only a matrix stands left of @",
    "u @ u": r"only a matrix stands left of @.* dot\(a, b\) is the number",
    "h[t-1].T @ v[t]": r"h\[t\] has h\[t-1\].T @ v\[t\], but h\[t-1\] is a vector",
    "u.T @ v[t]": r"transposed are matrices, .* is dot\(a, b\), a b\^T is outer\(a, b\)",
    "C[t].T": r"C\[t\].T stands left of @",
    "diag(v[t])": r"diag\(v\[t\]\): diag stands beside @, diag\(v\[t\]\) @ C\[t-1\]",
    "diag(v[t]) * C[t]": r"diag\(v\[t\]\): diag stands beside @",
    "v[t] * C[t] @ v[t]": r"v\[t\] \* C\[t\] @ ...: only a matrix stands left of @",
    "(C[t] * v[t])": r"h\[t\] is a matrix and v\[t\] a vector: say which way it goes",
    "C[t] + u": r"h\[t\] is a matrix and .* a vector",
    "C[t] @ C[t-1]": r"h\[t\] has C\[t\] @ C\[t-1\]: expected a vector, and C\[t-1\] is a matrix",
    "mean(C[t]) * u": r"h\[t\] has mean\(C\[t\]\): expected a vector, and C\[t\] is a matrix",
    "outer(C[t], v[t]) + C[t]": r"outer\(C\[t\], v\[t\]\): expected a vector",
    "W.h @ C[t]": r"h\[t\] has W.h @ C\[t\]: expected a vector, and C\[t\] is a matrix",
    "W.h @ s[t]": r"h\[t\] has W.h @ s\[t\]: expected a vector, and s\[t\] is a number",
    "softmax(C[t])": r"h\[t\] has softmax\(C\[t\]\): expected a vector",
}
BRACKETS = {
    "W.c @ v[t] * h[t-1]": r"W.c @ v\[t\] \* h\[t-1\] needs brackets: W.c @ \(v\[t\] \* h\[t-1\]\) "
    r"or, as Python takes it, \(W.c @ v\[t\]\) \* h\[t-1\]$",
    "W.c @ v[t] / b.h": r"needs brackets: W.c @ \(v\[t\] / b.h\)",
    "tanh(b.h + W.c.T @ v[t] * b.h)": r"W.c.T @ v\[t\] \* b.h needs brackets",
    "C[t] @ v[t] * h[t-1]": r"C\[t\] @ v\[t\] \* h\[t-1\] needs brackets",
}
NAMES = {
    "sigmoid(u)": r"sigmoid is not known; it is called sigma: from lstm_ref import sigma$",
    "softplus(u)": r"softplus is not known; from lstm_ref import softplus$",
    "numpy.exp(u)": r"numpy is not known; functions come from lstm_ref",
    "W_zx @ x[t]": r"W_zx is not known; a parameter is written with a dot: W.zx$",
    "U_zx @ x[t]": r"a dot, U.zx, and its family declared .*: def Mine\(x, m, /, h, .*, b, U\)$",
    "sympy.erf(u)": r"erf\(W.hx @ x\[t\] \+ W.hh @ h\[t-1\] \+ b.h\); an equation is made of",
    "sympy.I * u": r"I; an equation is made of",
    "sympy.Symbol('q') * u": r"q of SymPy is no parameter; declare its family",
    "t * u": r"t outside of brackets",
}
NUMBERS = {
    "u * float('nan')": r"nan: expected a finite number",
    "u * float('inf')": r"inf: expected a finite number",
    "u / 0": r"\(W.hx .* b.h\) / 0: a division by zero",
    "u / (v[t] - v[t])": r"h\[t\] has .*, a division by zero",
    "u * 10**5000": r"a number of more than 308 digits, which no float can hold",
    "u * 1e308 * 1e308": r"h\[t\] has a number of more than 308 digits",
    "u * (2 * v[t] / v[t])**10**4": r"h\[t\] has a number of more than 308 digits",
}
LINES = NUMPY | SHAPES | MATRICES | BRACKETS | NAMES | NUMBERS


@pytest.mark.filterwarnings("ignore:'int' object is not callable:SyntaxWarning")
@pytest.mark.parametrize("expression", LINES, ids=str)
def test_an_expression_that_makes_no_sense(expression):
    message = refused(f"h[t] = {expression}")
    assert re.search(LINES[expression], message), message
