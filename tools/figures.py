"""The figures of the chapters as SVG files, from the stored outputs of the notebooks.

Each file says in its first lines whose it is and under which licence.
"""

import json
import re
from html import escape

import keys

LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
NOTE = '<!-- {name}, of "The LSTM, derived and checked", {chapter}. Licence: {licence} -->\n'
HEAD = """Figures of "The LSTM, derived and checked".
Licence: {licence}

"""


def of(path):
    """name -> (SVG as text, caption), of one notebook in its order."""
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        pictures = [
            "".join(output["data"]["image/svg+xml"])
            for output in cell.get("outputs", [])
            if "image/svg+xml" in output.get("data", {})
        ]
        about = cell["metadata"].get("mystnb", {})
        figure, image = about.get("figure", {}), about.get("image", {})
        caption = figure.get("caption") or image.get("alt", "")
        for picture in pictures:
            name = figure.get("name", f"fig-{path.stem[:2]}-{len(found) + 1}")
            name = name if name not in found else f"{name}-{len(found) + 1}"
            found[name] = picture, " ".join(caption.split())
    return found


def everything():
    """Path -> [(name, SVG with its licence, caption)], of all notebooks."""
    return {
        path: [
            (name, signed(picture, name, path), caption)
            for name, (picture, caption) in of(path).items()
        ]
        for path in keys.notebooks()
    }


def signed(picture, name, path):
    """A picture with a comment that says whose it is, behind the opening tag."""
    chapter = f"chapter {int(path.stem[:2])}"
    note = NOTE.format(name=escape(name), chapter=chapter, licence=LICENCE)
    start = re.search(r"<svg[^>]*>\n?", picture)
    return picture[: start.end()] + note + picture[start.end() :]


def files():
    """name -> bytes, of an archive: the figures, and their captions with the licence."""
    found, captions = {}, [HEAD.format(licence=LICENCE)]
    for path, figures in everything().items():
        for name, picture, caption in figures:
            found[f"{path.stem}/{name}.svg"] = picture.encode()
            captions.append(f"{path.stem}/{name}.svg\n    {caption}\n")
    return found | {"figures.txt": "".join(captions).encode()}
