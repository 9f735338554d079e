"""Lines that are not too long, what formulas take for granted, and the appendix of a paper."""

import re
import shutil
import subprocess

import kinds
import pytest
import sympy

from lstm_ref import cell, exp, sigma, t, tanh
from lstm_ref.derive.catalogue import CELLS
from lstm_ref.derive.letters import GREEK
from lstm_ref.derive.typeset import appendix, jacobian, latex
from lstm_ref.derive.typeset.alphabets import Text
from lstm_ref.derive.typeset.pieces import width
from lstm_ref.derive.typeset.ranks import of_names


@cell
def TimeMixing(x, h, last, a, n, k, v, r, *, W, mu, w):
    """As RWKV-4: a product with a long fraction inside."""
    k[t] = W.k @ (mu.k * x[t] + (1 - mu.k) * last[t - 1])
    v[t] = W.v @ (mu.v * x[t] + (1 - mu.v) * last[t - 1])
    r[t] = sigma(W.r @ (mu.r * x[t] + (1 - mu.r) * last[t - 1]))
    last[t] = x[t]
    a[t] = exp(-exp(w.decay)) * a[t - 1] + exp(k[t]) * v[t]
    n[t] = exp(-exp(w.decay)) * n[t - 1] + exp(k[t])
    h[t] = W.o @ (
        r[t]
        * (exp(-exp(w.decay)) * a[t - 1] + exp(w.first + k[t]) * v[t])
        / (exp(-exp(w.decay)) * n[t - 1] + exp(w.first + k[t]))
    )


@cell
def Nested(x, h, u, *, W, w, b):
    """Roots, fractions and functions inside of each other."""
    u[t] = tanh(W.ux @ x[t] + sigma(W.uh @ (h[t - 1] * tanh(w.ten * h[t - 1] + b.inside) + b.u)))
    h[t] = (
        sympy.sqrt(u[t] ** 2 + (w.one * u[t] + w.two * h[t - 1] + w.three) ** 2 + 1)
        * ((u[t] + w.four * h[t - 1] + w.five) / (2 + sigma(u[t] * w.six + h[t - 1] * w.seven)))
        ** 3
        - exp((u[t] - h[t - 1]) ** 2 * w.eight * (1 + w.nine * u[t] ** 2)) / 3
    )


MINE = {"TimeMixing": TimeMixing, "Nested": Nested}
EVERY = {**CELLS, **kinds.KINDS, **MINE}


def printed(cell):
    """Every right side of every formula of a cell."""
    parts = [*latex.PARTS.values()]
    if all(cell.rank(state) < 2 for state in cell.states):
        parts.append(jacobian.lines)
    return [right for part in parts for line in part(cell) for right in line.rights]


@pytest.mark.parametrize("name", EVERY)
def test_no_line_is_too_long(name):
    one = EVERY[name]
    for printer in (latex.printer(one, width=30), Text(of_names(one), 40)):
        for right in printed(one):
            for row in printer.rows(right):
                assert width(row) - row[0].space <= printer.room, row
    for body in latex.text(one).values():
        assert all(len(line) <= 79 for line in body.replace("\u0303", "").splitlines())


def test_a_line_is_broken_at_the_least_deep_place():
    text = latex.text(TimeMixing)["Equations"]
    assert text.splitlines()[-2:] == [
        "h_t = W_o (r_t ⊙ (exp(−exp(w_decay)) ⊙ a_{t-1} + exp(w_first + k_t) ⊙ v_t)",
        "      / (exp(−exp(w_decay)) ⊙ n_{t-1} + exp(w_first + k_t)))",
    ]
    narrow = latex.equations(TimeMixing, width=20)
    assert r"w_{\mathrm{decay}}" in narrow and r"\frac" not in narrow
    assert r"\frac" in latex.equations(TimeMixing, width=60)
    for line in narrow.splitlines():  # no \left( without its \right) on the same line
        assert line.count(r"\left(") == line.count(r"\right)")
    assert narrow.count(r"\bigl(") == narrow.count(r"\bigr)") > 0


def test_an_equation_is_printed_as_it_was_typed():
    @cell
    def Mine(x, h, p, q, *, W, b):
        p[t] = tanh(W.x @ x[t])
        q[t] = p[t] * 2 / 3 - 0.1 * (b.q - 2 * h[t - 1])
        h[t] = p[t] - q[t] + 0.1 * (b.h - 2 * h[t - 1]) + 1 - p[t] / 3

    assert latex.text(Mine)["Equations"].splitlines()[1:] == [
        "q_t = p_t · 2 / 3 − 0.1 (b_q − 2 h_{t-1})",
        "h_t = p_t − q_t + 0.1 (b_h − 2 h_{t-1}) + 1 − p_t / 3",
    ]
    assert r"1 - \frac{p_t}{3}" in latex.equations(Mine)


