"""Declarations that make no sense: each is refused with its line, the mistake and the cure."""

import inspect

import pytest
import sympy

from lstm_ref.derive.declare.declaration import DeclarationError
from lstm_ref.derive.declare.language import cell
from lstm_ref.derive.expressions import t, tanh


def no_time(x, h, *, W):
    h[t] = tanh(W.hh @ h)


def no_time_elementwise(x, h, *, W, b):
    h[t] = tanh(W.hh @ h[t - 1] + x + b.h)


def used_too_early(x, h, c, *, W):
    h[t] = tanh(c[t])
    c[t] = W.cx @ x[t] + W.ch @ h[t - 1]


def defined_twice(x, h, *, W):
    h[t] = W.hx @ x[t] + W.hh @ h[t - 1]
    h[t] = tanh(h[t])


def no_equation(x, h, c, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t - 1])


def assigned_without_time(x, h, *, W):
    h = tanh(W.hx @ x[t])  # noqa: F841


def two_steps_back(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t - 2])


def the_future(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t + 1])


def star_for_at(x, h, *, W):
    h[t] = tanh(W.hx * x[t] + W.hh @ h[t - 1])


def star_on_the_left(x, h, *, W):
    h[t] = tanh(x[t] * W.hx + W.hh @ h[t - 1])


def at_for_star(x, h, *, W, b):
    h[t] = tanh(b.h @ x[t] + W.hh @ h[t - 1])


def matrix_on_the_right(x, h, *, W):
    h[t] = tanh(x[t] @ W.hx + W.hh @ h[t - 1])


def matrix_alone(x, h, *, W):
    h[t] = tanh(W.hh @ h[t - 1] + W.hx)


def family_alone(x, h, *, W):
    h[t] = tanh(W @ h[t - 1])


def input_one_step_back(x, h, *, W):
    h[t] = tanh(W.hx @ x[t - 1] + W.hh @ h[t - 1])


def input_defined(x, h, *, W):
    x[t] = tanh(h[t - 1])


def product_in_product(x, h, *, W):
    h[t] = tanh(W.hh @ (W.hx @ x[t]) + h[t - 1])


def no_memory(x, h, *, W):
    h[t] = tanh(W.hx @ x[t])


def left_side_in_the_past(x, h, *, W):
    h[t - 1] = W.hx @ x[t]


def not_an_expression(x, h, *, W):
    h[t] = "tanh"


def star_arguments(*signals):
    pass


def input_two_steps_back(x, h, *, W):
    h[t] = tanh(W.hx @ x[t - 2] + W.hh @ h[t - 1])


def letter_of_the_cure_in_use(x, g, *, W):
    g[t] = tanh(W.gx @ x[t] + W.gg @ g[t - 2])


def fixed_step(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[0])


def step_in_quotes(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h["t-1"])


def slice_of_steps(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[:t])


def two_indices(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t - 1, 0])


def half_a_step(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t / 2])


def round_brackets(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h(t - 1))


def number_first(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + 2 * W.hh @ h[t - 1])


def minus_first(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + -W.hh @ h[t - 1])


def gate_first(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + h[t - 1] * W.hh @ h[t - 1])


def divided_first(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh / 2 @ h[t - 1])


def two_dots(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.h.h @ h[t - 1])


def matrix_with_a_step(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh[t] @ h[t - 1])


def matrix_called(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh(h[t - 1]))


def vector_with_a_step(x, h, *, W, b):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t - 1] + b.h[t])


def vector_called(x, h, *, W, b):
    h[t] = tanh(W.hx @ x[t] + b.h(h[t - 1]))


def unit_of_a_signal(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t - 1][0])


def transposed_signal(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t - 1].T)


def no_star(x, h, W):
    h[t] = tanh(W.hx @ x[t])


def family_not_declared(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + U.hh @ h[t - 1])  # noqa: F821


def vector_family_not_declared(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t - 1] + b.h)  # noqa: F821


def not_imported(x, h, *, W):
    h[t] = exp(W.hx @ x[t] + W.hh @ h[t - 1])  # noqa: F821


