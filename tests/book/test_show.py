"""The figures: the same bytes every time, gates told apart, no text lost or covered."""

import ast
import inspect
import io
import subprocess
import sys
import textwrap
from itertools import combinations, pairwise

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch

from lstm_ref.book import plots, style
from lstm_ref.book.drawings import (
    backward_diagram,
    diagrams,
    layout_diagram,
    matrix_diagram,
    shapes,
    vector_tests,
)
from lstm_ref.book.source import source, without_docstring
from lstm_ref.cells import lstm
from lstm_ref.cells.activations import sigmoid

SENTENCE = "she said he left the house at noon .".split()


def _gate(ax):
    return diagrams.gate(ax, np.array([1.0, 0.5, 0.02]), np.array([0.8, -0.6, 0.9]))


def _literature(ax):
    return diagrams.rnn_unrolled(ax, letters=("U", "W", "V"), state="s", y="o")


def _way_back(ax):
    numbers = np.array([[0.762, 0], [0, 0.642], [0.566, 0]])
    return diagrams.way_back(ax, numbers, -numbers, [0.42, 0.59, 0.68])


def _strips(ax):
    numbers = np.linspace(-1, 1, 10)
    return diagrams.strips(ax, {"digit": numbers > 0}, {"unit 1": numbers, "read-out": -numbers})


def _arcs(ax):
    near, far = "The clouds are in the sky", "I grew up in France … I speak fluent French"
    return diagrams.arcs(ax, [(near, "clouds", "sky"), (far, "France", "French")])


def _layouts(ax):
    one = ("this book", "f i c o", "W x", 1), ("ONNX", "iofc", "W x", 2)
    other = ("Keras 3", "ifco", "x W", 1), ("TensorFlow 1", "icfo", "x W", 1)
    return layout_diagram.layouts(ax, [[*one, *one], [*other, *other]])


def _product(ax):
    Delta, X = np.ones((40, 8)), np.ones((9, 8))
    return matrix_diagram.product(ax, Delta @ X.T, Delta, X, B=2)


def _weights(ax):
    return vector_tests.weights(
        ax, {name: np.ones((12, 2)) for name in ("ONNX", "WebNN", "golden")}
    )


def _passing(ax):
    kinds = {"another order of the peepholes": list("abcde"), "R transposed": ["R"]}
    none = {kind: [] for kind in kinds}
    return vector_tests.passing(ax, kinds, {"ONNX": kinds, "golden": none})


# name: (drawing, the size in inches it is made for)
DRAWINGS = {
    "cell": (diagrams.cell, (4.8, 3.9)),
    "cell unnamed": (lambda ax: diagrams.cell(ax, labels=False), (4.8, 3.9)),
    **{
        f"cell {part}": (lambda ax, part=part: diagrams.cell(ax, part), (4.8, 3.9))
        for part in (*style.GATES, "c", ("f", "c"), ("i", "c_tilde"), ())
    },
    "lstm_unrolled": (diagrams.lstm_unrolled, (4.8, 2.2)),
    "rnn_unrolled": (diagrams.rnn_unrolled, (4.8, 2.8)),
    "rnn_unrolled 4": (lambda ax: diagrams.rnn_unrolled(ax, T=4), (4.8, 2.8)),
    "rnn_unrolled U V W": (_literature, (4.8, 2.8)),
    "window": (lambda ax: diagrams.window(ax, [("1101", "1010"), ("0101", "0010")], 3), (4.8, 2.6)),
    "one_step": (diagrams.one_step, (4.8, 2.9)),
    "way_back": (_way_back, (4.8, 3.0)),
    "strips": (_strips, (4.8, 2.0)),
    "arcs": (_arcs, (4.8, 1.8)),
    "gate": (_gate, (4.8, 2.0)),
    "valves": (diagrams.valves, (4.8, 2.4)),
    "concat": (lambda ax: diagrams.concat(ax, D=2, H=3), (4.8, 2.9)),
    "concat 3 4": (lambda ax: diagrams.concat(ax, D=3, H=4), (4.8, 2.9)),
    "paths": (backward_diagram.paths, (4.8, 3.1)),
    "paths back": (lambda ax: backward_diagram.paths(ax, back=True), (4.8, 3.1)),
    "paths direct": (lambda ax: backward_diagram.paths(ax, "direct", back=True), (4.8, 3.1)),
    "block": (diagrams.block, (4.8, 3.1)),
    "block 2": (lambda ax: diagrams.block(ax, cells=2), (4.8, 2.4)),
    "layouts": (_layouts, (4.8, 2.7)),
    "product": (_product, (4.8, 3.5)),
    "weights of tests": (_weights, (4.8, 2.1)),
    "passing": (_passing, (4.8, 2.0)),
}


