"""The command `vectors`, as a newcomer types it."""

import json
import subprocess
import sys

import pytest

from lstm_ref.__main__ import main
from lstm_ref.derive import catalogue
from lstm_ref.interop import vectors


def run(*arguments):
    """The exit code of the program."""
    return main(arguments)


@pytest.mark.parametrize("name", catalogue.BOOK)
def test_every_cell(name, tmp_path, capsys):
    path = tmp_path / "a.npz"
    small = ["--T", "2", "--B", "1", "--D", "2", "--H", "2", "--seed", "4"]
    assert run("vectors", name.lower(), *small, "-o", str(path)) == 0
    header, arrays = vectors.read(path)
    assert header["cell"] == name and header["seed"] == 4 and arrays["x"].shape == (2, 2, 1)
    out, err = capsys.readouterr()
    assert out == (
        f"{path}: {name}, {len(arrays)} arrays, {sum(a.size for a in arrays.values())} numbers\n"
    )
    assert err == ""


def test_the_defaults_are_those_of_the_page(tmp_path, capsys):
    sizes = ["--T", "4", "--B", "2", "--D", "9", "--H", "10", "--seed", "1"]
    for name, arguments in (("a", sizes), ("b", [])):
        assert run("vectors", "LSTM", *arguments, "-o", str(tmp_path / f"{name}.json")) == 0
    a, b = ((tmp_path / f"{k}.json").read_bytes() for k in "ab")
    assert a == b
    capsys.readouterr()
    assert run("vectors", "LSTM") == 0  # without -o JSON goes to the terminal or into a pipe
    assert capsys.readouterr().out.encode() == a and json.loads(a)["cell"] == "LSTM"


def test_the_options(tmp_path, capsys):
    path = str(tmp_path / "a.json")
    said = ["--lengths", "4,2", "--layers", "2", "--both-ways", "--float32", "--zero-states"]
    said += ["--zero-biases", "--layout", "torch", "--scale", "0.5", "--seed", "3"]
    assert run("vectors", "LSTM", *said, "-o", path) == 0
    capsys.readouterr()
    options = dict(lengths=[4, 2], layers=2, both_ways=True, float32=True, zero_states=True)
    options |= dict(zero_biases=True, layouts=["torch"], scale=0.5, seed=3)
    assert vectors.read(path)[0] == vectors.make("LSTM", **options)[0]


def test_the_list(capsys):
    assert run("vectors", "--list") == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert listed == [*catalogue.CELLS]


def test_a_readers_file(tmp_path, capsys):
    text = "from lstm_ref.derive.expressions import t, tanh\n"
    text += (
        "from lstm_ref.derive.declare.language import cell\n\n\n@cell\ndef Mine(x, h, *, W, b):\n"
    )
    text += "    h[t] = tanh(W.hh @ h[t - 1] + W.hx @ x[t] + b.h)\n"
    (tmp_path / "my.py").write_text(text, encoding="utf-8")
    for name in ("my.py:Mine", "my.py"):
        path = str(tmp_path / "a.json")
        assert run("vectors", str(tmp_path / name), "-o", path) == 0
        assert vectors.read(path)[0]["cell"] == "Mine"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "expected a cell, or --list"),
        (["LSTN"], "no cell 'LSTN' in the catalogue"),
        (["LSTM", "--T", "0"], "T: expected a whole number >= 1, got 0"),
        (["LSTM", "--seed", "-1"], "seed: expected a whole number >= 0"),
        (["LSTM", "--H", "1000000"], "more than 8388608, the limit"),
        (["LSTM", "-o", "a.csv"], "a.csv: expected a name that ends in .npz, .json, .h"),
        (["LSTM", "-o", "no/such/folder.npz"], "No such file or directory"),
        (["missing.py:Mine"], "missing.py: no such file"),
        (["LSTM", "--lengths", "3,2"], "lengths: the longest must be T = 4, got 3"),
        (["LSTM", "--scale", "0"], "scale: expected a number above 0"),
        (["VANILLA", "--layout", "torch"], "PyTorch's nn.LSTM cannot be VANILLA"),
        (["--tells", "missing.json"], "missing.json: no such file"),
    ],
)
def test_unusable_input_is_told_in_one_line(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("vectors", *arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and message in err and len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "option, message",
    [
        (["--T", "five"], "invalid int value"),
        (["--lengths", "4,two"], "expected whole numbers and commas, got '4,two'"),
        (["--layout", "jax"], "invalid choice: 'jax'"),
    ],
)
def test_no_number(option, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("vectors", "LSTM", *option)
    assert stopped.value.code == 2 and message in capsys.readouterr().err


def test_loading_the_commands_loads_nothing_heavy():
    code = "import sys, lstm_ref.interop.command, lstm_ref.interop.vectors; "
    code += "print([m for m in ('sympy', 'autograd', 'matplotlib') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout == "[]\n", out.stderr


def test_without_sympy_it_says_what_to_install(monkeypatch, capsys):
    for name in [n for n in sys.modules if n.split(".")[0] == "sympy" or "lstm_ref.derive" in n]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("lstm_ref.derive", raising=False)
    monkeypatch.setitem(sys.modules, "sympy", None)
    assert run("vectors", "LSTM") == 2
    assert "needs SymPy: pip install 'lstm_ref[derive]'" in capsys.readouterr().err
