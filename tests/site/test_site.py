"""The built site as a reader meets it, in a headless Chromium."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from measures import FOCUS, MOVES, SHIFTS
from places import ROOT

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,  # it would fetch the @import of a style sheet from the wrong folder
}


def pages():
    """Every page of _toc.yml, as its path without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    each = ([chapter, *chapter.get("sections", [])] for chapter in chapters)
    return [toc["root"], *(page["file"] for several in each for page in several)]


class Visit:
    """A page in the browser, and what went wrong while it was open."""

    def __init__(self, browser, home):
        self.home, self.errors, self.foreign = home, [], []
        self.context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
        self.context.route("**/*", self._only_home)
        self.page = self.context.new_page()
        self.page.add_init_script(SHIFTS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("response", self._response)

    def _only_home(self, route):
        if route.request.url.startswith(self.home):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text}")

    def _response(self, response):
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.url}")

    def open(self, path):
        self.page.goto(f"{self.home}/{path}")
        self.page.wait_for_function("document.documentElement.dataset.bookReady === 'yes'")

    def violations(self, scheme, viewport):
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size(viewport)
        self.page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        self.page.wait_for_timeout(150)  # the resize handler and the repaint
        found = Axe().run(self.page, options=AXE).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:200]}\n    {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        ]


@pytest.fixture(scope="module", params=pages())
def visit(request, browser, server):
    """One page of the book, opened once for all tests of it."""
    visit = Visit(browser, server)
    visit.open(f"{request.param}.html")
    yield visit
    visit.context.close()


# Before another test of a page does anything to it; on a phone: test_weight.py.
def test_nothing_moves_while_it_loads(visit):
    assert visit.page.evaluate("window.shifted") < MOVES


def test_all_mathematics_is_rendered(visit):
    sources = visit.page.locator(".bd-article .math")
    raw = sources.evaluate_all(
        "all => all.filter(m => !m.querySelector('mjx-container')).map(m => m.textContent)"
    )
    errors = visit.page.locator("mjx-merror").evaluate_all(
        "all => all.map(m => m.closest('.math')?.textContent + ' ' + m.dataset.mjxError)"
    )
    assert not raw, f"not rendered: {raw}"
    assert not errors, f"MathJax could not read: {errors}"
    assert "\\(" not in visit.page.inner_text(".bd-article")


def test_every_image_has_an_alternative_text(visit):
    images = visit.page.locator(".bd-article img").evaluate_all(
        "all => all.map(i => [i.getAttribute('src'), i.getAttribute('alt') || ''])"
    )
    bad = [
        (src, alt)
        for src, alt in images
        if len(alt.split()) < 4 or re.search(r"\.(svg|png|jpe?g)$|^_?images?/", alt)
    ]
    drawings = visit.page.locator(".bd-article svg").evaluate_all(
        "all => all.filter(s => !s.closest('button, a, mjx-container, .sd-summary-state-marker, "
        "[aria-hidden=true]') && !s.getAttribute('aria-label') && "
        "!s.closest('[role=img][aria-label]') && !s.querySelector(':scope > title'))"
        ".map(s => s.outerHTML.slice(0, 120))"
    )
    assert not bad, f"images without a text that says what is seen: {bad}"
    assert not drawings, f"drawings without a name: {drawings}"


def test_every_image_is_loaded(visit):
    page = visit.page
    page.evaluate("document.querySelectorAll('img').forEach(i => { i.loading = 'eager' })")
    page.wait_for_function("[...document.images].every(i => i.complete)")
    broken = page.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)")
    assert not broken


def test_accessible_in_light(visit):
    assert not visit.violations("light", DESKTOP)


FOCUSED = {"light": set(), "dark": set()}  # kinds of elements that were looked at on other pages


