"""`diagnose` held to its word: files of random implementations, right and wrong; nothing false.

The first ones of those that the command `python -m tests.helpers.implementations` counts.
"""

import pytest
from implementations import adapter, table

MANY, EACH, SEED = 60, 20, 1


@pytest.mark.parametrize("first", range(0, MANY, EACH))
def test_nothing_false_is_said(first):
    found = table.judged(adapter.ask, SEED, range(first, first + EACH))
    assert found.faults == []
    assert found.share("exact", (0,), ("gradients", "everything")) == 1.0
