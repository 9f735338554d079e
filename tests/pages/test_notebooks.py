"""The stored notebooks: complete, in order, and free of the author's machine.

nbval passes a notebook whose outputs were stripped, so completeness is a test of its own.
"""

import re

import nbformat
import pytest
import yaml
from places import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 20  # lines
MACHINE = re.compile(r"(?<![\w.])/(home|Users|root|tmp|opt|usr|var|mnt|private)/|[A-Z]:\\\\?Users")


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture(scope="module")
def known():
    return pytest.importorskip("keys", reason="needs nbformat").Keys()


@pytest.fixture(scope="module")
def notebook(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def code(notebook):
    """The code cells that hold something and are executed."""
    keys = pytest.importorskip("keys", reason="needs nbformat")
    return keys.code_cells(notebook)


def head(cell):
    return cell.source.strip().splitlines()[0]


def texts(output):
    """Every text of an output, pictures aside."""
    yield output.get("text", "")
    for mime, data in output.get("data", {}).items():
        if mime.startswith("text/") or mime == "application/json":
            yield data if isinstance(data, str) else str(data)


def test_the_table_of_contents_lists_every_notebook():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    listed = sorted(file for file in listed if file.startswith("notebooks/"))
    assert listed == [f"notebooks/{path.stem}" for path in NOTEBOOKS]


def test_every_cell_was_run_once_and_in_order(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_outputs_are_stored(code):
    assert any(cell.outputs for cell in code), "no output at all: were they stripped?"


def test_no_errors_and_no_warnings_are_stored(code):
    bad = [
        head(cell)
        for cell in code
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert not bad


def test_written_by_the_tool(path, notebook):
    run_notebooks = pytest.importorskip("run_notebooks", reason="needs nbclient")
    text = run_notebooks.to_text(run_notebooks.tidy(notebook))
    assert text == path.read_text(encoding="utf-8"), "run `make notebooks`"


def test_the_outputs_are_those_of_the_sources(known, notebook):
    """Else `make book` would execute it first; nbval alone cannot tell of cells it leaves out."""
    why = known.why(notebook)
    assert not why, f"{'; '.join(why)}: run `make notebooks`"


def test_kernel_and_language_are_fixed(notebook):
    metadata = notebook.metadata
    assert metadata.kernelspec.name == "python3"
    assert metadata.language_info.get("version") is None, "the author's Python version"


def test_cells_are_short(code):
    long = {head(c): n for c in code if (n := len(c.source.splitlines())) > LONGEST_CELL}
    assert not long, f"cells longer than {LONGEST_CELL} lines: {long}"


def test_no_cell_ends_with_a_semicolon(code):
    # It hides the value from Jupyter, but nbval compares as if it were not there.
    ends = [c.source.strip().splitlines()[-1] for c in code if c.source.rstrip().endswith(";")]
    assert not ends, f"write `_ = ...` instead: {ends}"


def test_a_picture_has_one_output(code):
    """A second one, the value of the last line, would get the name of the figure, too."""
    for cell in code:
        if "figure" in cell.metadata.get("mystnb", {}):
            assert len([o for o in cell.outputs if o.output_type != "stream"]) == 1, cell.source


def test_outputs_name_no_path_of_a_machine(code):
    found = [
        f"{head(cell)}: {text.strip()[:120]}"
        for cell in code
        for output in cell.outputs
        for text in texts(output)
        if MACHINE.search(text) or str(ROOT) in text
    ]
    assert not found


def test_every_picture_says_what_it_shows(code):
    silent = [
        head(cell)
        for cell in code
        if any(mime.startswith("image/") for o in cell.outputs for mime in o.get("data", {}))
        and len(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "").split()) < 4
    ]
    assert not silent, "set the cell metadata mystnb.image.alt"


def test_a_gate_colour_means_a_gate(notebook):
    """Gates get theirs by name, from the style sheet; nothing else is drawn in them."""
    from lstm_ref.book import style

    sources = "".join(cell.source for cell in notebook.cells).lower()
    assert not [gate["color"] for gate in style.GATES.values() if gate["color"].lower() in sources]
