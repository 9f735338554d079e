"""The hand-written cells: one list, so that every property is asked of all of them."""

import pytest

from lstm_ref.cells import elman, gru_after, gru_before, lstm


def shown(cell):
    """A module or an object in the name of a test: the same in every process."""
    return getattr(cell, "__name__", type(cell).__name__).rpartition(".")[2]


CELLS = [elman, lstm, gru_before, gru_after]
every_cell = pytest.mark.parametrize("cell", CELLS, ids=shown)