def focus_is_seen(page, scheme):
    """On a page that is shown in this scheme already: to change it costs a second."""
    page.keyboard.press("Tab")  # else a browser shows no focus
    kinds, unseen = page.evaluate(FOCUS, sorted(FOCUSED[scheme]))
    assert len(kinds) > 5
    assert not unseen, "\n".join(unseen)
    FOCUSED[scheme] |= {*kinds}


def test_the_focus_is_seen_in_light(visit):
    focus_is_seen(visit.page, "light")


# Dark on a phone, light on a desk: both schemes and both layouts in half the time.
def test_accessible_in_dark(visit):
    assert not visit.violations("dark", PHONE)


def test_the_focus_is_seen_in_dark(visit):
    focus_is_seen(visit.page, "dark")


def test_fits_a_phone(visit):
    visit.page.set_viewport_size(PHONE)
    visit.page.wait_for_timeout(150)
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    # A box that hides or scrolls its overflow keeps it from the page; name the others.
    wide = visit.page.evaluate(
        """() => [...document.querySelectorAll('.bd-main *')].filter(e => {
            if (e.getBoundingClientRect().right <= innerWidth + 1) return false;
            for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
                if (getComputedStyle(p).overflowX !== 'visible') return false;
            return getComputedStyle(e).position !== 'fixed' && e.offsetParent !== null;
        }).map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 60))"""
    )
    assert width <= PHONE["width"], f"{width} px wide because of {wide[:5]}"
    assert not wide, f"cut off at the right: {wide[:5]}"


LINE_BEGINS = """() => [...document.querySelectorAll(
    '.bd-article mjx-container:not([display=true])')].map(formula => {
        let last = formula;
        while (!last.nextSibling && !['P', 'LI', 'TD', 'DD'].includes(last.tagName))
            last = last.parentElement;
        const next = last.nextSibling, range = document.createRange();
        if (next?.nodeType !== 3 || !/^[.,;:!?)]/.test(next.data)) return '';
        range.setStart(next, 0);
        range.setEnd(next, 1);
        const mark = range.getBoundingClientRect(), box = formula.getBoundingClientRect();
        const below = mark.height && mark.left < box.left && mark.top > box.top;
        return below ? formula.textContent + next.data.slice(0, 20) : '';
    }).filter(text => text)"""


def test_no_line_begins_with_a_comma(visit):
    visit.page.set_viewport_size(PHONE)
    visit.page.wait_for_timeout(150)
    assert visit.page.evaluate(LINE_BEGINS) == []


# The last of a page, so that everything done to it before is looked at, too.
def test_no_console_error_and_no_foreign_host(visit):
    assert not visit.errors
    assert not visit.foreign


def test_search_finds(browser, server):
    visit = Visit(browser, server)
    visit.page.goto(f"{server}/search.html?q=LSTM")
    visit.page.wait_for_selector("#search-results li a", timeout=10_000)
    assert visit.page.locator("#search-results li a").count() >= 3
    assert not visit.errors
    assert not visit.foreign
    visit.context.close()


@pytest.mark.parametrize(("name", "width"), [("genindex", 360), ("book/api/interop", 320)])
def test_long_names_fit_a_small_phone(browser, server, name, width):
    visit = Visit(browser, server)
    visit.page.set_viewport_size({"width": width, "height": 740})
    visit.page.goto(f"{server}/{name}.html")
    visit.page.wait_for_timeout(150)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    visit.context.close()


def test_the_card_is_printed_on_one_sheet(browser, server):
    visit = Visit(browser, server)
    visit.open("book/card.html")
    pdf = visit.page.pdf(format="A4")
    assert pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages") == 1
    visit.context.close()


