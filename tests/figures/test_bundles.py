"""The bundles in the repository are what their sources give, and light."""

import gzip
import os
import subprocess

import figure_data
import moving_node
import pytest
import write_figures
from places import ROOT

from lstm_ref.book import moving

FIGURES = ROOT / "book" / "figures"
FOLDERS = (
    "book/_assets/figures/*.js",
    "book/_assets/derive/*.js",
    "book/_assets/figures/notices.txt",
    "lstm_ref/book/moving/*.html",
)
CI = os.environ.get("CI", "").lower() in ("1", "true")
HEAVIEST = 60_000  # bytes, gzipped, of all that a page with figures loads for them


def npm(*arguments):
    command = ["sh", str(ROOT / "tools" / "npm.sh"), *arguments]
    return subprocess.run(command, cwd=FIGURES, capture_output=True, text=True, timeout=280)


@pytest.fixture(scope="module")
def packages():
    """The pinned packages, fetched; without a network this part cannot run."""
    done = npm("ci", "--silent")
    if done.returncode and not CI:
        pytest.skip(f"npm ci failed, so the bundles were NOT compared: {done.stderr[-300:]}")
    assert not done.returncode, done.stderr


def test_bundles_are_those_of_the_sources(packages, tmp_path):
    done = npm("run", "--silent", "build", "--", str(tmp_path))
    assert not done.returncode, done.stderr
    for pattern in FOLDERS:
        made = {path.name: path.read_bytes() for path in tmp_path.glob(pattern)}
        stored = {path.name: path.read_bytes() for path in ROOT.glob(pattern)}
        assert made.keys() == stored.keys(), "run `make figures`"
        assert [n for n in made if made[n] != stored[n]] == [], "run `make figures`"


def test_types(packages):
    done = npm("run", "--silent", "check")
    assert not done.returncode, done.stdout


def test_generated_code_is_that_of_the_engine():
    stored = {p.name: p.read_text(encoding="utf-8") for p in (FIGURES / "cells").glob("*.mjs")}
    assert stored == write_figures.wanted(), "run `make figures`"


def test_stored_numbers_are_those_of_the_experiments():
    stored = {p.name: p.read_text(encoding="utf-8") for p in (FIGURES / "data").glob("*.json")}
    assert stored == figure_data.wanted(), "run `make figures`"


@pytest.mark.parametrize("name", moving.names())
def test_light(name):
    scripts = [moving_node.SCRIPTS / f"{one}.js" for one in ("base", name)]
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) < HEAVIEST


def test_every_figure_has_a_first_state_and_a_script():
    sources = {path.stem for path in (FIGURES / "src" / "figures").glob("*.tsx")}
    assert sources == {*moving.names()}


def test_an_unknown_figure_is_refused():
    with pytest.raises(ValueError, match="name: expected one of .*cobweb.*, got 'web'"):
        moving.show("web")
