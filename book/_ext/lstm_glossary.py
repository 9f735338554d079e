"""Words lead to the glossary, and the search finds it and the chapter that a word belongs to.

An entry is "forget gate (遗忘门)" or "gated recurrent unit (门控循环单元, GRU)". On every page the
first use of its English name or its abbreviation in running text becomes a link. Every name has an
anchor, "term-" and the name, and an entry of the index of the search. So has the chapter that the
definition links first, at the section that is about the term.
"""

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx import addnodes

GLOSSARY = "book/glossary"
# Lists of names and of sources, where every line would be a link.
WITHOUT_LINKS = re.compile(r"book/(glossary|references|cells|api(/.*)?)$")
# Not running text.
SKIPPED = (
    nodes.title,
    nodes.caption,
    nodes.FixedTextElement,
    nodes.literal,
    nodes.math,
    nodes.math_block,
    nodes.reference,
    nodes.raw,
    nodes.term,
    nodes.comment,
    addnodes.pending_xref,
)
# Pages about the book itself, where these words are of notebooks, programs and lectures.
ABOUT_THE_BOOK = re.compile(r"book/(how_to_read|teachers|downloads)$")
EVERYDAY = {"cell", "output", "step"}
# Elsewhere the same words in another sense: there they are no links.
OTHERWISE = re.compile(
    r"(?:folded|hidden|code|small(?:er)?|larger?|these|long|bad)\s+(?:cell|step)s?"
    r"|cells?\s+(?:below|above)\b|steps?\s+(?:twice|by\s+step)\b|whose\s+steps?\b"
    r"|expected\s+output|stored\s+outputs?|outputs?\s+(?:cells?|stored)\b"
    r"|imaginary\s+unit|unit\s+in\s+the\s+last\s+place|code\s+blocks?",
    re.IGNORECASE,
)
AIMS = "In this chapter"  # the box above a chapter
ASCII = re.compile(r"[ -~]+")


@dataclass(frozen=True)
class Term:
    """One entry of the glossary."""

    name: str
    others: tuple[str, ...]
    anchor: str
    home: str | None

    @property
    def pattern(self):
        """What a reader meets: the name, one or several of it, and the abbreviations."""
        words = [re.escape(word) for word in re.split(r"[ -]", self.name)]
        several = "(?:es|s)?" if not words[-1].endswith("s") else ""
        first = f"[{words[0][0].upper()}{words[0][0].lower()}]{words[0][1:]}"
        names = [r"[\s-]".join([first, *words[1:]]) + several]
        names += [re.escape(other) + "s?" for other in self.others if ASCII.fullmatch(other)]
        return rf"(?<![\w-])(?:{'|'.join(names)})(?![\w-])"


def entries(doctree):
    """Every entry as (node of the term, `Term`)."""
    for item in doctree.findall(nodes.definition_list_item):
        if not isinstance(item.parent.parent, addnodes.glossary):
            continue
        term = item[0]
        name, _, rest = term.astext().partition(" (")
        others = tuple(part.strip() for part in rest.removesuffix(")").split(",") if part.strip())
        yield term, Term(name, others, anchor(name), home(item))


def anchor(name):
    return f"term-{name.replace(' ', '-')}"


def home(item):
    """The chapter that a definition links first, or None."""
    found = re.search(r"notebooks/\w+", " ".join(map(address, item.findall(nodes.Element))))
    return found.group() if found else None


def address(node):
    return str(node.get("reftarget", "") or node.get("refuri", ""))


def give_anchors(app, doctree):
    """Anchors and {term} for each name of an entry, the entries kept for the other pages."""
    if app.env.docname != GLOSSARY:
        return
    standard = app.env.get_domain("std")
    app.env.lstm_terms = []
    for node, term in entries(doctree):
        app.env.lstm_terms.append(term)
        for name in (term.name, *term.others):
            standard._note_term(name, term.anchor, location=node)
        named = [anchor(name) for name in (term.name, *term.others)]
        node["ids"] = [*dict.fromkeys([*named, *node["ids"]])]  # the first is that of the element
        for index in node.findall(addnodes.index):
            index["entries"] = [
                ("single", name, term.anchor, "main", None) for name in (term.name, *term.others)
            ]


def add_links(app, doctree, docname):
    """A link at the first use of each term; for the search, where a chapter is about it."""
    terms = getattr(app.env, "lstm_terms", [])  # a book may have no glossary
    for term in terms:
        if term.home == docname:
            note_place(doctree, term)
    if WITHOUT_LINKS.match(docname):
        return
    address = app.builder.get_relative_uri(docname, GLOSSARY)
    longest_first = sorted(terms, key=lambda term: -len(term.name))  # "forget gate" before "gate"
    pattern = re.compile("|".join(f"({term.pattern})" for term in longest_first))
    book = ABOUT_THE_BOOK.match(docname)
    seen = {term for term in terms if book and term.name in EVERYDAY}
    for text in [*doctree.findall(nodes.Text)]:
        if is_running(text):
            parts = linked(text.astext(), pattern, longest_first, address, seen)
            if len(parts) > 1:
                text.parent.replace(text, parts)


def is_running(node):
    """Is a text part of the running text?"""
    while node.parent is not None:
        node = node.parent
        aims = isinstance(node, nodes.admonition) and node[0].astext() == AIMS
        if isinstance(node, SKIPPED) or aims:
            return False
    return True


def linked(text, pattern, terms, address, seen):
    """The parts of a text, with a link at each term that was not seen before on the page."""
    parts, end = [], 0
    others = [phrase.span() for phrase in OTHERWISE.finditer(text)]
    for found in pattern.finditer(text):
        term = terms[found.lastindex - 1]
        if term in seen or any(start <= found.start() < stop for start, stop in others):
            continue
        seen.add(term)
        link = nodes.reference("", "", nodes.Text(found.group()), internal=True, classes=["term"])
        link["refuri"] = f"{address}#{term.anchor}"
        parts += [nodes.Text(text[end : found.start()]), link]
        end = found.end()
    return [*parts, nodes.Text(text[end:])]


def note_place(doctree, term):
    """An entry of the search's index at the section that is about a term.

    It has the term in its heading, or most words of it, or in its text most often.
    """
    pattern = re.compile(term.pattern, re.IGNORECASE)
    words = set(term.name.lower().split())

    def about(section):
        heading = section[0].astext()
        common = len(words & {*heading.lower().split()})
        texts = (part.astext() for part in section if is_text(part))
        uses = sum(len(pattern.findall(text)) for text in texts)
        found = pattern.search(heading)
        share = len(found.group()) / len(heading) if found else 0
        return share, common if common > 1 else 0, uses

    best = max(doctree.findall(nodes.section), key=about)
    index = addnodes.index()
    names = (term.name, *term.others)
    index["entries"] = [("single", name, best["ids"][0], "main", None) for name in names]
    best.insert(1, index)


def is_text(node):
    return not isinstance(node, nodes.section | nodes.title)


def setup(app):
    app.connect("doctree-read", give_anchors)
    app.connect("doctree-resolved", add_links, priority=600)  # after other references
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
