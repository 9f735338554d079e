"""The PDF lies in the site, and two pages link to it, only where it was printed."""

import hashlib
import re

NAME = "pdf/lstm-book.pdf"
# The pages have this comment at the place of the link.
MARK = "<!-- The book as PDF -->"
PLACE = re.compile(f'{MARK}(<(p|ul) class="book-pdf">.*?</\\2>)?', re.S)
LINK = (
    '<a class="reference internal" href="../{name}">the whole book as PDF</a> '
    "({pages} pages, {size} MB)"
)
CODE = '<code class="docutils literal notranslate"><span class="pre">{}</span></code>'
BLOCK = '<div class="highlight-text notranslate"><div class="highlight"><pre>{}</pre></div></div>'
LINES = {
    "book/index.html": '<p class="book-pdf">On paper: {link}.</p>',
    "book/downloads.html": (
        '<ul class="book-pdf"><li><p>{link}, printed from these pages by a browser, so that its '
        f"checksum stands here and not in {CODE.format('SHA256SUMS')}</p>{BLOCK.format('{sha}')}"
        "</li></ul>"
    ),
}


def checked(html):
    """Raise ValueError unless each page has one place for the link."""
    for name in LINES:
        found = len(PLACE.findall((html / name).read_text(encoding="utf-8")))
        if found != 1:
            raise ValueError(f"{name}: expected one {MARK}, got {found}: build the site anew")


def put(html, data, pages):
    """Write the PDF into the folder of the site, and link it; its path."""
    checked(html)
    link = LINK.format(name=NAME, pages=pages, size=f"{len(data) / 2**20:.1f}")
    sha = hashlib.sha256(data).hexdigest()
    path = html / NAME
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    for name, line in LINES.items():
        shown = MARK + line.format(link=link, sha=sha)
        text = PLACE.sub(lambda _, shown=shown: shown, (html / name).read_text(encoding="utf-8"))
        (html / name).write_text(text, encoding="utf-8", newline="\n")
    return path
