"""The key of stored outputs: what makes a notebook stale, and what does not."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import keys
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from places import ROOT
from reach import Package

FILES = {
    "__init__.py": """
        NAMES = {"cell": "lstm_ref.derive.language", "run": "lstm_ref.runtime"}
        def __getattr__(name):
            import importlib
            return getattr(importlib.import_module(NAMES[name]), name)
        """,
    "__main__.py": "from lstm_ref import plots\n",
    "cells/__init__.py": """
        import importlib
        def by_hand(name):
            return importlib.import_module(f"lstm_ref.cells.{name}")
        """,
    "cells/lstm.py": "from lstm_ref.cells import loop\n",
    "cells/loop.py": "",
    "cells/gru.py": "",
    "derive/__init__.py": "",
    "derive/language.py": "from . import terms\n",
    "derive/terms.py": "",
    "derive/code.py": 'HEAD = "import numpy\\nfrom lstm_ref.runtime import run, stop\\n"\n',
    "runtime.py": "if TYPE_CHECKING:\n    import lstm_ref.anything\n",
    "learn.py": "def fit():\n    from lstm_ref import optim\n",
    "optim.py": "",
    "plots.py": 'FOLDER = "book/results"\n',
    "results/adding.json": "{}",
    "stored/__init__.py": "",
    "stored/gender.json": "{}",
    "diagnose.py": "import lstm_ref.learn\n",
    "anything.py": "def load(name):\n    return __import__(name)\n",
}
LANGUAGE = ["derive", "derive/language", "derive/terms", "runtime"]


def module(text):
    return "\n".join(line.removeprefix("        ") for line in text.split("\n"))


def notebook(*sources):
    cells = [new_code_cell(source, id=f"c{k}") for k, source in enumerate(sources)]
    cells[0].outputs = [new_output("stream", text="1\n")]
    return new_notebook(cells=[new_markdown_cell("# Title", id="title"), *cells])


@pytest.fixture
def root(tmp_path):
    """A small checkout with two notebooks whose outputs fit."""
    for name, text in FILES.items():
        path = tmp_path / "lstm_ref" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module(text), encoding="utf-8")
    for folder in ("notebooks", "tools"):
        (tmp_path / folder).mkdir()
    (tmp_path / "requirements.txt").write_text("numpy==2.4.6\n")
    (tmp_path / "tools" / "environment.py").write_text("")
    store(tmp_path, "01.ipynb", notebook("from lstm_ref.cells import lstm", "1 + 1"))
    store(tmp_path, "02.ipynb", notebook("from lstm_ref import cell, learn"))
    assert keys.Keys(tmp_path).stale(keys.notebooks(tmp_path)) == {}
    return tmp_path


def sources(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def store(root, name, notebook):
    notebook.metadata[keys.NAME] = {"key": keys.Keys(root).key(notebook)}
    nbformat.write(notebook, root / "notebooks" / name)


def change(root, name, act):
    """Edit a stored notebook and leave its key as it is."""
    path = root / "notebooks" / name
    stored = nbformat.read(path, as_version=4)
    act(stored)
    nbformat.write(stored, path)


def stale(root):
    found = keys.Keys(root).stale(keys.notebooks(root))
    return {path.stem: why for path, why in found.items()}


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("__init__.py", ["01", "02"]),
        ("cells/lstm.py", ["01"]),
        ("cells/loop.py", ["01"]),  # through lstm
        ("cells/gru.py", ["01"]),  # loaded by a name that is put together
        ("derive/language.py", ["02"]),  # the name `cell` of the package
        ("derive/terms.py", ["02"]),  # relative
        ("optim.py", ["02"]),  # within a function
        ("diagnose.py", []),
        ("__main__.py", []),
        ("results/adding.json", []),
    ],
)
def test_a_change_of_the_package_names_who_reaches_it(root, name, named):
    path = root / "lstm_ref" / name
    path.write_text(path.read_text() + "\n# another line\n")
    assert stale(root) == dict.fromkeys(named, "the package has changed since they were made")


def test_a_new_or_lost_module_counts_where_it_is_reached(root):
    (root / "lstm_ref" / "cells" / "new.py").write_text("")
    assert list(stale(root)) == ["01"]
    (root / "lstm_ref" / "cells" / "new.py").unlink()
    (root / "lstm_ref" / "optim.py").unlink()
    assert list(stale(root)) == ["02"]


def test_code_counts_and_text_does_not(root):
    change(root, "01.ipynb", lambda n: n.cells[0].update(source="# Another title"))
    assert stale(root) == {}
    change(root, "01.ipynb", lambda n: n.cells[2].update(source="1 + 2"))
    assert stale(root) == {"01": "its code has changed since they were made"}


@pytest.mark.parametrize(
    "act",
    [
        lambda n: n.cells[1].metadata.update(tags=["raises-exception"]),
        lambda n: n.cells.append(n.cells.pop(1)),
        lambda n: n.cells.pop(2),
    ],
)
def test_tags_and_order_of_cells_count(root, act):
    change(root, "01.ipynb", act)
    assert "its code has changed" in stale(root)["01"]


def test_outputs_by_hand_are_seen(root):
    change(root, "01.ipynb", lambda n: n.cells[1].outputs[0].update(text="2\n"))
    assert stale(root) == {"01": "its outputs were changed by hand since they were made"}


@pytest.mark.parametrize(
    "file", ["requirements.txt", "tools/environment.py", "notebooks/numbers.csv"]
)
def test_lock_environment_and_files_beside_concern_all(root, file):
    (root / file).write_text("something else")
    assert list(stale(root)) == ["01", "02"]
    why = {why.split(" has")[0] for why in stale(root).values()}
    assert why == {"a file beside it" if "csv" in file else file}


def test_without_a_key_all_is_stale(root):
    change(root, "01.ipynb", lambda n: n.metadata.pop(keys.NAME))
    change(root, "02.ipynb", lambda n: n.metadata.update({keys.NAME: {"key": {"cells": "0"}}}))
    assert stale(root) == {
        "01": "no key is stored with its outputs",
        "02": "its key is of another form",
    }


def test_line_ends_of_another_system_are_no_change(root):
    for path in (root / "lstm_ref").rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert stale(root) == {}


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("from lstm_ref import plots", ["__init__", "plots", "results/adding"]),
        ("open('../lstm_ref/results/adding.json')", ["results/adding"]),
        ("from lstm_ref.derive import code", ["__init__", "derive", "derive/code", "runtime"]),
        ("run('-m', 'lstm_ref')", ["__main__", "__init__", "plots", "results/adding"]),
        ("from lstm_ref.stored import load", ["__init__", "stored", "stored/gender"]),
        ("import lstm_ref.learn", ["__init__", "learn", "optim", *LANGUAGE]),  # lstm_ref.cell
        ("from lstm_ref import cell", ["__init__", *LANGUAGE[:3]]),
        ("import lstm_ref as package", ["__init__", *LANGUAGE]),
        (
            "from lstm_ref.diagnose import name",
            ["__init__", "diagnose", "learn", "optim", *LANGUAGE],
        ),
        ("import numpy, lstm_reference", []),
    ],
)
def test_what_a_source_reaches(root, source, reached):
    found = [path.relative_to(root / "lstm_ref") for path in Package(root).reached([source])]
    names = {path.with_suffix("").as_posix().removesuffix("/__init__") for path in found}
    assert names == set(reached)


@pytest.mark.parametrize("source", ["from lstm_ref import anything", "import lstm_ref.anything"])
def test_a_module_loaded_by_no_known_name_may_be_any(root, source):
    package = Package(root)
    assert set(package.modules.values()) <= set(package.reached([source]))


def test_magic_commands_leave_all_in_doubt(root):
    store(root, "01.ipynb", notebook("%matplotlib inline"))
    (root / "lstm_ref" / "diagnose.py").write_text("# another")
    assert list(stale(root)) == ["01"]


# Runs the imports of one notebook after the other, each from nothing as far as lstm_ref goes.
LOADED = """
import json, sys
for name, lines in json.load(sys.stdin).items():
    ours = [n for n in sys.modules if n.split(".")[0] == "lstm_ref"]
    for module in ours:
        del sys.modules[module]
    exec("\\n".join(lines), {})
    files = [m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "lstm_ref"]
    print(json.dumps([name, files]))
