"""What is in a printed PDF: page numbers of places, links; and what is known about it."""

import io
import logging

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    BooleanObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

# Chromium's trailer counts too few objects; what is written here counts them all.
logging.getLogger("pypdf").setLevel(logging.ERROR)
DATE = "D:20260101000000Z"  # of the file, whatever the clock says


def numbers(data):
    """Name of a place -> number of the page that has it, for all places that links lead to."""
    reader = PdfReader(io.BytesIO(data))
    pages = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages, 1)}
    return {
        name.removeprefix("/"): pages[place.raw_get("/Page").idnum]
        for name, place in reader.named_destinations.items()
    }


def pages(data):
    """How many pages there are."""
    return len(PdfReader(io.BytesIO(data)).pages)


def links(data):
    """(destinations of links inside that exist, those that do not, addresses outside)."""
    reader = PdfReader(io.BytesIO(data))
    known = {name.removeprefix("/") for name in reader.named_destinations}
    inside, lost, outside = [], [], []
    for page in reader.pages:
        for note in page.get("/Annots") or ():
            note = note.get_object()
            target, action = note.get("/Dest"), note.get("/A", {})
            if "/URI" in action:
                outside.append(str(action["/URI"]))
            elif isinstance(target, str):
                name = target.removeprefix("/")
                (inside if name in known else lost).append(name)
            elif target is None and "/D" not in action:
                lost.append(str(note))
            else:
                inside.append(str(target or action["/D"]))
    return inside, lost, outside


def finished(data, title, author, headings):
    """The PDF with its metadata and bookmarks, and the same bytes whenever it is printed."""
    reader = PdfReader(io.BytesIO(data))
    writer = PdfWriter(clone_from=reader)
    writer.pdf_header = reader.pdf_header
    writer.metadata = {
        "/Title": title,
        "/Author": author,
        "/Creator": "lstm_ref",
        "/CreationDate": DATE,
        "/ModDate": DATE,
    }
    name_bookmarks(writer, headings)
    root = writer.root_object
    root[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    )
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def name_bookmarks(writer, headings):
    """Chromium's bookmarks get the words of the headings: it leaves formulas out, says some twice.

    Parts stand open, all below them folded.
    """
    marks = [*bookmarks(writer.root_object["/Outlines"].get_object())]
    if len(marks) != len(headings):
        raise ValueError(f"expected {len(headings)} bookmarks, got {len(marks)}")
    for (depth, mark), words in zip(marks, headings, strict=True):
        mark[NameObject("/Title")] = TextStringObject(words)
        if "/Count" in mark:
            count = abs(mark["/Count"])
            mark[NameObject("/Count")] = NumberObject(count if depth == 0 else -count)


def bookmarks(above, depth=0):
    """(depth, bookmark) of all below one, in the order of the pages."""
    mark = above.get("/First")
    while mark is not None:
        mark = mark.get_object()
        yield depth, mark
        yield from bookmarks(mark, depth + 1)
        mark = mark.get("/Next")
