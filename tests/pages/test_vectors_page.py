"""The programs on the page "Golden test vectors" run as they stand and print the same numbers."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from places import ROOT

from lstm_ref.__main__ import main
from lstm_ref.diagnose import report
from lstm_ref.diagnose.reading.names import hints
from lstm_ref.interop import vectors

PAGE = (ROOT / "book" / "vectors.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with lstm.npz, lstm.json and lstm.h."""
    path = tmp_path_factory.mktemp("page")
    for suffix in ("npz", "json", "h"):
        vectors.write(path / f"lstm.{suffix}", *vectors.make("LSTM"))
    return path


def program(language):
    (code,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)
    return code


def output(folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def number(text):
    """The number that ends a line is our dW_fx[0, 1], bit by bit."""
    return float(text.split()[-1]) == vectors.make("LSTM")[1]["dW_fx"][0, 1]


def tool(*names):
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"not installed: {' or '.join(names)}")
    return found


def test_python(folder):
    out = output(folder, sys.executable, "-c", program("python"))
    assert out.startswith("LSTM (10, 9)") and number(out)


def test_c(folder):
    compiler = tool("cc", "gcc", "clang")
    (folder / "a.c").write_text(program("c"), encoding="utf-8")
    output(folder, compiler, "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "a.c", "-oa")
    out = output(folder, folder / "a")
    assert out.startswith("LSTM (10, 9)") and number(out)


def test_the_short_json_is_accepted(folder):
    (folder / "mine.json").write_text(program("json"), encoding="utf-8")
    header, arrays = vectors.read_arrays(folder / "mine.json")
    assert header == {} and {n: a.shape for n, a in arrays.items()} == {
        "dW_fx": (2, 2),
        "db_f": (2, 1),
    }


def test_each_array_stands_on_a_line(folder):
    lines = (folder / "lstm.json").read_text(encoding="utf-8").splitlines()
    names = [json.loads(f"[{line.split(':')[0]}]")[0] for line in lines if '"data"' in line]
    assert names == list(vectors.make("LSTM")[1])


def test_the_tables_name_what_is_there():
    _, arrays = vectors.make("VANILLA")
    options = dict(zero_states=True, float32=True, lengths=[4, 2], layers=2, both_ways=True)
    header, _ = vectors.make("LSTM", layouts=["torch"], **options)
    fields = re.findall(r"^\| `(\w+)` \| (?:text|number|object|list)", PAGE, re.M)
    assert sorted(fields) == sorted(header)
    table = PAGE.split("## Names and shapes")[1].split("## The header")[0]
    rows = [row for row in table.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named <= set(arrays)
    kinds = {kind(name) for name in named}
    assert {kind(name) for name in arrays} <= kinds


COMMANDS = re.findall(r"^python -m lstm_ref (vectors .+)$", PAGE, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 0
    for path in tmp_path.iterdir():
        header, arrays = vectors.read(path)
        assert list(arrays) == list(vectors.make(**vectors.again(header))[1])


def test_every_option_has_an_example():
    words = {word for command in COMMANDS for word in command.split() if word[:2] == "--"}
    assert words >= {"--zero-states", "--zero-biases", "--float32", "--lengths", "--layers"}
    assert words >= {"--both-ways", "--layout", "--list"} and len(COMMANDS) == 8


def test_what_is_told_apart(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    command, shown = re.findall(r"^\$ python -m lstm_ref (.+)\n((?:.+\n)+)```", PAGE, re.M)[0]
    assert main(command.split()) == 0
    assert capsys.readouterr().out == shown


def test_the_names_of_options():
    """Each name of the section is in a file that the option makes."""
    section = PAGE.split("## Options")[1].split("## The three formats")[0]
    named = set(re.findall(r"`([\w.]+)`", section.replace("lstm_ref.interop.vectors.make", "")))
    named = {name for name in named if re.search(r"[._]", name)} - {"h_T", "c_T", ".grad"}
    found: set[str] = set()
    for options in (
        dict(layers=2),
        dict(layers=2, both_ways=True),
        dict(both_ways=True),
        dict(layouts=["torch", "keras", "onnx"]),
        dict(layouts=["onnx"], lengths=[4, 2]),
    ):
        found |= set(vectors.make("LSTM", **options)[1])
    assert {"2.reverse.c", "torch.h_n.grad", "onnx.sequence_lens"} <= named
    assert named - found == {"onnx.P"}  # of VANILLA
    assert "onnx.P" in vectors.make("VANILLA", layouts=["onnx"])[1]
    assert {"h_T", "c_T", "mask"} <= set(vectors.make("LSTM", lengths=[4, 2])[1])


def understood():
    """Rows of the table of names that `diagnose` understands: what -> names."""
    table = PAGE.split("names that are understood |")[1].split("\n\n")[0]
    rows = [row.split("|")[1:3] for row in table.splitlines() if row.startswith("| ")]
    return {what.strip(): re.findall(r"`([\w./]*\w)`", names) for what, names in rows}


LSTM = {"f": "f", "i": "i", "c": "c", "g": "c", "a": "c", "n": "c", "j": "c", "z": "c", "o": "o"}
GRU = {"z": "z", "u": "z", "r": "r", "h": "h", "n": "h", "g": "h", "c": "h"}


def test_the_names_that_the_page_says_are_understood():
    rows = understood()
    letters = rows.pop("the letter of a gate")
    assert letters == [*LSTM, *GRU, "forget", "candidate", "reset"]
    for meant in (LSTM, GRU):
        for said, gate in meant.items():
            gates = "".join(dict.fromkeys(meant.values()))
            assert gate in [h.gate for h in hints(f"dW_{said}", gates, ["h"])]
    assert len(rows) == 12 and sum(map(len, rows.values())) > 70
    for what, names in rows.items():
        assert names and all(hints(name, "fico", ["h", "c"]) for name in names), what
    assert hints("encoder.lstm.weight_ih_l0", "fico", ["h", "c"])


def test_exit_codes_of_the_page():
    codes = re.findall(r"^\| (\d) \| (.+) \|$", PAGE, re.M)
    assert [code for code, _ in codes] == ["0", "1", "2"]
    assert "or was not compared" in codes[1][1] and "other inputs" in codes[2][1]


def test_tolerances_of_the_page():
    assert (report.DOUBLE, report.SINGLE, report.HALF) == (1e-6, 1e-4, 2e-3)
    assert "$10^{-6}$" in PAGE and "$10^{-4}$" in PAGE and r"$2 \cdot 10^{-3}$" in PAGE


def kind(name):
    """What a name begins with: W_, dW_, net_, delta_, e_; a signal is a kind of its own."""
    start = re.match(r"d?[Wwb]_|net_|delta_|e_", name)
    return start.group().replace("dw_", "dW_") if start else name


def test_the_sum_that_is_the_error():
    """E of the page, by finite steps of c_0 in the direction of a random vector."""
    from lstm_ref.generated import lstm

    _, a = vectors.make("LSTM")
    params = {n: a[n] for n in lstm.SHAPES}

    def E(c_0):
        h, (h_T, c_T), _ = lstm.forward(params, a["x"], (a["h_0"], c_0))
        return np.sum(a["e"] * h) + np.sum(a["e_h_T"] * h_T) + np.sum(a["e_c_T"] * c_T)

    v = np.random.default_rng(0).normal(size=a["c_0"].shape)
    slope = (E(a["c_0"] + 1e-5 * v) - E(a["c_0"] - 1e-5 * v)) / 2e-5
    np.testing.assert_allclose(slope, np.sum(a["dc_0"] * v), rtol=1e-8)
