"""What chapter 9 shows as text runs as it stands: the program for PyTorch, the shell, the C."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from places import ROOT

from lstm_ref.interop import vectors
from lstm_ref.interop.libraries import LIBRARIES

NOTEBOOK = ROOT / "notebooks" / "09_same_numbers_elsewhere.ipynb"


@pytest.fixture(scope="module")
def text():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def test_the_program_for_pytorch(text, tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch` runs this")
    (program,) = [code for code in blocks(text, "python") if "import torch" in code]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout in blocks(text, "text")


def test_the_lines_typed_into_a_shell(text, tmp_path):
    """Each line behind "$ " is run, and what it prints is what the page shows.

    A line that is too long for the page goes on behind nine blanks there.
    """
    if not shutil.which("cc") or not shutil.which("sh"):
        pytest.skip("no C compiler or no shell found: the shell session was not run")
    shutil.copy(ROOT / "book" / "_assets" / "lstm.c", tmp_path)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    variables = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    variables["PYTHONPATH"] = str(ROOT)
    for session in blocks(text, "console"):
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.M):
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=tmp_path,
                env=variables,
                capture_output=True,
                encoding="utf-8",
                timeout=120,
            )
            assert done.stderr == ""
            assert done.stdout == re.sub(r"\n {9}(?=\S)", " ", shown), command


def test_the_lines_in_javascript(text, tmp_path):
    """With an LSTM that gives back two of the right arrays, one as nested lists."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js not found: the lines in JavaScript were not run")
    (program,) = blocks(text, "js")
    lstm = "const myLstm = ({ dh_0, dx }) => ({ dx, dh_0: dh_0.data.map((v) => [v]) });\n"
    (tmp_path / "a.cjs").write_text(lstm + program, encoding="utf-8")
    header, golden = vectors.make("LSTM")
    vectors.write(tmp_path / "lstm.json", header, golden)
    subprocess.run([node, "a.cjs"], cwd=tmp_path, check=True, timeout=60)
    _, mine = vectors.read_arrays(tmp_path / "mine.json")
    assert mine["dx"].tobytes() == golden["dx"].tobytes()
    assert mine["dh_0"].shape == (20, 1) and mine["dh_0"].tobytes() == golden["dh_0"].tobytes()


def test_the_solution_in_c_is_the_one_that_is_compiled(text):
    from test_c_example import PEEPHOLES

    shown = {line.strip() for code in blocks(text, "c") for line in code.splitlines()}
    old = {line.strip() for line in PEEPHOLES}
    new = {line.strip() for code in PEEPHOLES.values() for line in code.splitlines()} - {""}
    left_out = [line for line in new - shown if line not in old]
    assert len(shown & new) >= 11 and not left_out


# The tables of chapter 9: heading of a column -> key of LIBRARIES.
TABLES = {
    "lstm": {"gates": "lstm", "product": "side", "biases": "lstm_biases"}
    | {"peepholes": "peepholes", "checked": "checked"},
    "start": {"forget bias": "forget_bias", "other start values": "start"},
    "gru": {"gates": "gru", "reset": "reset", "$z$": "z", "biases": "gru_biases"},
    "axes": {"sequence": "sequence", "state": "state", "source": "source"},
}


def rows(columns):
    """The lines of a table in Markdown."""
    lines = [["library", *columns], ["---"] * (len(columns) + 1)]
    for name, entry in LIBRARIES.items():
        cells = [words(key, entry[key], name) for key in columns.values()]
        lines.append([name.split(",")[0], *cells])
    return [f"| {' | '.join(line)} |" for line in lines]


def words(key, value, name):
    if key in ("lstm", "gru"):
        return f"${', '.join(value)}$".replace("c", r"\ct").replace("h", r"\tilde h")
    if key == "source":
        layers = name.split(", ", 1)[1].removeprefix("operators ")
        return f"[{layers}]({value})"
    if key == "side":
        return f"`{value}`"
    return {"True": "yes", "False": "no", "None": "–"}.get(str(value), str(value))


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_say_what_the_package_says(text, name):
    assert "\n".join(rows(TABLES[name])) in text
