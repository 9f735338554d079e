"""The hand-written cells: one list, so that every property is asked of all of them."""

import pytest

from lstm_ref.cells import elman, gru_after, gru_before, lstm

CELLS = [elman, lstm, gru_before, gru_after]
every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__.split(".")[-1])
