"""The page for teachers: times are computed, figures are there, chapters without solutions too."""

import re
import zipfile
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from places import ROOT

import lstm_ref

CHAPTERS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


@pytest.fixture(scope="module")
def page(html):
    return BeautifulSoup((html / "book" / "teachers.html").read_bytes(), "html.parser")


def test_every_section_has_its_minutes(page, html):
    for name, chapter in zip(CHAPTERS, page.select("details.minutes"), strict=True):
        text, exercises = map(int, re.findall(r"(\d+)(?= minutes|$)", chapter.summary.text))
        minutes = [int(item.text.split()[-1]) for item in chapter.select("li")]
        assert 10 < text < 240 and exercises >= 15
        assert text - len(minutes) <= sum(minutes) - exercises <= text + len(minutes), name
        target = BeautifulSoup((html / "notebooks" / f"{name}.html").read_bytes(), "html.parser")
        headings = target.select("article > section > section > h2")
        assert len(minutes) == len(headings) + 1
        links = {link["href"].partition("notebooks/")[2] for link in chapter.select("p a")}
        assert links == {f"{name}.html", f"{name}.html?solutions=no", f"{name}.ipynb"}


def test_lectures_add_up(page):
    text = [
        int(re.search(r": (\d+) minutes", d.text).group(1)) for d in page.select("details.minutes")
    ]
    tables = page.select("table.lectures")
    assert [len(table.select("tbody tr")) for table in tables] == [2, 4, 8]
    for row in page.select("table.lectures tbody tr"):
        _, chapters, _, minutes = (cell.text for cell in row.select("td"))
        assert int(minutes) == sum(text[int(number) - 1] for number in chapters.split(", "))
    everything = tables[2].select("td:nth-child(2)")
    numbers = [number for cell in everything for number in cell.text.split(", ")]
    assert numbers == [str(number) for number in range(1, len(CHAPTERS) + 1)]


def test_figures_are_complete_and_say_their_licence(page, html):
    files = {
        path.relative_to(html / "figures").as_posix(): path for path in html.glob("figures/*/*.svg")
    }
    links = {a["href"].partition("figures/")[2] for a in page.select("details.figures a")}
    assert links == {*files} and len(files) >= 40
    for name, path in files.items():
        text = path.read_text(encoding="utf-8")
        ElementTree.fromstring(text)
        assert "Licence: CC BY 4.0" in text[:2000] and f"chapter {int(name[:2])}" in text[:2000]
    archive = html / "downloads" / f"lstm_ref-{lstm_ref.__version__}-figures.zip"
    with zipfile.ZipFile(archive) as found:
        assert {*found.namelist()} == {*files, "figures.txt"}
        for name, path in files.items():
            assert found.read(name) == path.read_bytes()


def test_a_chapter_is_printed_without_solutions(browser, server):
    page = browser.new_page()
    for query, count in (("", "some"), ("?solutions=no", "none")):
        page.goto(f"{server}/notebooks/01_rnn.html{query}")
        page.wait_for_function("document.documentElement.dataset.bookReady === 'yes'")
        for media in ("screen", "print"):
            page.emulate_media(media=media)
            seen = page.locator(".solution").evaluate_all(
                "all => all.filter(s => s.offsetHeight).length"
            )
            assert (seen > 0) == (count == "some")
            exercises = page.locator(".exercise").evaluate_all(
                "all => all.every(s => s.offsetHeight)"
            )
            assert exercises
    page.close()
