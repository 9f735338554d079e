"""Tables: numbers as they are read, a row too many named."""

import numpy as np
import pytest

from lstm_ref.book.tables import table


def test_numbers_texts_and_signs():
    found = table(["$h$", "a", "b"], [["x", 1234567, -0.5], ["y", np.int64(2), np.float64(1 / 3)]])
    assert found._repr_markdown_().splitlines() == [
        "| $h$ | a | b |",
        "| --- | --: | --: |",
        "| x | 1,234,567 | −0.500 |",
        "| y | 2 | 0.333 |",
    ]
    assert str(found).splitlines()[1] == "x    1,234,567  −0.500"
    assert table(["a", "b"], [["x", "y"]])._repr_markdown_().splitlines()[1] == "| --- | --- |"


def test_a_row_of_another_length_is_named():
    with pytest.raises(ValueError, match="rows: expected 2 entries, got 1"):
        table(["a", "b"], [["x"]])
