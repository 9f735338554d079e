"""What others show of a page: title and description, and a picture where the site has an address.

The names are those of the Open Graph protocol (https://ogp.me), which chats and forums read. An
address must be absolute: without `html.baseurl` in _config.yml there is none, and no picture.
"""

import html
from pathlib import Path

from docutils import nodes

DESCRIPTION = 200  # letters
PICTURE = "_static/preview.png"
SIZE = (1200, 630)  # pixels, what most take
SAYS = "The cell of an LSTM: three gates, a cell state that passes through, and two outputs"


def description(doctree):
    """The first paragraph of a page that stands in no box, cut at a word; or ""."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document):
            words = " ".join(paragraph.astext().split())
            short = words[:DESCRIPTION].rpartition(" ")[0]
            return words if len(words) <= DESCRIPTION else f"{short} …"
    return ""


def tags(title, about, site, address="", page="", first=False):
    """The lines for the head of a page; `address` of the site, "" where it has none."""
    named = {"description": about, "twitter:card": "summary_large_image" if address else "summary"}
    shown = {
        "og:title": title,
        "og:description": about,
        "og:type": "website" if first else "article",
        "og:site_name": site,
        "og:locale": "en",
    }
    if address:
        root = address.rstrip("/")
        width, height = map(str, SIZE)
        shown |= {"og:url": f"{root}/{page}", "og:image": f"{root}/{PICTURE}"}
        shown |= {"og:image:width": width, "og:image:height": height, "og:image:alt": SAYS}
    lines = [("name", *pair) for pair in named.items()]
    lines += [("property", *pair) for pair in shown.items()]
    return "\n".join(
        f'<meta {kind}="{name}" content="{html.escape(text)}" />'
        for kind, name, text in lines
        if text
    )


def add_tags(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    config = app.config
    found = doctree.next_node(nodes.title)
    lines = tags(
        found.astext() if found is not None else config.html_title,
        description(doctree),
        config.html_title,
        config.html_baseurl,
        app.builder.get_target_uri(pagename),
        pagename == config.root_doc,
    )
    context["metatags"] = f"{context.get('metatags', '')}\n{lines}"


def draw(path):
    """The cell of chapter 4 on a white ground."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from lstm_ref.book import style
    from lstm_ref.book.drawings import cell_diagram

    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), facecolor="white", layout="none")
        cell_diagram.cell(figure.add_axes((0.2, 0.02, 0.6, 0.96)))
        figure.savefig(path, dpi=100, metadata={"Software": None})


def add_picture(app, exception):
    if exception is None and app.builder.format == "html" and app.config.html_baseurl:
        draw(Path(app.outdir, PICTURE))


def setup(app):
    app.connect("html-page-context", add_tags)
    app.connect("build-finished", add_picture)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
