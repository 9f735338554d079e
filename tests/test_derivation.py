"""The derived formulas against published ones, and as they are printed."""

import sympy

from lstm_ref.derive import bptt, latex
from lstm_ref.derive.catalogue import CIFG, FGR, GRU_AFTER, GRU_BEFORE, LSTM, VANILLA
from lstm_ref.derive.expressions import at, t


def error(name, steps=0):
    """The symbol of δ_name at step t + steps."""
    return sympy.IndexedBase(f"delta_{name}")[t + steps]


def transposed(W, vector):
    return sympy.Function("T")(sympy.Symbol(W), vector)


def derived(cell, name):
    """∂E/∂name_t in symbols, from the list of terms; the error from outside is not in it."""
    total = sympy.Integer(0)
    for term in bptt.terms(cell, name):
        move = {s: s.base[s.indices[0] + term.lag] for s in _indexed(term.inner, term.outer)}
        value = error(term.by, term.lag) * term.inner.xreplace(move)
        if term.via is not None:
            value = transposed(str(term.via), value) * term.outer.xreplace(move)
        total += value
    slope = bptt.slope(cell, name) if name in cell.equations else None
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
    "o": error("h") * sympy.tanh(c) * o * (1 - o),
    "c": error("h") * o * (1 - sympy.tanh(c) ** 2)
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
            assert bptt.products(VANILLA, name) == [bptt.Product(signal, sympy.Integer(1), v)]
        (bias,) = bptt.terms(VANILLA, f"b_{g}")
        assert (bias.by, bias.inner, bias.via) == (signal, 1, None)
    for g, seen in (("f", at("c", 1)), ("i", at("c", 1)), ("o", c)):
        (peephole,) = bptt.terms(VANILLA, f"w_{g}c")
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
