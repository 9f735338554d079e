"""One stylesheet of what the pages use, instead of a dozen files with all that themes can do.

When the pages are written, the stylesheets of themes and extensions become one, `styles/used.css`.
Rules whose classes and names stand on no page and in no script are left out, and the icon fonts are
cut to the icons that the other rules name (`lstm_icons`). The book's own files stay as they are.
"""

import hashlib
import re
from pathlib import Path

import lstm_icons
import lstm_scripts

BUNDLE = "styles/used.css"
LINK = re.compile(r'\s*<link[^>]*?href="([^"?]*_static/([^"?]+\.css))[^"]*"[^>]*>')
ATTRIBUTE = re.compile(r'\b(?:class|id)="([^"]*)"')
NAME = re.compile(r"[A-Za-z_][\w-]*")
SELECTED = re.compile(r"[.#]((?:\\.|[\w-])+)")
# Scripts that put no class of a theme on a page; Font Awesome's is removed.
WITHOUT_CLASSES = re.compile(r"mathjax/|tippy/|scripts/fontawesome|searchindex|language_data")
NESTED = ("@media", "@supports", "@layer", "@container")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A string, a bracket, or a mark that ends something.
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[(){};]', re.DOTALL)
UNUSED = (
    "scripts/fontawesome.js*",
    "vendor/fontawesome/webfonts/*",
    "styles/*.map",
    "scripts/*.map",
)


def rules(text):
    """The parts of a stylesheet without comments: what stands before a brace, the body or None."""
    start, depth, inside, opened = 0, 0, 0, 0
    for found in TOKEN.finditer(text):
        mark = found.group()
        if mark in "()":
            inside += 1 if mark == "(" else -1
        elif inside or mark[0] in "\"'":
            continue
        elif mark == "{":
            opened = found.end() if depth == 0 else opened
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth == 0:
                yield text[start : opened - 1].strip(), text[opened : found.start()]
                start = found.end()
        elif depth == 0:
            yield text[start : found.start()].strip(), None
            start = found.end()


def split(selectors):
    """The selectors of a list, apart."""
    parts, depth = [""], 0
    for letter in selectors:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def is_used(selector, used):
    """Can it match? What stands in brackets, as in `:not(.a)`, is not judged."""
    outer = selector
    while (shorter := re.sub(r"\([^()]*\)|\[[^\]]*\]", "", outer)) != outer:
        outer = shorter
    return all(re.sub(r"\\(.)", r"\1", name) in used for name in SELECTED.findall(outer))


def purged(text, used):
    """A stylesheet without the rules that match nothing."""
    kept = []
    for before, body in rules(COMMENT.sub("", text)):
        if body is None:
            kept.append(f"{before};")
        elif before.startswith(NESTED):
            inner = purged(body, used)
            kept += [f"{before}{{{inner}}}"] * bool(inner)
        elif before.startswith("@"):
            kept.append(f"{before}{{{body}}}")
        elif left := [one for one in split(before) if is_used(one, used)]:
            kept.append(f"{','.join(left)}{{{body}}}")
    return "\n".join(kept)


def imported(path):
    """A stylesheet with those that it imports in their places, without its character set."""

    def inner(found):
        return imported(path.parent / found[1])

    text = COMMENT.sub("", path.read_text(encoding="utf-8")).replace('@charset "UTF-8";', "")
    return re.sub(r"@import (?:url\()?[\"']?([\w./-]+\.css)[\"']?\)?;", inner, text)


def used_names(pages, static):
    """Classes and names of the pages, and all that could be one in a script."""
    names = {n for text in pages for found in ATTRIBUTE.findall(text) for n in found.split()}
    for script in sorted(static.rglob("*.js")):
        if not WITHOUT_CLASSES.search(script.relative_to(static).as_posix()):
            names |= {*NAME.findall(script.read_text(encoding="utf-8"))}
    for text in pages:
        for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
            names |= {*NAME.findall(script)}
    return names


def bundled(pages, static, own):
    """The one stylesheet, and the names of the files that are in it, in the order of the pages."""
    linked = [name for text in pages for _, name in LINK.findall(text)]
    names = [name for name in dict.fromkeys(linked) if not (own / name).exists()]
    used = used_names(pages, static)
    text = "\n".join(purged(imported(static / name), used) for name in names)
    return lstm_icons.cut(text, static / "vendor/fontawesome/webfonts"), names


def with_bundle(text, names, version):
    """A page with one link instead of those to the files of these names."""
    seen = []

    def link(found):
        if found[2] not in names:
            return found[0]
        seen.append(found[1])
        address = found[1].removesuffix(found[2]) + BUNDLE
        first = f'\n    <link rel="stylesheet" type="text/css" href="{address}?v={version}" />'
        return first if len(seen) == 1 else ""

    return LINK.sub(link, text)


def lighten(app, exception):
    """Write the stylesheet, link it on every page, remove what no page asks for."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    own = Path(app.srcdir, "book", "_assets")
    paths = [p for p in sorted(Path(app.outdir).rglob("*.html")) if static not in p.parents]
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    style, names = bundled([*pages.values()], static, own)
    (static / BUNDLE).write_text(style, encoding="utf-8", newline="\n")
    version = hashlib.sha256(style.encode()).hexdigest()[:8]
    for path, text in pages.items():
        whole = lstm_scripts.without_unused(with_bundle(text, names, version), path.name)
        path.write_text(whole, encoding="utf-8", newline="\n")
    for pattern in UNUSED:
        for path in static.glob(pattern):
            path.unlink()


def setup(app):
    app.connect("build-finished", lighten, priority=700)  # after all who write pages or scripts
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
