"""The programs that read published vectors and compare arrays with them, where they can be run."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from places import ROOT

from lstm_ref.interop import published, vectors

FOLDER = ROOT / "book" / "_assets" / "readers"
GOLDEN = "lstm-small.json"
STRICT = ("-std=c99", "-O2", "-Wall", "-Wextra", "-pedantic", "-Werror")


def tool(*names):
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"not installed: {' or '.join(names)}; the reader was not run")
    return found


def built_c(place):
    compiler = tool("cc", "gcc", "clang")
    return [compiler, *STRICT, FOLDER / "compare.c", "-lm", "-o", place / "c"], [place / "c"]


def built_rust(place):
    options = ["--edition", "2021", "-D", "warnings", "-O"]
    return [tool("rustc"), *options, FOLDER / "compare.rs", "-o", place / "rs"], [place / "rs"]


def built_java(place):
    javac, java = tool("javac"), tool("java")
    compiled = [javac, "-Xlint:all", "-Werror", "-d", place, FOLDER / "Compare.java"]
    return compiled, [java, "-cp", place, "Compare"]


def built_javascript(place):
    return None, [tool("node"), FOLDER / "compare.mjs"]


def built_julia(place):
    return None, [tool("julia"), FOLDER / "compare.jl"]


LANGUAGES = {
    "C": built_c,
    "JavaScript": built_javascript,
    "Rust": built_rust,
    "Java": built_java,
    "Julia": built_julia,
}


@pytest.fixture(scope="module", params=LANGUAGES)
def program(request, tmp_path_factory):
    """The command that runs the reader in one of the languages, compiled where it must be."""
    build, command = LANGUAGES[request.param](tmp_path_factory.mktemp("reader"))
    if build:
        done = subprocess.run(build, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0 and not done.stderr, done.stderr
    return command


def run(program, folder, arrays, *options):
    """Exit code and lines of a comparison of these arrays with the golden ones."""
    vectors.write(folder / "mine.json", {}, arrays)
    files = [published.path(GOLDEN), folder / "mine.json"]
    words = [str(word) for word in (*program, *files, *options)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def right():
    return published.read(GOLDEN)[1]


def test_all_that_is_right_agrees(program, tmp_path):
    arrays = right()
    code, lines = run(program, tmp_path, arrays)
    assert (code, lines) == (0, [f"{len(arrays)} arrays compared, 0 differ"])


def place_of(program, *where):
    """As the language counts: Julia from 1, in round brackets."""
    if "julia" in str(program[0]):
        return "(" + ", ".join(str(k + 1) for k in where) + ")"
    return "[" + ", ".join(map(str, where)) + "]"


def test_the_worst_entry_is_told_with_its_place(program, tmp_path):
    arrays = {name: right()[name].copy() for name in ("dW_fx", "h", "db_f")}
    arrays["dW_fx"][1, 0] += 1e-3
    arrays["dW_fx"][2, 1] += 1e-4
    arrays["h"][2, 1, 0] -= 1e-9
    code, lines = run(program, tmp_path, arrays)
    assert code == 1 and lines[-1] == "3 arrays compared, 2 differ" and len(lines) == 3
    said = {line.split(":")[0] for line in lines[:-1]}
    assert said == {"dW_fx" + place_of(program, 1, 0), "h" + place_of(program, 2, 1, 0)}
    got, want = arrays["dW_fx"][1, 0], right()["dW_fx"][1, 0]
    line = next(line for line in lines if line.startswith("dW_fx"))
    numbers = [float(text) for text in re.findall(r"-?\d+\.\d+(?:[eE]-?\d+)?", line)]
    assert numbers == [got, want]


def test_the_tolerance_counts_by_the_largest_entry(program, tmp_path):
    arrays = {"dW_fx": right()["dW_fx"].copy()}
    arrays["dW_fx"][0, 0] += 1e-4 * np.abs(arrays["dW_fx"]).max()
    assert run(program, tmp_path, arrays, "1.1e-4")[0] == 0
    assert run(program, tmp_path, arrays, "0.9e-4")[0] == 1


def test_another_shape_differs_and_other_names_are_not_compared(program, tmp_path):
    arrays = {"dW_fx": right()["dW_fx"].T, "something": np.ones((2, 2))}
    code, lines = run(program, tmp_path, arrays)
    assert code == 1 and lines[-1] == "1 arrays compared, 1 differ"
    code, lines = run(program, tmp_path, {"something": np.ones((2, 2))})
    assert code == 1 and lines == ["0 arrays compared, 0 differ"]


def test_what_the_lstm_in_c_prints_is_read_and_agrees(program, tmp_path):
    """The example of chapter 9 with published vectors, and then with a mistake in it."""
    compiler = tool("cc", "gcc", "clang")
    vectors.write(tmp_path / "lstm.h", *published.read(GOLDEN))
    text = (ROOT / "book" / "_assets" / "lstm.c").read_text(encoding="utf-8")
    wrong = text.replace("dc[k][s] = delta_c * f;", "dc[k][s] = 0 * f;")
    for source, code, end in ((text, 0, "0 differ"), (wrong, 1, "differ")):
        (tmp_path / "lstm.c").write_text(source, encoding="utf-8")
        command = [compiler, "-O2", "lstm.c", "-lm", "-o", "lstm"]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=100)
        made = subprocess.run([tmp_path / "lstm"], capture_output=True, check=True, timeout=60)
        (tmp_path / "mine.json").write_bytes(made.stdout)
        files = [published.path(GOLDEN), tmp_path / "mine.json", "1e-12"]
        words = [str(word) for word in (*program, *files)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=100)
        assert done.returncode == code and done.stdout.rstrip().endswith(end)
        assert done.stdout.splitlines()[-1].startswith("16 arrays compared")


def test_a_reader_is_short():
    """About forty lines of code, without what is blank or a comment."""
    for path in FOLDER.iterdir():
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        code = [line for line in lines if line and not line.startswith(("//", "#", "/*"))]
        assert len(code) <= 65 and max(map(len, lines)) <= 100, path.name
    assert len(list(FOLDER.iterdir())) == len(LANGUAGES)
