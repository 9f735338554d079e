"""Pictures of what a net does at the words of a sentence: what a reader would read off them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("matplotlib")
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb

from lstm_ref.book import style, words

SENTENCE = "the queen sees a man and she smiles .".split()
NAMES = ("f", "i", "c_tilde", "c", "o", "h")


pytestmark = pytest.mark.usefixtures("book_style")


def tracks(seed=0, T=9):
    rng = np.random.default_rng(seed)
    gates = {name: rng.random(T) for name in ("f", "i", "o")}
    signed = {name: rng.uniform(-1, 1, T) for name in ("c_tilde", "h")}
    return {name: ({"c": rng.uniform(-3, 3, T)} | gates | signed)[name] for name in NAMES}


def bars(ax):
    """Containers of the drawn bars, one for each track, the pale grounds left out."""
    return ax.containers[1::2]


# ---- gates over a sentence that is read downwards


def test_a_bar_is_as_long_as_its_value():
    values = tracks()
    ax = words.gate_rows(plt.subplots(figsize=(4.8, 3))[1], SENTENCE, values)
    assert len(bars(ax)) == len(NAMES)
    for column, (name, drawn) in enumerate(zip(NAMES, bars(ax), strict=True)):
        signed = name in words.SIGNED
        full = np.abs(values["c"]).max() if name == "c" else 1
        widths = np.array([bar.get_width() for bar in drawn]) / (0.42 if signed else 0.84)
        np.testing.assert_allclose(widths * full, values[name], atol=1e-12)
        starts = {round(bar.get_x(), 9) for bar in drawn}
        # a bar to the left is given by its start and a negative width
        assert starts == {round(column if signed else column - 0.42, 9)}
        assert [round(bar.get_y() + bar.get_height() / 2) for bar in drawn] == list(range(9))


def test_bars_stay_in_their_column():
    values = tracks() | {"f": np.ones(9), "h": -np.ones(9), "c_tilde": np.ones(9)}
    ax = words.gate_rows(plt.subplots()[1], SENTENCE, values)
    for column, drawn in enumerate(bars(ax)):
        for bar in drawn:
            ends = bar.get_x(), bar.get_x() + bar.get_width()
            assert column - 0.43 < min(ends) and max(ends) < column + 0.43


def test_the_largest_cell_state_stands_at_its_head():
    values = tracks() | {"c": np.linspace(-2.5, 1, 9)}
    ax = words.gate_rows(plt.subplots()[1], SENTENCE, values)
    assert [t.get_text() for t in ax.texts if "±" in t.get_text()] == ["$c$\n±2.5"]
    small = words.gate_rows(plt.subplots()[1], SENTENCE, {"c": np.full(9, 0.1)})
    assert small.texts[0].get_text() == "$c$\n±1.0"  # small states look small


def test_the_sentence_reads_downwards_and_marks_are_bold():
    ax = words.gate_rows(plt.subplots()[1], SENTENCE, tracks(), marks=(1, 6))
    labels = ax.get_yticklabels()
    assert [label.get_text() for label in labels] == SENTENCE
    bold = [label.get_text() for label in labels if label.get_fontweight() == "bold"]
    assert bold == ["queen", "she"]
    bottom, top = ax.get_ylim()
    assert bottom > top, "the first word stands on top"


def test_gates_are_told_apart_without_colour():
    ax = words.gate_rows(plt.subplots()[1], SENTENCE, tracks())
    hatches = [drawn[0].get_hatch() for drawn in bars(ax)]
    assert len(set(hatches[:3] + hatches[4:5])) == 4 and hatches[3] == hatches[5] == ""
    heads = [t.get_text().split("\n")[0] for t in ax.texts]
    assert heads == [{**style.GATES, **style.STATES}[name]["label"] for name in NAMES]
    for name, drawn in zip(NAMES, bars(ax), strict=True):
        color = {**style.GATES, **style.STATES}[name]["color"]
        assert drawn[0].get_edgecolor()[:3] == to_rgb(color)


def test_all_texts_are_inside_and_apart():
    two = (SENTENCE * 3)[:24]
    fig, ax = plt.subplots(figsize=(4.8, 6.2))
    words.gate_rows(ax, two, tracks(T=24), marks=(1,))
    fig.canvas.draw()
    renderer = fig.canvas.get_renderer()
    heads = [t.get_window_extent(renderer) for t in ax.texts]
    lines = [t.get_window_extent(renderer) for t in ax.get_yticklabels()]
    assert all(a.x1 < b.x0 for a, b in pairwise(heads))
    assert all(a.y0 > b.y1 for a, b in pairwise(lines))
    for box in heads + lines:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= fig.bbox.x1 and box.y1 <= fig.bbox.y1


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"z": np.zeros(9)}, "name: expected one of f, i, c_tilde, o, c, h, x, got 'z'"),
        ({"f": np.zeros(8)}, r"f: expected shape \(9,\), got \(8,\)"),
        ({"f": np.full(9, 1.5)}, "f: expected values from 0 to 1, got 1.5 to 1.5"),
        ({"f": np.linspace(0, 1.5, 9)}, "f: expected values from 0 to 1, got 0 to 1.5"),
        ({"o": np.full(9, -0.1)}, "o: expected values from 0 to 1"),
        ({"h": np.full(9, np.nan)}, "h: expected finite values"),
        ({"c": np.full(9, np.inf)}, "c: expected finite values"),
    ],
)
def test_bad_tracks_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        words.gate_rows(plt.subplots()[1], SENTENCE, changes)


# ---- lines over the words


def test_thin_lines_and_their_median():
    runs = np.random.default_rng(1).normal(size=(5, 9))
    ax = words.traces(plt.subplots()[1], SENTENCE, {"one": runs, "two": runs[:2] + 1})
    lines = ax.get_lines()
    assert len(lines) == 5 + 1 + 2 + 1
    np.testing.assert_array_equal([line.get_ydata() for line in lines[:5]], runs)
    np.testing.assert_array_equal(lines[5].get_ydata(), np.median(runs, axis=0))
    assert lines[5].get_linewidth() > 2 * lines[0].get_linewidth()
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["one", "two"]


def test_groups_are_told_apart_without_colour():
    groups = {name: np.zeros((2, 9)) for name in ("a", "b", "c", "d")}
    ax = words.traces(plt.subplots()[1], SENTENCE, groups)
    medians = ax.get_lines()[2::3]
    assert len({(line.get_linestyle(), line.get_marker()) for line in medians}) == 4
    for thin, median in zip(ax.get_lines()[::3], medians, strict=True):
        assert thin.get_linestyle() == median.get_linestyle()


def test_a_gate_keeps_its_look():
    ax = words.traces(
        plt.subplots()[1], SENTENCE, {"f": np.zeros((1, 9)), "other": np.ones((1, 9))}
    )
    median = ax.get_lines()[1]
    assert median.get_color() == style.GATES["f"]["color"] and median.get_marker() == "o"
    assert ax.get_legend().get_texts()[0].get_text() == "$f$"


def test_marked_words_are_bold_and_have_a_line():
    ax = words.traces(plt.subplots()[1], SENTENCE, {"one": np.zeros(9)}, marks=(6,))
    assert ax.get_legend() is None
    labels = ax.get_xticklabels()
    assert [label.get_text() for label in labels] == SENTENCE
    assert [k for k, label in enumerate(labels) if label.get_fontweight() == "bold"] == [6]
    assert list(ax.get_lines()[-1].get_xdata()) == [6, 6]


def test_lines_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"one: expected shape \(n, 9\), got \(2, 8\)"):
        words.traces(plt.subplots()[1], SENTENCE, {"one": np.zeros((2, 8))})


# ---- units


@settings(max_examples=15, deadline=None)
@given(n=st.integers(1, 8), H=st.integers(2, 20), seed=st.integers(0, 99))
def test_the_area_of_a_dot_is_its_value(n, H, seed):
    values = np.random.default_rng(seed).random((n, H))
    ax = words.unit_dots(plt.subplots()[1], values)
    dots, rings = ax.collections
    sizes = dots.get_sizes().reshape(n, H)
    np.testing.assert_allclose(sizes / rings.get_sizes().max(), values)
    where = np.asarray(dots.get_offsets()).reshape(n, H, 2)
    assert (where[..., 0] == np.arange(H)).all() and (where[..., 1].T == np.arange(n)).all()
    ringed = np.asarray(rings.get_offsets())
    np.testing.assert_array_equal(ringed, np.stack([values.argmax(axis=1), np.arange(n)], axis=1))
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "the first net stands on top"
    plt.close("all")


def test_nets_may_have_names():
    ax = words.unit_dots(plt.subplots()[1], np.eye(2), nets=("RNN", "LSTM"))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["RNN", "LSTM"]


@pytest.mark.parametrize(
    "values, nets, message",
    [
        (np.full((2, 3), 1.1), None, "values: expected .* from 0 to 1"),
        (np.full((2, 3), np.nan), None, "values: expected"),
        (np.zeros(3), None, r"values: expected .*, got shape \(3,\)"),
        (np.zeros((0, 3)), None, "values: expected"),
        (np.zeros((2, 3)), ["a"], "nets: expected 2 names, got 1"),
    ],
)
def test_bad_units_are_named(values, nets, message):
    with pytest.raises(ValueError, match=message):
        words.unit_dots(plt.subplots()[1], values, nets)


def test_the_pictures_have_the_same_bytes_twice(tmp_path):
    def drawn(path):
        fig, axes = plt.subplots(3, 1, figsize=(4.8, 9))
        words.gate_rows(axes[0], SENTENCE, tracks(), marks=(1,))
        words.traces(axes[1], SENTENCE, {"f": np.ones((2, 9)), "i": np.zeros((2, 9))})
        words.unit_dots(axes[2], np.eye(3))
        fig.savefig(path, format="svg", metadata=style.METADATA)
        return path.read_bytes()

    assert drawn(tmp_path / "1.svg") == drawn(tmp_path / "2.svg")
