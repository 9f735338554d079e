"""A chapter needs the wheel and nothing of the checkout. `make alone` runs all of them in a fresh
environment; here two short ones, and what the sources of all say."""

import ast
import re
import sys
import zipfile

import downloads
import keys
import nbformat
import pytest
import run_notebooks
from places import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHORT = ("03_gates", "04_forward")
# What [book] brings: its own requirements, and mpmath with SymPy.
BROUGHT = {"numpy", "matplotlib", "sympy", "mpmath", "autograd", "onnx", "onnxruntime", "tqdm"}
BROUGHT |= {"IPython"}  # with ipykernel
PATHS = re.compile(r"\.\./|_assets|notebooks/|book/|\b__file__\b")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The path of the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    downloads.wheel(folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    """A folder with what the wheel holds."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def code(path):
    return [cell.source for cell in keys.code_cells(nbformat.read(path, as_version=4))]


def imports(source):
    """Dotted names of the modules that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def paths_named(source):
    """Texts that name a place in the checkout."""
    found = (n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant))
    return [text for text in found if isinstance(text, str) and PATHS.search(text)]


def test_a_path_is_found():
    assert paths_named('open("../book/_assets/results/x.json")') and not paths_named('"a"')


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    there = {p.relative_to(ROOT) for p in (ROOT / "lstm_ref").rglob("*") if p.is_file()}
    hidden = {p for p in there if any(part.startswith((".", "__pycache__")) for part in p.parts)}
    assert names == {path.as_posix() for path in there - hidden}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_names_no_path_and_imports_what_the_wheel_brings(path, unpacked):
    for source in code(path):
        assert not paths_named(source)
        for module in imports(source):
            top = module.partition(".")[0]
            if top == "lstm_ref":
                file = unpacked.joinpath(*module.split("."))
                assert file.with_suffix(".py").is_file() or (file / "__init__.py").is_file(), module
            else:
                assert top in BROUGHT or top in sys.stdlib_module_names, module


@pytest.mark.parametrize("name", SHORT)
def test_a_short_chapter_runs_with_the_unpacked_wheel_alone(name, unpacked, tmp_path, monkeypatch):
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    where = f"import lstm_ref\nassert lstm_ref.__file__.startswith({str(unpacked)!r})"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(where, id="where"))
    path = tmp_path / f"{name}.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.setenv("PYTHONPATH", str(unpacked))
    assert '"output_type": "error"' not in run_notebooks.executed(path)


def test_the_downloads_have_the_same_bytes_again(tmp_path, wheel):
    zipped = [tmp_path / "a.zip", tmp_path / "b.zip"]
    files = {"b": b"2", "a": b"1"}
    downloads.zipped(zipped[0], files)
    downloads.zipped(zipped[1], dict(sorted(files.items())))
    assert zipped[0].read_bytes() == zipped[1].read_bytes()
    downloads.wheel(tmp_path)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()
