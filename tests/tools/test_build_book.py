"""The order of a build: what is stale is executed first, and no page is made of stale outputs."""

import sys
from pathlib import Path

import build_book
import keys
import pytest
import run_notebooks

STALE, ALL = [Path("08.ipynb")], [Path("01.ipynb"), Path("08.ipynb")]


class Build:
    """A build of which nothing is executed and no page made; `done` says in which order."""

    def __init__(self, monkeypatch):
        self.done, self.failed, self.code = [], [], 0
        monkeypatch.setattr(build_book.environment, "apply", lambda: self.done.append("fixed"))
        monkeypatch.setattr(keys.Keys, "stale", lambda *_: dict.fromkeys(STALE, "a reason"))
        monkeypatch.setattr(keys, "notebooks", lambda: ALL)
        monkeypatch.setattr(run_notebooks, "run", self.run)
        monkeypatch.setattr(build_book, "render", self.render)
        monkeypatch.setattr(build_book.derive_assets, "ship", self.ship)
        self.missing = None
        self.monkeypatch = monkeypatch

    def run(self, paths):
        self.done.append(paths)
        return self.failed, []

    def render(self):
        self.done.append("pages")
        return self.code

    def ship(self):
        self.done.append("derive")
        return self.missing

    def __call__(self, *arguments):
        self.monkeypatch.setattr(sys, "argv", ["build_book.py", *arguments])
        return build_book.main()


@pytest.fixture
def build(monkeypatch):
    return Build(monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "done"),
    [
        ([], ["fixed", STALE, "pages", "derive"]),
        (["--execute"], ["fixed", ALL, "pages", "derive"]),
        (["--stored"], ["fixed", "pages", "derive"]),
    ],
)
def test_what_is_executed_before_the_pages(build, arguments, done):
    assert build(*arguments) == 0
    assert build.done == done


def test_the_reader_is_told_why(build, capsys):
    build()
    said = capsys.readouterr().out
    assert "08.ipynb: a reason" in said and "Executing 1 of 2 notebooks" in said


def test_no_pages_where_a_notebook_failed(build, capsys):
    build.failed = ["08.ipynb"]
    assert build() == 1
    assert "pages" not in build.done
    assert "NOT built: 08.ipynb failed" in capsys.readouterr().err


def test_a_warning_of_sphinx_is_an_error(build, capsys):
    build.code = 1
    assert build() == 1
    assert "Open" not in capsys.readouterr().out
