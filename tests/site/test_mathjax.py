"""The site's MathJax reads the formulas of cells with odd names and numbers."""

import sympy
from kinds import KINDS
from test_site import Visit, pages

from lstm_ref.derive.declare.language import cell
from lstm_ref.derive.expressions import sigma, t, tanh
from lstm_ref.derive.letters import GREEK
from lstm_ref.derive.typeset import latex


@cell
def Odd(
    x, h, Alpha, lamda, Tau, chi, alpha_tilde, c1_tilde, gate_2_eta, c_tilde, f, *, W, beta, U1
):
    Alpha[t] = sigma(W.a_b_c @ h[t - 1] + W.eta_h @ x[t] + beta.f)
    lamda[t] = tanh(W.lamda_x @ x[t] + beta.c_tilde_h) ** 2
    Tau[t] = sympy.cos(U1.h @ (Alpha[t] * h[t - 1])) + sympy.pi * lamda[t] ** sympy.Rational(1, 3)
    chi[t] = 2 ** Tau[t] - 0.5 * Tau[t] / 3 + 1e-9 * beta.omega
    alpha_tilde[t] = tanh(W.x1 @ chi[t]) * (1 - alpha_tilde[t - 1])
    c1_tilde[t] = sympy.exp(1) * alpha_tilde[t] * sympy.GoldenRatio * (U1.eta_1 @ alpha_tilde[t])
    gate_2_eta[t] = sympy.log(1 + c1_tilde[t] ** 2) * 0.1 ** c1_tilde[t]
    c_tilde[t] = tanh(W.c_tilde_2 @ gate_2_eta[t])
    f[t] = sigma(W.f @ c_tilde[t]) ** -2
    h[t] = -f[t] * c_tilde[t] + h[t - 1] / 3


def greek(names):
    """A cell with these signals, one after the other."""
    lines = [f"def Greek(x, h, {', '.join(names)}, *, W, b):"]
    for name, before in zip(names, ["x", *names], strict=False):
        lines.append(f"    {name}[t] = {before}[t] * b.{name} + b.x_{name}")
    lines.append(f"    h[t] = W.h @ h[t - 1] + {names[-1]}[t]")
    space = {"t": t}
    exec("\n".join(lines), space)
    return cell(space["Greek"])


def test_odd_names_and_numbers_are_read(browser, server):
    letters = [n for n in GREEK if n not in ("lambda", "sigma", "delta", "Sigma")]
    letters = [n for n in letters if n not in ("lamda", "Lamda", "khi", "Khi")]  # look like others
    cells = [Odd, greek(letters), *KINDS.values()]
    blocks = [block for one in cells for block in latex.document(one).values()]
    blocks += [str(latex.equations(one)) for one in KINDS.values()]
    blocks += [str(latex.jacobian(one)) for one in (Odd, KINDS["LAYER_NORM"], KINDS["SOFTPLUS"])]
    blocks += [str(latex.equations(Odd, colour=True)), str(latex.error_terms(Odd, colour=True))]
    visit = Visit(browser, server)
    visit.open(f"{pages()[0]}.html")
    script = """async blocks => {
        await MathJax.startup.promise;
        const wrong = [];
        for (const block of [...blocks, 'W_{a_b_c}', '\\\\Alpha']) {
            const found = await MathJax.tex2chtmlPromise(block, {display: true});
            const error = found.querySelector('mjx-merror');
            const red = [...found.querySelectorAll('mjx-mtext')].filter(m => m.style.color);
            if (error || red.length) wrong.push(block);
        }
        return wrong;
    }"""
    wrong = visit.page.evaluate(script, [str(block) for block in blocks])
    visit.context.close()
    # The last two are mistakes on purpose: without them a test that sees no mistake would pass.
    assert wrong == ["W_{a_b_c}", "\\Alpha"]
