"""The printed formulas, evaluated: one more witness, and mistakes of printing that it sees."""

import functools
import re

import kinds
import pytest
from test_kinds import problem

from lstm_ref.check import printed, summands, witnesses
from lstm_ref.check.formulas import FormulaError
from lstm_ref.derive.catalogue import CELLS
from lstm_ref.derive.typeset import latex

EVERY = {**CELLS, **kinds.KINDS}
MATRICES = [name for name, cell in EVERY.items() if 2 in map(cell.rank, cell.states)]
FORMS = {"text": latex.text, "latex": latex.document}
SIZES = {"H": 6, "D": 4, "G": 3, "P": 5, "Q": 7, "R": 2, "1": 1}


@functools.cache
def derived(cell, B=2, width=None):
    """(arguments of `printed.gradients`, what is derived); width: of all vectors."""
    sizes = {**SIZES, "B": B} if width is None else {**dict.fromkeys(SIZES, width), "1": 1, "B": B}
    params, x, states, errors = problem(cell, 3, sizes=sizes)
    errors["dstate_T"] = tuple(0 * error for error in errors["dstate_T"])
    values = summands.forward(cell, params, x, tuple(states.values()))
    _, want = summands.backward(summands.recipe(cell), values, errors)
    if not cell.given.inputs:
        want[cell.input] = want.pop("x")
    start = {name.removesuffix("_0"): array for name, array in states.items()}
    return (params, x, start, errors["dh"]), want


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EVERY)
def test_what_is_printed_is_what_is_derived(name, form):
    cell = EVERY[name]
    arguments, want = derived(cell)
    got = printed.gradients(cell, FORMS[form](cell), *arguments)
    assert got.keys() == want.keys()
    witnesses.compare(got, want, "the derivation", name, 1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", MATRICES)
def test_matrices_of_equal_sizes_too(name, form):
    """There a diag beside a number, where f 𝟏ᵀ is meant, is no error of shape."""
    cell = EVERY[name]
    arguments, want = derived(cell, 3, 3)
    got = printed.gradients(cell, FORMS[form](cell), *arguments)
    witnesses.compare(got, want, "the derivation", name, 1e-12)


@pytest.mark.parametrize("wrong", ["diag(k_{t+1})", "𝟏 v_{t+1}ᵀ", "k_{t+1} 𝟏ᵀ", "𝟏", "k_{t+1}"])
def test_what_is_no_column_scale_is_refused(wrong):
    cell = EVERY["LEAK"]
    parts = latex.text(cell, None)
    right = "δ_C,t+1 ⊙ (1 − g_a 𝟏 k_{t+1}ᵀ)"
    assert parts["Error terms"].count(right) == 1
    edited = right.replace("𝟏 k_{t+1}ᵀ", wrong)
    parts = {**parts, "Error terms": parts["Error terms"].replace(right, edited)}
    assert differs(cell, parts, *derived(cell))
    assert differs(cell, parts, *derived(cell, 3, 3))


# ---- mistakes of printing


LOST = {
    "text": [r"\(|\)", "ᵀ", r"−", r" ⊙", r" \+", r"\{t-1\}", r"t\+1", "²", r" − ", "𝟏", "/"],
    "latex": [r"\\left\(|\\right\)", r"\^\\top", "-", r"\\odot", r" \+", r"t-1", r"t\+1"],
}
LOST["latex"] += [r"\^\{2\}", r"\\frac", r"\\sum_t", r"\(|\)"]
INSTEAD = {"−": "+", "-": "+", " +": " −", "{t-1}": "t", "t-1": "t", "t+1": "t", "/": "⊙"}
INSTEAD |= {" − ": " + "}
PAIRS = {"(": (r"[()]", ")"), r"\left(": (r"\\left\(|\\right\)", r"\right)")}


def results_only(cell, form):
    """The page without the chain rule in between, so that every edit is one of what is read."""
    parts = dict(FORMS[form](cell, None))
    if form == "latex":
        return parts | {"Error terms": str(latex.results(cell, width=None))}
    rows = printed._text_lines(parts["Error terms"])
    return parts | {"Error terms": "\n".join(f"{left} = {right}" for left, right in rows)}


def edits(body, form):
    """(place, edited text): one thing lost or changed at a time, of brackets a pair."""
    for pattern in LOST[form]:
        for found in re.finditer(pattern, body):
            old = found[0]
            if old in PAIRS:
                end = partner(body, found.start(), *PAIRS[old])
                yield (
                    found.start(),
                    body[: found.start()] + body[found.end() : end[0]] + body[end[1] :],
                )
            elif old not in (")", r"\right)"):
                new = INSTEAD.get(old, "")
                yield found.start(), body[: found.start()] + new + body[found.end() :]


def partner(body, start, pattern, closing):
    """Where the bracket that closes the one at `start` begins and ends."""
    depth = 0
    for found in re.finditer(pattern, body[start:]):
        depth += -1 if found[0] == closing else 1
        if depth == 0:
            return start + found.start(), start + found.end()
    raise AssertionError(body[start:])


def differs(cell, parts, arguments, want):
    """Does the witness say that these formulas are not what is derived?"""
    try:
        got = printed.gradients(cell, parts, *arguments)
        witnesses.compare(got, want, "the derivation", cell.name, 1e-9)
    except (FormulaError, witnesses.GradientMismatch):
        return True
    return False


# Brackets that only help the eye: (aᵀ b) c below a line.
FREE = {("NORM", "text"): 2, ("NORM", "latex"): 2}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["LSTM", "GRU_AFTER", "BLOCK", "DECAYS", "LEAK", "NORM"])
def test_a_mistake_of_printing_is_seen(name, form):
    """A lost bracket, sign, ᵀ, lag or ⊙, at every place of the page."""
    cell = EVERY[name]
    arguments, want = derived(cell, B=1)
    parts = results_only(cell, form)
    assert not differs(cell, parts, arguments, want)
    tried, unseen = 0, []
    for heading, body in parts.items():
        for place, edited in edits(body, form):
            tried += 1
            if not differs(cell, {**parts, heading: edited}, arguments, want):
                unseen.append((heading, body[max(place - 25, 0) : place + 15]))
    assert tried > 40 and len(unseen) == FREE.get((name, form), 0), (tried, unseen)
