"""The proof refuses every edit of the list of terms: some for each cell, all by `make edits`."""

import random

import edits
import kinds
import pytest

from lstm_ref.derive import catalogue, proof

EACH = 16  # of the hundreds of every cell; others in every cell, the same in every run
NUMBER = {"ELMAN": 200, "LSTM": 721, "VANILLA": 883}


def chosen(cell):
    found = edits.edits(cell)
    return random.Random(f"some of {cell.name}").sample(found, EACH)


@pytest.mark.parametrize("name", catalogue.CELLS)
def test_an_edited_list_is_refused(name):
    cell = catalogue.CELLS[name]
    found = edits.judged(cell, chosen(cell))
    assert [edit for edit, verdict in found if verdict in (proof.SHOWN, proof.NOT_SHOWN)] == []
    assert sum(verdict == proof.WRONG for _, verdict in found) > EACH / 2


@pytest.mark.parametrize("name", kinds.KINDS)
def test_each_kind_of_term_is_shown_and_its_edits_are_refused(name):
    cell = kinds.KINDS[name]
    assert proof.failures(cell) == []
    found = edits.judged(cell, chosen(cell))
    assert [edit for edit, verdict in found if verdict in (proof.SHOWN, proof.NOT_SHOWN)] == []


def test_every_cell_has_hundreds_of_edits():
    assert {name: len(edits.edits(catalogue.find(name))) for name in NUMBER} == NUMBER


def test_an_edit_that_changes_no_number_is_none():
    lstm = catalogue.LSTM
    exchanged = [e for e in edits.edits(lstm) if e[0].kind == "inner and outer exchanged"]
    found = {verdict for _, verdict in edits.judged(lstm, exchanged)}
    assert "no edit" in found and proof.SHOWN not in found
    dropped = next(e for e in edits.edits(lstm) if e[0].kind == "dropped")
    assert edits.judged(lstm, [dropped]) == [(dropped, proof.WRONG)]
    assert not edits.Gradients(lstm).same(edits.edited(lstm, dropped))
    assert edits.Gradients(lstm).same(lstm.terms)


@pytest.mark.parametrize("verdict", [proof.SHOWN, proof.NOT_SHOWN])
def test_a_proof_that_refuses_nothing_would_be_seen(monkeypatch, verdict):
    monkeypatch.setattr(edits, "judge", lambda cell, edit: verdict)
    dropped = [e for e in edits.edits(catalogue.LSTM) if e[0].kind == "dropped"]
    assert {v for _, v in edits.judged(catalogue.LSTM, dropped)} == {verdict}
