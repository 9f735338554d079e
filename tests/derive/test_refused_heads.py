"""Heads and bodies of declarations that make no sense, and those that would never end."""

import functools

import pytest
import sympy

import lstm_ref
from lstm_ref import DeclarationError, cell

WORDS = "t sigma tanh exp mean outer diag scalar fixed".split()
SPACE = {word: getattr(lstm_ref, word) for word in WORDS} | {"sympy": sympy}
EQUATION = "h[t] = tanh(W.hx @ x[t] + W.hh @ h[t-1] + b.h)"


def message(head, *lines):
    """What is said about def Mine(head)."""
    space = dict(SPACE)
    exec("\n    ".join([f"def Mine({head}):", *lines]) + "\n", space)
    with pytest.raises(DeclarationError) as error:
        cell(space["Mine"])
    assert len(str(error.value)) < 600
    return error


HEADS = {
    "h, *, W, b": r"x is not known; h is the first parameter and so the input; .* def Mine\(x, h,",
    "*, W, b": r"no signals; the first one is the input, .*: def Mine\(x, h, \*, W, b\)",
    "x, h=0, *, W, b": r"h=0: a signal has no default, .* def Mine\(..., \*, h=0\)",
    "x, h, *, W, b, dt=0.1": r"the number dt is never read",
    "x, h, *, W=None, b": r"W=None: what stands after the star with a value is a named number",
    "x, h, *, W, b=True": r"b=True: what stands after the star with a value",
    "x, h, *, W, b, dt=float('nan')": r"dt: nan: expected a finite number",
    "x, h, *, W, b, dt=10**400": r"dt: a number of more than 308 digits",
    "x, h: scalar, *, W, b": r"h: scalar: h is a signal; whether .* follows from its equation",
    "x: fixed, h, *, W, b": r"x: fixed: x is a signal; an input comes from outside anyway",
    "x: float, h, *, W, b": r"x: float: expected scalar .* from lstm_ref import fixed, scalar",
    "x: 'number', h, *, W, b": r"x: number: expected scalar",
    "x: scalar, h, *, W, b": r"line 2: h\[t\] has W.hx @ x\[t\]: expected a vector, and x",
    "x, h, *, W: scalar, b": r"W: scalar: a capital letter makes matrices",
    "x, h, *, W, b, dt: fixed=0.1": r"dt: fixed: a number is both already",
    "x, h, *, W, b, **more": r"expected named signals and families, got \*",
    "x, m, /, h, *, W, b": r"the input m is never read; .* as in W.hm @ m\[t\]",
    "x, h, /, *, W, b": r"line 2: h\[t-1\] is the input one step back",
    "x, d, h, *, W, b": r"d has no equation; .* before a slash: def Mine\(x, d, /, h, \*, W, b\)",
    "x, h, *, W, b, W_hx=1.0": r"line 2: W_hx is a signal or a number",
    "x, h, *, W, b, h_=0.1": r"h and h_ look the same on the page",
    "x, h, *, W, b, e_": r"on the page e_ is the error that enters .*; call the family a, for",
    "x, h, delta_, *, W, b": r"on the page delta_ is the error term; call the signal d,",
    "x, h, delta1, *, W, b": r"on the page delta1 is the error term of 1; call the signal d_1,",
    "x, h, sigma_, *, W, b": r"on the page sigma_ is the function sigma",
    "x, h, net1, *, W, b": r"on the page net1 is the weighted input of 1",
    "x, h, *, W, b, S": r"on the page S is the matrix that spreads gates .*; call the family M,",
    "x, h, *, W, b, delta=0.1": r"on the page delta is the error term; call the number d,",
    "x, h, *, W, b, mean": r"on the page mean is the function mean; call the family a,",
}
HEAD = "x, h, d, *, W, b"
BODIES = {
    "h[t] = tanh(d[t] * h[t-1] + W.hx @ x[t])": r"line 2: d\[t\] is used and has no equation so "
    r"far; .* before a slash: def Mine\(x, d, /, h, \*, W, b\)",
    "h[0] = b.start": r"line 2: the left side must be h\[t\], got h\[0\]; initial states are given",
    "h[:] = b.start": r"line 2: the left side must be h\[t\], got h\[...\]",
    "h[t] += W.hx @ x[t]": r"line 2: h\[t\] is used before it is defined",
    "h.start = 2": r"line 2: h.start = ...: it has no parts",
    "b.h = 2": r"line 2: b.h is a parameter: it has no equation",
    "W.h[0] = 2": r"line 2: W.h is a parameter: it has no equation",
    "return W.hx @ x[t]": r"line 1: a declaration returns nothing; an equation is h\[t\] = ...",
    "W.h @ W_h.x @ x[t]": r"line 2: W_h is not known; a parameter is written with a dot: W.h$",
    "raise KeyError('mine')": r"line 2: KeyError: 'mine'; a cell runs on symbols",
    "a, b = h[t-1]": r"line 2: h\[t-1\]: it is a vector for the whole step and no list of units",
}


