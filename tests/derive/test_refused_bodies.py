"""Bodies that ask for the step or never end: each is refused, with its line and the cure."""

import sys

import numpy as np
import pytest

import lstm_ref
from lstm_ref import DeclarationError, cell

WORDS = "t cell tanh sigma".split()
BODY = """
def gate(v):
    {helper}
def Mine(x, h, *, W):
    h1 = W.hx @ x[t] + W.hh @ h[t-1]
    {line}
"""


def declared(line, helper="return tanh(v)"):
    space = {word: getattr(lstm_ref, word) for word in WORDS} | {"lstm_ref": lstm_ref}
    exec(BODY.format(line=line, helper=helper), space)
    return cell(space["Mine"])


STEPS = ["t == 1", "t != 0", "t % 2 == 0", "t in (1, 2)", "t", "t > 1", "1 < t", "lstm_ref.t == 1"]
STEPS += ["t - 1 == 0", "t // 2", "not t", "t is None or t == 3", "(lambda: t)() == 1"]


@pytest.mark.parametrize("condition", STEPS)
def test_a_cell_cannot_ask_for_the_step(condition):
    cure = "a cell is the same at every step; give the number of the step in as an input"
    with pytest.raises(DeclarationError, match=rf"Mine, line 6: t.*: {cure}"):
        declared(f"h[t] = tanh(h1) if {condition} else sigma(h1)")
    with pytest.raises(DeclarationError, match=rf"Mine, line 6: t.*: {cure}"):
        declared("h[t] = gate(h1)", f"return tanh(v) if {condition} else sigma(v)")


@pytest.mark.parametrize("line", ["h[t - 0] = gate(h1)", "h[1 + t - 1] = gate(h1) + 0 * h[-1 + t]"])
def test_t_is_an_index(line):
    assert str(declared(line).equations["h"].expr).startswith("tanh(")


@pytest.mark.parametrize("loop", ["while True: pass", "while True:\n        k = 1"])
@pytest.mark.parametrize("where", ["body", "helper"])
def test_a_loop_that_never_ends(loop, where):
    before = sys.gettrace()
    with pytest.raises(DeclarationError, match=r"Mine, line \d: more than 1000000 steps of Python"):
        declared(loop) if where == "body" else declared("h[t] = gate(h1)", loop)
    assert sys.gettrace() is before


def test_a_trace_function_is_back_after_a_declaration():
    def tracer(*_):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        declared("h[t] = gate(h1)")
        found = sys.gettrace()
    finally:
        sys.settrace(before)
    assert found is tracer


@pytest.mark.parametrize("line", ["k = 7**99999999", "k = 3\n    k **= 10**9", "k = h1**9999999"])
def test_a_power_that_fills_the_memory(line):
    with pytest.raises(DeclarationError, match=r"Mine, line \d: \*\* \d+: the largest exponent is"):
        declared(line)
    with pytest.raises(DeclarationError, match=r"Mine, line \d: \*\* \d+: the largest exponent is"):
        declared("h[t] = gate(h1)", line.replace("h1", "v"))


OURS = "SHAPES STATES INPUT OUTPUT NAME INPUTS FIXED SOURCE CELL DECLARATION init forward backward"


@pytest.mark.parametrize("name", OURS.split())
def test_a_constant_leaves_the_names_of_a_module_alone(name):
    space = {word: getattr(lstm_ref, word) for word in WORDS}
    head, body = f"x, h, *, W, {name}=0.5", f"{name} * tanh(W.hx @ x[t] + W.hh @ h[t-1])"
    exec(f"def Mine({head}):\n    h[t] = {body}", space)
    module = cell(space["Mine"]).module
    assert (module.NAME, module.INPUT, module.OUTPUT) == ("Mine", "TDB", "THB")
    assert (module.SHAPES, module.STATES) == ({"W_hx": "HD", "W_hh": "HH"}, {"h": "HB"})
    params = module.init(np.random.default_rng(0), D=2, H=3)
    assert module.forward(params, np.ones((4, 2, 1)))[0].shape == (4, 3, 1)


def test_an_exponent_that_is_a_variable():
    with pytest.raises(
        DeclarationError, match=r"h\[t\] has an exponent of 9999999; the largest is"
    ):
        declared("n = 9999999\n    h[t] = gate((1 + h1)**n)")
