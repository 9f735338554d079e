"""The derived formulas against published ones, and as they are printed."""

import sympy

from lstm_ref.derive import terms
from lstm_ref.derive.catalogue import (
    BLOCK,
    CIFG,
    COUPLED,
    FGR,
    GRU_AFTER,
    GRU_BEFORE,
    LSTM,
    VANILLA,
)
from lstm_ref.derive.declare.language import cell as declare
from lstm_ref.derive.expressions import at, sigma, t, tanh
from lstm_ref.derive.typeset import latex
from lstm_ref.derive.typeset.alphabets import Latex, Text
from lstm_ref.derive.typeset.arrange import arrange


def error(name, steps=0):
    """The symbol of δ_name at step t + steps."""
    return sympy.IndexedBase(f"delta_{name}")[t + steps]


def transposed(W, vector):
    return sympy.Function("T")(sympy.Symbol(W), vector)


def derived(cell, name):
    """∂E/∂name_t in symbols, from the list of terms; the error from outside is not in it."""
    total = sympy.Integer(0)
    for term in terms.of(cell, name):
        move = {s: s.base[s.indices[0] + term.lag] for s in _indexed(term.inner, term.outer)}
        value = error(term.by, term.lag) * term.inner.xreplace(move)
        if term.via is not None:
            value = transposed(str(term.via), value) * term.outer.xreplace(move)
        total += value
    slope = terms.slope(cell, name) if name in cell.equations else None
    return total if slope is None else total * slope


def _indexed(*expressions):
    return set().union(*(e.atoms(sympy.Indexed) for e in expressions))


# Greff et al. 2017, section II-B, "Backpropagation Through Time", in our letters: their z, y, ȳ,
# p, R are c̃, h, net, w, W_·h. Entered by hand from general knowledge of the paper; the paper's
# text was not at hand. The structure agrees with the MATLAB code of SivanandAchanta/paper-codes
# that cites it.
GATES = dict(f="f", i="i", c="c_tilde", o="o")
NEXT = [transposed(f"W_{g}h", error(d, 1)) for g, d in GATES.items()]
f, i, c_tilde, o, c = (at(name) for name in ("f", "i", "c_tilde", "o", "c"))
w = {g: sympy.Symbol(f"w_{g}c") for g in "fio"}
GREFF = {
    "h": sum(NEXT),
    "o": error("h") * tanh(c) * o * (1 - o),
    "c": error("h") * o * (1 - tanh(c) ** 2)
    + w["o"] * error("o")
    + w["i"] * error("i", 1)
    + w["f"] * error("f", 1)
    + error("c", 1) * f.base[t + 1],
    "f": error("c") * at("c", 1) * f * (1 - f),
    "i": error("c") * c_tilde * i * (1 - i),
    "c_tilde": error("c") * i * (1 - c_tilde**2),
    "x": sum(transposed(f"W_{g}x", error(d)) for g, d in GATES.items()),
}


def test_the_error_terms_are_those_of_greff_et_al():
    for name, published in GREFF.items():
        assert sympy.expand(derived(VANILLA, name) - published) == 0, name


def test_a_changed_sign_or_step_would_be_seen():
    assert sympy.expand(derived(VANILLA, "f") - GREFF["f"].subs(at("c", 1), c)) != 0
    assert sympy.expand(derived(LSTM, "c") - GREFF["c"]) != 0  # no peepholes there


def test_the_weight_gradients_are_those_of_greff_et_al():
    """δ_g x_tᵀ, δ_g h_{t-1}ᵀ (they write δ_{t+1} y_tᵀ), δ_g, and for peepholes δ_g ⊙ c."""
    for g, signal in GATES.items():
        for name, v in ((f"W_{g}x", at("x")), (f"W_{g}h", at("h", 1))):
            assert terms.products(VANILLA, name) == [
                terms.Product(name, signal, sympy.Integer(1), v)
            ]
        (bias,) = terms.of(VANILLA, f"b_{g}")
        assert (bias.by, bias.inner, bias.via) == (signal, 1, None)
    for g, seen in (("f", at("c", 1)), ("i", at("c", 1)), ("o", c)):
        (peephole,) = terms.of(VANILLA, f"w_{g}c")
        assert (peephole.by, peephole.inner, peephole.via) == (g, seen, None)


