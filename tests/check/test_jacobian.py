"""The Jacobian of one step as it is printed, evaluated, against the complex step of that step."""

import kinds
import numpy as np
import pytest
from test_kinds import problem
from test_printed import EVERY, FORMS, SIZES

from lstm_ref.check import evaluate, printed, summands
from lstm_ref.check.formulas import FormulaError, Reader
from lstm_ref.derive.catalogue import CELLS
from lstm_ref.derive.typeset import latex

TEXTS = {"text": latex.jacobian_as_text, "latex": latex.jacobian}
PARTIAL = {"text": "∂{}/∂{}", "latex": "\\frac{{\\partial {}}}{{\\partial {}}}"}
READ = {"text": printed._text_lines, "latex": printed._latex_lines}
VECTORS = [name for name, cell in EVERY.items() if 2 not in map(cell.rank, cell.states)]


def given(cell):
    """(params, x, start, e) of one sample and one step."""
    params, x, states, errors = problem(cell, 1, sizes={**SIZES, "B": 1})
    return params, x, {n.removesuffix("_0"): v for n, v in states.items()}, errors["dh"]


def blocks(cell, form, text, arguments):
    """(signal, state) -> what the printed line comes to."""
    page = printed.Page(cell, FORMS[form](cell))
    params, x, start, e = arguments
    step = page.steps(params, *printed._sample(params, x, start, e, 0)[1:])
    names = {n: v for v, n in reversed(page.letters.items()) if n[0] == "signal"}
    pair = {}
    for a in cell.equations:
        for b in cell.states:
            left = PARTIAL[form].format(names["signal", a, 0], names["signal", b, -1])
            pair[left] = ("block", f"{a} {b}", 0)
    found = {}

    def values(kind, name, lag):
        if kind == "block":
            return found[tuple(name.split())]
        if kind == "unit":
            return np.eye(rows)
        return np.ones((SIZES["H"], 1)) if kind == "ones" else step.reading(1)(kind, name, lag)

    for left, right in READ[form](text):
        a, b = pair[left][1].split()
        rows = np.size(step.found["signal", a, 1])
        new = evaluate.value(Reader(right, {**page.letters, **pair}).tree, values)
        columns = np.size(start[b])
        if new == 0 if np.ndim(new) == 0 else False:
            new = np.zeros((rows, columns))
        if np.size(new) != rows * columns:
            raise FormulaError(f"{left} has shape {np.shape(new)}, expected {(rows, columns)}")
        found[a, b] = np.reshape(new, (rows, columns)) if rows > 1 or columns > 1 else new
    return {pair: np.reshape(block, np.shape(block) or (1, 1)) for pair, block in found.items()}


def by_complex_step(cell, arguments):
    """(state, state) -> the derivative, without a formula."""
    params, x, start, _ = arguments
    found = {}
    for b in cell.states:
        columns = []
        for k in range(start[b].size):
            moved = {n: v.astype(complex) for n, v in start.items()}
            moved[b].reshape(-1)[k] += 1e-30j
            inputs = x if cell.given.inputs else x[cell.input]
            steps = summands.run(cell, params, inputs, tuple(moved.values()))
            columns.append({a: np.imag(steps[a][1]).reshape(-1) / 1e-30 for a in cell.states})
        for a in cell.states:
            found[a, b] = np.stack([column[a] for column in columns], axis=1)
    return found


def differs(cell, form, text, arguments, want):
    """The name of a block that is not right, or None."""
    try:
        got = blocks(cell, form, text, arguments)
    except FormulaError as error:
        return str(error)
    return next(
        (pair for pair in want if not np.allclose(got[pair], want[pair], 1e-12, 1e-13)), None
    )


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("name", VECTORS)
def test_what_is_printed_is_the_jacobian(name, form):
    cell = EVERY[name]
    arguments = given(cell)
    want = by_complex_step(cell, arguments)
    assert differs(cell, form, TEXTS[form](cell), arguments, want) is None
    assert any(block.any() for block in want.values())


@pytest.mark.parametrize("form", TEXTS)
def test_a_lost_factor_is_seen(form):
    cell = CELLS["LSTM"]
    arguments = given(cell)
    want = by_complex_step(cell, arguments)
    text = TEXTS[form](cell, width=None)
    lost = {"text": (" W_ih", "²", "f_t ⊙ "), "latex": (r"\,W_{ih}", "^{2}", r"f_t \odot ")}
    for part in lost[form]:
        wrong = text.replace(part, "", 1)
        assert wrong != text and differs(cell, form, wrong, arguments, want), part
    later = text.replace("(c_{t-1}", "(c_t")
    assert later != text and differs(cell, form, later, arguments, want)


def test_a_matrix_as_state_has_none():
    with pytest.raises(ValueError, match="the state C of MEMORY is a matrix"):
        latex.jacobian(kinds.KINDS["MEMORY"])
