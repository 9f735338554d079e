"""Known mistakes in slopes: of the gates, of the candidate, of the tanh around c."""

from dataclasses import replace

from lstm_ref.optional import needs

with needs(__name__):
    import sympy

from lstm_ref.derive.expressions import at, sigma, tanh
from lstm_ref.derive.terms import ONE
from lstm_ref.derive.tree import net_name
from lstm_ref.mistakes import wording
from lstm_ref.mistakes.edits import alter, chain, inner, key, slopes
from lstm_ref.mistakes.known.registry import Change, Parts, mistake
from lstm_ref.mistakes.known.terms import COURSERA, DTU, LLSOURCELL


def _squashed(name, number, sentence, function, *sources):
    """A mistake in the factor 1 − tanh²(c) of δ_c: `function` takes its place."""

    @mistake(name, number, *sources)
    def made(p):
        if p.squash:
            slope = 1 - tanh(at("c")) ** 2
            edit = inner([key(p.squash)], lambda a: a.subs(slope, function(at("c"))))
            return Change(sentence, edit, "c")

    return made


_squashed("tanh-for-slope", "E6", "δ_c,t has tanh(c) where 1 − tanh²(c) belongs", tanh)
_squashed("slope-of-raw-c", "E7",
          "δ_c,t has 1 − c² where 1 − tanh²(c) belongs", lambda c: 1 - c**2)  # fmt: skip
_squashed("double-tanh", "E8",
          "δ_c,t has 1 − tanh²(tanh(c)), the derivative of tanh at its own value",
          lambda c: 1 - tanh(tanh(c)) ** 2, DTU)  # fmt: skip
_squashed("no-tanh-slope", "E9",
          "δ_c,t lacks the factor 1 − tanh²(c)", lambda c: ONE)  # fmt: skip


@mistake(
    "output-without-tanh",
    "E9",
    "the backward pass of nicodjimenez/lstm, right for h = o ⊙ c, copied to h = o ⊙ tanh(c)",
)
def output_without_tanh(p: Parts) -> Change | None:
    if p.squash and ("o", p.squash.by) in {(t.of, t.by) for t in p.right.terms.get("o", ())}:
        of_o = [key(t) for t in p.right.terms["o"] if t.by == p.squash.by]
        edit = chain(inner([key(p.squash)], lambda a: a.subs(1 - tanh(at("c")) ** 2, 1)),
                     inner(of_o, lambda a: a.subs(tanh(at("c")), at("c"))))  # fmt: skip
        return Change("the backward pass is that of h = o ⊙ c: both tanh are missing", edit, "c")


@mistake("slopes-at-activation", "E12", DTU, LLSOURCELL)
def slopes_at_activation(p: Parts) -> Change | None:
    """The slope of σ is computed from f as if f were the net input."""
    gates = [n for n, e in p.cell.equations.items() if e.activation is sigma]
    if gates:
        edit = slopes({n: lambda _, n=n: sigma(at(n)) * (1 - sigma(at(n))) for n in gates})
        return Change("slopes of σ are taken at the activation: σ(f)(1 − σ(f))", edit, gates[0])


@mistake("candidate-slope-at-activation", "E12", DTU, LLSOURCELL, COURSERA)
def candidate_slope(p: Parts) -> Change | None:
    name = next((n for n in ("c_tilde", "h_tilde") if n in p.cell.equations), p.cell.output)
    if p.cell.equations[name].activation == tanh:
        edit = slopes({name: lambda _: 1 - tanh(at(name)) ** 2})
        z = wording.letter(name)
        sentence = f"δ_{z},t has 1 − tanh²({z}), the slope at the activation, for 1 − {z}²"
        return Change(sentence, edit, name)


@mistake("forget-sigma-for-slope", "E11", DTU)
def sigma_for_slope(p: Parts) -> Change | None:
    if p.cell.equations.get("f") and p.cell.equations["f"].activation is sigma:
        edit = slopes({"f": lambda _: sigma(at("f"))})
        return Change("δ_f,t has σ(f) where the slope f(1 − f) belongs", edit, "f")


@mistake("output-tanh-slope", "E11", LLSOURCELL)
def output_tanh_slope(p: Parts) -> Change | None:
    if p.cell.equations.get("o") and p.cell.equations["o"].activation is sigma:
        edit = slopes({"o": lambda _: 1 - tanh(at("o")) ** 2})
        return Change("δ_o,t has tanh's slope, 1 − tanh²(o), where o(1 − o) belongs", edit, "o")


def _no_slope(name, signal):
    @mistake(name, "E11")
    def made(p):
        if p.cell.equations.get(signal) and p.cell.equations[signal].activation is sigma:
            text = wording.slope(p.cell, signal)
            edit = slopes({signal: lambda _: ONE})
            return Change(f"{wording.delta(signal)} lacks the slope {text}", edit, signal)

    return made


_no_slope("no-forget-slope", "f")
_no_slope("no-output-slope", "o")


@mistake("output-slope-at-activation", "E12")
def output_slope_at_activation(p: Parts) -> Change | None:
    if p.cell.equations.get("o") and p.cell.equations["o"].activation is sigma:
        o = at("o")
        edit = slopes({"o": lambda _: sigma(o) * (1 - sigma(o))})
        return Change("δ_o,t has the slope of σ at the activation, σ(o)(1 − σ(o))", edit, "o")


@mistake("h-path-without-slopes", "E11", LLSOURCELL)
def h_path_without_slopes(p: Parts) -> Change | None:
    """∂E/∂gate instead of δ_gate goes back through the recurrent matrices."""
    if p.recurrent and len(p.cell.equations) > 1:
        late = [t for t in p.recurrent if p.right.slopes[t.by] is not None]

        def change(term):
            return replace(term, inner=term.inner / p.right.slopes[term.by])

        sentence = "errors go back through the recurrent matrices without the slopes of the gates"
        return Change(sentence, alter(map(key, late), change), "h") if late else None


@mistake("slopes-with-bias-of-o", "E17", "ddbourgin/numpy-ml#42 (mended there)")
def slopes_with_bias_of_o(p: Parts) -> Change | None:
    """The backward pass computes the nets of f and i again, with the bias of o."""
    biases = {g: sympy.Symbol(f"b_{g}") for g in "fio"}
    if not {f"b_{g}" for g in "fio"} <= set(p.cell.vectors):
        return None
    if any(g not in p.cell.equations or not p.cell.equations[g].activation for g in "fi"):
        return None

    def wrong(gate):
        value = sigma(at(net_name(gate)) - biases[gate] + biases["o"])
        return value * (1 - value)

    edit = slopes({g: lambda _, g=g: wrong(g) for g in "fi"})
    return Change("the slopes of f and i are those of nets with the bias of o", edit, "f")
