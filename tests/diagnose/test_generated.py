"""`diagnose` held to its word: files of random implementations, right and wrong; nothing false.

The first ones of those that the command `python -m tests.helpers.implementations` counts, and of
those that it counts with --core --plain.
"""

import pytest
from implementations import adapter, table

MANY, EACH, SEED = 60, 20, 1
CORE, PIECE = 300, 50  # of the core alone, which is quicker


@pytest.mark.parametrize("first", range(0, MANY, EACH))
def test_nothing_false_is_said(first):
    found = table.judged(adapter.ask, SEED, range(first, first + EACH))
    assert found.faults == []
    assert found.share("exact", (0,), ("gradients", "everything")) == 1.0


@pytest.mark.parametrize("first", range(0, CORE, PIECE))
def test_the_core_says_nothing_false(first):
    found = table.judged(adapter.ask_core, SEED, range(first, first + PIECE), plain=True)
    assert found.faults == []
    assert found.share("exact", (1,), ("gradients",)) >= 0.9
