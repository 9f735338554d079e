"""Scripts only on pages that have a use for them.

Themes and extensions put their scripts on every page; some of them are large. What a page does not
need is left out by what its text contains. MathJax is on pages with formulas; where a preview shows
the first formula of a page, `book.js` loads it then.
"""

import re
from pathlib import Path

import sphinx_tippy

HERE = Path(__file__).parent

MATH = r'class="(?:[\w -]* )?math[ "]|<script'
# Name of a script -> what a page contains that needs it.
NEEDED = {
    "sphinx_highlight.js": r"(?!)",  # nothing: book.js marks the words
    "clipboard.min.js": r'class="highlight',
    "copybutton.js": r'class="highlight',
    "togglebutton.js": r'class="[^"]*\b(?:toggle|dropdown)\b',
    "design-tabs.js": r"sd-tab-set",
    "exercises.js": r"data-answer=",
    # A script in the text may write formulas.
    "tex-chtml.js": MATH,
}
WAITS = 'dataset.math = "waits"'  # in room.js
PREVIEWS = re.compile(r"popper\.min\.js|tippy-bundle|\.tips\.js")
# What the theme writes into its templates: icons as a script, the index of the search.
ICONS = re.compile(r'\s*<script defer src="[^"]*/fontawesome\.js[^"]*"></script>')
# None of them is needed before the page is read, and a page is not seen before they are there.
LATER = re.compile(
    r'<script ((?:data-[\w-]+="[^"]*" )?src="[^"]*'
    r'(?:clipboard\.min|copybutton|togglebutton|design-tabs|sphinx-book-theme)\.js[^"]*")>'
)
SEARCH = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>'
)


def choose(app, pagename, templatename, context, doctree):
    """Leave out the scripts that this page does not need."""
    body = context.get("body") or ""
    page = sphinx_tippy.get_tippy_data(app)["pages"].get(pagename)
    previews = bool(page and page["refs_in_page"])
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if is_needed(name_of(script), body, previews)
        or (pagename == "search" and "sphinx_highlight" in name_of(script))
    ]


def name_of(script):
    """The address of a script, or its text where it stands in the page."""
    inline = (getattr(script, "attributes", None) or {}).get("body")
    return str(inline or getattr(script, "filename", script) or "")


def is_needed(name, body, previews):
    if PREVIEWS.search(name):
        return previews
    pattern = MATH if WAITS in name else NEEDED.get(name.rpartition("/")[2])
    return pattern is None or re.search(pattern, body) is not None


def without_unused(text, name):
    """A written page without scripts that it does not need, and with colours without any."""
    text = LATER.sub(r"<script defer \1>", ICONS.sub("", text)).replace(
        'data-theme="auto"', 'data-theme="light"', 1
    )
    return text if name == "search.html" else SEARCH.sub("", text)


def setup(app):
    app.add_js_file(None, body=(HERE / "theme.js").read_text(encoding="utf-8"), priority=100)
    app.connect("html-page-context", choose, priority=950)  # after all who add scripts
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
