"""Words lead to the glossary, links show what they lead to, and the search finds the chapter."""

import re

import pytest
from bs4 import BeautifulSoup
from places import ROOT

TERM = re.compile(r"^(\S.*?)(?: \((.*)\))?$")


def entries():
    """name -> other names, of the source of the glossary."""
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    lines = text.split("```{glossary}\n")[1].split("\n```")[0].splitlines()
    found = (TERM.match(line).groups() for line in lines if line[:1].strip())
    return {name: others.split(", ") for name, others in found}


def soup(path):
    return BeautifulSoup(path.read_bytes(), "html.parser")


@pytest.fixture(scope="module")
def chapters(html):
    return {path.stem: soup(path) for path in sorted((html / "notebooks").glob("*.html"))}


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    assert not page.errors
    page.close()


def test_every_name_of_the_glossary_has_an_anchor(html):
    page = soup(html / "book" / "glossary.html")
    for name, others in entries().items():
        definition = page.find(id=f"term-{name.replace(' ', '-')}")
        assert definition.name == "dt" and name in definition.text
        for other in others:
            anchor = page.find(id=f"term-{other.replace(' ', '-')}")
            assert definition in [anchor, *anchor.parents]
    assert "witness" in entries() and len(entries()) > 40


def test_the_first_use_of_a_term_is_a_link(chapters):
    for name, chapter in chapters.items():
        links = chapter.select(".bd-article a.term")
        anchors = [link["href"].partition("#")[2] for link in links]
        assert len(anchors) >= 10, f"{name}: {anchors}"
        assert len(anchors) == len({*anchors}), f"{name}: twice"
        bad = [link.text for link in links if link.find_parent(["h1", "h2", "h3", "pre", "code"])]
        assert not bad, name


def test_a_longer_term_is_not_cut(chapters):
    """In "the output gate" nothing leads to "output"."""
    for name, chapter in chapters.items():
        for link in chapter.select(".bd-article a.term"):
            after = str(link.next_sibling or "")[:12].lower()
            assert not (link.text.lower() == "output" and after.startswith(" gate")), name
            assert not (link.text.lower() == "cell" and after.startswith(" state")), name


def test_a_word_in_another_sense_is_no_link(html):
    """In "small steps", "the folded cell", "outputs stored in the notebooks"."""
    after = re.compile(r"\s+(?:below an exercise|twice as|in the last place|stored)")
    before = re.compile(r"(?:folded|small|expected|imaginary|of these|code)\s+$")
    pages = [*html.glob("book/*.html"), *html.glob("notebooks/*.html")]
    count = 0
    for path in pages:
        for link in soup(path).select(".bd-article a.term"):
            count += 1
            anchor = link["href"].partition("#term-")[2]
            if anchor not in ("cell", "output", "step", "unit"):
                continue
            around = str(link.previous_sibling or ""), str(link.next_sibling or "")
            assert not before.search(around[0]) and not after.match(around[1]), (path.name, link)
            about_the_book = path.stem in ("how_to_read", "teachers", "downloads")
            assert not about_the_book or anchor == "unit", path.name
    assert count > 300


def search(page, server, query):
    """The results: (address below the site, title, excerpt)."""
    page.goto(f"{server}/search.html?q={query}")
    page.wait_for_function(
        "/found|did not match/.test(document.querySelector('.search-summary')?.innerText)"
    )
    page.wait_for_load_state("networkidle")
    return page.locator("#search-results > ul > li").evaluate_all(
        """all => all.map(li => [li.querySelector('a').href, li.querySelector('a').innerText,
            li.querySelector('.context')?.innerText || ''])"""
    )


@pytest.mark.parametrize(
    ("query", "first", "heading"),
    [
        ("vanishing gradient", "notebooks/02_long_dependencies.html#", ""),
        ("forget gate bias", "notebooks/03_gates.html#", "forget gate"),
        ("GRU", "notebooks/06_variants.html#", "GRU"),
        ("truncated", "notebooks/10_training.html#", "Truncated back-propagation"),
        ("遗忘门", "book/glossary.html#term-forget-gate", "forget gate"),
        ("梯度消失", "book/glossary.html#term-vanishing-gradient", "vanishing gradient"),
        ("check_cell", "book/api", "check_cell"),
    ],
)
def test_the_search_finds_the_chapter_first(page, server, query, first, heading):
    results = search(page, server, query)
    address, title, excerpt = results[0]
    assert address.removeprefix(f"{server}/").startswith(first)
    assert heading.lower() in title.lower()
    pages = [address.removeprefix(f"{server}/") for address, _, _ in results]
    if query.isascii() and "_" not in query:
        api = [k for k, found in enumerate(pages) if found.startswith("book/api")]
        chapters = [k for k, found in enumerate(pages) if found.startswith("notebooks/")]
        assert chapters and max(chapters) < min(api, default=len(pages)), pages
        assert any("book/glossary" in found for found in pages[:3])
        assert len(excerpt.split()) > 4 and not re.search(r"\\|\$|import |print\(", excerpt)


def test_what_was_searched_is_marked(page, server):
    search(page, server, "peephole")
    page.locator("#search-results li a").first.click()
    page.wait_for_function("document.documentElement.dataset.bookReady === 'yes'")
    assert page.evaluate("location.hash")
    marked = page.locator(".bd-article mark.searched")
    assert marked.count() > 3 and marked.first.inner_text().lower() == "peephole"
    page.reload()
    page.wait_for_function("document.documentElement.dataset.bookReady === 'yes'")
    assert marked.count() == 0


def shown(page, link):
    """The preview of a link, once its formulas are typeset."""
    link.scroll_into_view_if_needed()
    link.hover()
    page.wait_for_selector(".tippy-box")
    page.wait_for_function(r"!document.querySelector('.tippy-box').innerText.includes('\\(')")
    return page.locator(".tippy-box")


def test_links_show_what_they_lead_to(page, server):
    page.goto(f"{server}/notebooks/06_variants.html")
    page.wait_for_function("document.documentElement.dataset.bookReady === 'yes'")
    page.wait_for_timeout(300)
    term = page.locator("a.term", has_text="forget gate").first
    assert "遗忘门" in shown(page, term).inner_text()
    page.mouse.move(0, 0)
    page.wait_for_selector(".tippy-box", state="detached")
    equation = page.locator('p a.reference[href*="#equation-"]').first
    assert shown(page, equation).locator("mjx-container").count() >= 1
    assert not page.locator("mjx-merror").count()
    page.mouse.move(0, 0)
    page.wait_for_selector(".tippy-box", state="detached")
    term.focus()  # by keyboard
    page.wait_for_selector(".tippy-box")


def test_previews_are_the_same_in_every_build(html):
    names = sorted(p.relative_to(html).as_posix() for p in html.glob("_static/tippy/**/*.js"))
    assert names and all(name.endswith(".tips.js") for name in names)
    assert not list(html.glob("*_cache.json"))
    assert (html / "_static" / "previews" / "LICENSES.txt").exists()
    for path in html.glob("_static/tippy/notebooks/*.js"):
        links = re.findall(r'"a\[href=\\"([^"\\]+)\\"\]":', path.read_text(encoding="utf-8"))
        local = [link for link in links if link.startswith("#")]
        assert links and local == sorted(local)
