"""The README's example runs as it stands and is as short as promised; so do its commands.

What it names is there, and its picture is what the book draws.
"""

import json
import re
import subprocess
import sys

from places import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def run(arguments, folder=None):
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, encoding="utf-8"
    )


def test_the_example_runs():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    done = run(["-c", code])
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(10, 6, 3) (10, 4, 3) (6, 4)\n"


def test_the_commands_run(tmp_path):
    (cells,) = re.findall(r"```py\n(.*?)```", TEXT, re.S)
    (tmp_path / "my_cells.py").write_text(cells, encoding="utf-8")
    commands = re.findall(r"^\.venv/bin/python (-m lstm_ref [^#\n]+)", TEXT, re.M)
    assert len(commands) == 10
    said = {}
    for command in commands:
        if "diagnose" in command:  # what the README's reader would store: his gradients
            arrays = json.loads((tmp_path / "lstm.json").read_text())["arrays"]
            mine = {name: arrays[name] for name in ("dW_fx", "db_o", "dx")}
            (tmp_path / "mine.json").write_text(json.dumps({"arrays": mine}))
        command = command.replace("--seeds 5", "--seeds 1 --quiet -o adding.json")
        command = command.replace("6a-order --trials 2", "3b-100-3 --trials 1 -o two.json")
        done = run(command.split(), tmp_path)
        assert done.returncode == 0, (command, done.stderr)
        said[command.split()[2], command.split()[-1]] = done.stdout
    assert "identities hold" in said["derive", "my_cells.py:Mine"]
    assert r"\gamma" in said["derive", "latex"]  # the constant has its name
    assert "def backward" in said["derive", "numpy"] and "VANILLA" in said["derive", "--list"]
    assert "agree" in said["diagnose", "mine.json"]
    assert "adding-400" in said["experiments", "experiments"]
    assert "1997-6a-order" in said["history", "history"]
    assert "1 of 1 trials" in said["history", "two.json"]
    assert "with 1 of 1 seeds" in said["experiments", "adding.json"]


def test_what_it_names_is_there():
    targets = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text()))
    named = re.findall(r"(?:`|^)make ([a-z][a-z-]*)", TEXT, re.M)
    assert {"book", "test", "lab", "address"} <= set(named) <= targets
    links = re.findall(r"\]\(([^)]+)\)", TEXT) + re.findall(r"`([a-z_]+/[\w./-]+)`", TEXT)
    assert len(links) >= 4 and not [
        p for p in links if not (ROOT / p).exists() and ".json" not in p
    ]


def test_who_it_speaks_to():
    sections = re.findall(r"(?m)^## (.+)", TEXT)
    audiences = ["Two commands", "If you are a student", "If you implement an LSTM"]
    assert sections[:5] == [*audiences, "If you invent cells", "If you teach"]


def test_the_picture_is_what_the_book_draws():
    """On a white ground, which covers it all: dark letters on a dark page cannot be read."""
    code = "import draw_picture; print(draw_picture.picture(), end='')"
    tools = ROOT / "tools"
    done = run([tools / "environment.py", sys.executable, "-c", code], folder=tools)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (tools.parent / "book/_assets/lstm_cell.svg").read_text("utf-8"), (
        "run `make generate`"
    )
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', done.stdout).groups()
    ground = re.search(r'id="patch_1">\s*<path d="([^"]+)" style="fill: #ffffff"', done.stdout)[1]
    assert ground.split()[:2] == ["M", "0"] and {width, height} <= set(ground.split())
    (alt,) = re.findall(r"^!\[([^\]]+)\]", TEXT, re.M)
    assert len(alt.split()) > 10