def test_prints_on_white_with_solutions_open_even_from_the_dark(browser, server):
    visit = Visit(browser, server)
    visit.page.emulate_media(color_scheme="dark")
    visit.open("notebooks/01_rnn.html")
    visit.page.emulate_media(color_scheme="dark", media="print")
    visit.page.wait_for_timeout(500)  # the theme fades its colours, solutions their height
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    grounds, letters = (
        visit.page.evaluate(
            """([all, colour]) => [...document.querySelectorAll(all)].filter(e => e.offsetParent)
            .map(e => getComputedStyle(e)[colour].match(/[\\d.]+/g).map(Number))
            .map(([r, g, b, a = 1]) => 255 - a * (255 - (r + g + b) / 3))""",
            [selector, colour],
        )
        for selector, colour in (
            ("body, .bd-article, .bd-article *", "backgroundColor"),
            (".bd-article :is(h1, h2, p, pre, pre span)", "color"),
        )
    )
    assert min(grounds) > 200, "a dark ground on paper"
    assert max(letters) < 140, "faint letters on paper"
    folded = visit.page.locator(".solution .admonition-title ~ *").evaluate_all(
        "all => all.map(e => [e.offsetHeight > 10, getComputedStyle(e).visibility])"
    )
    assert folded and all(seen == [True, "visible"] for seen in folded)
    visit.context.close()


def test_index_leads_to_the_book(browser, server):
    visit = Visit(browser, server)
    visit.page.goto(f"{server}/index.html")
    visit.page.wait_for_url(f"{server}/{pages()[0]}.html")
    assert visit.page.locator(".bd-article h1").count() == 1
    visit.context.close()


def test_works_as_a_file(browser, html):
    home = html.as_uri()
    visit = Visit(browser, home)
    visit.page.goto(f"{home}/index.html")
    visit.page.wait_for_url(f"{home}/{pages()[0]}.html")
    for page in pages():
        visit.open(f"{page}.html")
        assert not visit.page.locator("mjx-merror").count()
        math, rendered = (visit.page.locator(s).count() for s in (".math", ".math mjx-container"))
        assert rendered >= math
    assert not visit.errors
    assert not visit.foreign
    visit.context.close()


def test_aligned_lines_of_docstrings_stay_aligned(html):
    """An indented block that is no literal block would be a block quote, its lines run together."""
    pages = (html / "book" / "api").glob("*.html")
    soup = BeautifulSoup("".join(p.read_text(encoding="utf-8") for p in pages), "html.parser")
    assert not [quote.text[:60] for quote in soup.select(".bd-article blockquote")]
    assert "python -m lstm_ref vectors LSTM -o lstm.npz" in soup.text
    assert any("eq-forget" in pre.text for pre in soup.select("pre"))


class Addresses(HTMLParser):
    """The addresses of a page: links (href and src), and anchors (id, and name of an a)."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors, self.hrefs = [], set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src"):
                self.links.append(value or "")
            if name == "href":
                self.hrefs.append(value or "")
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)

    handle_startendtag = handle_starttag


@pytest.fixture(scope="session")
def addresses(html):
    """Path of a page below the site -> its `Addresses`."""
    return {
        path.relative_to(html).as_posix(): Addresses(path.read_text(encoding="utf-8"))
        for path in html.rglob("*.html")
        if "_static" not in path.relative_to(html).parts
    }


def test_no_link_has_a_backslash(addresses):
    bad = [
        f"{name}: {href}"
        for name, page in addresses.items()
        for href in page.hrefs
        if "\\" in unquote(href)
    ]
    assert not bad, "\n".join(sorted(set(bad)))


def test_links_and_anchors_resolve(html, addresses):
    pages = {name: page for name, page in addresses.items() if not name.startswith("_sources/")}
    assert sum(len(page.links) for page in pages.values()) > 1000
    bad = []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link in ("#", ""):
                continue
            target = name
            if parts.path:
                full = (html / name).parent / unquote(parts.path)
                if not full.exists():
                    bad.append(f"{name}: {link}: no such file")
                    continue
                target = full.resolve().relative_to(html.resolve()).as_posix()
            if parts.fragment and target in pages:
                if unquote(parts.fragment) not in pages[target].anchors:
                    bad.append(f"{name}: {link}: no such anchor")
    assert not bad, "\n".join(sorted(set(bad)))
