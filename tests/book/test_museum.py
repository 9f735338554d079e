"""The museum: equations with what is missing struck out and what stands there framed."""

import re

import numpy as np
import pytest

pytest.importorskip("sympy")

from lstm_ref.book import museum
from lstm_ref.cells import lstm
from lstm_ref.check import summands, witnesses
from lstm_ref.derive.catalogue import GRU_AFTER, LSTM, VANILLA
from lstm_ref.derive.typeset import latex
from lstm_ref.derive.typeset.alphabets import Latex
from lstm_ref.mistakes import known

CELLS = (LSTM, VANILLA, GRU_AFTER)


def without(text, macro, keep):
    """The text with \\macro{...} taken away, or with its braces only taken away (keep)."""
    while (start := text.find(rf"\{macro}{{")) >= 0:
        inner = start + len(macro) + 2
        depth, end = 1, inner
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        text = text[:start] + (text[inner : end - 1] if keep else "") + text[end:]
    return text


def as_it_should_be(text):
    """A formula with changes in it, as it should be: framed parts away, marks of others away."""
    text = without(text.replace(r"\odot \boxed", r"\boxed"), "boxed", keep=False)
    text = without(text, "cancel", keep=True)
    for gone in (r"\begin{aligned}", r"\end{aligned}", r"&\quad", "&", r"\\", " ", "\n", r"\,"):
        text = text.replace(gone, "")
    text = re.sub(r"\\(big|Big|left|right)[lr]?(?=[()])", "", text).replace(r"\quad", "")
    # Marks stand for brackets, and need some: what is between them is compared without.
    text = re.sub(r"\\tanh\^\{2\}\(([^()]*)\)", r"(\\tanh(\1))^{2}", text)
    return re.sub(r"[()]", "", text)


def error_terms(cell):
    """The mistakes of a cell that change error terms by edits, with their block."""
    for mistake in known.of(cell):
        if mistake.wrong == "forward" or mistake.name in ("tanh-slope-after-sum",):
            continue
        try:
            yield mistake, museum.equations(mistake.name, cell)
        except ValueError:
            pass


def lines(cell, block):
    """Name of a signal -> its error term in the block, marks and all."""
    heads = {name: f"{Latex().delta(name)} &= " for name in cell.equations}
    starts = sorted((block.find(head), name) for name, head in heads.items() if head in block)
    ends = [*[start for start, _ in starts], len(block)][1:]
    return {n: block[a + len(heads[n]) : b] for (a, n), b in zip(starts, ends, strict=True)}


def test_the_carousel_is_struck_out():
    block = museum.equations("no-carousel")
    assert r"+ \cancel{\delta_{c,t+1} \odot f_{t+1}}" in block
    assert block.count(r"\cancel") == 1 and r"\boxed" not in block
    assert isinstance(block, latex.Formula)


def test_only_the_factor_that_differs_is_marked():
    short = museum.short("c-for-previous-c")
    assert r"\delta_{c,t} \odot \cancel{c_{t-1}}\boxed{c_t} \odot f_t" in short


def test_a_bracket_that_moved():
    (line,) = lines(LSTM, museum.equations("tanh-slope-after-sum")).values()
    assert line.count(r"\cancel{\left(1 - \tanh^{2}(c_t)\right)}") == 1
    assert line.rstrip().endswith("\\boxed{\\left(1 - \\tanh^{2}(c_t)\\right)}\n\\end{aligned}")


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_what_is_not_framed_is_the_right_formula(cell):
    """Each line is the derived one where its marks are taken away."""
    looked_at = 0
    for mistake, block in error_terms(cell):
        for name, line in lines(cell, re.sub(r" \\quad \(t [^)]*\)", "", block)).items():
            line = line.partition(r"\frac{\partial E}")[0]
            (want,) = lines(cell, latex.results(cell, [name], width=None)).values()
            found, wanted = (as_it_should_be(text) for text in (line, want))
            assert found == wanted, f"{mistake.name}: {line}"
            looked_at += 1
    assert looked_at > 7


@pytest.mark.parametrize("name", [mistake.name for mistake in known.of("LSTM")])
def test_every_known_mistake_of_the_lstm_has_a_short_equation(name):
    text = museum.short(name)
    assert (r"\cancel{" in text) or (r"\boxed{" in text)
    assert text.count("{") == text.count("}") and "\n" not in text
    assert r"\dots + \dots" not in text


def test_what_stays_the_same_is_left_out():
    assert museum.short("no-carousel").startswith(r"\delta_{c,t} = \dots + \cancel{")
    assert museum.short("tanh-for-slope").endswith(r" + \dots")
    text = museum.short("not-transposed")
    assert text == (
        r"\delta_{h,t} = \dots + \cancel{W_{fh}^\top}\boxed{W_{fh}}\,\delta_{f,t+1} + \dots"
    )
    assert museum.short("input-weights-last-step").endswith(r"\quad (t < T)")
    assert r"\sum_t \boxed{\frac{1}{B}}\,\delta_{f,t}" in museum.short("bias-mean")


def test_names_that_say_nothing_are_refused():
    with pytest.raises(ValueError, match="name: no edits are stored of 'nothing' in LSTM"):
        museum.short("nothing")
    with pytest.raises(ValueError, match="name: bias-copied changes no single equation"):
        museum.equations("bias-copied")


def test_typed_equations_are_of_mistakes_that_exist():
    assert {*museum.TYPED} <= {mistake.name for mistake in known.of("LSTM")}


# ---- what `diagnose` reads


def test_a_program_is_read_with_its_equations():
    found = museum.Read(known.module_with(known.find("no-carousel")))
    text = found._repr_markdown_()
    assert "`no-carousel`" in text and r"\cancel{\delta_{c,t+1} \odot f_{t+1}}" in text
    assert repr(found).startswith("∂E/∂c_t lacks δ_c,t+1 ⊙ f_{t+1} (the carousel).")


def test_a_mistake_of_all_numbers_together_has_its_sentence_alone():
    text = museum.Read(known.module_with(known.find("h-path-without-carousel")))._repr_markdown_()
    assert text.startswith("`diagnose`: *The way back through the recurrent matrices")
    assert "$$" not in text


def test_a_right_program_is_told_so():
    assert museum.Read(known.module_with(None, LSTM))._repr_markdown_() == museum.NOTHING
    assert repr(museum.Read(known.module_with(None, LSTM))) == museum.NOTHING


def test_what_is_not_known_is_said():
    """A gradient of which one equation is noise."""

    def noisy(params, tape, dh, dstate_T):
        found = lstm.backward(params, tape, dh, dstate_T)
        noise = np.random.default_rng(0).normal(size=found[0]["W_fx"].shape)
        return {**found[0], "W_fx": noise}, *found[1:]

    text = museum.Read(noisy)._repr_markdown_()
    assert text == "`diagnose`: *these numbers do not say which equation is another one.*"


# ---- the exercise that has these equations as lines


def test_the_lines_of_the_exercise_are_wrong_gradients():
    from lstm_ref.book.exercises import checking_gradients

    params, x, state0 = witnesses.split(
        LSTM.module, witnesses.problem(LSTM.module, np.random.default_rng(0))[0]
    )
    values = summands.forward(LSTM, params, x, state0)
    errors = witnesses.problem(LSTM.module, np.random.default_rng(0))[1]
    right = summands.recipe(LSTM)
    _, want = summands.backward(right, values, errors)
    for line in checking_gradients.lines():
        _, got = summands.backward(line.edit(right), values, errors)
        assert any(not np.allclose(got[name], want[name]) for name in want), line.sentence
