"""The page that is printed as PDF: two small pages become one, and nothing is lost."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pdf import combine, contents, links, offer, site
from places import ROOT

ONE = r"""<html><body><article class="bd-article">
<section id="gates"><h1><span>1. </span>Gates<a class="headerlink" href="#gates">#</a></h1>
<p>See <a href="../book/card.html#all">the card</a>, <a href="../book/card.html">all of it</a>,
<a href="#eq:1">(1.1)</a>, <a href="../_sources/a.ipynb">the notebook</a>,
<a href="../genindex.html">index</a>,
<a href="https://example.org/x#y">the world</a>.</p>
<div class="math" id="eq:1"><span class="eqno">(1.1)</span>\[a = b\]</div>
<section id="part"><h2>A part \(f_{t}\)</h2>
<div class="cell"><details class="hide"><summary>
<p class="collapsed">Show the plotting code</p></summary>
<div class="cell_input"><pre>plot(1)</pre></div></details></div>
<div class="cell"><details class="hide"><summary>
<p class="collapsed">Show the checks</p></summary>
<div class="cell_input"><pre>assert 2</pre></div></details>
<div class="cell_output"><img src="../_images/a.svg" alt="a"></div></div>
<div class="exercise" id="ex"><p class="admonition-title">Exercise 1.1</p>
<section id="exercise-content"><p>Why?</p></section><div class="answer"><input></div></div>
<div class="solution dropdown" id="sol">
<p class="admonition-title">Solution to<a href="#ex"> Exercise 1.1</a></p>
<section id="exercise-content"><p>Because.</p></section></div>
<figure class="moving"><svg aria-labelledby="name"><title id="name">A curve</title>
<clippath id="clip"></clippath><g clip-path="url(#clip)"></g></svg>
<div class="moving-controls"><button>Go</button></div></figure>
</section></section></article></body></html>"""
TWO = r"""<html><body><article class="bd-article">
<section id="gates"><h1>The card</h1>
<p id="all">Back to <a href="../notebooks/one.html#part">a part</a>.</p>
<details class="cell-formulas"><summary>Equations</summary><div class="cells-math">
<script type="text/x-latex">\begin{aligned}
a &= \begin{pmatrix} 1 \\ 2 \end{pmatrix} \\
&\quad + c \\
b &= x \\
&= d \\
&\quad + e
\end{aligned}</script></div></details>
</section></article><script>window.MathJax = {"options": {}}</script></body></html>"""
BOOK = combine.Book(Path("."), "A <book>", "Us", "en", ("Version 1",), ())


def pages():
    return site.read(ONE, "notebooks/one"), site.read(TWO, "book/card")


@pytest.fixture(scope="module")
def whole():
    one, two = pages()
    text, headings = combine.document(BOOK, [("First", [one]), ("Second", [two])], "MathJax = 1")
    return BeautifulSoup(text, "html.parser"), headings


def test_every_id_is_there_once_and_every_link_inside_leads_to_one(whole):
    page, _ = whole
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)) > 15
    inside = [a["href"][1:] for a in page.find_all("a", href=re.compile("^#"))]
    assert set(inside) <= set(ids) and len(inside) > 15
    assert {span["data-of"] for span in page.select(".page-of")} <= set(inside)


def test_links_lead_to_the_same_place_as_on_the_site(whole):
    page, _ = whole
    first = page.find(id="notebooks-one").find("p")
    found = {a.get_text(): a["href"] for a in first.find_all("a")}
    assert found == {
        "the card": "#book-card.all",
        "all of it": "#book-card",
        "(1.1)": "#notebooks-one.eq-1",
        "the world": "https://example.org/x#y",
    }
    assert "the notebook, index" in " ".join(first.get_text().split()), "their words stay"


def test_a_link_to_nothing_is_an_error():
    one, two = pages()
    two.article.find(id="all")["id"] = "other"
    with pytest.raises(links.Lost, match=r"notebooks/one: .*card\.html#all"):
        links.join([one, two])


def test_solutions_and_folded_code_stand_at_the_end_and_are_linked_there_and_back(whole):
    page, _ = whole
    chapter, end = page.find(id="notebooks-one"), page.find(id="end-solutions")
    assert "Because." not in chapter.get_text() and end.get_text().count("Because.") == 1
    there = page.find(id="notebooks-one.ex").select_one(".to-solution a")
    assert page.find(id=there["href"][1:]).find_parent("article") is end
    assert end.select_one(".solution a")["href"] == "#notebooks-one.ex"
    line = chapter.select_one(".to-code")
    assert line.get_text() == "the plotting code · page the checks · page "
    code = [page.find(id=a["href"][1:]) for a in line.find_all("a")]
    assert [one.pre.get_text() for one in code] == ["plot(1)", "assert 2"]
    assert [page.find(id=one.a["href"][1:]) for one in code] == [line, line.select_one(".also")]


def test_what_only_a_screen_can_use_is_gone_and_nothing_else(whole):
    page, _ = whole
    assert not page.select("main :is(input, button, script, details, summary, .headerlink)")
    text = page.main.get_text()
    for word in ("See", "Why?", r"\[a = b\]", "A curve", "Equations", "Back to"):
        assert text.count(word) == 1, word
    assert page.find("img")["src"] == "_images/a.svg"
    assert page.svg["aria-labelledby"] == page.svg.title["id"] == "notebooks-one.name"
    assert page.g["clip-path"] == "url(#notebooks-one.clip)"


def test_a_formula_higher_than_a_page_is_one_for_each_equation():
    article = site.read(TWO, "book/card").article
    box = article.select_one(".cells-math")
    assert "math" in box["class"]
    one, two = re.findall(r"\\\[\\begin\{aligned\}(.*?)\\end\{aligned\}\\\]", box.get_text(), re.S)
    assert one.split() == r"a &= \begin{pmatrix} 1 \\ 2 \end{pmatrix} \\ &\quad + c".split()
    assert two.split() == r"b &= d \\ &\quad + e".split(), "the step from x to d is left out"


def test_headings_are_one_level_lower_and_in_the_contents(whole):
    page, headings = whole
    levels = [(h.name, contents.words_of(h)) for h in page.main.find_all(re.compile("h[1-6]"))]
    assert levels[:5] == [
        ("h1", "First"),
        ("h2", "1. Gates"),
        ("h3", "A part f_t"),
        ("h1", "Second"),
        ("h2", "The card"),
    ]
    assert headings == ["Contents", *(words for _, words in levels)]
    lines = [p.get_text() for p in page.nav.find_all("p")]
    assert lines[:2] == ["First", "1. Gates"] and len(lines) == len(levels)


def test_each_line_of_the_contents_leads_to_its_own_heading(whole):
    page, _ = whole
    for line in page.nav.find_all("a"):
        there = page.find(id=line["href"][1:])
        heading = there if there.name[0] == "h" else there.find(re.compile("h[1-6]"))
        words = line.select_one(".words").get_text()
        assert " ".join(heading.get_text().split()) == words or there.name == "article"


def test_the_head_says_title_author_and_language(whole):
    page, _ = whole
    assert page.title.string == "A <book>" and page.html["lang"] == "en"
    assert page.find("meta", {"name": "author"})["content"] == "Us"
    assert '@page of-book-card { @top-left { content: "The card"; } }' in page.style.string


def test_the_parts_are_those_of_the_contents_of_the_book():
    parts = site.parts((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [name for _, several in parts for name in several]
    assert parts[0][1][0] == names[0] == "book/index" and len(names) == len(set(names)) > 30
    assert all(list((ROOT / name).parent.glob(f"{Path(name).name}.*")) for name in names)


@pytest.fixture
def html(tmp_path):
    (tmp_path / "book").mkdir()
    for name in offer.LINES:
        (tmp_path / name).write_text(f"<p>Before</p>{offer.MARK}<p>After</p>", encoding="utf-8")
    return tmp_path


def test_the_site_links_the_pdf_once_however_often_it_is_printed(html):
    for data in (b"first", b"second"):
        path = offer.put(html, data, 12)
    assert path.read_bytes() == b"second"
    for name in offer.LINES:
        page = BeautifulSoup((html / name).read_text(encoding="utf-8"), "html.parser")
        (link,) = page.find_all("a")
        assert (html / "book" / link["href"]).resolve() == path.resolve()
        assert page.get_text().startswith("Before") and page.get_text().endswith("After")


def test_a_page_without_a_place_for_the_link_is_refused(html):
    (html / "book" / "index.html").write_text("<p>Before</p>", encoding="utf-8")
    with pytest.raises(ValueError, match=r"book/index\.html: expected one .*, got 0"):
        offer.put(html, b"data", 12)
    assert not (html / offer.NAME).exists()


def test_the_sources_of_both_pages_have_the_place():
    for name in offer.LINES:
        source = (ROOT / name).with_suffix(".md").read_text(encoding="utf-8")
        assert source.count(offer.MARK) == 1


def test_a_page_without_an_article_is_refused():
    with pytest.raises(ValueError, match="notebooks/one: expected a page with an article"):
        site.read("<p>nothing</p>", "notebooks/one")


def test_of_a_book_without_exercises_no_page_of_solutions_is_made():
    _, two = pages()
    two.article.select_one("a").unwrap()
    text, _ = combine.document(replace(BOOK, title="B"), [("Second", [two])], "MathJax = 1")
    assert "Solutions" not in text and combine.END not in text


def test_an_equation_that_can_be_pressed_stays_without_its_button():
    text = '<h1>A</h1><div class="moving"><button type="button">f = 1</button></div>'
    page = site.read(f'<article class="bd-article">{text}</article>', "a")
    assert str(page.article.div) == '<div class="moving"><div>f = 1</div></div>'
