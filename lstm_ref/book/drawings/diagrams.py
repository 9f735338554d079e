"""All drawings by name, from the modules that draw them."""

from lstm_ref.book.drawings.addition_diagram import strips, window
from lstm_ref.book.drawings.block_diagram import block
from lstm_ref.book.drawings.cell_diagram import cell, lstm_unrolled
from lstm_ref.book.drawings.gate_diagram import concat, gate, valves
from lstm_ref.book.drawings.rnn_diagram import one_step, way_back
from lstm_ref.book.drawings.rnn_diagram import unrolled as rnn_unrolled
from lstm_ref.book.drawings.sentence_diagram import arcs

__all__ = [
    "arcs",
    "block",
    "cell",
    "concat",
    "gate",
    "lstm_unrolled",
    "one_step",
    "rnn_unrolled",
    "strips",
    "valves",
    "way_back",
    "window",
]
