"""The card: what stands on it is what is derived, in an order in which it can be computed."""

import re
from itertools import combinations

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("sympy")
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lstm_ref.book import card
from lstm_ref.check import printed, summands, witnesses
from lstm_ref.check.evaluate import value
from lstm_ref.check.formulas import FormulaError, Reader
from lstm_ref.derive.catalogue import CELLS, LSTM

COLOUR = re.compile(r"\\class\{gate-\w\}\{((?:[^{}]|\{[^{}]*\})*)\}")

pytestmark = pytest.mark.usefixtures("book_style")


def on_the_card(cell):
    """{heading of `latex.document`: block}, read from the Markdown of the page."""
    text = COLOUR.sub(r"\1", card.Card(cell)._repr_markdown_())
    assert r"\class" not in text
    blocks = re.findall(r"\*\*(.+?)\*\*.*?\n\n\$\$\n(.*?)\n\$\$", text, re.DOTALL)
    headings = {heading: name for name, (heading, _, _) in card.BLOCKS.items()}
    return {headings[heading]: block for heading, block in blocks if heading in headings}


def example(cell):
    tensors, errors = witnesses.problem(cell, np.random.default_rng(0), T=3, B=2, D=4, H=6)
    params = {name: tensors[name] for name in cell.SHAPES}
    x = {cell.input: tensors["x"]}
    states = {f"{name}_0": tensors[f"{name}_0"] for name in cell.STATES}
    errors["dstate_T"] = tuple(0 * error for error in errors["dstate_T"])
    values = summands.forward(cell, params, x, tuple(states.values()))
    deltas, want = summands.backward(summands.recipe(cell), values, errors)
    want[cell.input] = want.pop("x")
    start = {name.removesuffix("_0"): array for name, array in states.items()}
    return (params, x, start, errors["dh"]), want, values, deltas


@pytest.mark.parametrize("name", ["LSTM", "VANILLA", "CIFG", "GRU_AFTER"])
def test_the_card_says_what_is_derived(name):
    cell = CELLS[name]
    arguments, want, *_ = example(cell)
    got = printed.gradients(cell, on_the_card(cell), *arguments)
    assert got.keys() == want.keys()
    witnesses.compare(got, want, "the derivation", name, 1e-12)


@pytest.mark.parametrize(
    "old, new",
    [
        (r"\odot c_{t-1} \odot f_t", r"\odot c_t \odot f_t"),
        (r"W_{fh}^\top\,\delta_{f,t+1}", r"W_{fh}\,\delta_{f,t+1}"),
        (r" + \delta_{c,t+1} \odot f_{t+1}", ""),
        (r"\delta_{o,t}\,h_{t-1}^\top", r"\delta_{o,t}\,h_t^\top"),
    ],
)
def test_a_wrong_card_is_seen(old, new):
    arguments, want, *_ = example(LSTM)
    parts = on_the_card(LSTM)
    assert sum(block.count(old) for block in parts.values()) >= 1
    wrong = {name: block.replace(old, new, 1) for name, block in parts.items()}
    with pytest.raises((FormulaError, witnesses.GradientMismatch)):
        got = printed.gradients(LSTM, wrong, *arguments)
        witnesses.compare(got, want, "the derivation", "LSTM", 1e-12)


def test_the_order_is_one_that_can_be_computed():
    """And no other: δ_c below δ_f is read before it is known."""
    arguments, *_ = example(LSTM)
    parts = on_the_card(LSTM)
    start, *rows, end = parts["Error terms"].split("\n")
    rows = [row.removesuffix(" \\\\") for row in rows]
    at = next(k for k, row in enumerate(rows) if row.startswith(r"\delta_{c,t}"))
    rows.append(rows.pop(at))
    parts["Error terms"] = "\n".join([start, " \\\\\n".join(rows), end])
    with pytest.raises(FormulaError, match="before it is known"):
        printed.gradients(LSTM, parts, *arguments)


