"""The repository's address stands in one place, is empty, and both states are whole."""

import re
import shutil
import subprocess
import sys
import tomllib

import address
import keys
import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from places import ROOT

HERE = "https://github.com/someone/a-book"
PLACES = re.compile(r"github\.com/someone|colab\.research|mybinder", re.I)


@pytest.fixture
def copy(tmp_path):
    """What has the address, or says it, in a folder of its own, without an address."""
    for name in ("_config.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "03_gates.ipynb", tmp_path / "notebooks")
    address.put("", tmp_path)  # whatever the address of this copy of the book
    return tmp_path


def test_what_says_the_address_says_that_of_the_configuration():
    wanted = address.files(*address.read())
    other = [p.name for p, text in wanted.items() if p.read_text(encoding="utf-8") != text]
    assert not other, "run `make address REPOSITORY=...`"


def test_the_package_names_no_address_of_its_own():
    """`urls` of pyproject.toml would be a second place: they go into every wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not {"urls", "maintainers"} & project.keys() and "urls" not in project.get("dynamic", [])


def test_set_and_taken_out_again(copy):
    before = {path: path.read_bytes() for path in address.files("", "main", copy)}
    assert len(address.put(HERE, copy)) == 3
    assert address.read(copy) == (HERE, "main")
    assert yaml.safe_load((copy / "CITATION.cff").read_text())["repository-code"] == HERE
    assert not address.put(HERE, copy), "the second time nothing is left to do"
    assert len(address.put("", copy)) == 3
    assert {path: path.read_bytes() for path in before} == before


def test_the_stored_outputs_still_fit(copy):
    """Neither key nor counts know of the cell: setting an address executes nothing."""
    address.put(HERE, copy)
    path = copy / "notebooks" / "03_gates.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[1].id == address.CELL
    text = path.read_text(encoding="utf-8")
    assert address.run_notebooks.to_text(address.run_notebooks.tidy(notebook)) == text
    original = nbformat.read(ROOT / "notebooks" / "03_gates.ipynb", as_version=4)
    known = keys.Keys()
    assert known.key(notebook) == known.key(original)


@pytest.mark.parametrize(
    "bad",
    [
        "github.com/me/book",
        "https://github.com/me",
        "https://github.com/me/book/",
        f"{HERE}.git",
        "https://gitlab.com/me/book",
        'https://github.com/me/book"; x',
        "git@github.com:me/book",
    ],
)
def test_what_is_no_address_is_refused(copy, bad):
    before = (copy / "_config.yml").read_text()
    with pytest.raises(ValueError, match=r"address: expected https://github.com/OWNER/NAME"):
        address.put(bad, copy)
    assert (copy / "_config.yml").read_text() == before


@pytest.mark.parametrize("colab", [True, False])
def test_the_cell_installs_on_colab_and_does_nothing_elsewhere(monkeypatch, colab):
    said = []
    monkeypatch.setattr(subprocess, "run", lambda words, check: said.append((words, check)))
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", sys)
    source = address.SOURCE.format(address=HERE, branch="main")
    exec(source, {})
    package = f"lstm-ref[book] @ git+{HERE}@main"
    wanted = [sys.executable, "-m", "pip", "install", "--quiet", package]
    assert said == ([(wanted, True)] if colab else [])
    assert max(map(len, source.splitlines())) < 100


@pytest.mark.parametrize("here", ["", HERE])
def test_a_chapter_has_buttons_where_there_is_an_address(tmp_path, here):
    """A small book with the configuration of this one, built as this one is."""
    config = yaml.safe_load(address.in_config((ROOT / "_config.yml").read_text(), here))
    config["bibtex_bibfiles"] = [str(ROOT / "book" / "references.bib")]
    config["sphinx"]["local_extensions"] = {"lstm_book": str(ROOT / "book" / "_ext")}
    config["sphinx"]["config"]["html_static_path"] = [str(ROOT / "book" / "_assets")]
    config["html"]["favicon"] = str(ROOT / "book" / "_assets" / "favicon.svg")
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config))
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: start\nchapters: [{file: page}]\n")
    (tmp_path / "start.md").write_text("# A book\n")
    cells = [nbformat.v4.new_markdown_cell("# A chapter"), nbformat.v4.new_code_cell("shown = 1")]
    metadata = address.run_notebooks.METADATA
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata))
    (tmp_path / "page.ipynb").write_text(address.in_notebook(text, here, "main"))
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    done = subprocess.run(
        [*command, "build", str(tmp_path), "-W", "-n"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    html = (tmp_path / "_build" / "html" / "page.html").read_text(encoding="utf-8")
    links = [a["href"] for a in BeautifulSoup(html, "html.parser").find_all("a", href=True)]
    found = sorted({link.split("?")[0] for link in links if PLACES.search(link)})
    colab = "https://colab.research.google.com/github/someone/a-book/blob/main/page.ipynb"
    binder = "https://mybinder.org/v2/gh/someone/a-book/main"
    assert found == (sorted([HERE, f"{HERE}/issues/new", colab, binder]) if here else [])
    assert "shown" in html and "google.colab" not in html
    assert here or not re.search(r"github\.com/(?!executablebooks|sphinx|pydata)", html)
