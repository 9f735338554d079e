"""For teachers: how long each section takes, lectures made of chapters, the figures as SVG files.

Times are computed from the pages: words, lines of code that are seen, formulas and figures.
"""

import html
import math
import sys
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
import figures

WORDS_A_MINUTE = 130  # read aloud
MINUTES = {"line of code": 0.1, "formula": 0.5, "figure": 1, "exercise": 5}
HIDDEN = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
SILENT = (nodes.literal_block, nodes.math_block, nodes.math, nodes.raw, nodes.comment)
EXERCISES = "Exercises"
CHAPTER = """
<details class="minutes">
<summary>{title}: {text} minutes, exercises {exercises}</summary>
<ul>
{sections}
</ul>
<p><a href="{page}">The chapter</a>, <a href="{page}?solutions=no">without solutions</a>, <a
href="{up}_sources/{docname}.ipynb" download>as a notebook</a>.</p>
</details>
"""
SECTION = '<li><a href="{page}#{anchor}">{title}</a> {minutes}</li>'
LECTURES = """
<div class="pst-scrollable-table-container"><table class="table lectures">
<thead><tr>
<th>Lecture</th><th>Chapters</th><th>What it shows</th><th>Minutes</th>
</tr></thead>
<tbody>
{rows}
</tbody>
</table></div>
"""
FIGURES = """
<details class="figures">
<summary>{title}: {count} figures</summary>
<ul>
{items}
</ul>
</details>
"""


class minutes_node(nodes.General, nodes.Element):
    """Stands for the list of chapters until all of them are read."""


class lectures_node(nodes.General, nodes.Element):
    """Stands for a table of lectures until all chapters are read."""


class Minutes(SphinxDirective):
    """Every chapter with the minutes of its sections."""

    def run(self):
        return [minutes_node()]


class Lectures(SphinxDirective):
    """Lines "1, 2 | what is shown": the chapters of each lecture; their minutes are added up."""

    has_content = True

    def run(self):
        lines = [line.split("|") for line in self.content if line.strip()]
        rows = [([int(n) for n in chapters.split(",")], what.strip()) for chapters, what in lines]
        return [lectures_node(rows=rows)]


class Figures(SphinxDirective):
    """The figures of each chapter as links; the files lie in the folder `figures` of the site."""

    def run(self):
        self.env.note_reread()
        up = "../" * self.env.docname.count("/")
        return [
            nodes.raw("", self._chapter(path, shown, up), format="html")
            for path, shown in figures.everything().items()
        ]

    def _chapter(self, path, shown, up):
        folder = Path(self.env.app.outdir, "figures", path.stem)
        folder.mkdir(parents=True, exist_ok=True)
        items = []
        for name, picture, caption in shown:
            (folder / f"{name}.svg").write_text(picture, encoding="utf-8", newline="\n")
            address, text = f"{up}figures/{path.stem}/{name}.svg", html.escape(caption)
            items.append(f'<li><a href="{address}" download>{name}.svg</a> {text}</li>')
        title = f"Chapter {int(path.stem[:2])}"
        return FIGURES.format(title=title, count=len(items), items="\n".join(items))


def minutes(part):
    """How long a part of a page takes: (text, exercises), not rounded."""
    words = sum(len(text.split()) for text in part.findall(nodes.Text) if is_spoken(text))
    count = {
        "line of code": sum(len(code.astext().splitlines()) for code in seen_code(part)),
        "formula": len([*part.findall(nodes.math_block)]),
        "figure": len([*part.findall(nodes.image)]),
    }
    text = words / WORDS_A_MINUTE + sum(MINUTES[what] * number for what, number in count.items())
    exercises = [node for node in part.findall() if type(node).__name__.startswith("exercise_")]
    asked = sum(node.__class__.__name__ != "exercise_title" for node in exercises)
    return text, asked * MINUTES["exercise"]


def is_spoken(text):
    while text is not None:
        if isinstance(text, SILENT):
            return False
        text = text.parent
    return True


def seen_code(part):
    """The code blocks that are seen at once: no outputs, nothing folded."""
    for block in part.findall(nodes.literal_block):
        cell = block.parent
        while cell is not None and "cell" not in cell.get("classes", []):
            cell = cell.parent
        output = "cell_output" in block.parent.get("classes", [])
        tags = cell["cell_metadata"].get("tags", []) if cell is not None else []
        if not output and not HIDDEN & {*tags}:
            yield block


def chapters(env):
    """Number -> (docname, title, [(anchor, heading, minutes of text, of exercises)])."""
    found = {}
    for docname in sorted(name for name in env.found_docs if name.startswith("notebooks/")):
        top = next(env.get_doctree(docname).findall(nodes.section))
        sections = [part for part in top if isinstance(part, nodes.section)]
        before = nodes.section("", *[p.deepcopy() for p in top if not isinstance(p, nodes.section)])
        rows = [(top["ids"][0], "Before the first section", *minutes(before))]
        rows += [(part["ids"][0], part[0].astext(), *minutes(part)) for part in sections]
        found[int(docname[10:12])] = docname, top[0].astext(), rows
    return found


def totals(rows):
    """Whole minutes of text and of exercises, of the rows of a chapter."""
    text = sum(row[2] for row in rows if row[1] != EXERCISES)
    return math.ceil(text), math.ceil(sum(row[3] for row in rows))


def all_minutes(app, docname, found):
    parts = []
    for number, (chapter, title, rows) in found.items():
        page = app.builder.get_relative_uri(docname, chapter)
        sections = [
            SECTION.format(
                page=page,
                anchor=anchor,
                title=html.escape(heading),
                minutes=math.ceil(of_exercises if heading == EXERCISES else text),
            )
            for anchor, heading, text, of_exercises in rows
        ]
        text, exercises = totals(rows)
        known = {"page": page, "docname": chapter, "up": "../" * docname.count("/")}
        parts.append(
            CHAPTER.format(
                title=html.escape(f"{number}. {title}"),
                text=text,
                exercises=exercises,
                sections="\n".join(sections),
                **known,
            )
        )
    return "".join(parts)


def table(app, docname, found, rows):
    lines = []
    for lecture, (numbers, what) in enumerate(rows, 1):
        links = ", ".join(
            f'<a href="{app.builder.get_relative_uri(docname, found[n][0])}">{n}</a>'
            for n in numbers
        )
        text = sum(totals(found[n][2])[0] for n in numbers)
        cells = (lecture, links, html.escape(what), text)
        lines.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    return LECTURES.format(rows="\n".join(lines))


def fill_in(app, doctree, docname):
    """Put the computed lists and tables where their nodes stand."""
    places = [*doctree.findall(lambda n: isinstance(n, minutes_node | lectures_node))]
    found = chapters(app.env) if places else {}
    for place in places:
        if isinstance(place, minutes_node):
            text = all_minutes(app, docname, found)
        else:
            text = table(app, docname, found, place["rows"])
        place.replace_self(nodes.raw("", text, format="html"))


def setup(app):
    app.add_node(minutes_node)
    app.add_node(lectures_node)
    app.add_directive("minutes", Minutes)
    app.add_directive("lectures", Lectures)
    app.add_directive("figures", Figures)
    app.connect("doctree-resolved", fill_in)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
