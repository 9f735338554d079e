"""Two chapters and the card, printed by Chromium: what a reader of the PDF finds in it."""

import io

import make_pdf
import pytest
from pdf import combine, printing, result
from pypdf import PdfReader

CHAPTERS = ("notebooks/01_rnn", "notebooks/05_symbolic_bptt", "book/card")


@pytest.fixture(scope="module")
def text_and_headings(html):
    return combine.combined(make_pdf.book(CHAPTERS))


@pytest.fixture(scope="module")
def printed(text_and_headings, html, browser):
    text, headings = text_and_headings
    data = printing.pdf(text, html, browser)
    return result.finished(data, "A title", "Somebody", headings)


@pytest.fixture(scope="module")
def reader(printed):
    return PdfReader(io.BytesIO(printed))


def bookmarks(reader, several, depth=0):
    for one in several:
        if isinstance(one, list):
            yield from bookmarks(reader, one, depth + 1)
        else:
            yield depth, one.title, reader.get_destination_page_number(one) + 1


def test_the_bookmarks_are_the_headings_in_order(reader, text_and_headings):
    found = [*bookmarks(reader, reader.outline)]
    assert [words for _, words, _ in found] == text_and_headings[1]
    assert [number for *_, number in found] == sorted(number for *_, number in found)
    tops = [words for depth, words, _ in found if depth == 0]
    assert tops == ["Contents", "The LSTM", "Reference", "At the end"]
    assert (1, "5. The gradient, derived") in [(depth, words) for depth, words, _ in found]


def test_every_link_inside_leads_to_a_place(printed):
    inside, lost, outside = result.links(printed)
    assert not lost and len(inside) > 150
    assert all(address.startswith(("http", "mailto")) for address in outside)


def test_the_contents_name_the_pages(reader, printed):
    numbers = result.numbers(printed)
    number = numbers["notebooks-05_symbolic_bptt"]
    contents = "".join(reader.pages[1].extract_text().split())
    assert f"5.Thegradient,derived{number}5.1." in contents
    shown = reader.pages[number - 1].extract_text()
    assert "Send one error back through two steps" in shown
    margins = shown.splitlines()[:2]
    assert margins == ["5. The gradient, derived", str(number)], "head and foot of the page"


def test_solutions_stand_at_the_end_and_nowhere_else(reader, printed):
    words = "the carousel brings three quarters of it"
    where = [n for n, page in enumerate(reader.pages, 1) if words in page.extract_text()]
    first = result.numbers(printed)["solutions"]
    assert where and min(where) >= first > result.numbers(printed)["book-card"]


def test_it_is_tagged_and_says_what_it_is(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en" and "/StructTreeRoot" in root
    assert reader.metadata.title == "A title" and reader.metadata.author == "Somebody"
    assert reader.metadata.creation_date.year == 2026


def test_every_font_is_embedded(reader):
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            if font["/Subtype"] != "/Type3":  # which is its own drawings
                below = font["/DescendantFonts"][0].get_object()
                assert "/FontFile2" in below["/FontDescriptor"], below["/BaseFont"]


@pytest.mark.parametrize(
    ("there", "message"),
    [
        (r'<p class="math">\(\nosuchmacro\)</p>', "formulas that MathJax could not set"),
        (r'<div class="math">\[\rule{1em}{9000px}\]</div>', "too large for a page"),
        ('<img src="_images/none.svg">', "the site has not: .*/_images/none.svg"),
        ('<p class="page-of" data-of="nowhere"></p>', "no page has what these lead to: nowhere"),
    ],
)
def test_a_fault_that_would_be_seen_is_an_error(html, browser, there, message):
    book = make_pdf.book(CHAPTERS[2:])
    text, _ = combine.combined(book)
    with pytest.raises(printing.NotPrinted, match=message):
        printing.pdf(text.replace("</main>", f"{there}</main>"), html, browser)
