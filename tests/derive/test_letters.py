"""Names that are not ASCII: LaTeX has a command for each, or the cell is refused with the cure."""

import pytest

import lstm_ref
from lstm_ref import DeclarationError, cell
from lstm_ref.derive import letters
from lstm_ref.derive.typeset.alphabets import Latex

COMMANDS = {
    "c̃": r"\tilde{c}",
    "ĥ": r"\hat{h}",
    "h̄": r"\bar{h}",
    "ḣ": r"\dot{h}",
    "ñ": r"\tilde{n}",
    "α̂": r"\hat{\alpha}",
    "α": r"\alpha",
    "λ": r"\lambda",
    "Λ": r"\Lambda",
    "μ1": r"\mu_1",
    "Ω": r"\Omega",
    "Α": r"\mathrm{A}",
    "χ": r"\chi",
    "ħ": r"\hbar",
    "Δt": r"\mathrm{\Delta t}",
    "W_αc̃": r"W_{\mathrm{\alpha \tilde{c}}}",
    "c̃_λ": r"\tilde{c}_{\lambda}",
}


def mine(signal, other="c", index="x"):
    space = {word: getattr(lstm_ref, word) for word in ("t", "tanh")}
    text = f"""def Mine(x, {signal}, {other}, h, *, W):
    {signal}[t] = tanh(W.{index} @ x[t])
    {other}[t] = tanh(W.cx @ x[t])
    h[t] = tanh(W.hh @ h[t-1]) + {signal}[t] * {other}[t]"""
    exec(text, space)
    return cell(space["Mine"])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_name_in_latex(name):
    assert letters.latex_letter(name) == COMMANDS[name]


@pytest.mark.parametrize("name", [n for n in COMMANDS if n != "W_αc̃"])
def test_a_signal_in_latex(name):
    made = mine(name, "a", "αc̃")
    assert COMMANDS[name].split("_")[0] in Latex().signal(next(iter(made.equations)))
    assert made.module.NAME == "Mine"


TWINS = [("c̃", "c_tilde"), ("alpha", "α"), ("mu", "μ"), ("Α", "A"), ("ñ", "n_tilde"), ("c1", "c_1")]


@pytest.mark.parametrize(("one", "two"), TWINS)
def test_two_names_that_look_the_same(one, two):
    with pytest.raises(DeclarationError, match=r"line 1: .* and .* look the same on the page"):
        mine(one, two)


def test_a_parameter_that_looks_like_another_one_or_a_signal():
    with pytest.raises(DeclarationError, match=r"line 2: W_α and W_alpha look the same"):
        mine("W_α", "a", "alpha")


@pytest.mark.parametrize("name", ["ж", "hж", "ø", "字", "h_ß"])
def test_a_letter_that_latex_lacks(name):
    with pytest.raises(DeclarationError, match=r"has '.', for which LaTeX has no letter; names"):
        mine(name)
    with pytest.raises(DeclarationError, match=r"line 2: W_.* has '.', for which LaTeX has no"):
        mine("a", "b", name)
