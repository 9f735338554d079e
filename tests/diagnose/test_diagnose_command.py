"""`python -m lstm_ref diagnose`: exit codes, headers, hostile files."""

import argparse
import json

import numpy as np
import pytest
from diagnosed import golden, gradients_of, planted

from lstm_ref.diagnose import command
from lstm_ref.interop import vectors
from lstm_ref.mistakes import known

SIZES = ("--T", "5", "--B", "3", "--D", "4", "--H", "6")  # of `golden`


def run(path, *more):
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(required=True))
    options = parser.parse_args(["diagnose", str(path), *SIZES, *more])
    return options.run(options)


def test_command(tmp_path, capsys):
    header, right = golden("LSTM")
    vectors.write(tmp_path / "lstm.json", header, right)
    np.savez(tmp_path / "mine.npz", **gradients_of("LSTM"))
    assert run(tmp_path / "mine.npz") == 0
    assert "All numbers agree." in capsys.readouterr().out
    wrong = {n: v.tolist() for n, v in planted(known.find("no-carousel")).items()}
    (tmp_path / "mine.json").write_text(json.dumps(wrong))
    assert run(tmp_path / "mine.json", "--against", str(tmp_path / "lstm.json")) == 1
    said = capsys.readouterr().out
    assert "∂E/∂c_t lacks δ_c,t+1 ⊙ f_{t+1} (the carousel)" in said and "eq-delta-c" in said
    assert run(tmp_path / "lstm.json") == 0  # the header says which cell and sizes