def test_a_scaled_matrix_is_a_product_and_a_scale_beside_a_number_is_none():
    def errors(name):
        return latex.text(kinds.KINDS[name])["Error terms"]

    assert "δ_C,t+1 ⊙ (1 − g_a 𝟏 k_{t+1}ᵀ)\n" in errors("LEAK")
    assert "δ_C,t+1 ⊙ (1 − g_a v_{t+1} 𝟏ᵀ)\n" in errors("LEAK_ROWS")
    assert "δ_C,t+1 ⊙ (v_{t+1} k_{t+1}ᵀ − 1/2)\n" in errors("LEAK_EACH")
    assert " + g_a δ_C,t+1 diag(k_{t+1})\n" in errors("LEAK_ALONE")
    assert "= δ_h,t (c_t + q_t)ᵀ + diag(f_{t+1}) δ_C,t+1 diag(d_{t+1})\n" in errors("DECAYS")
    assert "((δ_C,t ⊙ C_{t-1}) diag(d_t) 𝟏) ⊙ f_t" in errors("DECAYS")
    assert " sum(δ_C,t ⊙ C_{t-1} ⊙ (1 + v_t 𝟏ᵀ)) 𝟏 / P" in errors("LEAK_MEAN").replace("\n", " ")


def test_ones_are_explained_where_they_occur():
    for name, said in {"LEAK": 1, "LEAK_ALONE": 1, "RELU": 0}.items():
        text = appendix.appendix(kinds.KINDS[name])
        assert text.count("is a vector of ones") == said == (r"\mathbf{1}" in text)


def test_relu_and_its_argument_jump_together():
    text = latex.text(kinds.KINDS["RELU_INSIDE"])["Error terms"]
    assert "step(u_t)" in text and "step(relu" not in text


@pytest.mark.parametrize("name", ["RELU", "ABS", "MAX", "CONSTANT", "FIXED", "LSTM"])
def test_what_is_taken_for_granted_is_said(name):
    said = {
        "RELU": ("The derivative of relu is step", r"\operatorname{relu}'(0) &= 0"),
        "ABS": ("The derivative of abs is sign", r"\operatorname{abs}'(0) &= 0"),
        "MAX": ("arguments of max are equal", r"\frac{1}{2} \text{ where } u = v"),
        "CONSTANT": ("Numbers with a name: dt = 0.1.", r"\mathrm{dt} &= 0.1"),
        "FIXED": ("Given, not learned: A_u, A_v.", r"A_u &\quad \text{is given}"),
    }
    one = EVERY[name]
    if name == "LSTM":
        assert latex.CONVENTIONS not in latex.text(one) and latex.CONVENTIONS not in latex.document(
            one
        )
        return
    sentence, row = said[name]
    assert sentence in latex.text(one)[latex.CONVENTIONS]
    assert row in latex.document(one)[latex.CONVENTIONS] and row in latex.equations(one)
    assert sentence.split(":")[0] in appendix.appendix(one)


# ---- the appendix


def whole(width=30):
    """One document with the appendix of every cell."""
    parts = [r"\documentclass[twocolumn]{article}", r"\usepackage{amsmath}", r"\begin{document}"]
    for name, one in EVERY.items():
        with_jacobian = all(one.rank(state) < 2 for state in one.states)
        parts.append(rf"\section{{{name.replace('_', ' ')}}}")
        parts.append(appendix.appendix(one, width, with_jacobian))
    return "\n\n".join([*parts, r"\end{document}"])


def compiled(tmp_path, source):
    (tmp_path / "all.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
def test_the_appendix_of_every_cell_compiles_as_it_stands(tmp_path):
    run = compiled(tmp_path, whole())
    log = run.stdout.decode("utf-8", "replace")
    assert run.returncode == 0, log[-2000:]
    too_wide = [float(points) for points in re.findall(r"hbox \((.*?)pt too wide", log)]
    assert max(too_wide, default=0) < 30, "a column of a paper is wider than that"
    wrong = whole().replace(r"\odot", r"\unknown", 1)
    assert compiled(tmp_path, wrong).returncode != 0


def test_the_appendix_needs_amsmath_alone():
    """Every command in it is one of TeX, LaTeX or amsmath; braces and environments are balanced."""
    known = """documentclass usepackage begin end section paragraph allowdisplaybreaks frac partial
    left right bigl bigr odot cdot top sum delta mathrm mathbf operatorname sigma tanh exp log max
    min sqrt tilde quad lvert rvert lVert rVert arctan text sin cos""".split()
    greek = {letter[1:] for letter in GREEK.values()}
    source = whole()
    assert set(re.findall(r"\\([A-Za-z]+)", source)) <= {*known, *greek}
    assert source.count("{") == source.count("}")
    assert source.count(r"\begin{align*}") == source.count(r"\end{align*}") > 3 * len(EVERY)
