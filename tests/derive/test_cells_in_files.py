"""Cells of somebody's file."""

import pytest

from lstm_ref import DeclarationError, cell
from lstm_ref.derive.declare import files

FILE = """
from lstm_ref import cell, t, tanh

@cell
def Good(x, h, *, W):
    h[t] = tanh(W.hx @ x[t] + W.hh @ h[t-1])

@cell
def Bad(x, h, *, W):
    h[t] = tanh(W.hx * x[t])
"""
FAULT = r"mine.py: Bad, line 10: W_hx is a matrix"


@pytest.fixture
def path(tmp_path):
    (tmp_path / "mine.py").write_text(FILE)
    return str(tmp_path / "mine.py")


def test_a_wrong_cell_stops_no_other_of_its_file(path):
    assert files.declared(f"{path}:Good").name == "Good"
    with pytest.raises(DeclarationError, match=FAULT):
        files.declared(f"{path}:Bad")
    with pytest.raises(DeclarationError, match="expected FILE.py:NAME; the file has Good, Bad"):
        files.declared(path)


@pytest.mark.parametrize("use", ["Bad.but('B2', h=1)", "Bad['h']", "Bad.module", "Bad()"])
def test_a_wrong_cell_that_is_used_is_told(path, use):
    with open(path, "a") as file:
        file.write(use)
    with pytest.raises(DeclarationError, match=FAULT):
        files.declared(f"{path}:Good")


def test_outside_of_a_file_a_wrong_cell_is_told_at_once(path):
    files.declared(f"{path}:Good")
    with pytest.raises(DeclarationError, match="h has no equation"):
        cell(_empty)


def _empty(x, h, *, W):
    pass
