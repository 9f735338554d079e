"""Sphinx extension of this book: MathJax without a network, docstrings as their source shows them,
buttons to the repository where it has an address, and repairs of the generated pages."""

import re
import shutil
from importlib.metadata import files
from pathlib import Path

from docutils import nodes

# What tex-chtml.js may ask for at run time; the whole wheel would be 24 MB.
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts", "input/tex/extensions")

# What it leaves in the text of a page.
THEBE = re.compile(
    r'<script type="text/x-thebe-config">.*?</script>\s*<script>kernelName = .*?</script>',
    re.DOTALL,
)

# The buttons of a book whose repository has an address; Colab's and Binder's are on chapters alone.
BUTTONS = {
    "use_repository_button": True,
    "use_issues_button": True,
    "launch_buttons": {
        "colab_url": "https://colab.research.google.com",
        "binderhub_url": "https://mybinder.org",
        "notebook_interface": "jupyterlab",
    },
}


def offer_repository(app, config):
    """Give the pages their buttons, or none where `repository.url` of _config.yml is empty."""
    options = config.html_theme_options
    if options.get("repository_url"):
        options.update(BUTTONS)
    else:
        options.pop("repository_url", None)


def copy_mathjax(app, exception):
    if exception is not None or app.builder.format != "html":
        return
    # The package's folder has a hyphen in its name, so it cannot be imported by that name.
    found = next(f for f in files("sphinx-mathjax-offline") if f.name == "tex-chtml.js")
    source = Path(found.locate()).parent
    target = Path(app.outdir, "_static", "mathjax")
    for part in MATHJAX_PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / part, target / part)


def as_in_the_source(app, what, name, obj, options, lines):
    """A docstring as its source shows it: what is indented stays as it is, `name` is code.

    An indented block behind an empty line, and not below a list item, becomes a literal one.
    """
    shown, literal, above = [], False, ""
    for line in lines:
        if not line.strip():
            shown.append(line)
            continue
        if line.startswith("    "):
            if not literal and not above.startswith("- ") and shown and not shown[-1].strip():
                shown += [".. code-block:: text", ""] * (not above.endswith("::"))
                literal = True
        else:
            literal, above = False, line
        shown.append(line)
    code = re.compile(r"(?<![`:\w])`([^`]+)`(?![`_])(\w?)")  # else smart quotes make -- one dash
    lines[:] = code.sub(_code, "\n".join(shown)).split("\n")


def _code(found):
    name, letter = found.groups()
    return f"``{name}``" + (f"\\ {letter}" if letter else "")  # as in `Finding`s


def keep_together(app, doctree, docname):
    """No line begins with a comma: what stands behind a formula or a link stays with it."""
    kinds = (nodes.math, nodes.reference)
    for node in [one for kind in kinds for one in doctree.findall(kind)]:
        text = node.next_node(siblings=True, descend=False)
        marks = re.match(r"[.,;:!?)”]+", text) if isinstance(text, nodes.Text) else None
        if marks is None or (isinstance(node, nodes.reference) and not short(node)):
            continue
        rest = text[marks.end() :]
        siblings = text.parent.children  # by identity: another full stop is equal to this one
        text.parent[next(k for k, one in enumerate(siblings) if one is text)] = nodes.Text(rest)
        both = nodes.inline(classes=["together"])
        node.replace_self(both)
        both += [node, nodes.Text(marks[0])]


def short(link):
    """Is it the number of an equation or of a figure, which would not be broken anyway?"""
    return len(link.astext()) < 12


def repair_page(app, pagename, templatename, context, doctree):
    """Keep one of each inline script, drop Thebe, give the bibliography a valid role."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        body = (getattr(script, "attributes", None) or {}).get("body")
        name = str(getattr(script, "filename", script) or "")
        if "thebe" in f"{name} {body or ''}".lower():  # off here, and it names a foreign host
            continue
        if body is not None:
            if body in seen:  # twice the same `const` is a SyntaxError on every page
                continue
            seen.add(body)
        kept.append(script)
    context["script_files"] = kept
    body = context.get("body")
    if body:  # doc-biblioentry was withdrawn from DPUB-ARIA 1.1
        body = re.sub(r'role="doc-biblioentry"', 'role="listitem"', body)
        context["body"] = THEBE.sub("", body)


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("lstm_downloads")
    app.setup_extension("lstm_cells")
    app.setup_extension("lstm_card")
    app.setup_extension("lstm_derive")
    app.setup_extension("lstm_exercises")
    app.setup_extension("lstm_glossary")
    app.setup_extension("lstm_moving")
    app.setup_extension("lstm_metadata")
    app.setup_extension("lstm_previews")
    app.setup_extension("lstm_references")
    app.setup_extension("lstm_scripts")
    app.setup_extension("lstm_space")
    app.setup_extension("lstm_styles")
    app.setup_extension("lstm_teachers")
    app.connect("autodoc-process-docstring", as_in_the_source, priority=600)  # after napoleon
    app.connect("config-inited", offer_repository)
    app.connect("doctree-resolved", keep_together)
    app.connect("build-finished", copy_mathjax)
    app.connect("html-page-context", repair_page, priority=900)  # after all who add scripts
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