def a_truth(x, h, *, W):
    h[t] = True


def two_values(x, h, *, W):
    h[t] = (tanh(W.hx @ x[t] + W.hh @ h[t - 1]),)


def foreign(x, h, *, W, b):
    h[t] = W.hx @ x[t] + 2 * sympy.erf(W.hh @ (b.h * h[t - 1]) + b.g)


def number_of_the_step(x, h, *, W):
    h[t] = W.hx @ x[t] + t * h[t - 1]


def unused_input(x, h, *, W, b):
    h[t] = tanh(W.hh @ h[t - 1] + b.h)


def unused_signal(x, h, c, *, W):
    c[t] = c[t - 1] + W.cx @ x[t]
    h[t] = tanh(W.hh @ h[t - 1] + W.hx @ x[t])


def outside_error(x, h, e, *, W):
    e[t] = W.ex @ x[t]
    h[t] = tanh(W.hh @ h[t - 1] + e[t])


def error_term(x, h, delta_h, *, W):
    delta_h[t] = W.dx @ x[t]
    h[t] = tanh(W.hh @ h[t - 1] + delta_h[t])


def family_of_errors(x, h, *, W, e):
    h[t] = tanh(W.hh @ h[t - 1] + W.hx @ x[t] + e.t)


def twins(x, h, c1, c_1, *, W):
    c1[t] = W.cx @ x[t]
    c_1[t] = c1[t]
    h[t] = tanh(W.hh @ h[t - 1] + c_1[t])