HOSTILE = {
    "empty.json": b"",
    "text.json": b"hello",
    "deep.json": b"[" * 5000,
    "latin.json": b'{"dW_fx": "\xff"}',
    "nan.json": b'{"dW_fx": [[NaN, 1]]}',
    "list.json": b"[1, 2]",
    "cut.npz": b"PK\x03\x04 nothing more",
    "sizes.json": b'{"format": "lstm-ref-vectors", "sizes": 3, "arrays": {"dx": [1.0]}}',
    "cell.json": b'{"format": "x", "cell": ["LSTM"], "arrays": {"dx": [1.0]}}',
    "huge.json": b'{"sizes": {"T": 1e9, "B": 1, "D": 1, "H": 1}, "arrays": {"dx": [1.0]}}',
    "seed.json": b'{"seed": "one", "arrays": {"dx": [1.0]}}',
    "cellint.json": b'{"cell": 5, "arrays": {"dx": [1.0]}}',
    "cellfloat.json": b'{"cell": 1.5, "arrays": {"dx": [1.0]}}',
    "celltrue.json": b'{"cell": true, "arrays": {"dx": [1.0]}}',
    "cellnull.json": b'{"cell": null, "arrays": {"dx": [1.0]}}',
    "seednull.json": b'{"seed": null, "arrays": {"dx": [1.0]}}',
    "nocell.json": b'{"cell": "NO_SUCH", "arrays": {"dx": [1.0]}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name, tmp_path, capsys):
    (tmp_path / name).write_bytes(HOSTILE[name])
    assert run(tmp_path / name) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.strip() and "Traceback" not in said.err


def test_pickles_are_refused(tmp_path, capsys):
    np.savez(tmp_path / "p.npz", dW_fx=np.array([{"a": 1}], dtype=object))
    assert run(tmp_path / "p.npz") == 2 and "pickled" in capsys.readouterr().err


def test_cell_of_somebodys_file(tmp_path, capsys):
    """Named on the command line; what a header says is never run."""
    source = tmp_path / "mine.py"
    source.write_text(
        "from lstm_ref.derive.declare.language import cell\n"
        "from lstm_ref.derive.expressions import t, tanh\n"
        "@cell\ndef LEAKY(x, h, *, W, b):\n"
        "    h[t] = h[t - 1] / 2 + tanh(W.hh @ h[t - 1] + W.hx @ x[t] + b.h)\n"
    )
    from lstm_ref.derive.declare.files import from_file

    header, right = vectors.make(from_file(str(source)), T=5, B=3, D=4, H=6)
    np.savez(tmp_path / "mine.npz", dW_hx=right["dW_hx"], dh_0=right["dh_0"])
    assert run(tmp_path / "mine.npz", "--cell", str(source)) == 0
    vectors.write(tmp_path / "golden.json", {**header, "cell": str(source)}, right)
    capsys.readouterr()
    assert run(tmp_path / "golden.json") == 2 and "no cell" in capsys.readouterr().err


def test_a_header_with_options_is_heeded(tmp_path, capsys):
    for options in (dict(zero_states=True), dict(zero_biases=True, float32=True)):
        header, right = vectors.make("LSTM", D=4, H=6, **options)
        vectors.write(tmp_path / "zero.json", header, right)
        mine = {n: v for n, v in right.items() if n.startswith("dW")}
        vectors.write(tmp_path / "mine.json", header, mine)
        told = {"zero.json": "All numbers agree.", "mine.json": "What is there agrees"}
        for path, sentence in told.items():
            assert run(tmp_path / path) == 0
            assert sentence in capsys.readouterr().out
    header, right = vectors.make("LSTM", layers=2)
    vectors.write(tmp_path / "deep.json", header, right)
    assert run(tmp_path / "deep.json") == 0
    assert "All numbers agree." in capsys.readouterr().out
    right["1.dW_fx"][0, 0] += 1
    vectors.write(tmp_path / "deep.json", header, right)
    assert run(tmp_path / "deep.json") == 1


def test_vectors_of_another_cell(tmp_path, capsys):
    vectors.write(tmp_path / "elman.npz", *golden("ELMAN"))
    np.savez(tmp_path / "mine.npz", **gradients_of("LSTM"))
    more = "--against", str(tmp_path / "elman.npz"), "--cell", "LSTM"
    assert run(tmp_path / "mine.npz", *more) == 2
    assert "vectors of ELMAN, the cell is LSTM" in capsys.readouterr().err


def test_wrong_size_says_what_was_expected(tmp_path, capsys):
    np.savez(tmp_path / "mine.npz", **gradients_of("LSTM"))
    assert run(tmp_path / "mine.npz", "--H", "7") == 2
    assert "expected shape (7, 7)" in capsys.readouterr().err


def test_what_was_not_compared_does_not_agree(tmp_path, capsys):
    np.savez(tmp_path / "mine.npz", **gradients_of("LSTM"), gates_grad=np.full((6, 4), 9.0))
    assert run(tmp_path / "mine.npz") == 1
    said = capsys.readouterr().out
    assert "1 array was not compared" in said and "All numbers agree" not in said


def test_other_inputs_are_unusable(tmp_path, capsys):
    right = golden("LSTM")[1]
    np.savez(tmp_path / "mine.npz", x=2 * right["x"], dW_fx=right["dW_fx"])
    assert run(tmp_path / "mine.npz") == 2
    said = capsys.readouterr()
    assert said.out == "" and "differs: x (1.0e+00)" in said.err and "checksum" not in said.err


def test_damaged_vectors(tmp_path, capsys):
    header, right = golden("LSTM")
    vectors.write(tmp_path / "lstm.json", header, right)
    text = (tmp_path / "lstm.json").read_text()
    number = repr(float(right["W_fh"][0, 0]))
    (tmp_path / "lstm.json").write_text(text.replace(number, "0.25"))
    assert run(tmp_path / "lstm.json") == 2
    said = capsys.readouterr().err
    assert (
        "differs: W_fh (" in said and "the checksum in the file is not that of its arrays" in said
    )


def test_names_of_a_gru_without_the_option(tmp_path, capsys):
    np.savez(tmp_path / "mine.npz", **gradients_of("GRU_AFTER"))
    assert run(tmp_path / "mine.npz") == 2
    assert "say --cell GRU_AFTER" in capsys.readouterr().err
    assert run(tmp_path / "mine.npz", "--cell", "GRU_AFTER") == 0


def test_a_text_among_the_arrays(tmp_path, capsys):
    numbers = {n: v.tolist() for n, v in gradients_of("LSTM").items()}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"comment": "my run", **numbers}))
    assert run(path) == 2
    assert (
        'comment: expected numbers, got a text; put it beside "arrays"' in capsys.readouterr().err
    )
    path.write_text(json.dumps({"comment": "my run", "arrays": numbers}))
    assert run(path) == 0