pytestmark = pytest.mark.usefixtures("book_style")


def drawn(name):
    drawing, size = DRAWINGS[name]
    fig, ax = plt.subplots(figsize=size)
    assert drawing(ax) is ax
    fig.canvas.draw()
    return fig


def text_boxes(fig):
    """[(text, box in pixels, whether it stands free on the page)] of all visible text."""
    renderer = fig.canvas.get_renderer()
    texts = [text for ax in fig.axes for text in ax.texts]
    for ax in fig.axes:
        if ax.axison:
            texts += [*ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label]
    return [
        (t.get_text(), t.get_window_extent(renderer), t.get_zorder() == 6)
        for t in texts
        if t.get_text()
    ]


def strokes(fig):
    """Points along every line and arrow, in pixels."""
    ax = fig.axes[0]
    lines = [line.get_xydata() for line in ax.lines]
    patches = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
    for patch in patches:  # a shaft and a head: two polygons, nothing between them
        lines += patch.get_path().to_polygons(closed_only=False)
    for points in lines:
        for start, end in pairwise(ax.transData.transform(points)):
            yield from np.linspace(start, end, 60)


def faults(fig):
    """What a reader could not read: text outside the drawing, on other text, or on a line."""
    boxes = text_boxes(fig)
    # Not the figure: the layout would shrink a drawing until a stray word fits into the figure.
    page = fig.axes[0].bbox.padded(1)
    for text, box, _ in boxes:
        inside = page.x0 <= box.x0 and page.y0 <= box.y0 and box.x1 <= page.x1 and box.y1 <= page.y1
        if not inside:
            yield f"{text!r} leaves the drawing"
    for (text, box, _), (other, second, _) in combinations(boxes, 2):
        if box.overlaps(second):
            yield f"{text!r} lies on {other!r}"
    points = np.array([*strokes(fig)]) if fig.axes else np.empty((0, 2))
    for text, box, free in boxes:
        if free and len(points) and box.count_contains(points):
            yield f"{text!r} lies on a line"


@pytest.mark.parametrize("name", DRAWINGS)
def test_all_text_of_a_drawing_can_be_read(name):
    assert [*faults(drawn(name))] == []


@pytest.mark.parametrize(
    ("x", "y", "text", "fault"),
    [
        (7.9, 5.0, "a word too far right", "leaves the drawing"),
        (2.2, 2.7, "f", "lies on"),
        (3.1, 4.8, "on the belt", "lies on a line"),
    ],
)
def test_the_check_for_readable_text_can_fail(x, y, text, fault):
    fig = drawn("cell")
    fig.axes[0].text(x, y, text, zorder=6)
    assert any(text in found and fault in found for found in faults(fig))


@pytest.mark.parametrize("name", DRAWINGS)
def test_text_is_large_enough_for_a_phone(name):
    assert min(text.get_fontsize() for text in drawn(name).axes[0].texts) >= 9