REFUSED = {
    no_time: r"line 2: W_hh @ h: write h\[t\] or h\[t-1\]",
    no_time_elementwise: r"line 2: x without a time; write x\[t\]",
    used_too_early: r"line 2: c\[t\] is used before it is defined; move its equation up, or use c",
    defined_twice: r"line 3: h is defined twice",
    no_equation: r"line 1: c has no equation; write c\[t\] = ",
    assigned_without_time: r"a plain `h = \.\.\.` is not seen",
    two_steps_back: r"line 2: h\[t - 2\].*name a delayed signal: g\[t\] = h\[t-1\]",
    the_future: r"line 2: h\[t \+ 1\] is in the future, .*; write h\[t\] or h\[t-1\]",
    star_for_at: r"line 2: W_hx is a matrix \(capital letter\) and works with @: W.hx @ v",
    star_on_the_left: r"line 2: W_hx is a matrix .*works with @",
    at_for_star: r"line 2: only a matrix stands left of @",
    matrix_on_the_right: r"line 2: the matrix stands on the left: W.hx @ x",
    matrix_alone: r"line 2: W_hx is a matrix",
    family_alone: r"line 2: W is a family of parameters; say which one: W.fx",
    input_one_step_back: r"line 2: x\[t-1\] is the input one step back; .*last\[t\] = x\[t\]",
    input_defined: r"line 2: x is the input: it has no equation",
    product_in_product: r"line 2: h\[t\] has a matrix product inside of another one; give the",
    no_memory: r"line 1: nothing is read at t-1, so it has no memory",
    left_side_in_the_past: r"line 2: the left side must be h\[t\], got h\[t - 1\]",
    not_an_expression: r"line 2: h\[t\] = 'tanh': expected an expression",
    input_two_steps_back: r"line 2: x\[t - 2\] .* g\[t\] = x\[t\] and p\[t\] = g\[t-1\], then p",
    letter_of_the_cure_in_use: r"line 2: g\[t - 2\]: .* p\[t\] = g\[t-1\], then p\[t-1\] is g",
    fixed_step: r"line 2: h\[0\] is a fixed step, .* write h\[t\] or h\[t-1\]; the initial state",
    step_in_quotes: r"line 2: h\['t-1'\]: the step stands without quotes; write h\[t\]",
    slice_of_steps: r"line 2: h.* is written for one step, without slices; write h\[t\]",
    two_indices: r"line 2: h\[...\] has one index, the step, and no numbers of units",
    half_a_step: r"line 2: h\[t/2\]: the index is not t and not t-1; write h\[t\] or h\[t-1\]",
    round_brackets: r"line 2: the step stands in square brackets; write h\[t\] or h\[t-1\]",
    number_first: r"line 2: W_hh .* needs brackets here, .*: 2 \* \(W.hh @ v\)",
    minus_first: r"line 2: W_hh .* needs brackets here, .*: -\(W.hh @ v\)",
    gate_first: r"line 2: W_hh .* needs brackets here, .*: h\[t-1\] \* \(W.hh @ v\)",
    divided_first: r"line 2: W_hh .* needs brackets here, .*: \(W.hh @ v\) / 2",
    two_dots: r"line 2: W.h.h: a parameter has one index, W.h_h",
    matrix_with_a_step: r"line 2: W.hh is the same at every step and has no index; write W.hh @ v",
    matrix_called: r"line 2: W.hh is a matrix, no function; write W.hh @ v",
    vector_with_a_step: r"line 2: b.h is the same at every step and has no index; write b.h alone",
    vector_called: r"line 2: b.h\(...\): it is no function; is there a \* missing: b.h \* \(...\)?",
    unit_of_a_signal: r"line 2: h\[t-1\]\[...\]: it is the whole vector and has no parts",
    transposed_signal: r"line 2: h\[t-1\].T stands left of @, .* a\^T b is dot\(a, b\)",
    no_star: r"line 2: W.hx: W stands before the star, so it is .* def no_star\(..., \*, W\)",
    family_not_declared: r"line 2: U is not known; .*: def family_not_declared\(x, h, \*, W, U\)$",
    vector_family_not_declared: r"line 2: b is not known; .* def vec.*\(x, h, \*, W, b\), a si",
    not_imported: r"line 2: exp is not known; from lstm_ref import exp$",
    a_truth: r"line 2: h\[t\] = True: expected an expression",
    two_values: r"line 2: h\[t\] gets several values; is there a comma too many",
    foreign: r"line 2: erf\(W.hh @ \(b.h \* h\[t-1\]\) \+ b.g\); an equation is made of",
    number_of_the_step: r"line 2: t outside of brackets; .* can come in with the input",
    unused_input: r"line 1: the input x is never read; add it to an equation, as in W.hx @ x\[t\]",
    unused_signal: r"line 2: c is read by nothing that leads to h, the last equation",
    outside_error: r"line 1: on the page e is the error that enters .*; call the signal a, for",
    error_term: r"line 1: on the page delta_h is the error term of h; call the signal d_h",
    family_of_errors: r"line 1: on the page e is the error that enters .*; call the family a, for",
    twins: r"line 1: c1 and c_1 look the same on the page",
    star_arguments: r"line 1: expected named signals and families, got \*",
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_nonsense_is_refused_with_its_line_and_the_cure(function):
    first = inspect.getsourcelines(function)[1]
    with pytest.raises(DeclarationError) as error:
        cell(function)
    assert function.__name__ in str(error.value)
    pattern = REFUSED[function]
    if pattern.startswith("line "):  # counted from the `def`, told as the line of the file
        number, pattern = pattern.split(":", 1)
        assert f"line {first + int(number[5:]) - 1}:" in str(error.value)
    assert error.match(pattern)


@pytest.mark.parametrize(
    "name", ["e", "E", "S", "t", "δ", "δ_h", "Σ", "net", "net_h", "tanh", "spread"]
)
def test_letters_of_the_page_are_kept_for_it(name):
    space = {"cell": cell, "T": t}
    text = f"def Mine(x, h, {name}, *, W):\n    h[T] = W.hh @ h[T - 1] + W.hx @ x[T]\n"
    exec(text, space)
    with pytest.raises(DeclarationError, match=f"Mine, line 1: on the page {name} is .*; call the"):
        cell(space["Mine"])


def test_t_that_is_not_imported():
    def forgetful(x, h, *, W):
        h[t] = W.hh @ h[t - 1] + W.hx @ x[t]

    lonely = type(forgetful)(forgetful.__code__, {})
    with pytest.raises(DeclarationError, match="line .*: t is not known; from lstm_ref import t$"):
        cell(lonely)
