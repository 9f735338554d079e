"""What Python accepts and a cell must not: each is refused, and the message has the right cure."""

import re

import pytest

import lstm_ref
from lstm_ref import DeclarationError, cell, t, tanh
from lstm_ref.derive import report
from lstm_ref.derive.declare import checks

WORDS = "t tanh outer softmax diag norm mean spread".split()
BODY = """
def Mine(x, h, v, k, C, q, *, W, b, z=0):
    v[t] = tanh(W.vx @ x[t] + W.vh @ h[t-1])
    k[t] = tanh(W.kx @ x[t] + b.h)
    C[t] = C[t-1] + outer(v[t], k[t])
    q[t] = C[t] @ k[t]
    {}
"""
TWO = r"C\[t-1\] is a matrix; a product of two matrices is not in the language"
LINES = {
    "h[t] = W.T @ q[t]": r"W.T: which matrix is transposed\? W.h.T",
    "h[t] = q[t] / z": r"h\[t\] divides by z, which is 0: a division by zero",
    "h[t] = q[t] / (2 * z)**2": r"h\[t\] divides by .*z.*, which is 0",
    "h[t] = W.c @ C[t-1] + z": r"h\[t\] has W.c @ C\[t-1\]: expected a vector, and " + TWO,
    "h[t] = C[t-1] @ C[t-1] + z": TWO,
    "h[t] = softmax(C[t-1]) + z": r"softmax\(C\[t-1\]\): expected a vector, and C\[t-1\] is a m",
    "h[t] = W.a @ (W.b @ q[t])": r"give the inner one a name: p\[t\] = W.b @ q\[t\], then W.a @ p",
    "h[t+1] = q[t]": r"the left side must be h\[t\], got h\[t \+ 1\]; shift every step .* by -1",
    "h[t] = ~h": r"h: ~: there are no conditions; the opposite of a mask is 1 - m\[t\]",
    "h[t] = ~q[t]": r"q\[t\]: ~: there are no conditions; the opposite of a mask is 1 - m\[t\]",
    "del q[t]": r"q: del: an equation is not taken back; leave its line out",
    "h[t] = W._h @ q[t]": r"W._h: an index does not begin with _; say which one: W.fx",
    "h[t] = q[t - True]": r"t and True: the steps of a cell are t and t-1",
}


def refused(text):
    space = {word: getattr(lstm_ref, word) for word in WORDS}
    exec(text, space)
    with pytest.raises(DeclarationError) as error:
        cell(space["Mine"])
    return str(error.value)


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_makes_no_sense(line):
    message = refused(BODY.format(line))
    assert message.startswith("Mine, line 7: ")
    assert re.search(LINES[line], message), message


def test_a_diag_is_told_as_it_was_typed():
    line = "C[t] = diag(norm(k[t]) * v[t]) @ C[t-1] + outer(v[t], k[t])"
    message = refused(BODY.replace("C[t] = C[t-1] + outer(v[t], k[t])", line))
    assert re.search(r"inside of a diag; .*: p\[t\] = .*, then diag\(p\[t\]\)$", message), message


@pytest.mark.parametrize("family", ["U", "u"])
def test_a_family_that_is_never_used_is_no_fault_and_is_told(family):
    space = {"tanh": tanh, "t": t}
    exec(f"def Mine(x, h, *, W, {family}):\n    h[t] = tanh(W.x @ x[t] + W.h @ h[t-1])", space)
    declared = cell(space["Mine"])
    assert f"the family {family} is never used; use a parameter" in checks.remarks(declared)[0]
    assert f"the family {family} is never used" in report.text(declared).replace("\n", " ")


def test_a_spread_into_its_own_width():
    text = "def Mine(x, h, *, W):\n    h[t] = spread(h[t-1]) + tanh(W.x @ x[t])"
    assert "spread hands one gate to all units of its block, and here" in refused(text)