def test_tracks_can_be_read():
    values = np.linspace(-1, 1, len(SENTENCE))
    tracks = {name: values for name in (*style.GATES, "c", "h")}
    fig, axes = plt.subplots(6, 1, figsize=(4.8, 3.8))
    plots.gate_tracks(axes, SENTENCE, tracks)
    fig.canvas.draw()
    boxes = text_boxes(fig)
    # Slanted words have wide bounding boxes that overlap though the letters do not.
    flat = [(text, box) for text, box, _ in boxes if text not in SENTENCE]
    assert len(flat) == 6 * (len(SENTENCE) + 1)
    assert not [1 for (_, a), (_, b) in combinations(flat, 2) if a.overlaps(b)]
    assert all(fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1 for _, box, _ in boxes)
    assert all(fig.bbox.y0 <= box.y0 and box.y1 <= fig.bbox.y1 for _, box, _ in boxes)
    assert not {"-0.0", "+0", "−0", "1.0"} & {text for text, _ in flat}


def test_twelve_words_fit_and_signs_are_seen():
    values = np.array([-1, 1, 0, -0.8, 0.8, -0.9, 0.9, 0.75, -0.75, 0.04, -0.04, 1])
    fig, axes = plt.subplots(2, 1, figsize=(4.8, 1.5))
    plots.gate_tracks(axes, ["w"] * 12, {"f": abs(values), "c": values})
    fig.canvas.draw()
    boxes = [(text, box) for text, box, _ in text_boxes(fig)]
    assert not [1 for (_, a), (_, b) in combinations(boxes, 2) if a.overlaps(b)]
    texts = [text.get_text() for text in axes[1].texts]
    assert texts == "−1 +1 0 −0.8 +0.8 −0.9 +0.9 +0.8 −0.8 0 0 +1".split()
    fills = [bar.get_facecolor() for bar in axes[1].patches]
    assert fills[0] != fills[1] and fills[0][2] < 0.5 < fills[1][2], "minus is yellow, plus blue"
    gates = [bar.get_facecolor() for bar in axes[0].patches]
    assert gates[0] == gates[1]


def test_tracks_may_stand_without_words():
    fig, axes = plt.subplots(2, 1)
    plots.gate_tracks(axes, [], {"f": [0.1, 0.2, 0.3], "c": [1, 2, 3]})
    assert [text for text, *_ in text_boxes(fig)].count("0.3") == 1


def svg(name):
    file = io.BytesIO()
    fig = drawn(name)
    fig.savefig(file, format="svg", metadata=style.METADATA)
    plt.close(fig)
    return file.getvalue()


@pytest.mark.parametrize("name", DRAWINGS)
def test_svg_has_the_same_bytes_twice(name):
    first = svg(name)
    assert first == svg(name)
    assert b"<text" not in first  # letters are paths: no font of the reader's machine


def test_svg_without_the_style_has_other_bytes():
    first = svg("block")
    matplotlib.rcParams["svg.hashsalt"] = None
    assert first != svg("block")


def test_gates_are_declared_in_the_order_of_the_book():
    assert list(style.GATES) == ["f", "i", "c_tilde", "o"]


@pytest.mark.parametrize("group", [style.GATES, style.STATES, style.MODELS])
def test_curves_are_told_apart_without_colour(group):
    for key in ("linestyle", "marker", "color"):
        values = [entry[key] for entry in group.values()]
        assert len(set(values)) == len(values), key
    hatches = [entry["hatch"] for entry in style.GATES.values()]
    assert len(set(hatches)) == 4


def test_every_colour_has_contrast_on_white():
    colors = {e["color"] for g in (style.GATES, style.STATES, style.MODELS) for e in g.values()}
    for color in colors:
        linear = [
            v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
            for v in matplotlib.colors.to_rgb(color)
        ]
        contrast = 1.05 / (np.dot(linear, [0.2126, 0.7152, 0.0722]) + 0.05)
        assert contrast >= 3, color  # WCAG 2 for graphics


def test_a_gate_colour_means_a_gate():
    gates = {entry["color"] for entry in style.GATES.values()}
    others = {e["color"] for g in (style.STATES, style.MODELS) for e in g.values()}
    assert not gates & (others | {entry["color"] for entry in plots.OTHERS})


