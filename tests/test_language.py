"""Declarations: what is read from them, and what is refused with the line and the cure."""

import inspect

import pytest

from lstm_ref.derive.catalogue import BLOCK, LSTM, PROJECTION, SRU, VANILLA, find
from lstm_ref.derive.declaration import DeclarationError, without
from lstm_ref.derive.expressions import at, sigma, t, tanh
from lstm_ref.derive.language import cell


def test_what_follows_from_a_declaration():
    assert LSTM.input == "x" and LSTM.output == "h" and LSTM.states == ["h", "c"]
    assert LSTM.matrices[:2] == ["W_fh", "W_fx"] and LSTM.vectors == ["b_f", "b_i", "b_c", "b_o"]
    assert LSTM.letters["W_fx"] == "HD" and LSTM.letters["b_f"] == "H1"
    assert VANILLA.vectors == ["w_fc", "b_f", "w_ic", "b_i", "b_c", "w_oc", "b_o"]
    assert {PROJECTION.letters[k] for k in ("h", "W_hm", "W_fh")} == {"P", "PH", "HP"}
    assert BLOCK.letters["f"] == "G" and BLOCK.letters["W_fh"] == "GH" and "S" not in BLOCK.matrices
    assert SRU.states == ["c"] and SRU.letters["x"] == "H"  # x and c meet unit by unit


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


REFUSED = {
    no_time: r"line 2: W_hh @ h: write h\[t\] or h\[t-1\]",
    no_time_elementwise: r"line 2: x without a time; write x\[t\]",
    used_too_early: r"line 2: c\[t\] is used before it is defined; move its equation up, or use c",
    defined_twice: r"line 3: h is defined twice",
    no_equation: r"c has no equation; write c\[t\] = ",
    assigned_without_time: r"a plain `h = \.\.\.` is not seen",
    two_steps_back: r"line 2: h\[t - 2\].*name a delayed signal: g\[t\] = h\[t-1\]",
    the_future: r"line 2: h\[t \+ 1\]: a cell sees this step and the one before",
    star_for_at: r"line 2: W_hx is a matrix \(capital letter\) and works with @: W.hx @ v",
    star_on_the_left: r"line 2: W_hx is a matrix .*works with @",
    at_for_star: r"line 2: only a matrix stands left of @",
    matrix_on_the_right: r"line 2: the matrix stands on the left: W.hx @ x",
    matrix_alone: r"line 2: W_hx is a matrix",
    family_alone: r"line 2: W is a family of parameters; say which one: W.fx",
    input_one_step_back: r"line 2: x\[t-1\] is the input one step back; .*last\[t\] = x\[t\]",
    input_defined: r"line 2: x is the input: it has no equation",
    product_in_product: r"a matrix product inside another one; give the inner one a name",
    no_memory: r"nothing is read at t-1, so it has no memory",
    left_side_in_the_past: r"line 2: the left side must be h\[t\], got h\[t - 1\]",
    not_an_expression: r"line 2: h\[t\] = 'tanh': expected an expression",
    star_arguments: r"expected named signals and families, got \*",
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


def test_a_delayed_signal_looks_two_steps_back():
    @cell
    def Delayed(x, h, g, *, W):
        g[t] = h[t - 1]
        h[t] = tanh(W.hx @ x[t] + W.hg @ g[t - 1])

    assert Delayed.states == ["h", "g"]


def test_but_replaces_changes_and_leaves_out():
    assert at("c_tilde") in LSTM.but("NIG", i=1).equations["c"].expr.args
    coupled = VANILLA.but("CIFG", f=1 - VANILLA["i"][t])
    assert coupled.equations["c"].expr.has(1 - at("i")) and "f" not in coupled.equations
    assert not {"W_fh", "W_fx", "b_f", "w_fc"} & {*coupled.matrices, *coupled.vectors}
    assert VANILLA.but("NP", w=0).vectors == LSTM.vectors
    assert VANILLA.but("one", w_fc=0).vectors == [v for v in VANILLA.vectors if v != "w_fc"]
    assert "W_fh" not in LSTM.but("no recurrence in f", W_fh=0).matrices
    linear = LSTM.but("NIAF", c_tilde=without(tanh)).equations["c_tilde"]
    assert linear.activation is None and not linear.expr.has(tanh)
    other = LSTM.but("sigma", c_tilde=lambda expr: expr.replace(tanh, sigma))
    assert other.equations["c_tilde"].activation is sigma
    assert LSTM.but("renamed").name == "renamed" and LSTM.but("n", "A title.").title == "A title."


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"q": 0}, "LSTM has no 'q'; it has f, i, c_tilde, c, o, h, W_fh"),
        ({"b_f": 1}, "b_f: a parameter can only be set to 0, got 1"),
        ({"h": 1}, "h is the output; give a function to change it"),
        ({"f": at("o")}, r"c\[t\] reads o\[t\] before it is known"),
        ({"i": at("i", 2)}, r"reads i\[t-2\]"),
        ({"f": "1 - i[t]"}, r"f: expected an expression or a number, got '1 - i\[t\]'"),
        ({"c_tilde": without(sigma)}, "the function leaves c_tilde as it was"),
        ({"i": t / 2}, r"c\[t\] has t; an equation is made of"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(DeclarationError, match=message):
        LSTM.but("wrong", **changes)
    with pytest.raises(DeclarationError, match="LSTM has no signal 'z'"):
        LSTM["z"]


def test_what_is_no_function_or_no_symbol_is_refused():
    with pytest.raises(DeclarationError, match="cell: expected a function, got 3"):
        cell(3)
    with pytest.raises(DeclarationError, match="drop: expected a function of a term"):
        LSTM.truncated("wrong", None)

    def foreign(x, h, *, W):
        h[t] = max(0, W.hx @ x[t] + W.hh @ h[t - 1])

    with pytest.raises(DeclarationError, match=r"foreign, line \d+: TypeError: .*no if and no max"):
        cell(foreign)


def test_a_gate_of_a_block_or_before_a_product_may_be_a_number():
    assert "f" not in find("BLOCK").but("always keeps", f=1).equations
    assert "W_hh" not in find("GRU_BEFORE").but("no past", r=0).matrices
