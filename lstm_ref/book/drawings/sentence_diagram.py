"""A sentence with an arc from the clue to the word that it decides."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch
from matplotlib.textpath import TextPath

from lstm_ref.book.drawings.shapes import INK, canvas, label
from lstm_ref.book.style import MODELS

CLUE = MODELS["RNN"]["color"]
SIZE, POINTS = 13, 40.0  # of the letters; points a unit of the canvas
FONT = FontProperties(family="DejaVu Sans")


def arcs(ax: Axes, sentences: Sequence[tuple[str, str, str]]) -> Axes:
    """Sentences below each other, each with an arc from its clue to the word asked for; returns ax.

    sentences: (text, clue, word): the clue is the first, the word the last of its kind in the text.
    The figure should be about 4.8 inches wide and 0.9 inches high for each sentence of 45 letters.
    """
    rise = 1.62
    canvas(ax, 8.64, rise * len(sentences))
    for k, (text, clue, asked) in enumerate(sentences):
        y = rise * (len(sentences) - 1 - k) + 0.4
        _sentence(ax, 0.1, y, text.split(), clue, asked)
    return ax


def _sentence(ax, x, y, words, clue, asked):
    places = []
    last = len(words) - 1 - words[::-1].index(asked)
    for k, word in enumerate(words):
        marked = k in (words.index(clue), last)
        width = TextPath((0, 0), word, size=SIZE, prop=FONT).get_extents().x1 / POINTS
        label(ax, x, y, word, CLUE if marked else INK, SIZE, ha="left")
        places.append(x + width / 2)
        x += width + 0.16
    start, end = places[words.index(clue)], places[last]
    bend = -min(0.45, 0.9 / (end - start))
    patch = FancyArrowPatch(
        (start, y + 0.3),
        (end, y + 0.3),
        connectionstyle=f"arc3,rad={bend}",
        arrowstyle="-|>",
        mutation_scale=12,
        color=CLUE,
        lw=2,
    )
    ax.add_patch(patch)
