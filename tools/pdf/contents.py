"""Title page and table of contents of the combined page."""

import re

from pdf.asides import element, place

FORMULA = re.compile(r"\\\((.*?)\\\)")
DEEPEST = 3  # parts, chapters, sections


def lower_headings(article):
    """A page's title becomes a heading of level 2: above it are the parts."""
    for tag in article.find_all(["h1", "h2", "h3", "h4", "h5"])[::-1]:
        tag.name = f"h{int(tag.name[1]) + 1}"


def words_of(head):
    """The words of a heading, formulas as plain letters."""
    text = " ".join(head.get_text().split())
    return FORMULA.sub(lambda found: re.sub(r"[\\{}]", "", found[1]), text)


def entries(body):
    """(level, words, id) of each heading that the table of contents has.

    A heading is reached by the id of the section that begins with it, or gets one of its own.
    """
    found = []
    for number, head in enumerate(body.find_all(["h1", "h2", "h3"])):
        if head.get("id"):
            target = head["id"]
        elif head.parent.get("id") and head is head.parent.find(True):
            target = head.parent["id"]
        else:
            target = head["id"] = f"heading-{number}"
        found.append((int(head.name[1]), " ".join(head.get_text().split()), target))
    return found


def table(found):
    """The table of contents as a list of links with page numbers."""
    nav = element("nav", id="contents", **{"aria-label": "Contents"})
    nav.append(element("h1", "Contents"))
    for level, words, target in found:
        line = element("p", **{"class": f"level-{level}"})
        link = element("a", href=f"#{target}")
        link.append(element("span", words, **{"class": "words"}))
        link.append(place(target))
        line.append(link)
        nav.append(line)
    return nav


def cover(title, author, lines):
    """The first page."""
    page = element("header", id="cover")
    page.append(element("p", title, **{"class": "title"}))
    page.append(element("p", author, **{"class": "author"}))
    for line in lines:
        page.append(element("p", line))
    return page
