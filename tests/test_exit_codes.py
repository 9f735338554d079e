"""Exit code 1 says that something differs: what cannot be read or written ends with 2."""

import os
import subprocess
import sys

import pytest

from lstm_ref import __main__ as program

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="devices of Linux")

COMMANDS = {
    "help": ["--help"],
    "version": ["--version"],
    "derive": ["derive", "ELMAN"],
    "list": ["derive", "--list"],
    "vectors": ["vectors", "ELMAN"],
    "experiments": ["experiments"],
    "diagnose": ["diagnose", "right.json"],
    "study": ["study", "trial", "speech", "NP", "0", "--numpy", "--epochs=1", "--sequences=4"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("vectors")
    assert program.main(["vectors", "LSTM", "-o", str(path / "right.json")]) == 0
    return path


def ran(arguments, cwd, redirected):
    """(exit code, standard error) of a command with a shell's redirections."""
    line = f'exec "$0" -m lstm_ref "$@" {redirected}'
    command = ["sh", "-c", line, sys.executable, *arguments]
    found = subprocess.run(command, cwd=cwd, stderr=subprocess.PIPE, text=True)
    return found.returncode, found.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_device(folder, name):
    code, err = ran(COMMANDS[name], folder, ">/dev/full")
    assert (code, err) == (2, "lstm_ref: [Errno 28] No space left on device\n")


@pytest.mark.parametrize("name", ["list", "diagnose"])
def test_closed_output(folder, name):
    assert ran(COMMANDS[name], folder, ">&-") == (2, "lstm_ref: standard output is closed\n")


def test_nowhere_to_say_it(folder):
    for redirected in ("2>/dev/full", "2>&-", ">/dev/full 2>&1", ">&- 2>&-"):
        assert ran(["diagnose", "none.json"], folder, redirected)[0] == 2


def test_a_reader_who_leaves_early_is_not_told_that_all_agrees(folder):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "lstm_ref", "diagnose", "right.json"]
    found = subprocess.run(command, cwd=folder, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (found.returncode, found.stderr) == (2, "")


def test_a_name_that_is_not_utf8(folder):
    name = b"\xff.npz"
    command = [sys.executable, "-m", "lstm_ref", "vectors", "ELMAN", "-o", name]
    found = subprocess.run(command, cwd=folder, capture_output=True)
    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout.startswith(rb"\udcff.npz: ELMAN, ") and os.path.exists(
        os.path.join(os.fsencode(folder), name)
    )


@pytest.mark.parametrize("output, message", [("f.npz", "Is a dir"), ("no/x.npz", "No such file")])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    tmp_path, monkeypatch, capsys, output, message
):
    from lstm_ref.interop import vectors

    monkeypatch.setattr(vectors, "make", lambda *_, **__: pytest.fail("made"))
    (tmp_path / "f.npz").mkdir()
    assert program.main(["vectors", "LSTM", "-o", str(tmp_path / output)]) == 2
    assert message in capsys.readouterr().err