@pytest.mark.parametrize("head", HEADS, ids=str)
def test_a_head_that_makes_no_sense(head):
    assert message(head, EQUATION).match(HEADS[head])


@pytest.mark.parametrize("line", BODIES, ids=str)
def test_a_line_that_is_no_equation(line):
    assert message(HEAD, line).match(BODIES[line])


def test_two_families_with_one_parameter():
    error = message("x, h, *, W, W_h", "h[t] = W.h_x @ x[t] + W_h.x @ h[t-1]")
    assert error.match("line 2: W_h.x and W.h_x are one parameter, W_h_x")


class Holder:
    def method(self, x, h, *, W):
        """Not a plain function."""


async def asynchronous(x, h, *, W):
    """Not a plain function."""


def generator(x, h, *, W):
    yield h


NO_FUNCTIONS = [
    (3, "expected a function, got 3"),
    (None, "@cell stands above the function without brackets"),
    (lambda x, h, *, W: None, "got a lambda; equations are lines: def Mine"),
    (Holder, "got the class Holder"),
    (Holder().method, "got a method"),
    (staticmethod(generator), "got a method"),
    (asynchronous, "take async away from asynchronous"),
    (generator, "generator has a yield"),
    (functools.partial(generator, 1), "expected a function, got functools.partial"),
]


@pytest.mark.parametrize("function, said", NO_FUNCTIONS)
def test_what_is_no_plain_function(function, said):
    with pytest.raises(DeclarationError, match=said):
        cell(function)


def test_the_decorator_without_an_argument():
    with pytest.raises(DeclarationError, match="without brackets"):
        cell()


LONG, DEEP = "more than 250 letters", "more than 25 operations within each other"
ENDLESS = {
    "f = lambda u: f(tanh(u)); h[t] = f(h[t-1])": DEEP,
    "f = lambda u: f(u); h[t] = f(h[t-1])": "a function calls itself for ever",
    "h[t] = sum(h[t-1] for _ in range(10**9))": LONG,
    "h[t] = sum(b.h * k for k in range(10**9))": LONG,
    "for _ in range(10**9): h[t-1]": "more than 20000 operations in a declaration",
    "for _ in range(10**9): W.h": "more than 20000 operations in a declaration",
}
GROWS = {
    "u = tanh(u)": DEEP,
    "u = sympy.tanh(u)": DEEP,
    "u = 1 / (1 + u)": DEEP,
    "u = u * u": LONG,
    "u = u + u": LONG,
    "u = u * 2 + 1": DEEP,
}


@pytest.mark.parametrize("way", ["u * (b.h + k)", "u / (b.h + k)"])
def test_a_product_of_many_factors(way):
    lines = ("u = W.h @ h[t-1]", f"for k in range(20): u = {way}", "h[t] = u")
    assert message("x, h, *, W, b", *lines).match("more than 16 factors in a product")


@pytest.mark.parametrize("line", ENDLESS, ids=str)
def test_a_line_without_an_end(line):
    assert message("x, h, *, W, b", line).match(ENDLESS[line])


@pytest.mark.parametrize("line", GROWS, ids=str)
def test_an_expression_that_grows_without_an_end(line):
    lines = ("u = W.h @ h[t-1]", f"while True: {line}")
    assert message("x, h, *, W, b", *lines).match(GROWS[line])


def test_a_large_expression_of_sympy():
    many = "sympy.Add(*(sympy.Symbol(f'b_{k}') for k in range(5000)))"
    assert message("x, h, *, W, b", f"h[t] = W.hx @ x[t] + {many}").match(LONG)


def test_a_helper_with_pythons_max_or_sum_is_told_where_ours_are():
    def largest(u):
        return max(0, u)

    def total(u):
        return sum(u)

    def longer(helper):
        def Mine(x, h, *, W):
            h[t] = helper(W.hx @ x[t]) + h[t - 1]

        return Mine

    t = lstm_ref.t
    with pytest.raises(DeclarationError, match="from lstm_ref import max, min$"):
        cell(longer(largest))
    with pytest.raises(DeclarationError, match="from lstm_ref import sum$"):
        cell(longer(total))
