"""What the site offers for download is there, is what its checksum says, and is linked."""

import hashlib
import json
import re
import zipfile

import pytest
from bs4 import BeautifulSoup
from places import ROOT

import lstm_ref
from lstm_ref.interop import published

STEM = f"lstm_ref-{lstm_ref.__version__}"
NAMES = {"lstm.c", "lstm.h", "lstm-card.pdf", f"{STEM}-notebooks.zip", f"{STEM}-vectors.zip"}
NAMES |= {f"{STEM}-figures.zip"}
NAMES |= {f"{STEM}-py3-none-any.whl"}


@pytest.fixture(scope="module")
def folder(html):
    return html / "downloads"


@pytest.fixture(scope="module")
def page(html):
    return BeautifulSoup((html / "book" / "downloads.html").read_text("utf-8"), "html.parser")


def test_every_file_is_what_its_checksum_says(folder):
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    said = {name: sha for sha, name in (line.split("  ") for line in lines)}
    assert said.keys() == NAMES == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for name, sha in said.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha, name


def test_each_is_linked_with_its_checksum(folder, page):
    links = page.select("a.download")
    assert {link["href"] for link in links} == {f"../downloads/{n}" for n in NAMES | {"SHA256SUMS"}}
    for link in links:
        path = folder / link["href"].rpartition("/")[2]
        assert path.is_file()
        if path.name != "SHA256SUMS":
            said = re.search(r"\b[0-9a-f]{64}\b", link.find_parent("li").get_text())[0]
            assert said == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_archive_of_notebooks_is_that_of_the_sources(folder):
    with zipfile.ZipFile(folder / f"{STEM}-notebooks.zip") as archive:
        inside = {name for name in archive.namelist() if name.endswith(".ipynb")}
        assert inside == {f"notebooks/{p.name}" for p in (ROOT / "notebooks").glob("*.ipynb")}
        for name in inside:
            assert json.loads(archive.read(name))["cells"]


def test_the_golden_vectors_are_the_published_ones(folder):
    with zipfile.ZipFile(folder / f"{STEM}-vectors.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    files = {f"vectors/{path.name}": path.read_bytes() for path in published.FOLDER.iterdir()}
    assert inside == files and "vectors/SHA256SUMS" in inside and len(inside) > 190


def test_the_wheel_holds_the_published_vectors(folder):
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        inside = {n.rpartition("/")[2] for n in wheel.namelist() if "/published/files/" in n}
    assert inside == {path.name for path in published.FOLDER.iterdir()}


def test_the_commands_of_the_page_name_this_version(page):
    named = set(re.findall(r"lstm_ref-(\d[\d.]*\d)-py3", page.get_text()))
    assert named == {lstm_ref.__version__}
