"""Pictures of the museum: the kill matrix, and formulas with changes marked."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("matplotlib")
pytest.importorskip("sympy")
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from lstm_ref.book import museum
from lstm_ref.derive.catalogue import GRU_AFTER, LSTM, VANILLA
from lstm_ref.derive.typeset import latex
from lstm_ref.derive.typeset.alphabets import Latex
from lstm_ref.mistakes import known

CELLS = (LSTM, VANILLA, GRU_AFTER)


pytestmark = pytest.mark.usefixtures("book_style")


# ---- the kill matrix


def drawn(seen):
    """What a reader counts: for each field whether its dot is full, and the numbers on top."""
    n, m = seen.shape
    _, ax = plt.subplots(figsize=(4.8, 0.6 + 0.2 * n))
    names = [f"mistake-{k}" for k in range(n)], [f"check {k}" for k in range(m)]
    assert museum.kill_matrix(ax, *names, seen) is ax
    full = np.zeros_like(seen)
    for dot in ax.lines:
        x, y = (int(v[0]) for v in dot.get_data())
        full[y, x] = dot.get_markerfacecolor() != "none"
    dark = np.zeros_like(seen)
    for bar in ax.patches:
        column, row = round(bar.get_x() + bar.get_width() / 2), round(bar.get_y() + 0.45)
        dark[row, column] = bar.get_facecolor()[0] < 0.5
    heads = [label.get_text() for label in ax.get_xticklabels()]
    return full, dark, heads, ax


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**30 - 1))
def test_every_field_says_what_was_given(n, m, bits):
    seen = np.array([bits >> k & 1 for k in range(n * m)], dtype=bool).reshape(n, m)
    full, dark, heads, ax = drawn(seen)
    assert (full == seen).all() and (dark == seen).all()
    assert heads == [f"check\n{k}\n{seen[:, k].sum()}/{n}" for k in range(m)]
    top, bottom = ax.get_ylim()[::-1]
    assert top < bottom, "the first mistake stands on top"
    plt.close("all")


def test_names_of_all_mistakes_fit_the_figure():
    names = [m.name for m in known.of("LSTM")]
    fig, ax = plt.subplots(figsize=(4.8, 0.6 + 0.2 * len(names)))
    checks = ("one matrix", "one step", "two steps", "six steps", "book")
    museum.kill_matrix(ax, names, checks, np.zeros((len(names), 5)))
    fig.canvas.draw()
    renderer = fig.canvas.get_renderer()
    boxes = [label.get_window_extent(renderer) for label in ax.get_xticklabels()]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
    left = min(label.get_window_extent(renderer).x0 for label in ax.get_yticklabels())
    assert left >= 0 and all(box.y1 <= fig.bbox.y1 for box in boxes)


@pytest.mark.parametrize("shape", [(2, 3), (3,), (4, 2)])
def test_another_shape_is_refused(shape):
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match=r"seen: expected shape \(3, 2\), got"):
        museum.kill_matrix(ax, ["a", "b", "c"], ["p", "q"], np.zeros(shape))


# ---- formulas


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


def letters(text):
    """Without line breaks, spaces, sizes of brackets, and signs and ⊙ that connect nothing."""
    for gone in (r"\begin{aligned}", r"\end{aligned}", r"&\quad", "&", r"\\", " ", "\n"):
        text = text.replace(gone, "")
    text = text.replace(r"\bigl", "").replace(r"\bigr", "")
    for lonely in ("+)", r"\odot)"):
        text = text.replace(lonely, ")")
    return text


def of_terms(cell):
    """The mistakes of a cell that change error terms, with their formula."""
    for mistake in known.of(cell):
        if mistake.wrong == "backward" and mistake.edit:
            try:
                yield mistake, museum.equation(mistake)
            except ValueError:
                pass


def test_the_carousel_is_struck_out():
    formula = museum.equation(known.find("no-carousel"))
    assert r"+ \cancel{\delta_{c,t+1} \odot f_{t+1}}" in formula
    assert formula.count(r"\cancel") == 1 and r"\boxed" not in formula
    assert isinstance(formula, latex.Formula)


def test_a_slope_is_struck_out_and_the_wrong_one_framed():
    formula = museum.equation(known.find("candidate-slope-at-activation"))
    assert r"\cancel{\left(1 - \tilde{c}_t^{2}\right)}" in formula
    assert r"\odot \boxed{\left(1 - \tanh^{2}(\tilde{c}_t)\right)}" in formula


def test_terms_that_come_in_are_framed():
    formula = museum.equation(known.find("h-path-without-carousel"))
    assert formula.count(r"\cancel") == formula.count(r"\boxed{W_{") == 3
    assert r"+ W_{oh}^\top\,\delta_{o,t+1}" in formula, "the output gate needs no carousel"


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_what_is_not_framed_is_the_right_formula(cell):
    """Each summand and slope of the derivation is there, struck out or not, and nothing else."""
    looked_at = 0
    for mistake, formula in of_terms(cell):
        for name, line in lines(cell, formula).items():
            rest = without(line.replace(r"\odot \boxed", r"\boxed"), "boxed", keep=False)
            parts = split(letters(without(rest, "cancel", keep=True)))
            (want,) = lines(cell, latex.results(cell, [name])).values()
            assert parts == split(letters(want)), f"{mistake.name}: {line}"
            looked_at += 1
    assert looked_at > 4


def lines(cell, formula):
    """Name of a signal -> what stands behind the = of its error term."""
    heads = {name: f"{Latex().delta(name)} &= " for name in cell.equations}
    starts = sorted((formula.find(h), n) for n, h in heads.items() if h in formula)
    ends = [start for start, _ in starts[1:]] + [len(formula)]
    return {n: formula[a + len(heads[n]) : b] for (a, n), b in zip(starts, ends, strict=True)}


def split(text):
    """Summands and factors, sorted, brackets around all of them left out."""
    depth, parts, part = 0, [], ""
    for letter in text.replace(r"\odot", "⊙").replace(r"\left", "").replace(r"\right", ""):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter in "+⊙()" and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += letter
    return sorted(p for p in (*parts, part) if p)


@pytest.mark.parametrize(
    "name", ["bias-mean", "not-transposed", "first-step-missing", "state-is-tanh-c"]
)
def test_a_mistake_elsewhere_has_no_such_formula(name):
    with pytest.raises(ValueError, match=f"mistake: {name} changes no error term"):
        museum.equation(known.find(name))
