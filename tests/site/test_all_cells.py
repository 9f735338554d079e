"""The page of all cells: light until an entry is opened, filtered by words, found by the search."""

import json
import re

import numpy as np
import pytest
from test_site import Visit

from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import c_code, js_code, numpy_alone, torch_code
from lstm_ref.derive.typeset import latex
from lstm_ref.interop import published

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


FILES = {"{}_numpy.py": numpy_alone, "{}.h": c_code, "{}.js": js_code, "{}_torch.py": torch_code}


def test_the_code_of_every_cell_is_linked(html, opened):
    links = opened.page.locator("details.cell-code a[download]")
    files = links.evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(files) == len(set(files)) == 5 * len(catalogue.CELLS)
    assert {f"../code/{path.name}" for path in (html / "code").iterdir()} == set(files)
    for name in ("LSTM", "GRU_D", "MLSTM"):
        for form, language in FILES.items():
            file = form.format(name if ".js" in form else name.lower())
            text = (html / "code" / file).read_text(encoding="utf-8")
            assert text == language.source(catalogue.CELLS[name])
        module = (html / "code" / f"{name}.mjs").read_text(encoding="utf-8")
        assert module.endswith(f"export default {name};\n")


def test_the_published_vectors_of_every_cell_are_linked(html, opened):
    links = opened.page.locator("details.cell-vectors a[download]")
    files = links.evaluate_all("all => all.map(a => a.getAttribute('href'))")
    named = [name for cell in catalogue.CELLS for name in published.names(cell)]
    assert files == [f"../vectors/{name}" for name in named]
    assert published.changed() == []
    for path in published.FOLDER.iterdir():
        assert (html / "vectors" / path.name).read_bytes() == path.read_bytes()


def test_code_is_copied_by_keyboard(html, opened):
    page = opened.page
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.focus("#cell-gru-d details.cell-code summary")
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Copy gru_d_torch.py")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copied gru_d_torch.py").wait_for()
    text = (html / "code" / "gru_d_torch.py").read_text(encoding="utf-8")
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_the_script_of_a_cell_runs_in_the_browser(opened):
    opened.page.add_script_tag(url="../code/LSTM.js")
    y = opened.page.evaluate("""() => {
        const sizes = { T: 2, D: 1, H: 1, B: 1 }, params = {};
        for (const name in LSTM.shapes) params[name] = Float64Array.of(0.5);
        return Array.from(LSTM.forward(sizes, params, Float64Array.of(1, 2)).y);
    }""")
    module = catalogue.CELLS["LSTM"].module
    params = {name: np.full((1, 1), 0.5) for name in module.SHAPES}
    h, *_ = module.forward(params, np.array([1.0, 2.0]).reshape(2, 1, 1))
    assert np.allclose(y, h.ravel(), rtol=1e-14)


def test_a_page_from_a_folder_has_links_and_no_buttons(html, browser):
    page = browser.new_page()
    page.goto((html / PAGE).as_uri())
    page.evaluate("document.querySelector('#cell-lstm details.cell-code').open = true")
    page.wait_for_timeout(200)
    assert page.locator("#cell-lstm details.cell-code a").count() == 5
    assert page.locator("#cell-lstm details.cell-code button").count() == 0
    page.close()


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
