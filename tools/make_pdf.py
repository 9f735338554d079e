"""Print the built book as one PDF into the site, and link it there; needs a Chromium.

    python tools/make_pdf.py [PAGES ...]

One page is made of all pages of the book, or of those named (`notebooks/05_symbolic_bptt`),
which is printed with bookmarks, tags, links and page numbers. Build the site first; a later build
takes the PDF away, because it may no longer be that of the sources. A part goes to _build.
"""

import argparse
import sys

import environment
import keys
import yaml
from pdf import combine, offer, printing, result, site

from lstm_ref import __version__

HTML = keys.ROOT / "_build" / "html"
PART = keys.ROOT / "_build" / "part.pdf"
LINES = (
    "Version {version}. Text and figures: CC BY 4.0; code: MIT.",
    "Printed from the pages of the site. What is folded there, solutions and code, stands at the "
    "end, linked there and back. Figures that move stand still. On the site alone are fields for "
    "answers, files to download, the code of all cells and the steps of their derivations.",
)


def book(names=()):
    """What is printed: the whole book, or the pages of these names."""
    config = yaml.safe_load((keys.ROOT / "_config.yml").read_text(encoding="utf-8"))
    parts = site.parts((keys.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    if names:
        parts = [(part, [one for one in pages if one in names]) for part, pages in parts]
    return combine.Book(
        html=HTML,
        title=config["title"],
        author=config["author"],
        language=config["sphinx"]["config"]["language"],
        lines=tuple(line.format(version=__version__) for line in LINES),
        parts=tuple((part, pages) for part, pages in parts if pages),
    )


def say(words):
    """What is being done, for those who wait."""
    print(f"PDF: {words}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", metavar="PAGES", help="these alone, to try something")
    arguments = parser.parse_args()
    environment.apply()
    made = book(arguments.pages)
    try:
        offer.checked(HTML)
        say(f"{sum(len(names) for _, names in made.parts)} pages are combined")
        text, headings = combine.combined(made)
        with printing.chromium_running() as browser:
            data = printing.pdf(text, HTML, browser, say)
    except (OSError, ValueError, printing.NoBrowser, printing.NotPrinted) as error:
        print(f"The PDF was NOT made: {error}", file=sys.stderr)
        return 1
    data = result.finished(data, made.title, made.author, headings)
    inside, lost, outside = result.links(data)
    if lost:
        print(f"The PDF was NOT made: links lead to nothing: {', '.join(lost)}", file=sys.stderr)
        return 1
    pages = result.pages(data)
    if arguments.pages:
        path = PART
        path.write_bytes(data)
    else:
        path = offer.put(HTML, data, pages)
    print(
        f"{path.relative_to(keys.ROOT)}: {pages} pages, {len(data) / 2**20:.1f} MB, "
        f"{len(inside)} links inside, {len(outside)} to the world"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