def test_printed_as_on_the_page():
    def result(cell, name):
        return latex.results(cell, [name]).splitlines()[1:-1]

    carousel = r"\delta_{c,t+1} \odot f_{t+1}"
    assert result(LSTM, "c") == [
        r"\delta_{c,t} &= \delta_{h,t} \odot o_t \odot \left(1 - \tanh^{2}(c_t)\right) + "
        + carousel
    ]
    assert result(LSTM, "f") == [
        r"\delta_{f,t} &= \delta_{c,t} \odot c_{t-1} \odot f_t \odot \left(1 - f_t\right)"
    ]
    assert "w_{fc}" in "".join(result(VANILLA, "c"))
    assert r"\left(\tilde{c}_t - c_{t-1}\right) \odot i_t" in result(CIFG, "i")[0]
    assert (
        r"\left(W_{hh}^\top\,\delta_{\tilde{h},t}\right) \odot h_{t-1}"
        in result(GRU_BEFORE, "r")[0]
    )
    assert r"\left(W_{hh}\,h_{t-1} + b_{hh}\right) \odot r_t" in result(GRU_AFTER, "r")[0]
    assert r"R_{if}^\top\,\delta_{i,t+1}" in "".join(result(FGR, "f"))


def test_printed_as_text():
    parts = latex.text(LSTM)
    assert "f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)" in parts["Equations"]
    assert "= δ_c,t ⊙ ∂c_t/∂f_t ⊙ ∂f_t/∂net_f,t\n" in parts["Error terms"]
    assert "= δ_c,t ⊙ c_{t-1} ⊙ f_t ⊙ (1 − f_t)" in parts["Error terms"]
    assert "∂E/∂W_fx = Σ_t δ_f,t x_tᵀ" in parts["Weight gradients"]
    assert "∂E/∂c_0 = δ_c,1 ⊙ f_1" in parts["Error passed on"]


def plain(cell, heading):
    """Lines of plain text without spaces at both ends."""
    return [line.strip() for line in latex.text(cell)[heading].splitlines()]


def test_a_factor_belongs_to_the_whole_product():
    """Wᵀδ ⊙ f could be read as Wᵀ(δ ⊙ f)."""
    assert "= (Sᵀ (δ_h,t ⊙ tanh(c_t))) ⊙ o_t ⊙ (1 − o_t)" in plain(BLOCK, "Error terms")
    assert "= ((∂h_t/∂o_t)ᵀ δ_h,t) ⊙ ∂o_t/∂net_o,t" in plain(BLOCK, "Error terms")
    formula = latex.error_terms(BLOCK, ["o"])
    assert r"\left(S^\top\,\left(\delta_{h,t} \odot \tanh(c_t)\right)\right) \odot o_t" in formula

    @declare
    def Two(x, h, p, q, *, W):
        p[t] = tanh(W.px @ x[t] + W.ph @ h[t - 1])
        q[t] = tanh(W.qp @ p[t])
        h[t] = -q[t]

    lines = plain(Two, "Error terms")
    assert "= (W_qpᵀ δ_q,t) ⊙ (1 − p_t²)" in lines
    assert "= ((∂net_q,t/∂p_t)ᵀ δ_q,t) ⊙ ∂p_t/∂net_p,t" in lines
    assert "= −δ_h,t ⊙ (1 − q_t²)" in lines


def test_what_replaces_a_symbol_stands_where_it_stood():
    for cell in (CIFG, COUPLED):
        assert "c_t = (1 − i_t) ⊙ c_{t-1} + i_t ⊙ c̃_t" in plain(cell, "Equations")
    swap = LSTM.but("SWAP", o=LSTM["i"][t])
    assert "h_t = i_t ⊙ tanh(c_t)" in plain(swap, "Equations")
    mine = VANILLA.but("MINE", i=1 - VANILLA["f"][t])
    assert "c_t = f_t ⊙ c_{t-1} + (1 − f_t) ⊙ c̃_t" in plain(mine, "Equations")


def test_signs_and_numbers_come_first_in_what_is_derived():
    @declare
    def Mine(x, h, a, g, *, W, w, b):
        g[t] = sigma(W.gx @ x[t] - W.gh @ h[t - 1])
        a[t] = 3 * g[t] * h[t - 1] - sympy.pi * b.a
        h[t] = -2 * w.h * a[t] * g[t] + 2 * (W.hh @ (3 * a[t]))

    def lines(heading):
        return [line.split(" = ", 1)[1] for line in plain(Mine, heading)]

    assert lines("Equations")[1:] == [
        "3 g_t ⊙ h_{t-1} − π b_a",
        "−2 w_h ⊙ a_t ⊙ g_t + 2 W_hh (3 a_t)",  # as it was typed
    ]
    assert lines("Weight gradients") == [
        "Σ_t δ_g,t x_tᵀ",
        "−Σ_t δ_g,t h_{t-1}ᵀ",
        "Σ_t 2 δ_h,t (3 a_t)ᵀ",
        "−Σ_t π δ_a,t",
        "−Σ_t 2 δ_h,t ⊙ a_t ⊙ g_t",
    ]
    assert "= −2 δ_h,t ⊙ w_h ⊙ g_t + 6 W_hhᵀ δ_h,t" in plain(Mine, "Error terms")
    (back,) = [line for line in plain(Mine, "Error terms") if line.startswith("= (3 δ_a,t")]
    assert back == "= (3 δ_a,t ⊙ h_{t-1} − 2 δ_h,t ⊙ w_h ⊙ a_t) ⊙ g_t ⊙ (1 − g_t)"


