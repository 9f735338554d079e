"""One page of all pages: cover, contents, parts, and at the end the solutions and folded code."""

import html as markup
import re
from dataclasses import dataclass
from pathlib import Path

from pdf import asides, contents, links, site

STYLES = ("_static/pygments.css", "_static/book.css", "_static/figures/figures.css")
STYLE = Path(__file__).with_name("print.css")
MATHJAX = re.compile(r"<script>(window\.MathJax = .*?)</script>", re.S)
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
END = "At the end"
HEAD = """<!DOCTYPE html>
<html lang="{language}" data-theme="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="author" content="{author}">
{styles}
<style>{style}</style>
<script>{mathjax};
MathJax.options.enableAssistiveMml = false; // on paper the letters themselves are tagged
</script>
<script defer src="_static/mathjax/tex-chtml.js"></script>
</head>
<body>
"""


@dataclass(frozen=True)
class Book:
    """What the combined page is made of: parts are (caption, names of pages)."""

    html: Path  # folder of the site
    title: str
    author: str
    language: str
    lines: tuple  # of the cover
    parts: tuple


def combined(book):
    """The combined page as HTML, and the words of its headings in order.

    Addresses in it are relative to the folder of the site.
    """
    parts = [
        (caption, [site.load(book.html, name) for name in names]) for caption, names in book.parts
    ]
    return document(book, parts, mathjax(book))


def mathjax(book):
    """The settings of MathJax, as the pages of the site have them."""
    name = book.parts[0][1][0]
    found = MATHJAX.search((book.html / f"{name}.html").read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{name}: expected the settings of MathJax, got none")
    return found[1]


def document(book, parts, settings):
    """The combined page of pages that have been loaded, and the words of its headings."""
    pages = [page for _, several in parts for page in several]
    links.join(pages)
    end = at_the_end(pages)
    parts = [*parts, (END, end)]
    body = asides.element("main")
    for number, (caption, several) in enumerate(parts, 1):
        body.extend(part(number, caption, several))
    table = contents.table(contents.entries(body))
    cover = contents.cover(book.title, book.author, book.lines)
    headings = [contents.words_of(head) for top in (table, body) for head in top.find_all(HEADINGS)]
    text = head(book, pages + end, settings) + f"{cover}\n{table}\n{body}\n</body></html>\n"
    return text, headings


def at_the_end(pages):
    """Pages of what was folded, taken out of the others."""
    solutions = asides.chapter(asides.SOLUTIONS, pages, asides.take_solutions)
    code = asides.chapter(asides.CODE, pages, asides.take_code, asides.CODE_SAID)
    for page in pages:
        asides.unfold(page)
    return [
        site.Page(section.h1["id"], f"end-{section.h1['id']}", section.h1.string, section)
        for section in (solutions, code)
        if section is not None
    ]


def part(number, caption, pages):
    """The pages of one part; the first has the part's heading above its own."""
    for index, page in enumerate(pages):
        page.article.name = "article"
        contents.lower_headings(page.article)
        box = asides.element("article", id=page.slug, style=f"page: {page_style(page)}")
        if index == 0:
            box.append(asides.element("h1", caption, id=f"part-{number}"))
        box.extend([*page.article.contents])
        yield box


def page_style(page):
    """Name of the pages that show this chapter's title at their top."""
    return f"of-{page.slug}"


def running(pages):
    """Style sheet: the title of each chapter at the top of its pages."""
    rules = []
    for page in pages:
        words = page.title.replace("\\", "\\\\").replace('"', '\\"')
        rules.append(f'@page {page_style(page)} {{ @top-left {{ content: "{words}"; }} }}')
    return "\n".join(rules)


def head(book, pages, settings):
    sheets = "\n".join(f'<link rel="stylesheet" href="{name}">' for name in STYLES)
    return HEAD.format(
        language=book.language,
        title=markup.escape(book.title),
        author=markup.escape(book.author),
        styles=sheets,
        style=f"{STYLE.read_text(encoding='utf-8')}\n{running(pages)}",
        mathjax=settings,
    )
