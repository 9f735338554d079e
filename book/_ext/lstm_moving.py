"""Moving figures: their scripts on the pages that have one, and a directive for pages of prose.

A chapter shows a figure with `moving.show("cobweb")` in a cell; a page of prose with

    ```{moving} live-cell
    :name: fig-live
    The caption.
    ```
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from lstm_ref.book import moving

FIGURE = re.compile(r'<div class="moving" data-figure="([\w-]+)"')
SCRIPTS = Path(__file__).resolve().parent.parent / "_assets" / "figures"


class Moving(SphinxDirective):
    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {"name": directives.unchanged}

    def run(self):
        (name,) = self.arguments
        try:
            html = moving.show(name).html
        except ValueError as error:
            raise self.error(str(error)) from None
        figure = nodes.figure("", nodes.raw("", html, format="html"))
        self.set_source_info(figure)
        self.add_name(figure)
        if self.content:
            parts, _ = self.parse_inline("\n".join(self.content))
            figure += nodes.caption("", "", *parts)
        return [figure]


def add_scripts(app, pagename, templatename, context, doctree):
    """The scripts of the figures that stand on this page, and none on others."""
    names = sorted({*FIGURE.findall(context.get("body") or "")})
    if not names:
        return
    app.add_css_file("figures/figures.css")
    for name in ["base", *names]:
        if not (SCRIPTS / f"{name}.js").is_file():
            raise FileNotFoundError(
                f"{name}.js: no script of that figure; `make figures` writes it"
            )
        app.add_js_file(f"figures/{name}.js", defer="defer")


def write_cells(app, exception):
    """The code of the cells that the figure `train` can load: derived here, not stored."""
    if exception or app.builder.format != "html":
        return
    from lstm_ref.book.moving import training  # SymPy

    folder = Path(app.outdir) / "_static" / "figures" / "cells"
    folder.mkdir(parents=True, exist_ok=True)
    for name in training.names():
        (folder / f"{name}.js").write_text(training.script(name), encoding="utf-8", newline="\n")


def setup(app):
    app.add_directive("moving", Moving)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_cells)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
