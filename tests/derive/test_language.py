"""Declarations: what is read from them, and how one is made from another."""

import pytest
import sympy

from lstm_ref.derive.catalogue import BLOCK, LSTM, PROJECTION, SRU, VANILLA, find
from lstm_ref.derive.declare.declaration import DeclarationError, without
from lstm_ref.derive.declare.language import cell
from lstm_ref.derive.expressions import Dot, at, sigma, t, tanh


def test_what_follows_from_a_declaration():
    assert LSTM.input == "x" and LSTM.output == "h" and LSTM.states == ["h", "c"]
    assert LSTM.matrices[:2] == ["W_fh", "W_fx"] and LSTM.vectors == ["b_f", "b_i", "b_c", "b_o"]
    assert LSTM.letters["W_fx"] == "HD" and LSTM.letters["b_f"] == "H1"
    assert VANILLA.vectors == ["w_fc", "b_f", "w_ic", "b_i", "b_c", "w_oc", "b_o"]
    assert {PROJECTION.letters[k] for k in ("h", "W_hm", "W_fh")} == {"P", "PH", "HP"}
    assert BLOCK.letters["f"] == "G" and BLOCK.letters["W_fh"] == "GH" and "S" not in BLOCK.matrices
    assert SRU.states == ["c"] and SRU.letters["x"] == "H"  # x and c meet unit by unit


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
        ({"i": t / 2}, r"c\[t\] has t outside of brackets; an equation is made of"),
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


def test_but_refuses_to_cut_off_a_signal_or_the_input():
    with pytest.raises(DeclarationError, match="blind: the input x is never read"):
        find("ELMAN").but("blind", W_hx=0)
    with pytest.raises(DeclarationError, match="shut: f is read by nothing that leads to h"):
        LSTM.but("shut", c=lambda expr: at("i") * at("c_tilde"))


def test_a_changed_cell_does_not_claim_the_source_of_the_old_one():
    assert VANILLA.but("ALL1", i=1, f=1, o=1, w=0).title == "Changed from VANILLA."
    assert VANILLA.but("A", "A title.", i=1).but("B", o=1).title == "Changed from A."
    assert "Gers" not in LSTM.truncated("cut", lambda term: term.of == "c").doc


def test_a_gate_of_a_block_or_before_a_product_may_be_a_number():
    assert "f" not in find("BLOCK").but("always keeps", f=1).equations
    assert "W_hh" not in find("GRU_BEFORE").but("no past", r=0).matrices


def test_what_replaces_a_signal_is_moved_where_the_signal_was_read_one_step_back():
    """a_t becomes g_t², so a_{t-1} becomes g_{t-1}²: alone, and inside of a product."""

    @cell
    def Late(x, h, a, g, *, W, w, b):
        g[t] = sigma(W.gx @ x[t] + b.g)
        a[t] = g[t] * tanh(W.ax @ x[t])
        h[t] = tanh(w.h * a[t - 1] + W.ha @ a[t - 1] + W.hx @ x[t] + a[t])

    moved = Late.but("MOVED", a=Late["g"][t] ** 2)
    w, W, x = sympy.Symbol("w_h"), sympy.Symbol("W_ha"), Dot(sympy.Symbol("W_hx"), at("x"))
    g, before = at("g"), at("g", 1)
    assert moved.equations["h"].expr == tanh(w * before**2 + Dot(W, before**2) + x + g**2)
    assert moved.states == ["g"] and "a" not in moved.equations
    with pytest.raises(DeclarationError, match=r"h\[t\] reads g\[t-2\]; a cell sees t and t-1"):
        Late.but("TOO_FAR", a=Late["g"][t - 1])


def test_the_input_one_step_back_is_refused_in_a_change_too():
    @cell
    def Late(x, h, a, *, W, b):
        a[t] = tanh(W.ax @ x[t])
        h[t] = tanh(W.ha @ a[t - 1] + W.hx @ x[t] + W.hh @ h[t - 1] + b.h)

    cure = r"WRONG: h\[t\] reads x\[t-1\]; .*: last\[t\] = x\[t\], then last\[t-1\]"
    with pytest.raises(DeclarationError, match=cure):
        Late.but("WRONG", a=2 * Late["x"][t])
    with pytest.raises(DeclarationError, match=cure):
        Late.but("WRONG", h=lambda expr: expr + at("x", 1))