def test_the_slope_of_a_cosine_has_its_sign_in_brackets():
    @declare
    def Mine(x, h, *, W):
        h[t] = sympy.cos(W.hx @ x[t] + W.hh @ h[t - 1])

    assert plain(Mine, "Error terms")[-1].endswith(") ⊙ (−sin(net_h,t))")


def test_numbers_in_all_alphabets():
    h, k, y = at("h"), at("k"), sympy.Symbol("y_h")
    numbers = {
        sympy.pi * h: (r"\pi\,h_t", "π h_t"),
        0.5 * h: (r"0.5\,h_t", "0.5 h_t"),
        1e-7 * h: (r"1 \cdot 10^{-7}\,h_t", "1e-07 h_t"),
        h / 3: (r"\frac{h_t}{3}", "h_t / 3"),
        h - sympy.Rational(1, 2): (r"h_t - \frac{1}{2}", "h_t − 1/2"),
        2**h: ("2^{h_t}", "2^(h_t)"),
        0.5**h: ("0.5^{h_t}", "0.5^(h_t)"),
        h**2: ("h_t^{2}", "h_t²"),
        h**-12: (r"\frac{1}{h_t^{12}}", "1 / h_t¹²"),
        h ** sympy.Rational(1, 3): (r"h_t^{\frac{1}{3}}", "h_t^(1/3)"),
        h + sympy.log(2): (r"\log(2) + h_t", "log(2) + h_t"),
        sympy.E + h: (r"\mathrm{e} + h_t", "e + h_t"),
        h / sympy.sqrt(k + 1): (r"\frac{h_t}{\sqrt{1 + k_t}}", "h_t / √(1 + k_t)"),
        2 * h / (3 * k * y): (r"\frac{2\,h_t}{3\,k_t \odot y_h}", "2 h_t / (3 k_t ⊙ y_h)"),
        -h / (k - 1): (r"-\frac{h_t}{k_t - 1}", "−h_t / (k_t − 1)"),
    }
    for expr, texts in numbers.items():
        found = arrange(expr, [h, k, y])
        assert (Latex().line(found), Text().line(found)) == texts


def test_names_become_what_mathjax_knows():
    """tests/site/test_mathjax.py lets MathJax read such names."""
    style = Latex()
    names = {
        "Alpha": r"\mathrm{A}_t",
        "Tau": r"\mathrm{T}_t",
        "lamda": r"\lambda_t",
        "lambda_": r"\lambda_t",
        "chi": r"\chi_t",
        "Omega": r"\Omega_t",
        "alpha_tilde": r"\tilde{\alpha}_t",
        "gate_tilde": r"\tilde{\mathrm{gate}}_t",
        "c1_tilde": r"\tilde{c}_{1,t}",
        "c_1_eta": r"c_{1,\eta,t}",
        "gate": r"\mathrm{gate}_t",
    }
    assert {name: style.signal(name) for name in names} == names
    parameters = {
        "W_fh": "W_{fh}",
        "b_f": "b_f",
        "W_a_b_c": "W_{a,b,c}",
        "W_eta_h": r"W_{\eta,h}",
        "W_c_tilde_h": r"W_{\tilde{c},h}",
        "beta_h": r"\beta_h",
        "W1_h": "W_{1,h}",
        "bias_f": r"\mathrm{bias}_f",
    }
    assert {name: style.parameter(name) for name in parameters} == parameters
    assert style.delta("c_tilde") == r"\delta_{\tilde{c},t}"


def test_latex_is_balanced_for_every_cell():
    from lstm_ref.derive.catalogue import CELLS

    for cell in CELLS.values():
        for block in latex.document(cell).values():
            assert block.count("{") == block.count("}")
            assert block.count(r"\bigl(") == block.count(r"\bigr)")
            for line in block.splitlines():
                assert line.count(r"\left(") == line.count(r"\right)"), line
                assert line.count("&=") + line.count(r"&\quad") == (
                    "begin" not in line and "end" not in line
                )
