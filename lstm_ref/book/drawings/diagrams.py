"""All drawings by name, from the modules that draw them."""

from lstm_ref.book.drawings.block_diagram import block
from lstm_ref.book.drawings.cell_diagram import cell, lstm_unrolled
from lstm_ref.book.drawings.gate_diagram import concat, gate, switches
from lstm_ref.book.drawings.rnn_diagram import feedforward
from lstm_ref.book.drawings.rnn_diagram import unrolled as rnn_unrolled

__all__ = [
    "block",
    "cell",
    "concat",
    "feedforward",
    "gate",
    "lstm_unrolled",
    "rnn_unrolled",
    "switches",
]
