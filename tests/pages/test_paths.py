"""The paths of tests that pages, chapters and docstrings name: each stands where it is said to."""

import re

from places import ROOT

NAMED = re.compile(r"\btests/[\w/]*\w\.py\b")
FOLDERS = ("book", "notebooks", "lstm_ref", "tests", "tools", ".github")
KINDS = (".md", ".ipynb", ".py", ".sh", ".yml")


def test_every_test_that_is_named_exists():
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    inside = [p for f in FOLDERS for p in (ROOT / f).rglob("*") if p.suffix in KINDS]
    files += [p for p in inside if "node_modules" not in p.parts]
    named = {(m, p) for p in files for m in NAMED.findall(p.read_text(encoding="utf-8"))}
    assert len(named) > 10
    assert not [f"{p.name}: {m}" for m, p in named if not (ROOT / m).is_file()]