def test_all_gates_at_once_are_the_same_numbers():
    (params, x, start, e), want, values, deltas = example(LSTM)
    gates, names = "fico", ("f", "i", "c_tilde", "o")
    W = {f"W_{v}": np.vstack([params[f"W_{g}{v}"] for g in gates]) for v in "hx"}
    stacked = np.concatenate([deltas[name] for name in names], axis=1)  # (T, 4 H, B)
    letters = {"e_t": ("outside", "", 0), "[h_{t-1};\\,x_t]": ("signal", "joint", 0)}
    letters |= {name: ("parameter", name, 0) for name in W}
    letters |= {r"\delta_{t+1}": ("delta", "all", 1), r"\delta_t": ("delta", "all", 0)}
    right = {left: Reader(text, letters).tree for left, text in card.AT_ONCE}
    outer, bias = (right[left] for left in list(right)[1:3])
    assert outer[0] == bias[0] == "over time"
    T, H = len(e), e.shape[1]
    sums = {"W": np.zeros((4 * H, H + 4)), "b": np.zeros((4 * H, 1))}
    for k in range(e.shape[2]):
        for t in range(T):
            later = stacked[t + 1][:, [k]] if t + 1 < T else np.zeros((4 * H, 1))
            joint = np.concatenate([values["h"][t], values["x"][t + 1]])[:, [k]]
            known = {
                ("outside", "", 0): e[t][:, [k]],
                ("delta", "all", 0): stacked[t][:, [k]],
                ("delta", "all", 1): later,
                ("signal", "joint", 0): joint,
            } | {("parameter", name, 0): array for name, array in W.items()}

            def read(*what, known=known):
                return known[what]

            sums["W"] += value(outer[1], read)
            sums["b"] += value(bias[1], read)
            delta_h, *_, below = (
                value(tree, read) for tree in right.values() if tree[0] != outer[0]
            )
            np.testing.assert_allclose(delta_h, deltas["h"][t][:, [k]], atol=1e-12)
            np.testing.assert_allclose(below, want["x"][t][:, [k]], atol=1e-12)
    both = [np.vstack([want[f"W_{g}{v}"] for g in gates]) for v in "hx"]
    np.testing.assert_allclose(sums["W"], np.hstack(both), atol=1e-12)
    np.testing.assert_allclose(sums["b"], np.vstack([want[f"b_{g}"] for g in gates]), atol=1e-12)


def test_only_where_all_gates_read_the_same():
    tried = ("LSTM", "VANILLA", "GRU_BEFORE", "GRU_AFTER", "CIFG", "NP", "JANET")
    assert {n for n in tried if card.can_be_stacked(CELLS[n])} == {"LSTM", "NP"}
    assert "at once" not in card.Card(CELLS["VANILLA"])._repr_markdown_()


def test_everything_fits_on_the_sheet_and_nothing_is_covered():
    sheet = card.draw(LSTM, "the foot")
    canvas = FigureCanvasAgg(sheet)
    boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in sheet.texts]
    width, height = sheet.bbox.width, sheet.bbox.height
    assert len(boxes) > 60
    assert all(b.x0 > 0.04 * width and b.x1 < 0.96 * width and b.y0 > 0 for _, b in boxes)
    assert all(b.y1 < 0.97 * height for _, b in boxes)
    covered = [(s, t) for (s, a), (t, b) in combinations(boxes, 2) if a.padded(-1).overlaps(b)]
    assert not covered


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="cell: MOGRIFIER has more lines than fit on a sheet"):
        card.draw(CELLS["MOGRIFIER"])


def test_the_pdf_has_one_page_and_the_same_bytes(tmp_path):
    for name in ("a.pdf", "b.pdf"):
        card.write(LSTM, tmp_path / name, "foot")
        plt.close("all")
    data = (tmp_path / "a.pdf").read_bytes()
    assert data == (tmp_path / "b.pdf").read_bytes() and data.startswith(b"%PDF")
    assert data.count(b"/Type /Page ") == 1 and b"CreationDate" not in data
