"""What a link shows when one points at it, by sphinx-tippy; the same bytes in every build.

By itself that extension names its files at random, writes sets in any order, and fetches two
scripts from a foreign host. Here names and order are fixed, and the scripts are those of
book/_assets/previews.
"""

from pathlib import Path

import sphinx_tippy

# What it would do with each preview.
TYPESET = "MathJax.typesetPromise([instance.popper]).then(() => {});"
SCRIPTS = ("previews/popper.min.js", "previews/tippy-bundle.umd.min.js")
OPTIONS = {
    "tippy_js": SCRIPTS,
    "tippy_enable_wikitips": False,
    "tippy_enable_doitips": False,
    "tippy_enable_mathjax": True,
    "tippy_skip_anchor_classes": ("headerlink", "nav-link", "toc-link", "download"),
    "tippy_anchor_parent_selector": ".bd-article",
    "tippy_props": {"placement": "top", "maxWidth": 520, "delay": [250, 50], "duration": [0, 0]},
}


def choose(app, config):
    """The options of sphinx-tippy, here because they belong together."""
    for name, value in OPTIONS.items():
        setattr(config, name, value)
    sphinx_tippy.uuid4 = lambda: "tips"


def put_in_order(app, pagename, templatename, context, doctree):
    """What sphinx-tippy writes in the order of a set is written in that of the letters.

    The pages of the API link each other a thousand times: no previews there.
    """
    page = sphinx_tippy.get_tippy_data(app)["pages"].get(pagename)
    if page:
        links = [] if pagename.startswith("book/api") else page["refs_in_page"]
        page["refs_in_page"] = sorted(links, key=str)


def finish(app, exception):
    """Formulas of a preview by book.js, which loads MathJax; no caches: nothing was fetched."""
    for path in Path(app.outdir, "_static", "tippy").rglob("*.tips.js"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(TYPESET, "showMath(instance)"), encoding="utf-8", newline="\n")
    for path in Path(app.outdir).glob("tippy_*_cache.json"):
        path.unlink()


def setup(app):
    app.setup_extension("sphinx_tippy")
    app.connect("config-inited", choose)
    app.connect("html-page-context", put_in_order, priority=455)  # after it has collected
    app.connect("build-finished", finish, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
