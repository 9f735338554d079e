"""What a page weighs, whether it stands still on a phone, its icons, and what others show of it."""

import base64
import gzip
import io
import re
import sys

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from measures import MOVES
from places import ROOT
from test_site import PHONE, Visit, pages

sys.path.append(str(ROOT / "book" / "_ext"))
import lstm_icons
import lstm_metadata
import lstm_space
import lstm_styles

MOST = 900_000  # bytes of a chapter, gzipped
CHAPTERS = [page for page in pages() if page.startswith("notebooks/")]
# With a wide table, with formulas alone, with figures.
OTHERS = ["book/notation", "book/card", "book/index"]

BRANDS = {"\uf09b", "\uf296"}  # of GitHub and GitLab, in another font, where links to them are


@pytest.fixture(scope="module")
def written(html):
    """Path of a page below the site -> the soup of it."""
    found = {page: (html / f"{page}.html").read_text(encoding="utf-8") for page in pages()}
    return {page: BeautifulSoup(text, "html.parser") for page, text in found.items()}


@pytest.fixture(scope="module")
def style(html):
    return (html / "_static" / lstm_styles.BUNDLE).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", CHAPTERS + OTHERS)
def test_a_page_is_light_and_stands_still_on_a_phone(browser, server, page):
    visit = Visit(browser, server)
    visit.page.set_viewport_size(PHONE)
    answers = []
    visit.page.on("response", lambda answer: answers.append(answer))
    visit.open(f"{page}.html")
    weight = {one.url: len(gzip.compress(one.body(), 6)) for one in answers}
    moved = visit.page.evaluate("window.shifted")
    visit.context.close()
    assert len(weight) > 10
    largest = sorted(((size, url) for url, size in weight.items()), reverse=True)[:5]
    assert sum(weight.values()) < MOST, largest
    assert not [url for url in weight if "fontawesome" in url.lower()]
    assert moved < MOVES


def test_pages_without_formulas_load_no_mathjax(written):
    without = [page for page, soup in written.items() if not soup.select("article .math")]
    assert "book/api/learn" in without
    for page in without:
        if not written[page].select("article script, [data-figure]"):
            assert not written[page].select("script[src*=mathjax]"), page


def test_every_icon_has_its_picture(written, style):
    font = re.search(r"font-family:Book\\ Icons Free;[^}]*base64,([\w+/=]+)", style)[1]
    drawn = TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap()
    letters = {
        name: found
        for names, found in re.findall(r'([^{}]*)\{content:"([^"]+)"\}', style)
        for name in re.findall(r"\.(fa-[\w-]+):", names)
    }
    icons = {
        name
        for soup in written.values()
        for i in soup.select("[class*=fa-]")
        for name in i["class"]
    }
    named = {name for name in icons if name in letters}
    assert {"fa-magnifying-glass", "fa-bars", "fa-download", "fa-arrow-up"} <= named
    plain = {"fa-solid", "fa-regular", "fa-brands", "fa-lg", "fa-fw"}  # of a font, a size
    assert {name for name in icons if name.startswith("fa-")} <= named | plain
    for name in named:
        code = letters[name].removeprefix("\\")
        assert (int(code, 16) if len(code) > 1 else ord(code)) in drawn, name
    for letter in {*lstm_icons.PRIVATE.findall(style)} - BRANDS:  # of admonitions, downloads
        assert ord(letter) in drawn, hex(ord(letter))


def test_nothing_is_left_of_the_whole_icon_fonts(html, style):
    assert not list(html.glob("_static/vendor/fontawesome/webfonts/*"))
    assert not list(html.glob("_static/scripts/fontawesome*"))
    assert "url(../vendor" not in style and "Font Awesome" not in style
    assert "SIL OPEN FONT LICENSE" in (html / "_static/icons/LICENSE.txt").read_text("utf-8")


def test_rules_of_what_is_used_are_kept():
    text = '@media print{.a{b:c}.no{d:e}}.a:not(.no),p.no{f:"}"}#x .a\\:b{g:h}@font-face{i:j}'
    kept = lstm_styles.purged(text, {"a", "x", "a:b"})
    assert kept.split("\n") == [
        "@media print{.a{b:c}}",
        '.a:not(.no){f:"}"}',
        "#x .a\\:b{g:h}",
        "@font-face{i:j}",
    ]


def test_formulas_and_pictures_have_their_room(written):
    for page, soup in written.items():
        for formula in soup.select("article .math.notranslate"):
            assert re.match(r"--[wh]:\d", formula.get("style", "")), f"{page}: {formula}"
        for picture in soup.select("article img"):
            assert picture.get("width") and picture.get("height"), f"{page}: {picture}"
    # The letters of Knuth's fonts: x has the height of MathJax's ex.
    width, above, below = lstm_space.line("x")
    assert (round(width, 2), round(above, 2), round(below, 2)) == (0.57, 0.44, 0.01)
    assert lstm_space.height(r"\begin{aligned} a &= b \\ c &= d \end{aligned}") == 2.3


def test_a_shared_link_says_what_the_page_is(written):
    titles = set()
    for page, soup in written.items():
        told = {
            tag.get("property") or tag.get("name"): tag["content"]
            for tag in soup.select("meta")
            if tag.get("content")
        }
        titles.add(told["og:title"])
        assert told["og:site_name"] == "The LSTM, derived and checked"
        assert told["og:type"] == ("website" if page == "book/index" else "article")
        assert told["twitter:card"] == "summary"
        assert told.get("og:description") == told.get("description")
        assert page.startswith("book/api/") or len(told["description"]) > 30, page
        assert "og:url" not in told and "og:image" not in told  # no address is made up
    assert len(titles) == len(written)


def test_with_an_address_there_is_a_picture():
    text = lstm_metadata.tags("Gates", "What", "Book", "https://example.org/b/", "g.html")
    told = {
        tag.get("property") or tag["name"]: tag["content"]
        for tag in BeautifulSoup(text, "html.parser").select("meta")
    }
    assert told["og:url"] == "https://example.org/b/g.html"
    assert told["og:image"] == "https://example.org/b/_static/preview.png"
    assert told["twitter:card"] == "summary_large_image"
