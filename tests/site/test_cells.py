"""The page of all cells: light until an entry is opened, filtered by words, found by the search."""

import json
import re

import pytest
from test_site import Visit

from lstm_ref.derive import catalogue
from lstm_ref.derive.typeset import latex

PAGE = "book/cells.html"


@pytest.fixture
def opened(browser, server):
    visit = Visit(browser, server)
    visit.open(PAGE)
    yield visit
    assert not visit.errors and not visit.foreign
    visit.context.close()


def shown(page):
    return page.locator("section.cell:not([hidden]) > h3").evaluate_all(
        "all => all.filter(h => h.offsetParent).map(h => h.firstChild.textContent)"
    )


def test_every_cell_has_an_entry_and_none_is_typeset_yet(opened):
    assert shown(opened.page) == [*catalogue.CELLS]
    assert opened.page.locator(".cells-math mjx-container").count() == 0


def test_the_filter_by_keyboard(opened):
    page = opened.page
    page.focus("#cells-filter")
    page.keyboard.type("Matrix state MEMORY")  # of the heading above and of the entry
    found = shown(page)
    assert "MLSTM" in found and "LSTM" not in found and len(found) < 10
    assert page.inner_text("#cells-count") == f"{len(found)} of {len(catalogue.CELLS)} cells"
    assert page.locator("section.cells-kind:not([hidden])").count() == 1
    page.fill("#cells-filter", "gru_d")
    assert shown(page) == ["GRU_D"]
    page.fill("#cells-filter", "")
    assert len(shown(page)) == len(catalogue.CELLS)


def test_an_entry_is_typeset_when_it_is_opened(opened):
    page = opened.page
    page.focus("#cell-mlstm summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell-mlstm mjx-container")
    parts = len(latex.document(catalogue.CELLS["MLSTM"]))
    assert page.locator("#cell-mlstm .cells-math mjx-container").count() == parts > 4
    assert page.locator(".cells-math mjx-container").count() == parts
    assert not page.locator("mjx-merror").count()


def test_an_address_opens_its_entry_whatever_is_filtered(opened):
    page = opened.page
    page.fill("#cells-filter", "oscillators")
    page.evaluate("location.hash = '#cell-gru-d'")
    page.wait_for_selector("#cell-gru-d mjx-container")
    assert page.input_value("#cells-filter") == ""


def test_mathjax_reads_the_formulas_of_every_cell(opened):
    """By its parser, without layout, which takes a minute."""
    faults = opened.page.evaluate(
        """async () => {
            await MathJax.startup.promise;
            const found = [];
            for (const s of document.querySelectorAll('.cells-math script')) {
                const tree = await MathJax.tex2mmlPromise(s.textContent);
                if (/<merror/.test(tree)) found.push(s.closest('section').id + ': ' + tree);
            }
            return found;
        }"""
    )
    assert not faults


def test_the_search_of_the_site_knows_every_name(html):
    text = (html / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(re.fullmatch(r"Search\.setIndex\((.*)\)", text, re.S)[1])
    page = index["docnames"].index("book/cells")
    for name in catalogue.CELLS:
        places = index["alltitles"].get(name, [])
        assert [page, f"cell-{name.lower().replace('_', '-')}"] in places, name
