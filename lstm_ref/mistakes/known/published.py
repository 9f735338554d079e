"""Whole backward passes of public sources that make several mistakes at once."""

from dataclasses import replace

from lstm_ref.derive.expressions import at, sigma, tanh
from lstm_ref.derive.terms import Term
from lstm_ref.mistakes import edits
from lstm_ref.mistakes.edits import alter, chain, drop, inner, key, slopes
from lstm_ref.mistakes.known.registry import Change, Parts, mistake
from lstm_ref.mistakes.known.terms import COURSERA, DTU, LLSOURCELL


def _plain_lstm(p):
    return p.plain and p.cell.name in ("LSTM", "NP")


def _at_value(name):
    """σ's slope taken at the activation instead of the net input."""
    return sigma(at(name)) * (1 - sigma(at(name)))


@mistake("published-gate-formulas", ("E8", "E11", "E12"), COURSERA)
def published_gate_formulas(p: Parts) -> Change | None:
    """Equations 8 to 10 of an exercise: a bracket is missing, so a summand lacks its slope.

    They print the candidate of the step before in the formula of f; no step has it at hand, so
    who follows them takes c_{t-1}.
    """
    squash = p.squash
    if squash is None or not _plain_lstm(p):
        return None
    i, c, ct, local = at("i"), at("c", 1), at("c_tilde"), squash.inner
    first = {"c_tilde": i, "i": ct, "f": c}
    second = {
        "c_tilde": i * ct * (1 - tanh(ct) ** 2),
        "i": ct * i * (1 - i),
        "f": c * at("f") * (1 - at("f")),
    }

    def made(name):
        # The error from later steps is δ_c less its own summand of this step.
        own = Term(name, squash.by, 0, local * (second[name] - first[name]))
        return [Term(name, "c", 0, first[name]), own]

    changes = [edits.terms(n, lambda _, n=n: made(n)) for n in first]
    changes.append(slopes({n: lambda _: None for n in first}))
    return Change("δ_f, δ_i and δ_c̃ by formulas with a bracket missing", chain(*changes), "f")


@mistake("no-slopes-on-the-way-back", ("E11", "E12"), LLSOURCELL)
def no_slopes_on_the_way_back(p: Parts) -> Change | None:
    """Slopes at the activations, tanh's for o; ∂E/∂gate goes back to h and x without any slope."""
    if not _plain_lstm(p):
        return None
    new = {g: _at_value(g) for g in "fi"}
    new |= {"c_tilde": 1 - tanh(at("c_tilde")) ** 2, "o": 1 - tanh(at("o")) ** 2}
    back = [t for n in ("h", "x") for t in p.right.terms[n]]
    edit = chain(
        slopes({n: lambda _, slope=slope: slope for n, slope in new.items()}),
        alter(map(key, back), lambda a: replace(a, inner=a.inner / new[a.by])),
    )
    sentence = "slopes are taken at the activations (of o as for tanh), and none on the way back"
    return Change(sentence, edit, "h")


@mistake("exercise-notebook", ("E3", "E8", "E11", "E12", "E13"), DTU)
def exercise_notebook(p: Parts) -> Change | None:
    """Wrong slopes, no error from later steps, and lists of c that are one step late."""
    if p.squash is None or not _plain_lstm(p):
        return None
    new = {"f": sigma(at("f")), "i": _at_value("i"), "o": _at_value("o")}
    new["c_tilde"] = 1 - tanh(at("c_tilde")) ** 2
    late = [t for s in ("h", "c") for t in p.right.terms[s] if t.lag]

    edit = chain(
        edits.late("c"),  # c[-1] is the last, in Python
        slopes({n: lambda _, slope=slope: slope for n, slope in new.items()}),
        inner([key(p.squash)], lambda a: a.subs(tanh(at("c")), tanh(tanh(at("c"))))),
        drop(map(key, late)),
    )
    sentence = "slopes at the activations, c_t−1 for c_t, and no error from later steps"
    return Change(sentence, edit, "c")