"""


def test_every_module_that_a_notebook_imports_is_reached():
    """The graph, read from sources, against what Python loads: the imports of each notebook."""
    code, imports = {}, {}
    for path in keys.notebooks():
        code[path.name] = sources(path)
        lines = [line for text in code[path.name] for line in text.split("\n")]
        imports[path.name] = [li for li in lines if re.match(r"(import|from) [^(]*$", li)]
    done = subprocess.run(
        [sys.executable, "-c", LOADED], input=json.dumps(imports), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    package, loaded = Package(ROOT), dict(map(json.loads, done.stdout.splitlines()))
    assert loaded.keys() == code.keys()
    for name, files in loaded.items():
        missed = {Path(file).resolve() for file in files} - set(package.reached(code[name]))
        assert files and not missed, f"{name}: tools/reach.py overlooks {missed}"


@pytest.mark.parametrize(
    ("chapters", "rooms"),
    [(slice(0, 4), {"diagnose", "mistakes", "interop"}), (slice(1, 4), {"derive", "check"})],
)
def test_what_the_real_notebooks_do_not_reach(chapters, rooms):
    """The choice is sharp: the first chapters depend neither on diagnosis nor on derivation."""
    package = Package(ROOT)
    for path in keys.notebooks()[chapters]:
        reached = package.reached(sources(path))
        found = {p.relative_to(ROOT / "lstm_ref").parts[0] for p in reached}
        assert "cells" in found and not rooms & found, path.name


def test_a_copy_of_the_checkout_has_the_same_keys(tmp_path):
    shutil.copytree(
        ROOT / "lstm_ref", tmp_path / "lstm_ref", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("notebooks", "tools"):
        (tmp_path / name).mkdir()
    for name in ("requirements.txt", "tools/environment.py", "notebooks/01_rnn.ipynb"):
        shutil.copy(ROOT / name, tmp_path / name)
    stored = nbformat.read(tmp_path / "notebooks" / "01_rnn.ipynb", as_version=4)
    assert keys.Keys(tmp_path).key(stored) == keys.Keys(ROOT).key(stored)