def test_a_tint_is_a_share_of_the_colour_on_white():
    assert shapes.tint("black", 0.25) == (0.75, 0.75, 0.75)
    assert shapes.tint("red", 0.4) == (1, 0.6, 0.6)
    assert shapes.tint("#336699", 1) == pytest.approx((0.2, 0.4, 0.6))
    assert shapes.tint("#336699", 0) == (1, 1, 1)


def test_curves_show_median_and_spread():
    _, ax = plt.subplots()
    runs = np.array([[0.0, 0], [1, 5], [8, 3]])  # of three runs, so that the mean is another
    assert plots.curves(ax, np.arange(2), {"LSTM": runs, "mine": runs + 1}) is ax
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1, 3])
    assert ax.lines[0].get_color() == style.MODELS["LSTM"]["color"]
    band = ax.collections[0].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == (0, 8)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["LSTM", "mine"]


@pytest.mark.parametrize(
    "labels", [("LSTM", "mine"), ("mine", "GRU", "RNN", "LSTM"), ("a", "b", "c", "d"), ("f", "a")]
)
def test_no_two_curves_of_a_figure_look_alike(labels):
    _, ax = plt.subplots()
    plots.curves(ax, np.arange(2), {label: np.ones((3, 2)) for label in labels})
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in ax.lines}
    assert len(looks) == len({line.get_color() for line in ax.lines}) == len(labels)


def test_lag_is_logarithmic():
    _, ax = plt.subplots()
    lags = np.arange(1, 40)
    plots.lag(ax, lags, {"0.9": 0.9**lags, "1.1": [1.1**lags, 1.2**lags]})
    assert ax.get_yscale() == "log"
    assert len(ax.lines) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda ax: plots.spread(ax, [1, 2], np.ones(2), "LSTM"), "runs: expected shape"),
        (lambda ax: plots.gate_tracks([ax], ["a"], {"f": [1, 2]}), "f: expected shape"),
        (lambda ax: diagrams.cell(ax, "z"), "highlight: expected some of"),
        (lambda ax: diagrams.gate(ax, [1], [1, 2]), "g and v: expected"),
        (lambda ax: style.line("z"), "name: expected one of"),
        (lambda ax: source(), "at least one"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(plt.subplots()[1])


def example(a):
    """Say something.

    In several lines.
    """

    # A comment that stays.
    def inner(b):
        "Docstring too."
        return b

    return inner(a) + 1


class Example:
    """A class."""

    def method(self):
        """Only this."""

    def other(self): "Same line."; return 1  # fmt: skip  # noqa: E702


def stripped(code):
    """The syntax tree of code, without docstrings, as text."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


@pytest.mark.parametrize("thing", [example, Example, lstm.step, lstm.backward, sigmoid])
def test_source_is_the_code_without_its_docstring(thing):
    shown = without_docstring(thing)
    assert stripped(shown) == stripped(textwrap.dedent(inspect.getsource(thing)))
    compile(shown, "shown", "exec")


def test_source_keeps_comments_and_drops_docstrings():
    shown = without_docstring(example)
    assert "# A comment that stays." in shown
    assert "Say something" not in shown
    assert "Docstring too" not in shown
    assert "\n\n    # A comment" not in shown


def test_source_on_the_page():
    shown = source(lstm.step, sigmoid)
    assert repr(shown).splitlines() == [
        "source of step in lstm_ref/cells/lstm.py",
        "source of sigmoid in lstm_ref/cells/activations.py",
    ]
    page = shown._repr_markdown_()
    assert page.count("```python\n") == 2
    assert "`lstm_ref/cells/activations.py`" in page
    assert "def step(" in page and "def sigmoid(" in str(shown)


def test_the_package_does_not_load_matplotlib():
    code = "import sys, lstm_ref, lstm_ref.book.source; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
