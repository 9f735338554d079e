"""The directive `cells`: every cell of the catalogue with what is derived from it.

The formulas of a cell are LaTeX in a script that no browser runs; `cells.js` has MathJax typeset
them when the entry is opened, so that the page stays light. A cell is a section, so that the search
of the site finds it by its name.

The code of a cell is not on the page: its files lie in the folder `code` of the site, its published
vectors in the folder `vectors`, and the page links them. `cells.js` adds buttons that copy the
code, where the site is served and not a folder.
"""

import html
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import c_code, js_code, numpy_alone, torch_code
from lstm_ref.derive.typeset import latex
from lstm_ref.interop import published

FILTER = """
<div class="cells-filter" role="search" aria-label="Cells of this page">
<label for="cells-filter">Show cells with these words</label>
<input id="cells-filter" type="search" autocomplete="off" spellcheck="false">
<p id="cells-count" role="status">{count} cells</p>
</div>
<script src="{up}_static/cells.js" defer></script>
"""
ENTRY = """
<details class="cell-formulas">
<summary>Equations, error terms and gradients<span class="cells-of"> of {name}</span></summary>
{parts}
</details>
"""
PART = """<p class="cells-part">{heading}</p>
<div class="cells-math"><script type="text/x-latex">{formula}</script></div>
"""
CODE = """
<details class="cell-code">
<summary>Code<span class="cells-of"> of {name}</span></summary>
<ul>
{items}
</ul>
</details>
"""
VECTORS = """
<details class="cell-vectors">
<summary>Golden vectors<span class="cells-of"> of {name}</span></summary>
<ul>
{items}
</ul>
</details>
"""
ITEM = '<li><a href="{up}code/{file}" download>{file}</a> <span>{what}</span></li>'
# Field of the index -> what it means.
OTHERWISE = {
    "zero": "initial states are zero",
    "dtype": "for float32",
    "lengths": "sequences of different lengths",
    "layers": "two layers",
    "directions": "both directions",
}
LINK = ITEM.replace("code/", "vectors/")
# what a file is -> its name, and who writes its text
FILES = {
    "NumPy": ("{lower}_numpy.py", numpy_alone.source),
    "C99, a header": ("{lower}.h", c_code.source),
    "JavaScript, a script": ("{name}.js", js_code.source),
    "JavaScript, an ES module": ("{name}.mjs", js_code.module),
    "PyTorch": ("{lower}_torch.py", torch_code.source),
}


class Cells(SphinxDirective):
    """A section for each kind of cell, in it one for each cell."""

    def run(self):
        self.env.note_reread()  # it shows what the package derives now
        shutil.copytree(published.FOLDER, Path(self.env.app.outdir, "vectors"), dirs_exist_ok=True)
        up = "../" * self.env.docname.count("/")
        start = FILTER.format(up=up, count=len(catalogue.CELLS))
        return [raw(start), *(self._kind(*found) for found in catalogue.KINDS.values())]

    def _kind(self, heading, names):
        section = self._section(heading, f"cells-{nodes.make_id(heading)}", "cells-kind")
        section += [self._cell(catalogue.CELLS[name]) for name in names]
        return section

    def _cell(self, cell):
        section = self._section(cell.name, f"cell-{cell.name.lower().replace('_', '-')}", "cell")
        section += said(catalogue.about(cell))
        if len(cell.inputs) > 1:
            section += nodes.paragraph("", f"Inputs of every step: {', '.join(cell.inputs)}.")
        section += raw(formulas(cell))
        section += raw(self._code(cell))
        section += raw(self._vectors(cell))
        return section

    def _code(self, cell):
        """The files of a cell, written and linked."""
        folder = Path(self.env.app.outdir, "code")
        folder.mkdir(parents=True, exist_ok=True)
        up, items = "../" * self.env.docname.count("/"), []
        for what, (form, source) in FILES.items():
            file = form.format(name=cell.name, lower=cell.name.lower())
            (folder / file).write_text(source(cell), encoding="utf-8", newline="\n")
            items.append(ITEM.format(up=up, file=file, what=what))
        return CODE.format(name=html.escape(cell.name), items="\n".join(items))

    def _vectors(self, cell):
        """The published vectors of a cell, linked."""
        up, items = "../" * self.env.docname.count("/"), []
        for file in published.names(cell.name):
            about = published.about(file)
            what = ", ".join(f"{letter} = {size}" for letter, size in about["sizes"].items())
            what += "".join(f"; {text}" for field, text in OTHERWISE.items() if field in about)
            if "catches" in about:
                what += f"; {len(about['catches'])} known mistakes show"
            items.append(LINK.format(up=up, file=file, what=what))
        return VECTORS.format(name=html.escape(cell.name), items="\n".join(items))

    def _section(self, heading, name, kind):
        section = nodes.section("", nodes.title("", heading), ids=[name], classes=[kind])
        self.state.document.note_explicit_target(section)
        return section


def raw(text):
    """HTML as it is."""
    return nodes.raw("", text, format="html")


def said(about):
    """What the docstring says, as a paragraph."""
    source = f" {about.source}." if about.source else ""
    paragraph = nodes.paragraph("", f"{about.title}.{source}")
    for word, text in (("Read", about.read), ("Note", about.note)):
        if text:
            paragraph += [nodes.Text(" "), nodes.strong("", word), nodes.Text(f": {text}.")]
    return paragraph


def formulas(cell):
    """The folded part of an entry, as HTML."""
    parts = (
        PART.format(heading=heading, formula=formula.replace("</", r"<\/"))
        for heading, formula in latex.document(cell).items()
    )
    return ENTRY.format(name=html.escape(cell.name), parts="".join(parts))


def setup(app):
    app.add_directive("cells", Cells)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
