"""The version stands in lstm_ref/__init__.py; what repeats it agrees."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from places import ROOT

import lstm_ref
from lstm_ref import __main__ as program

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_pyproject_takes_it_from_the_package():
    assert "version" not in PROJECT["project"] and PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "lstm_ref.__version__"}


def test_it_is_what_is_installed():
    assert metadata.version("lstm-ref") == lstm_ref.__version__


def test_the_citation_says_it():
    said = re.findall(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    assert [each.strip("\"' ") for each in said] == [lstm_ref.__version__]


def test_the_newest_entry_of_the_changelog_is_it():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    entries = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    released = [each for each in entries if each != "Unreleased"]
    assert released[:1] == [lstm_ref.__version__]


SCRIPT = [str(Path(sys.executable).with_name("lstm-ref"))]


@pytest.mark.parametrize("command", [SCRIPT, [sys.executable, "-m", "lstm_ref"]], ids=["ref", "m"])
def test_both_commands_say_it(command):
    done = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"lstm_ref {lstm_ref.__version__}\n"), done.stderr


# Raises KeyboardInterrupt where `module` is loaded, as a Ctrl-C at that moment does.
INTERRUPTED = """
import builtins, runpy, sys
load = builtins.__import__
def interrupted(name, *rest, **named):
    if name == {module!r}:
        raise KeyboardInterrupt
    return load(name, *rest, **named)
builtins.__import__ = interrupted
sys.modules.pop({module!r}, None)
sys.argv = ["lstm-ref", "derive", "--list"]
{start}
"""
RUN = "runpy.run_module('lstm_ref', run_name='__main__')"
ENTRY = "from lstm_ref.__main__ import program; sys.exit(program())"


@pytest.mark.parametrize("start", [RUN, ENTRY])
@pytest.mark.parametrize("module", ["argparse", "lstm_ref.derive", "sympy"])
def test_ctrl_c_during_the_start_leaves_no_traceback(module, start):
    code = INTERRUPTED.format(module=module, start=start)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "interrupted\n"), done.stderr


def subcommands():
    whole = program.parser()
    return whole, next(a for a in whole._actions if hasattr(a, "choices") and a.choices).choices


@pytest.mark.parametrize("name", subcommands()[1])
def test_the_help_of_each_subcommand_has_an_example_that_is_understood(name, capsys):
    whole, known = subcommands()
    text = known[name].format_help()
    examples = re.findall(r"^  python -m lstm_ref (.*)$", text.partition("\nexample:\n")[2], re.M)
    assert examples
    for example in examples:
        assert whole.parse_args(example.split()).command == name


def test_where_a_file_is_run_the_help_says_so():
    for name in ("derive", "vectors", "diagnose"):
        text = " ".join(subcommands()[1][name].format_help().split())
        assert "FILE.py:NAME, which is run" in text, name
