"""What users stumbled over: each gets a sentence that says what to do."""

import io
import json
import sys

import numpy as np
import pytest
from diagnosed import gradients_of
from test_diagnose_command import run

from lstm_ref.derive import catalogue
from lstm_ref.diagnose import diagnose
from lstm_ref.diagnose.advice import other_kind
from lstm_ref.interop import vectors
from lstm_ref.interop.vector_files import VectorsError

LSTM = catalogue.declared("LSTM")


@pytest.mark.parametrize("names", [("dWz", "dWr", "dWh"), ("grad_Wu", "grad_Wr"), ("dbz", "dbr")])
def test_names_of_a_gru(names):
    assert "of a GRU, not of LSTM: say --cell GRU_AFTER (PyTorch, Keras) or GRU_BEFORE" in (
        other_kind(names, LSTM)
    )
    assert other_kind(names, catalogue.declared("GRU_BEFORE")) == ""


@pytest.mark.parametrize("names", [("dWf", "dWi", "dWz", "dWo"), ("dWu", "dWc", "dWo"), ("dRz",)])
def test_names_of_an_lstm(names):
    assert other_kind(names, LSTM) == ""


def test_names_of_an_lstm_for_a_gru():
    with pytest.raises(ValueError, match="of an LSTM, not of GRU_AFTER: say --cell LSTM"):
        diagnose({"dWf": np.ones((6, 4)), "dWo": np.ones((6, 4))}, "GRU_AFTER")


def test_a_dict_saved_as_one_array(tmp_path, capsys):
    np.savez(tmp_path / "mine.npz", grads={"dW_fx": np.ones((6, 4))})
    assert run(tmp_path / "mine.npz") == 2
    said = capsys.readouterr().err
    assert "never loaded" in said and "np.savez(FILE, **grads)" in said


def test_arrays_that_became_objects(tmp_path):
    """JavaScript writes a Float64Array as {"0": ..}, rows of them likewise."""
    found = {n: v for n, v in gradients_of("LSTM").items() if n != "dx"}
    flat = {n: {str(k): x for k, x in enumerate(v.ravel())} for n, v in found.items()}
    rows = {n: [{str(k): x for k, x in enumerate(row)} for row in v] for n, v in found.items()}
    shaped = {n: {"shape": list(v.shape), "data": flat[n]} for n, v in found.items()}
    fortran = {n: v.ravel("F").tolist() for n, v in found.items()}
    for arrays in (flat, rows, shaped, fortran):
        path = tmp_path / "mine.json"
        path.write_text(json.dumps(arrays))
        assert diagnose(vectors.read_arrays(path)[1]).ok
    for odd in ({"0": 1.0, "2": 2.0}, {"1": 1.0}, {"0": [1.0], "1": [1.0, 2.0]}, {"0": {}}):
        path.write_text(json.dumps({"dW_fx": odd}))
        with pytest.raises(VectorsError, match="dW_fx"):
            vectors.read_arrays(path)


def test_flat_arrays_that_fit_nothing(tmp_path, capsys):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"dWf": [1.0] * 17}))
    assert run(path) == 2
    assert "dWf is a flat array: store the shape beside the numbers" in capsys.readouterr().err


def test_other_sizes_than_those_that_are_said(tmp_path, capsys):
    _, right = vectors.make("LSTM", T=5, B=3, D=4, H=5)
    right = {n: v for n, v in right.items() if n[0] == "d" and n[1:] in right}
    np.savez(tmp_path / "mine.npz", **right)
    assert run(tmp_path / "mine.npz") == 2  # with --H 6
    said = capsys.readouterr().err
    assert "expected shape (6, 6)" in said and "say --T 5 --B 3 --D 4 --H 5" in said
    assert diagnose(right).ok  # without sizes they are found
    own = {n.replace("_", ""): v for n, v in right.items()}
    assert diagnose({n: own[n] for n in own if n[:2] == "dW"}, T=5, B=3).ok


def test_no_gradients_of_biases():
    wrong = {n: v + 1 for n, v in gradients_of("LSTM").items() if n.startswith("dW")}
    report = diagnose(wrong)
    assert any("implementation without biases" in hint for hint in report.hints)
    report = diagnose({**wrong, "db_f": np.ones((6, 1))})
    assert not any("without biases" in hint for hint in report.hints)


def test_missing_gradients_are_not_passed_over():
    found = gradients_of("LSTM")
    report = diagnose({"dW_fx": found["dW_fx"]})
    assert report.ok and len(report.missing) == 14
    assert "What is there agrees; 14 gradients are missing." in report.text
    assert "All numbers agree" not in report.text
    assert "All numbers agree." in diagnose(found).text


def test_standard_input(monkeypatch, capsys):
    found = {n: v.tolist() for n, v in gradients_of("LSTM").items()}
    archive = io.BytesIO()
    np.savez(archive, **gradients_of("LSTM"))
    for data in (json.dumps(found).encode(), archive.getvalue()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert run("-") == 0
    assert "All numbers agree." in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert run("-") == 2 and "empty" in capsys.readouterr().err
    monkeypatch.setattr("lstm_ref.interop.vector_files.BYTES", 10)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" " * 11)))
    assert run("-") == 2 and "more than 10 bytes" in capsys.readouterr().err
