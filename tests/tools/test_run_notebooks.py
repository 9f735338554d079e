"""Executing in place: same bytes each time, keys, and never a file that is half written."""

import os
import shutil

import keys
import nbformat
import pytest
import run_notebooks
from nbformat.v4 import new_code_cell, new_notebook
from places import ROOT


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A small checkout of its own, in which `keys` and `run_notebooks` work."""
    for folder in ("notebooks", "tools", "lstm_ref"):
        (tmp_path / folder).mkdir()
    (tmp_path / "requirements.txt").write_text("")
    shutil.copy(ROOT / "tools" / "environment.py", tmp_path / "tools")
    for function in (keys.Keys.__init__, keys.notebooks):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    monkeypatch.setattr(os, "environ", os.environ.copy())  # `run` sets the fixed environment
    return tmp_path


def add(root, name, *sources):
    path = root / "notebooks" / name
    cells = [new_code_cell(source, id=f"c{k}") for k, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_executed_twice_the_bytes_are_the_same_and_a_failure_leaves_the_file(root, capsys):
    good = add(root, "01_good.ipynb", "x = {3, 1, 2}", "print('a'); print('b'); x")
    bad = add(root, "11_bad.ipynb", "1 + 1", "raise ValueError('on purpose')")
    before = bad.read_bytes()
    failed, changed = run_notebooks.run([good, bad], jobs=2)
    said = capsys.readouterr().out
    assert (failed, changed) == (["11_bad.ipynb"], ["01_good.ipynb"])
    assert bad.read_bytes() == before
    assert "FAILED, left as it was: code cell 2" in said and "on purpose" in said
    assert "[1/2]" in said and "[2/2]" in said and "01_good.ipynb: outputs written" in said
    assert list(keys.Keys().stale(keys.notebooks())) == [bad]
    first = good.read_bytes()
    assert run_notebooks.run([good], jobs=1) == ([], [])
    assert "01_good.ipynb: unchanged" in capsys.readouterr().out
    assert good.read_bytes() == first
    assert sorted(p.name for p in good.parent.iterdir()) == ["01_good.ipynb", "11_bad.ipynb"]


@pytest.fixture
def executed(root, monkeypatch):
    """A notebook and its text after running, with no kernel: (path, text without a key)."""
    path = add(root, "01_one.ipynb", "1 + 1")
    notebook = nbformat.read(path, as_version=4)
    return path, run_notebooks.to_text(run_notebooks.tidy(notebook))


def test_same_outputs_after_a_change_rewrite_the_key_alone(root, executed):
    path, text = executed
    run_notebooks.write(path, run_notebooks.stamped(text, keys.Keys()))
    (root / "requirements.txt").write_text("numpy==3\n")
    assert list(keys.Keys().stale([path])) == [path]
    again = run_notebooks.stamped(text, keys.Keys())
    assert run_notebooks.outcome(path, again, check=True) == "key would change"
    assert list(keys.Keys().stale([path])) == [path]
    assert run_notebooks.outcome(path, again, check=False) == "key written"
    assert keys.Keys().stale([path]) == {}
    assert run_notebooks.outcome(path, again, check=False) == "unchanged"


def test_what_changes_while_a_notebook_runs_makes_it_stale(root):
    path = add(root, "01_one.ipynb", "_ = open('../requirements.txt', 'w').write('numpy==3')")
    assert run_notebooks.run([path]) == ([], [path.name])
    assert keys.Keys().stale([path]) == {path: "requirements.txt has changed since they were made"}


def test_an_interrupted_write_leaves_the_old_file_whole(root, executed, monkeypatch):
    path, text = executed
    before = path.read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_notebooks.write(path, text)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_what_jupyter_adds_is_taken_out_without_executing(root, executed, capsys):
    path, text = executed
    stored = run_notebooks.stamped(text, keys.Keys())
    run_notebooks.write(path, stored)
    assert not run_notebooks.neaten(path)
    notebook = nbformat.reads(stored, as_version=4)
    notebook.metadata.language_info["version"] = "3.12.1"
    notebook.cells[0].metadata["execution"] = {"iopub.status.busy": "now"}
    nbformat.write(notebook, path)
    assert run_notebooks.neaten(path, check=True) and path.read_text() != stored
    assert run_notebooks.neaten(path) and path.read_text() == stored
    assert "01_one.ipynb: form written" in capsys.readouterr().out


def test_chosen_are_the_stale_ones_with_the_reason_or_all_or_those_named(root, executed, capsys):
    path, text = executed
    other = add(root, "02_other.ipynb", "2")
    run_notebooks.write(path, run_notebooks.stamped(text, keys.Keys()))
    assert run_notebooks.chosen([], everything=False) == [other]
    assert capsys.readouterr().out == "02_other.ipynb: no key is stored with its outputs\n"
    assert run_notebooks.chosen([], everything=True) == [path, other]
    assert run_notebooks.chosen([path], everything=False) == [path]


def test_the_longest_start_first():
    names = [path.name[:2] for path in run_notebooks.longest_first(keys.notebooks())]
    known = list(run_notebooks.LONGEST)
    assert names[: len(known)] == known and sorted(names) == sorted(set(names))
