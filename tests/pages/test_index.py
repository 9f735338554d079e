"""The landing page: its example runs and prints what it says; its formulas are those derived."""

import re
import subprocess
import sys

from places import ROOT

TEXT = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
CODE, PRINTED = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", TEXT, re.S).groups()


def test_the_example_runs_and_prints_what_is_shown():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout == PRINTED
    assert len([line for line in CODE.splitlines() if line.strip()]) <= 10


def test_its_error_terms_are_derived(tmp_path):
    from lstm_ref.derive.typeset import latex

    path = tmp_path / "example.py"  # a cell is read from its source
    path.write_text(CODE.split("print(")[0], encoding="utf-8")
    found = {}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), found)
    assert latex.results(found["Leaky"]) in TEXT


def test_it_opens_with_three_doors_and_a_picture():
    places = [
        TEXT.index(what)
        for what in ("{grid-item-card}", "{moving} live-cell", "```python", "| What |")
    ]
    assert places == sorted(places)
    assert TEXT.count("{grid-item-card}") == 3
